"""The turns of conversations in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from helpdesk.models import Message
from storage.tables import messages


class SqlMessages:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.grown: set[str] = set()
        """Conversations in which something was said in this transaction."""

    def add(self, message: Message) -> None:
        self.grown.add(message.conversation_id)
        self._connection.execute(insert(messages).values({name: getattr(message, name) for name in _COLUMNS}))

    def next_sequence(self, conversation_id: str) -> int:
        last = select(func.max(messages.c.sequence)).where(messages.c.conversation_id == conversation_id)
        return (self._connection.scalar(last) or 0) + 1

    def get(self, message_id: str) -> Message | None:
        return self._one(messages.c.id == message_id)

    def by_client_id(self, conversation_id: str, client_message_id: str) -> Message | None:
        return self._one(
            messages.c.conversation_id == conversation_id, messages.c.client_message_id == client_message_id
        )

    def by_external_key(self, conversation_id: str, external_key: str) -> Message | None:
        return self._one(messages.c.conversation_id == conversation_id, messages.c.external_key == external_key)

    def reply_to(self, message_id: str) -> Message | None:
        return self._one(messages.c.reply_to == message_id)

    def of(self, conversation_id: str, after: int = 0) -> Sequence[Message]:
        query = select(messages).where(messages.c.conversation_id == conversation_id, messages.c.sequence > after)
        return [_message(row) for row in self._connection.execute(query.order_by(messages.c.sequence))]

    def set_kind(self, message_id: str, kind: str) -> None:
        self._connection.execute(update(messages).where(messages.c.id == message_id).values(kind=kind))

    def set_feedback(
        self, conversation_id: str, message_id: str, helpful: bool, comment: str | None, at: datetime
    ) -> bool:
        bot_turn = (messages.c.conversation_id == conversation_id) & (messages.c.role == "bot")
        changed = self._connection.execute(
            update(messages)
            .where(bot_turn, messages.c.id == message_id)
            .values(helpful=helpful, comment=comment, feedback_at=at)
        )
        return changed.rowcount == 1

    def _one(self, *conditions: ColumnElement[bool]) -> Message | None:
        row = self._connection.execute(select(messages).where(*conditions)).one_or_none()
        return None if row is None else _message(row)


_COLUMNS = [column.name for column in messages.columns if column.name != "feedback_at"]


def _message(row: Row[Any]) -> Message:
    return Message(**{name: getattr(row, name) for name in _COLUMNS})
