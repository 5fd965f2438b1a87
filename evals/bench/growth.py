"""What a question costs as the help center grows: the whole way of a question over 1,000 to 50,000 chunks.

Chunks are recombined sentences. Embedding 50,000 of them would take half an hour and shows nothing here, so a chunk's
vector is that of a real sentence, turned a little; questions are embedded as always, Chroma answers the search.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from bot.models import Question
from bot.ports import Embedder, Vectors
from evals.bench.material import recombined, write
from evals.bench.peers.driver import timed
from evals.workbench import Workbench

SIZES = (1_000, 10_000, 50_000)
BASE = 500
NOISE = 0.6
CHUNKS_OF_ONE = 4
"""A filler article makes about so many rows: its texts, a label and a name."""


class Turned:
    """An embedder whose passages get the vector of one of BASE real ones, turned at random; the same every time."""

    def __init__(self, embedder: Embedder, sentences: Sequence[str]) -> None:
        self.name, self.dimensions, self.max_tokens = embedder.name, embedder.dimensions, embedder.max_tokens
        self.count_tokens, self.embed_questions = embedder.count_tokens, embedder.embed_questions
        self._base = embedder.embed_passages(sentences, ["en"] * len(sentences))
        self._drawn = np.random.default_rng(7)

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:  # noqa: ARG002
        chosen = self._base[self._drawn.integers(len(self._base), size=len(texts))]
        noise = self._drawn.normal(size=chosen.shape) * NOISE / np.sqrt(chosen.shape[1])
        turned = chosen + noise * (chosen != 0)
        return np.asarray(turned / np.linalg.norm(turned, axis=1, keepdims=True), dtype=np.float32)


def curve(
    folder: Path, texts: Sequence[str], raw: Callable[[str], object], workbench: Workbench
) -> Iterator[tuple[int, float, float]]:
    """(chunks, p50 of a question / p50 of the raw embedding, p50 of the search in ms) at each size. `workbench`
    publishes with a `Turned` embedder; `folder` holds the bench's corpus."""
    for size in SIZES:
        rows = (json.loads(line) for line in (folder / "filler.jsonl").read_text(encoding="utf-8").splitlines())
        text = [row["text"] for row in rows]
        file = folder / f"grown-{size}.jsonl"
        write(file, islice(recombined(text), size // CHUNKS_OF_ONE))
        with workbench(file) as assistant:
            with assistant.shelf.library() as library:
                chunks = len(library.chunks)
                assistant.warm_up(library)
            spent, bare, searched = [], [], []
            for each in texts:
                bare.append(timed(raw, each)[0])
                took, outcome = timed(assistant.answer, Question(each))
                spent.append(took)
                searched.append(outcome.evidence.timings["retrieve"])
        yield chunks, float(np.median(spent) / np.median(bare)), float(np.median(searched))
