"""An OpenAI-compatible server on this machine that judges by words alone, in the forms that ragas asks for."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.bot.serving import serving

ENOUGH = 0.6


@contextmanager
def literal_judge() -> Iterator[str]:
    """Gives the base URL."""
    with serving(_Judge) as url:
        yield url


def verdict(claim: str, context: str) -> int:
    """1 where most of the claim's words stand in the context."""
    said, known = (set(re.findall(r"\w+", text.casefold())) for text in (claim, context))
    return int(len(said & known) >= ENOUGH * len(said))


def reply_to(given: dict[str, Any]) -> dict[str, Any]:
    match sorted(given):
        case ["answer", "question"]:
            return {"statements": [given["answer"]]}
        case ["atomicity", "coverage", "response"]:
            return {"claims": [given["response"]]}
        case ["answer", "context", "question"]:
            return {"reason": "words", "verdict": verdict(given["answer"], given["context"])}
        case ["response"]:
            return {"question": given["response"], "noncommittal": 0}
        case _:
            statements = given["statements"]
            judged = [(each, verdict(each, given["context"])) for each in statements]
            return {"statements": [{"statement": each, "reason": "words", "verdict": says} for each, says in judged]}


class _Judge(BaseHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Says nothing."""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        asked = request["messages"][-1]["content"].rpartition("nput: ")[2].rpartition("Output:")[0]
        message = {"role": "assistant", "content": json.dumps(reply_to(json.loads(asked)))}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        reply = {"id": "1", "object": "chat.completion", "created": 1, "model": "literal"}
        body = json.dumps(reply | {"choices": [choice], "usage": usage}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
