"""Firstline's own rows of the bench: in process like the peers, then as a service (`firstline serve`) and growing."""

import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from bot.assistant import Assistant
from bot.models import Question
from bot.ports import Embedder
from evals.bench.peers.driver import ask, resident_mb, timed
from ingestion.corpus import read_corpus
from ingestion.draft import embed, no_progress

PATIENCE = 120
"""Seconds that a service gets to be ready."""
AT_ONCE = 32


def in_process(work: Path, assistant: Assistant, raw: Callable[[str], object]) -> dict[str, Any]:
    """The whole way of a question (intents, search, confidence, answer), not the search alone."""

    def search(text: str) -> Sequence[str]:
        return assistant.answer(Question(text)).evidence.retrieved

    with assistant.shelf.library() as library:
        assistant.warm_up(library)
    first, _ = timed(search, "How do I change the e-mail address of my account?")
    return ask(work, search, raw) | {"first_ms": first}


@contextmanager
def service(data: Path) -> Iterator[tuple[str, int, float]]:
    """`firstline serve --demo` on a free port: its address, its process id, and seconds until it was ready."""
    start = time.perf_counter()
    command = [str(Path(sys.executable).parent / "firstline"), "serve", "--demo", "--port", "0", "--data", str(data)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)  # noqa: S603
    try:
        assert process.stderr is not None
        line = next(line for line in process.stderr if line.startswith("Firstline is at "))
        base = line.split()[3].rstrip(";")
        # Its log goes on; a full pipe would hold it up.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        while not _ready(base):
            if time.perf_counter() - start > PATIENCE:
                raise TimeoutError(f"{base} was not ready within {PATIENCE} seconds")
            time.sleep(0.02)
        yield base, process.pid, time.perf_counter() - start
    finally:
        process.terminate()
        process.wait(30)


def over_http(base: str, texts: Sequence[str]) -> list[float]:
    """Milliseconds of each message from request to its outcome, the turn stored; a new conversation every ten."""
    spent, send = [], _conversation(base)
    for number, text in enumerate(texts):
        if number % 10 == 0:
            send = _conversation(base)
        spent.append(timed(send, text)[0])
    return spent


def throughput(base: str, texts: Sequence[str]) -> float:
    """Questions a second with AT_ONCE conversations asking at the same time."""
    senders = [_conversation(base) for _ in range(AT_ONCE)]
    start = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda pair: pair[0](pair[1]), ((senders[n % AT_ONCE], text) for n, text in enumerate(texts))))
    return len(texts) / (time.perf_counter() - start)


def questions(work: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (work / "questions.jsonl").read_text(encoding="utf-8").splitlines()]


def embedding_seconds(embedder: Embedder, sources: Sequence[Path]) -> float:
    """What it costs to embed all that publishing these sources embeds, by itself; measured on every tenth article."""
    articles = read_corpus(sources).articles
    sample = {article.key: article for article in articles[::10]}
    chunks, _, _ = embed(tuple(sample.values()), embedder, {}, no_progress)
    texts = [chunk.embedded_text(sample[chunk.article_key]) for chunk in chunks]
    spent, _ = timed(embedder.embed_passages, texts, ["en"] * len(texts))
    return spent / 1000 * len(articles) / len(sample)


def resident(process: int) -> float:
    return resident_mb(str(process))


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def _ready(base: str) -> bool:
    try:
        with urlopen(f"{base}/health/ready", timeout=5) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def _conversation(base: str) -> Callable[[str], str]:
    made = json.loads(_post(f"{base}/v1/conversations", {"site": "demo", "locale": "en"}))
    headers, sent = {"Authorization": f"Bearer {made['token']}"}, iter(range(10**9))

    def send(text: str) -> str:
        body = {"text": text, "client_message_id": f"m{next(sent)}"}
        return _post(f"{base}/v1/conversations/{made['conversation_id']}/messages", body, headers)

    return send


def _post(url: str, body: dict[str, str], headers: dict[str, str] | None = None) -> str:
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"} | (headers or {}))  # noqa: S310
    with urlopen(request, timeout=60) as response:  # noqa: S310 - our own address
        return str(response.read().decode())
