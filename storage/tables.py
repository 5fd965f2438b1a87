"""The tables. `migrations/` brings a database to this state; a test compares the two."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint, text

from storage.types import JsonText, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("token_hash", Text, nullable=False),
    Column("subject", Text),
    Column("email", Text),
    Column("email_folded", Text),
    Column("identity_audience", Text),
    Column("end_state", Text),
    Column("ended_at", UtcDateTime),
    Column("settled_through", UtcDateTime),
    Column("taken_by", Text),
    Column("taken_at", UtcDateTime),
    Index("ix_conversations_created_at", "created_at"),
    Index("ix_conversations_site_subject", "site", "subject"),
    Index("ix_conversations_email_folded", "email_folded"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("client_message_id", Text),
    # Unique: whatever races, a message has one reply.
    Column("reply_to", Text, ForeignKey("messages.id", ondelete="CASCADE"), unique=True),
    Column("outcome", JsonText),
    Column("kind", Text),
    Column("evidence", JsonText),
    Column("helpful", Boolean),
    Column("comment", Text),
    Column("feedback_at", UtcDateTime),
    Column("author", Text),
    Column("external_key", Text),
    UniqueConstraint("conversation_id", "sequence"),
    UniqueConstraint("conversation_id", "client_message_id"),
    UniqueConstraint("conversation_id", "external_key"),
    Index("ix_messages_conversation_id_created_at", "conversation_id", "created_at"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("site", Text, nullable=False),
    Column("external_id", Text, nullable=False, unique=True),
    Column("reason", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("identity", Text, nullable=False),
    Column("subject", Text),
    Column("index_version", Integer),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("email", Text),
    Column("email_folded", Text),
    Column("phone", Text),
    Column("call_at", Text),
    Column("note", Text),
    Column("summary", JsonText, nullable=False),
    Column("articles_shown", JsonText, nullable=False),
    Column("assignee", Text),
    Index("ix_tickets_conversation_id", "conversation_id"),
    Index("ix_tickets_status_number", "status", "number"),
    Index("ix_tickets_email_folded", "email_folded"),
    # At most one open ticket a conversation, whoever races.
    Index(
        "uq_tickets_open",
        "conversation_id",
        unique=True,
        sqlite_where=text("status <> 'Closed'"),
        postgresql_where=text("status <> 'Closed'"),
    ),
)

ticket_changes = Table(
    "ticket_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket_number", Integer, ForeignKey("tickets.number", ondelete="CASCADE"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Index("ix_ticket_changes_ticket_number", "ticket_number"),
)

handoff_requests = Table(
    "handoff_requests",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("client_request_id", Text, primary_key=True),
    Column("ticket_number", Integer, ForeignKey("tickets.number", ondelete="CASCADE"), nullable=False),
    Index("ix_handoff_requests_ticket_number", "ticket_number"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("ticket_number", Integer, ForeignKey("tickets.number", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("connector", Text, nullable=False),
    Column("payload", JsonText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False, server_default="pending"),
    # When it may be tried (again); while a worker has it, until when it is that worker's alone.
    Column("next_at", UtcDateTime),
    Column("claimed_until", UtcDateTime),
    Column("claim", Text),
    Column("error", Text),
    Column("done_at", UtcDateTime),
    Index("ix_outbox_ticket_number", "ticket_number"),
    Index("ix_outbox_state_position", "state", "position"),
)

# Where a ticket stands in another system, once it was delivered.
remote_tickets = Table(
    "remote_tickets",
    metadata,
    Column("ticket_number", Integer, ForeignKey("tickets.number", ondelete="CASCADE"), primary_key=True),
    Column("connector", Text, primary_key=True),
    Column("remote_id", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("connector", "remote_id"),
)

ticket_notes = Table(
    "ticket_notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket_number", Integer, ForeignKey("tickets.number", ondelete="CASCADE"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_ticket_notes_ticket_number", "ticket_number"),
)

# How far another system's news were read: one value a source.
cursors = Table(
    "cursors",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

nonces = Table(
    "nonces",
    metadata,
    Column("nonce_hash", Text, primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_nonces_expires_at", "expires_at"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)

index_versions = Table(
    "index_versions",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("chunks", Integer, nullable=False),
    Column("embedder", Text, nullable=False),
)

live_version = Table(
    "live_version",
    metadata,
    # One row at most: `slot` is always 1.
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, ForeignKey("index_versions.version"), nullable=False),
)

tombstones = Table("tombstones", metadata, Column("article", Text, primary_key=True))

agents = Table(
    "agents",
    metadata,
    Column("login", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text),
    Column("created_at", UtcDateTime, nullable=False),
    # What learners know this agent as.
    Column("display_name", Text),
)

agent_sessions = Table(
    "agent_sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("login", Text, ForeignKey("agents.login", ondelete="CASCADE"), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_agent_sessions_login", "login"),
)

login_links = Table(
    "login_links",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("login", Text, ForeignKey("agents.login", ondelete="CASCADE"), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_login_links_login", "login"),
)

# No foreign key: a login that does not exist is locked out just the same, so nobody learns which ones do.
sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("login", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
)
