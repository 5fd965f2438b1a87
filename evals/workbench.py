"""What evals need to try a corpus: published into an index of its own, and a bot over it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from bot.assistant import Assistant

Workbench = Callable[[Path], AbstractContextManager[Assistant]]
"""Publishes a corpus (a folder of Markdown or a corpus.jsonl) and gives the bot that answers from it."""
