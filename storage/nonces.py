"""Nonces of identity tokens, so that none is used twice."""

import hashlib
from datetime import datetime

from sqlalchemy import Connection, delete, insert
from sqlalchemy.exc import IntegrityError

from storage.tables import nonces


class SqlNonces:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def use(self, nonce: str, expires_at: datetime, now: datetime) -> bool:
        self._connection.execute(delete(nonces).where(nonces.c.expires_at <= now))
        # Hashed: its length is the sender's choice.
        nonce_hash = hashlib.sha256(nonce.encode(errors="surrogatepass")).hexdigest()
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(nonces).values(nonce_hash=nonce_hash, expires_at=expires_at))
        except IntegrityError:
            return False
        return True
