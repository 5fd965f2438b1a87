"""Desks that tickets are delivered to: one kind a file."""
