"""Errors have one form, tell nothing of the inside, and leave the chat as it was."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.logs import failure
from api.wiring import Storage
from bot.assistant import Assistant
from bot.errors import BadInput, Busy, ModelUnavailable, NotReady, StorageUnavailable
from bot.models import Question
from tests.api.talk import ANSWERED, Talk, events
from tests.helpdesk.scripted import Script

Make = Callable[..., TestClient]
SECRET = "/srv/models/minilm.onnx on db-7.internal"


@dataclass
class Broken:
    """A shelf that gives whoever wants an article this error."""

    error: Exception

    def library(self) -> Any:
        raise self.error


def assert_plain(answer: Any, status: int, code: str) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert list(told) == ["error"]
    assert list(told["error"]) == ["code", "message"]
    assert told["error"]["code"] == code
    message: str = told["error"]["message"]
    assert message
    assert "\n" not in message
    assert SECRET not in message
    return message


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/nowhere", None, 404, "not_found"),
        ("DELETE", "/v1/conversations", None, 405, "method_not_allowed"),
        ("GET", "/static/nothing.css", None, 404, "not_found"),
        ("GET", "/help/en/nothing", None, 404, "not_found"),
        ("POST", "/v1/conversations", b"{", 422, "unprocessable"),
        ("POST", "/v1/conversations", b"[" * 50_000, 400, "bad_request"),
        ("POST", "/v1/conversations", b'{"site": "\xff"}', 400, "bad_request"),
        ("POST", "/v1/conversations", b"{}", 422, "unprocessable"),
        ("POST", "/v1/conversations", b'{"site": "demo", "colour": "red"}', 422, "unprocessable"),
        ("POST", "/v1/conversations", b'{"site": "nowhere"}', 404, "not_found"),
        ("POST", "/v1/conversations", b'{"site": "\\ud800"}', 422, "unprocessable"),
        ("GET", "/v1/conversations/x", None, 401, "unauthorized"),
        ("GET", "/v1/tickets", None, 401, "unauthorized"),
        ("GET", "/v1/reports/deflection", None, 401, "unauthorized"),
        ("GET", "/v1/search", None, 422, "unprocessable"),
        ("GET", "/v1/search?q=" + "x" * 301, None, 422, "unprocessable"),
        ("GET", "/v1/search?q=refund&site=nowhere", None, 404, "not_found"),
        ("GET", "/desk?page=99999999999999999999", None, 422, "unprocessable"),
    ],
)
def test_every_error_has_the_same_form(
    client: TestClient, method: str, path: str, body: bytes | None, status: int, code: str
) -> None:
    headers = {"Content-Type": "application/json"} if body else {}
    assert_plain(client.request(method, path, content=body, headers=headers), status, code)


def test_blank_words_are_no_question(talk: Talk) -> None:
    assert [name for name, _ in events(talk.send(" \n ").text)] == ["error"]
    assert talk.read()["turns"] == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadInput("the question is odd; ask another"), "bad_request"),
        (NotReady("no articles are published yet"), "not_ready"),
        (Busy("try again"), "busy"),
        (ModelUnavailable(SECRET), "not_ready"),
        (StorageUnavailable(SECRET), "not_ready"),
        (RuntimeError(SECRET), "error"),
    ],
)
def test_a_reply_that_fails_is_an_error_event_and_can_be_asked_for_again(
    make_client: Make, error: Exception, code: str
) -> None:
    script = Script(failures=[error])
    talk = Talk.start(make_client(bot=script))
    failed = events(talk.send("how do I pay", "m1").text)
    assert [name for name, _ in failed] == ["error"]
    assert list(failed[0][1]) == ["code", "message"]
    assert failed[0][1]["code"] == code
    assert SECRET not in failed[0][1]["message"]
    assert [turn["role"] for turn in talk.read()["turns"]] == ["learner"]
    assert talk.say("how do I pay", "m1")["outcome"] == "answer"
    assert [turn["role"] for turn in talk.read()["turns"]] == ["learner", "bot"]


def test_an_unforeseen_error_is_a_plain_sentence(make_client: Make) -> None:
    client = make_client(shelf=Broken(RuntimeError(SECRET)))
    for path in ("/help", "/v1/search?q=refund"):
        message = assert_plain(client.get(path), 500, "error")
        assert "try again" in message


def test_what_a_driver_says_stays_inside(make_client: Make) -> None:
    client = make_client(shelf=Broken(StorageUnavailable(SECRET)))
    for path in ("/help", "/v1/search?q=refund"):
        assert_plain(client.get(path), 503, "not_ready")


def test_nothing_published_says_so(make_client: Make) -> None:
    client = make_client(shelf=Broken(NotReady("no articles are published yet")))
    assert_plain(client.get("/v1/search?q=refund"), 503, "not_ready")


def test_the_log_knows_where_but_repeats_no_words() -> None:
    with pytest.raises(KeyError) as caught:
        _ = {}[ANSWERED]  # type: ignore[var-annotated]
    told = failure(caught.value)
    assert told["error"] == "KeyError"
    assert "test_errors.py" in str(told["way"])
    assert ANSWERED not in str(told)


def test_scores_and_timings_stay_inside(talk: Talk, assistant: Assistant) -> None:
    body = talk.send(ANSWERED).text
    asked = assistant.answer(Question(ANSWERED)).evidence
    assert asked.timings
    assert not any(f'"{name}"' in body for name in (*asked.timings, *asked.scores))
    assert '"evidence"' not in str(talk.read())


def test_a_database_that_is_gone_is_told_plainly(make_client: Make, storage: Storage, tmp_path: Any) -> None:
    client = make_client(bot=Script())
    talk = Talk.start(client)
    storage.store._engine.dispose()
    for file in tmp_path.glob("firstline.db*"):
        file.unlink()
    answer = client.get(f"/v1/conversations/{talk.id}", headers=talk.headers)
    assert_plain(answer, 503, "not_ready")
