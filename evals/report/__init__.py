"""A run as its readers want it: a table, a page, JSON, JUnit XML."""
