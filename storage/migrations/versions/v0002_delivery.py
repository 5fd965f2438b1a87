"""Delivery to other desks, and agents who take over a chat."""

import sqlalchemy as sa
from alembic import op

from storage.types import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _chats()
    _desk()
    _outbox()
    _elsewhere()


def _chats() -> None:
    op.add_column("conversations", sa.Column("taken_by", sa.Text()))
    op.add_column("conversations", sa.Column("taken_at", UtcDateTime()))
    with op.batch_alter_table("messages") as messages:
        messages.add_column(sa.Column("author", sa.Text()))
        messages.add_column(sa.Column("external_key", sa.Text()))
        messages.create_unique_constraint(
            op.f("uq_messages_conversation_id_external_key"), ["conversation_id", "external_key"]
        )


def _desk() -> None:
    op.add_column("tickets", sa.Column("assignee", sa.Text()))
    op.add_column("agents", sa.Column("display_name", sa.Text()))
    op.create_table(
        "ticket_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_notes")),
        sa.ForeignKeyConstraint(
            ["ticket_number"], ["tickets.number"], name=op.f("fk_ticket_notes_ticket_number"), ondelete="CASCADE"
        ),
    )
    op.create_index("ix_ticket_notes_ticket_number", "ticket_notes", ["ticket_number"])


def _outbox() -> None:
    op.add_column("outbox", sa.Column("state", sa.Text(), nullable=False, server_default="pending"))
    op.add_column("outbox", sa.Column("next_at", UtcDateTime()))
    op.add_column("outbox", sa.Column("claimed_until", UtcDateTime()))
    op.add_column("outbox", sa.Column("claim", sa.Text()))
    op.add_column("outbox", sa.Column("error", sa.Text()))
    op.add_column("outbox", sa.Column("done_at", UtcDateTime()))
    op.create_index("ix_outbox_state_position", "outbox", ["state", "position"])


def _elsewhere() -> None:
    op.create_table(
        "remote_tickets",
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.Column("connector", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_number", "connector", name=op.f("pk_remote_tickets")),
        sa.ForeignKeyConstraint(
            ["ticket_number"], ["tickets.number"], name=op.f("fk_remote_tickets_ticket_number"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("connector", "remote_id", name=op.f("uq_remote_tickets_connector_remote_id")),
    )
    op.create_table(
        "cursors",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursors")),
    )
