"""A small real server that speaks the widget's HTTP contract, for conditions the service cannot be brought into."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse

WIDGET = Path(__file__).parents[2] / "api" / "widget"
LOCALES = ("en", "es", "zh")
CODES = {400: "bad_request", 401: "unauthorized", 403: "origin_not_allowed", 404: "not_found", 422: "unprocessable"}
CODES |= {413: "too_large", 429: "rate_limited", 500: "internal", 503: "not_ready"}
EXPOSED = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
Json = dict[str, Any]


def load_strings() -> dict[str, dict[str, str]]:
    """The texts of each language."""
    return {name: json.loads((WIDGET / "strings" / f"{name}.json").read_text("utf-8")) for name in LOCALES}


def served_widget() -> str:
    """widget.js as the service hands it out."""
    source = (WIDGET / "widget.js").read_text("utf-8")
    texts = json.dumps(load_strings(), ensure_ascii=False, separators=(",", ":"))
    return source.replace("const STRINGS = {}; // filled in by the server", f"const STRINGS = {texts};")


def outcome(text: str, kind: str = "answer", **fields: Any) -> Json:
    """The outcome JSON of ARCHITECTURE.md, with `fields` replaced."""
    blank: Json = {
        "id": "",
        "outcome": kind,
        "text": text,
        "confidence": 0.9,
        "calibration": "estimated",
        "reason": None,
    }
    blank |= {"handoff": None, "ticket_number": None, "department": None, "priority": None, "index_version": 3}
    blank |= {"question_language": "en", "language": "en", "choices": [], "suggestions": [], "citations": []}
    return blank | {"retrieved": []} | fields


def pieces(text: str, size: int = 9) -> list[str]:
    """The deltas of a text."""
    return [text[at : at + size] for at in range(0, len(text), size)]


@dataclass
class Failure:
    """What happens to the next request whose path ends so: a status, or a break in the middle of the stream."""

    ending: str
    status: int = 0
    retry_after: int | None = None
    after_deltas: int | None = None
    event: str | None = None
    cors: bool = True


@dataclass
class FakeApi:
    """Scripted replies and failures, and a record of what was asked."""

    url: str = ""
    replies: dict[str, Json] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    requests: list[tuple[str, str, Json]] = field(default_factory=list)
    conversations: dict[str, Json] = field(default_factory=dict)
    suggestions: list[str] = field(default_factory=list)
    allowed: bool = True
    cors: bool = True
    email: str | None = None
    pause: float = 0.0
    """Seconds before each event of a stream."""
    cuts: int = 0
    """Each new number ends the event streams that are open."""
    gate: threading.Event | None = None
    """Where set, a stream waits for it before its last delta."""
    numbers: Callable[[], int] = count(1042).__next__

    def reset(self) -> None:
        """As new, at the same address."""
        self.__init__(url=self.url)  # type: ignore[misc]

    def fail(self, ending: str, status: int = 0, **how: Any) -> None:
        """The next request to a path with this ending fails so."""
        self.failures.append(Failure(ending, status, **how))

    def failure(self, path: str) -> Failure | None:
        found = next((failure for failure in self.failures if path.endswith(failure.ending)), None)
        if found:
            self.failures.remove(found)
        return found

    def asked(self, ending: str) -> list[Json]:
        """Bodies of the requests to paths with this ending, in order."""
        return [body for _, path, body in self.requests if path.endswith(ending)]

    def reply_to(self, text: str) -> Json:
        return self.replies.get(text) or self.replies.get("*") or outcome(f"You asked: {text}")


def error(status: int, retry_after: int | None = None, cors: bool = True) -> Response:
    headers = (EXPOSED if cors else {}) | ({"Retry-After": str(retry_after)} if retry_after is not None else {})
    return JSONResponse({"error": {"code": CODES[status], "message": "Internal words."}}, status, headers=headers)


def build(api: FakeApi) -> FastAPI:
    """The routes of the contract over `api`."""
    app = FastAPI(openapi_url=None)

    @app.middleware("http")
    async def scripted(request: Request, call_next: Callable[[Request], Any]) -> Response:
        path = request.url.path
        if request.method == "OPTIONS":
            allowed = {
                "Access-Control-Allow-Headers": "authorization,content-type,last-event-id",
                "Access-Control-Allow-Methods": "*",
            }
            return Response(status_code=204, headers=EXPOSED | allowed)
        body = await request.body()
        if path.startswith("/v1/"):
            api.requests.append((request.method, path, json.loads(body) if body else {}))
            found = next((f for f in api.failures if path.endswith(f.ending) and f.status), None)
            if found:
                api.failures.remove(found)
                return error(found.status, found.retry_after, found.cors)
        response: Response = await call_next(request)
        if api.cors:
            response.headers.update(EXPOSED)
        return response

    @app.get("/widget.js")
    def widget() -> Response:
        return Response(served_widget(), media_type="text/javascript; charset=utf-8")

    @app.get("/help/{rest:path}")
    def article(rest: str) -> Response:
        return HTMLResponse(f"<!doctype html><html lang=en><title>Article</title><h1>{rest}</h1>")

    @app.get("/v1/sites/{site}")
    def site(site: str, locale: str = "en") -> Response:
        if not api.allowed:
            return error(403, cors=api.cors)
        profile = {"site": site, "name": "Quillmere", "locales": list(LOCALES), "locale": locale}
        return JSONResponse(profile | {"suggestions": api.suggestions})

    @app.post("/v1/conversations")
    async def create(request: Request) -> Response:
        body = await request.json()
        if body.get("identity_token") == "expired":
            return error(401)
        number = f"c{len(api.conversations) + 1}"
        chat = {"conversation_id": number, "site": body["site"], "locale": body["locale"], "email": api.email}
        api.conversations[number] = chat | {"turns": [], "ticket": None}
        return JSONResponse(chat | {"token": f"token-{number}"}, 201)

    def conversation(request: Request, number: str) -> Json | None:
        known = api.conversations.get(number)
        return known if request.headers.get("Authorization") == f"Bearer token-{number}" else None

    @app.get("/v1/conversations/{number}")
    def transcript(request: Request, number: str) -> Response:
        chat = conversation(request, number)
        return JSONResponse(chat) if chat else error(404)

    @app.post("/v1/conversations/{number}/messages")
    async def message(request: Request, number: str) -> Response:
        chat = conversation(request, number)
        if not chat:
            return error(404)
        reply = store(api, chat, await request.json())
        broken = api.failure("/messages")
        return StreamingResponse(stream(api, reply, broken), media_type="text/event-stream")

    @app.post("/v1/conversations/{number}/handoff")
    async def handoff(request: Request, number: str) -> Response:
        chat = conversation(request, number)
        if not chat:
            return error(404)
        if chat["ticket"] is None or chat["ticket"]["status"] == "Closed":
            chat["ticket"] = {"number": f"FL-{api.numbers()}", "status": "Open"}
        return JSONResponse({"ticket_number": chat["ticket"]["number"]}, 201)

    @app.get("/v1/conversations/{number}/events")
    async def events(request: Request, number: str) -> Response:
        chat = conversation(request, number)
        after = int(request.headers.get("Last-Event-ID") or 0)
        return StreamingResponse(follow(api, chat, after), media_type="text/event-stream") if chat else error(404)

    @app.post("/v1/conversations/{number}/feedback")
    async def feedback(request: Request, number: str) -> Response:
        body = await request.json()
        for turn in api.conversations[number]["turns"]:
            if turn["id"] == body["message_id"]:
                turn["helpful"] = body["helpful"]
        return Response(status_code=204)

    return app


def store(api: FakeApi, chat: Json, body: Json) -> Json:
    """The bot's turn for a message: the stored one where the message is known."""
    turns: list[Json] = chat["turns"]
    mine = body["client_message_id"]
    known = next((at for at, turn in enumerate(turns) if turn.get("client_message_id") == mine), None)
    if known is not None:
        return turns[min(known + 1, len(turns) - 1)]
    common = {"created_at": "2026-11-21T10:00:00Z", "client_message_id": None, "outcome": None, "helpful": None}
    mine_turn = common | {
        "id": f"m{len(turns) + 1}",
        "role": "learner",
        "text": body["text"],
        "client_message_id": mine,
    }
    if chat.get("person"):
        turns.append(mine_turn)
        return mine_turn
    reply = api.reply_to(body["text"]) | {"id": f"m{len(turns) + 2}"}
    if reply["handoff"] == "required":
        chat["ticket"] = {"number": f"FL-{api.numbers()}", "status": "Open"}
        reply["ticket_number"] = chat["ticket"]["number"]
    turns.append(mine_turn)
    turns.append(common | {"id": reply["id"], "role": "bot", "text": reply["text"], "outcome": reply})
    return turns[-1]


