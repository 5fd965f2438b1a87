"""Answers: a question becomes an answer with its source, a clarification, a handoff or a word of chat."""
