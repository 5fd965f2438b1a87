"""How what ships with Firstline was learned."""
