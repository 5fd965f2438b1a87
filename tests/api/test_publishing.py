"""Publishing beside a running service: taken over without a restart, and what was deleted is gone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api import wiring
from api.app import create_app
from api.wiring import Encoders, Service
from tests.api.conftest import publish
from tests.api.talk import Talk
from tests.api.worlds import make_settings

MARK = "Zanzibar"
QUESTION = "How do I ask for a Zanzibar voucher?"
ARTICLE = f"""---
id: {MARK.lower()}-voucher
title: {MARK} voucher
locale: en
collection: refunds
audience: learner
updated: 2026-10-20
---
To ask for a {MARK} voucher, open **Vouchers** and press the {MARK} button. See also [a refund](refund-course).
"""


@pytest.fixture
def articles(kb: Path, tmp_path: Path) -> Path:
    """The content team's folder."""
    folder = Path(shutil.copytree(kb, tmp_path / "kb"))
    linking = folder / "en" / "refunds" / "refund-status.md"
    linking.write_text(linking.read_text() + f"\nPerhaps a [{MARK} voucher]({MARK.lower()}-voucher) helps.\n")
    (folder / "en" / "refunds" / "voucher.md").write_text(ARTICLE)
    return folder


@pytest.fixture
def service(data: Path, encoders: Encoders) -> Iterator[Service]:
    made = wiring.make_service(make_settings(data, poll="0s"), encoders=encoders)
    yield made
    made.assistant.shelf.close()


@pytest.fixture
def running(service: Service) -> TestClient:
    return TestClient(create_app(service, housekeeping=False))


def everything_told(client: TestClient, talk: Talk) -> str:
    """Whatever a learner can be shown about it."""
    told = [
        str(talk.say(QUESTION)),
        str(talk.say(f"{MARK} voucher button")),
        client.get("/v1/search", params={"q": f"{MARK} voucher"}).text,
        client.get("/help").text,
        client.get("/help/en/refund-status").text.replace(f"{MARK} voucher helps", ""),
    ]
    return "\n".join(told)


def test_what_is_published_is_answered_and_what_is_deleted_is_gone(
    running: TestClient, service: Service, encoders: Encoders, articles: Path
) -> None:
    talk = Talk.start(running)
    assert f"{MARK.lower()}-voucher" not in everything_told(running, talk)

    publish(service.settings, encoders, articles)
    before = talk.say(QUESTION, "before")
    assert before["index_version"] == 2
    assert f"{MARK.lower()}-voucher" in before["retrieved"]
    assert running.get(f"/help/en/{MARK.lower()}-voucher").status_code == 200

    (articles / "en" / "refunds" / "voucher.md").unlink()
    publish(service.settings, encoders, articles)
    assert talk.say("How do I get a refund?")["index_version"] == 3
    assert f"{MARK.lower()}-voucher" not in everything_told(running, Talk.start(running))
    assert running.get(f"/help/en/{MARK.lower()}-voucher").status_code == 404

    service.storage.publications.point_at(2)
    rolled_back = Talk.start(running)
    assert rolled_back.say("How do I get a refund?")["index_version"] == 2
    assert f"{MARK.lower()}-voucher" not in everything_told(running, rolled_back), "deleted also in an old version"

    assert talk.say(QUESTION, "before") == before, "what was said before the deletion stays said"
    assert running.get("/health/ready").status_code == 200
