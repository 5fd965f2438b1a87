"""What every peer's process does: build, answer the questions beside the raw embedding, grow, and say what it took."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bot.adapters.minilm import MiniLM
from bot.adapters.model_files import MINILM_TOKENIZER

TOP = 10


@dataclass(frozen=True, slots=True)
class Item:
    """An article, in the words that each pipeline translates into its own."""

    id: str
    title: str
    text: str


class Pipeline(Protocol):
    def add(self, items: Sequence[Item]) -> None:
        """Split, embed and store."""
        ...

    def search(self, text: str) -> Sequence[str]:
        """Ids of articles, best passage first."""
        ...


Build = Callable[[str, MiniLM | None], Pipeline]
"""From the folder of a sentence-transformers model, or with our ONNX form of the same model in its place."""


def model_folder() -> str:
    """The sentence-transformers form of all-MiniLM-L6-v2 that a package carries."""
    return str(MINILM_TOKENIZER.locate().parent)


def run(build: Build) -> None:
    """`python -m … WORK sentence-transformers|onnx MODELS`: prints one JSON object."""
    work, embedder, models = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    raw = MiniLM(models)
    pipeline = build(model_folder(), raw if embedder == "onnx" else None)
    items = read_items(work / "corpus.jsonl")
    start = time.perf_counter()
    pipeline.add(items)
    published = time.perf_counter() - start
    pipeline.search("warm up")
    print("READY", flush=True)
    row = ask(work, pipeline.search, lambda text: raw.embed([text]))
    pipeline.add(read_items(work / "filler.jsonl"))
    print(json.dumps(row | {"published_s": published, "articles": len(items), "rss_mb": resident_mb()}))


def ask(work: Path, search: Callable[[str], Sequence[str]], raw: Callable[[str], object]) -> dict[str, Any]:
    """Milliseconds of each question and of its raw embedding, and whether a settling article came 1st, within 3."""
    spent, bare, first, third = [], [], [], []
    for line in (work / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        bare.append(timed(raw, question["text"])[0])
        took, found = timed(search, question["text"])
        spent.append(took)
        best = list(dict.fromkeys(found))[:3]
        first.append(bool(set(best[:1]) & set(question["settled_by"])))
        third.append(bool(set(best) & set(question["settled_by"])))
    return {"spent": spent, "raw": bare, "first": first, "third": third}


def timed(action: Callable[..., Any], *given: Any) -> tuple[float, Any]:
    """Milliseconds that it took, and what it gave."""
    start = time.perf_counter()
    found = action(*given)
    return (time.perf_counter() - start) * 1000, found


def read_items(file: Path) -> list[Item]:
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return [Item(row["id"], row["title"], row["text"]) for row in rows]


def resident_mb(process: str = "self") -> float:
    """Resident size now, from Linux' /proc."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024
