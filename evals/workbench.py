"""What evals need to try a corpus: published into an index of its own, and a bot over it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from bot.assistant import Assistant
from ingestion.corpus import Corpus

Workbench = Callable[[Path | Corpus], AbstractContextManager[Assistant]]
"""Publishes a corpus (a folder of Markdown, a corpus.jsonl, or one read already) and gives a bot over it."""
