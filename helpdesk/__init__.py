"""What follows a handoff: tickets, their routing and summary, the outbox; and the conversation they come from."""