async def stream(api: FakeApi, turn: Json, broken: Failure | None) -> AsyncIterator[str]:
    """The events of a stored reply."""
    yield ": ping\n\n"
    if turn["role"] == "learner":
        yield event("delivered", {"message_id": turn["id"]})
        return
    deltas = pieces(turn["text"])
    for at, piece in enumerate(deltas):
        if broken and broken.after_deltas == at:
            if broken.event:
                yield event("error", {"code": broken.event, "message": "Internal words."})
            return
        if at == len(deltas) - 1:
            while api.gate and not api.gate.is_set():
                await asyncio.sleep(0.01)
        await asyncio.sleep(api.pause)
        yield event("delta", {"text": piece})
    yield event("outcome", turn["outcome"])


async def follow(api: FakeApi, chat: Json, after: int) -> AsyncIterator[str]:
    """What persons and the system say, and who has joined, until `api.cuts` asks for an end."""
    told: Json = {}
    cuts = api.cuts
    while cuts == api.cuts:
        for at, turn in enumerate(chat["turns"], start=1):
            if at > after and turn["role"] in ("agent", "system"):
                after = at
                yield f"id: {at}\n" + event("message", turn)
        state = {"person": chat.get("person"), "ticket": chat["ticket"]}
        if state != told:
            told = state
            yield event("state", state)
        yield ": ping\n\n"
        await asyncio.sleep(0.02)


def event(name: str, data: Json) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
