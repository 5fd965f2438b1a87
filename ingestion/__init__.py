"""Articles in: sources, articles, chunks, vectors, and at the end a published index version."""
