"""Readiness asks a question it must know; metrics are not on the public port."""

from pathlib import Path

from prometheus_client import generate_latest
from starlette.testclient import TestClient

from api import wiring
from api.app import create_app
from api.wiring import Encoders
from tests.api.conftest import publish
from tests.api.talk import ANSWERED, PERSON, Talk
from tests.api.worlds import make_settings


def test_ready_only_once_something_is_live(tmp_path: Path, encoders: Encoders, kb: Path) -> None:
    settings = make_settings(tmp_path / "data", poll="0s")
    service = wiring.make_service(settings, encoders=encoders)
    client = TestClient(create_app(service, housekeeping=False))
    waiting = client.get("/health/ready")
    assert waiting.status_code == 503
    assert waiting.json()["error"]["code"] == "not_ready"
    assert "firstline index" in waiting.json()["error"]["message"]
    assert client.get("/health/live").status_code == 200
    assert client.get("/help").status_code == 503

    publish(settings, encoders, kb / "es")
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    service.assistant.shelf.close()


def test_metrics_are_not_public(client: TestClient) -> None:
    assert client.get("/metrics").status_code == 404


def test_metrics_count_questions_handoffs_and_time(client: TestClient) -> None:
    talk = Talk.start(client)
    fresh = f"{ANSWERED} Thanks!"  # in words that no other test asked, so that no remembered answer is given
    talk.say(fresh, "m1")
    talk.say(fresh, "m1")
    talk.say(PERSON)
    app: object = client.app
    told = generate_latest(app.state.context.metrics.registry).decode()  # type: ignore[attr-defined]
    for line in (
        'firstline_questions_total{outcome="answer",site="demo"} 1.0',
        'firstline_questions_total{outcome="handoff",site="demo"} 1.0',
        'firstline_handoffs_total{kind="required",reason="asked_for_human"} 1.0',
        'firstline_stage_seconds_count{stage="retrieve"} 2.0',
        'firstline_stage_seconds_count{stage="total"} 2.0',
    ):
        assert line in told
    assert talk.id not in told
