"""Password hashes: scrypt, with its parameters written into the hash so that they can be raised later."""

import hashlib
import hmac
import secrets

DEFAULT_COST = 2**15
_BLOCK_SIZE = 8
_PARALLEL = 3


def hash_password(password: str, cost: int = DEFAULT_COST) -> str:
    """`scrypt$<cost>$<salt>$<hash>`; the default takes 32 MB and about a quarter of a second."""
    salt = secrets.token_bytes(16)
    return f"scrypt${cost}${salt.hex()}${_derive(password, salt, cost).hex()}"


def password_matches(password: str, stored: str) -> bool:
    """Whether this is the password of a hash that `hash_password` gave, in constant time."""
    _, cost, salt, derived = stored.split("$")
    return hmac.compare_digest(_derive(password, bytes.fromhex(salt), int(cost)).hex(), derived)


def _derive(password: str, salt: bytes, cost: int) -> bytes:
    room = 2 * 128 * cost * _BLOCK_SIZE  # what OpenSSL needs, doubled: its own limit is below our cost
    encoded = password.encode(errors="surrogatepass")
    return hashlib.scrypt(encoded, salt=salt, n=cost, r=_BLOCK_SIZE, p=_PARALLEL, maxmem=room)
