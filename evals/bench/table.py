"""The bench's one table: Firstline and its peers over the same articles and questions, timings as ratios."""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import FirstlineError
from evals.bench.ours import median, percentile

PEERS = {
    "LangChain tutorial": "langchain_tutorial",
    "LlamaIndex starter": "llama_index_starter",
    "Haystack tutorial": "haystack_pipeline",
}
FORMS = ("sentence-transformers", "onnx")


@dataclass(frozen=True, slots=True)
class Row:
    """One pipeline. Ratios are against the raw embedding in the same process and run."""

    name: str
    p50: float
    p99: float
    hit_1: float
    hit_3: float
    questions: int
    ready_s: float
    publish_s: float
    rss_mb: float

    def line(self) -> str:
        return (
            f"{self.name:42s} {self.p50:6.1f}x {self.p99:6.1f}x   {self.hit_1:.3f} {self.hit_3:.3f} "
            f"{self.questions:4d} {self.ready_s:8.1f} {self.publish_s:8.1f} {self.rss_mb:7.0f}"
        )


HEAD = (
    f"{'':42s} {'p50':>7s} {'p99':>7s}   {'hit@1':5s} {'hit@3':5s} {'n':>4s} {'ready s':>8s} {'index s':>8s} {'MB':>7s}"
)


def row_of(name: str, measured: dict[str, Any], ready_s: float, rss_mb: float) -> Row:
    raw = median(measured["raw"])
    return Row(
        name,
        median(measured["spent"]) / raw,
        percentile(measured["spent"], 0.99) / raw,
        sum(measured["first"]) / len(measured["first"]),
        sum(measured["third"]) / len(measured["third"]),
        len(measured["first"]),
        ready_s,
        measured["published_s"],
        rss_mb,
    )


def peers(python: Path, work: Path, models: Path) -> Iterator[Row]:
    """Each peer in a process of its own, in the environment of `python`."""
    for name, module in PEERS.items():
        for form in FORMS:
            yield _peer(python, f"{name}, {form}", module, form, work, models)


def _peer(python: Path, name: str, module: str, form: str, work: Path, models: Path) -> Row:
    start = time.perf_counter()
    command = [str(python), "-m", f"evals.bench.peers.{module}", str(work), form, str(models)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603
    assert process.stdout is not None
    line = process.stdout.readline()
    ready_s = time.perf_counter() - start
    out, err = process.communicate()
    if process.returncode or line != "READY\n":
        raise FirstlineError(f"{name} did not run; its last words: {err.strip().splitlines()[-1] if err else 'none'}")
    measured = json.loads(out.splitlines()[-1])
    return row_of(name, measured, ready_s, measured["rss_mb"])
