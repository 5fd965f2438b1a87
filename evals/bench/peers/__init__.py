"""Other pipelines over the same articles and questions, each built the way its documentation shows.

They run in an environment of their own (`make bench`), as processes of their own: `python -m evals.bench.peers.NAME
WORK EMBEDDER`. WORK holds corpus.jsonl, filler.jsonl and questions.jsonl.
"""
