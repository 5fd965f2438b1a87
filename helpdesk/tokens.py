"""Bearer tokens of conversations: random, stored hashed, compared in constant time."""

import hashlib
import hmac
import secrets


def new_token() -> str:
    """256 random bits, safe in a header and a URL."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """SHA-256 in hex. No salt: a token has nothing in common with another one that a table could be made of."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def token_matches(token: str, token_hash: str | None) -> bool:
    """False without a hash, after the same work."""
    expected = token_hash if token_hash is not None else hash_token("")
    same = hmac.compare_digest(hash_token(token), expected)
    return same and token_hash is not None
