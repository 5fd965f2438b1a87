"""A small real server that speaks OpenAI's embeddings, and misbehaves as it is told."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from bot.ports import Vectors
from tests.bot.serving import serving
from tests.ingestion.corpora import HashEmbedder

Encode = Callable[[Sequence[str]], Vectors]


def hashed(texts: Sequence[str]) -> Vectors:
    return HashEmbedder().embed_passages(texts, ["en"] * len(texts))


@dataclass
class EmbeddingServer:
    """`manner` is how it answers: well, hangs, fewer, nothing, zeros, shorter, nonsense, leaks or a status code;
    `failing` requests before that get a 500."""

    url: str = ""
    encode: Encode = hashed
    manner: str = "well"
    failing: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [text for body in self.asked for text in body["input"]]


@contextmanager
def running(encode: Encode = hashed) -> Iterator[EmbeddingServer]:
    state = EmbeddingServer(encode=encode)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append(body)
            state.keys.append(self.headers["Authorization"])
            state.failing -= 1
            if state.failing >= 0:
                self._send(500, b"{}")
            elif state.manner == "leaks":
                self._send(401, json.dumps({"error": {"message": f"wrong key {state.keys[-1]}"}}).encode())
            elif state.manner.isdigit():
                self._send(int(state.manner), b"{}")
            elif state.manner == "hangs":
                time.sleep(1)
            elif state.manner == "nonsense":
                self._send(200, b"{no json")
            else:
                self._send(200, json.dumps(self._answer(body["input"])).encode())

        def _answer(self, texts: list[str]) -> dict[str, Any]:
            vectors = 3 * state.encode(texts)  # no unit vectors
            if state.manner == "zeros":
                vectors *= 0
            if state.manner == "shorter":
                vectors = vectors[:, :-1]
            rows = [
                {"object": "embedding", "index": at, "embedding": vector.tolist()} for at, vector in enumerate(vectors)
            ]
            kept = {"fewer": rows[1:], "nothing": []}.get(state.manner, rows[::-1])  # in an order of its own
            return {"object": "list", "model": "m", "data": kept, "usage": {"prompt_tokens": 1, "total_tokens": 1}}

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with serving(Handler) as state.url:
        yield state
