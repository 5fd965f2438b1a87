"""The first shape: chats, the helpdesk, publishing, sign-in."""

import sqlalchemy as sa
from alembic import op

from storage.types import JsonText, UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    _chats()
    _tickets()
    _around_tickets()
    _publishing()
    _sign_in()


def _chats() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text()),
        sa.Column("email", sa.Text()),
        sa.Column("email_folded", sa.Text()),
        sa.Column("identity_audience", sa.Text()),
        sa.Column("end_state", sa.Text()),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("settled_through", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_index("ix_conversations_created_at", "conversations", ["created_at"])
    op.create_index("ix_conversations_email_folded", "conversations", ["email_folded"])
    op.create_index("ix_conversations_site_subject", "conversations", ["site", "subject"])
    op.create_table(
        "messages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("client_message_id", sa.Text()),
        sa.Column("reply_to", sa.Text()),
        sa.Column("outcome", JsonText()),
        sa.Column("kind", sa.Text()),
        sa.Column("evidence", JsonText()),
        sa.Column("helpful", sa.Boolean()),
        sa.Column("comment", sa.Text()),
        sa.Column("feedback_at", UtcDateTime()),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["reply_to"], ["messages.id"], name=op.f("fk_messages_reply_to"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "conversation_id", "client_message_id", name=op.f("uq_messages_conversation_id_client_message_id")
        ),
        sa.UniqueConstraint("conversation_id", "sequence", name=op.f("uq_messages_conversation_id_sequence")),
        sa.UniqueConstraint("reply_to", name=op.f("uq_messages_reply_to")),
    )
    op.create_index("ix_messages_conversation_id_created_at", "messages", ["conversation_id", "created_at"])


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text()),
        sa.Column("index_version", sa.Integer()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("email_folded", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.Column("call_at", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("summary", JsonText(), nullable=False),
        sa.Column("articles_shown", JsonText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_tickets_conversation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_tickets")),
        sa.UniqueConstraint("external_id", name=op.f("uq_tickets_external_id")),
    )
    op.create_index("ix_tickets_conversation_id", "tickets", ["conversation_id"])
    op.create_index("ix_tickets_email_folded", "tickets", ["email_folded"])
    op.create_index("ix_tickets_status_number", "tickets", ["status", "number"])
    op.create_index(
        "uq_tickets_open",
        "tickets",
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text("status <> 'Closed'"),
        postgresql_where=sa.text("status <> 'Closed'"),
    )


def _around_tickets() -> None:
    op.create_table(
        "ticket_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.ForeignKeyConstraint(
            ["ticket_number"], ["tickets.number"], name=op.f("fk_ticket_changes_ticket_number"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_changes")),
    )
    op.create_index("ix_ticket_changes_ticket_number", "ticket_changes", ["ticket_number"])
    op.create_table(
        "handoff_requests",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("client_request_id", sa.Text(), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_handoff_requests_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_number"], ["tickets.number"], name=op.f("fk_handoff_requests_ticket_number"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "client_request_id", name=op.f("pk_handoff_requests")),
    )
    op.create_index("ix_handoff_requests_ticket_number", "handoff_requests", ["ticket_number"])
    op.create_table(
        "outbox",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("connector", sa.Text(), nullable=False),
        sa.Column("payload", JsonText(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_number"], ["tickets.number"], name=op.f("fk_outbox_ticket_number"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_outbox")),
        sa.UniqueConstraint("id", name=op.f("uq_outbox_id")),
    )
    op.create_index("ix_outbox_ticket_number", "outbox", ["ticket_number"])


def _publishing() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "index_versions",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("embedder", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_index_versions")),
    )
    op.create_table(
        "live_version",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version"], ["index_versions.version"], name=op.f("fk_live_version_version")),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_live_version")),
    )
    op.create_table(
        "tombstones",
        sa.Column("article", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article", name=op.f("pk_tombstones")),
    )


def _sign_in() -> None:
    op.create_table(
        "agents",
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_agents")),
    )
    op.create_table(
        "agent_sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["login"], ["agents.login"], name=op.f("fk_agent_sessions_login"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_agent_sessions")),
    )
    op.create_index("ix_agent_sessions_login", "agent_sessions", ["login"])
    op.create_table(
        "login_links",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["login"], ["agents.login"], name=op.f("fk_login_links_login"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_links")),
    )
    op.create_index("ix_login_links_login", "login_links", ["login"])
    op.create_table(
        "sign_in_attempts",
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_sign_in_attempts")),
    )
    op.create_table(
        "nonces",
        sa.Column("nonce_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("nonce_hash", name=op.f("pk_nonces")),
    )
    op.create_index("ix_nonces_expires_at", "nonces", ["expires_at"])
