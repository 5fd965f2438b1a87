"""The commands behind `firstline`, one subject a file."""
