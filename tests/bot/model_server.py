"""A small real server that speaks OpenAI's chat completions, and misbehaves as it is told."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.bot.serving import serving


@dataclass
class ModelServer:
    """`reply` is what the model says; `manner` how: well, refuses, filtered, cut, breaks, drips, hangs, or a code."""

    url: str = ""
    reply: str = ""
    manner: str = "well"
    asked: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def running() -> Iterator[ModelServer]:
    state = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.asked.append(json.loads(body))
            if state.manner.isdigit():
                self.send_error(int(state.manner))
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            try:
                self._stream()
            except OSError:
                return  # the client has gone, as it should

        def _stream(self) -> None:
            match state.manner:
                case "hangs":
                    time.sleep(3)
                case "drips":
                    for _ in range(30):
                        self._say({"content": "word "})
                        time.sleep(0.1)
                case "refuses":
                    self._say({"refusal": "I cannot help with that."})
                    self._say({}, "stop")
                case "breaks":
                    self._say({"content": state.reply[: len(state.reply) // 2]})
                case "filtered":
                    self._say({}, "content_filter")
                case "cut":
                    self._say({"content": state.reply})
                    self._say({}, "length")
                case _:
                    self._say({"content": state.reply})
                    self._say({}, "stop")
                    self.wfile.write(b"data: [DONE]\n\n")

        def _say(self, delta: dict[str, str], finish: str | None = None) -> None:
            choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
            row = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
            self.wfile.write(f"data: {json.dumps(row)}\n\n".encode())
            self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with serving(Handler) as state.url:
        yield state
