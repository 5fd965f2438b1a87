"""Partners see what is written for partners; learners never do, nor anybody what is internal."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.talk import Talk
from tests.api.test_identity import identity_token
from tests.api.worlds import PAGE

PAYOUTS = "When and how are partners paid their revenue share?"
LATE = "A learner asks too late for a refund, may I extend the refund period?"
HIDDEN = ("internal-late-refunds", "internal-goodwill-credits", "partner-payouts", "partner-upload-video")


def shown(outcome: dict[str, Any]) -> str:
    return json.dumps(outcome, ensure_ascii=False)


def test_a_partner_is_answered_from_what_is_written_for_partners(client: TestClient) -> None:
    talk = Talk.start(client, identity_token=identity_token(audience="partner"))
    assert "partner-payouts" in talk.say(PAYOUTS)["retrieved"]


@pytest.mark.parametrize("audience", [None, "learner"])
def test_a_learner_is_told_nothing_of_it(client: TestClient, audience: str | None) -> None:
    talk = Talk.start(client, identity_token=identity_token(audience=audience))
    for question in (PAYOUTS, LATE, "partner-payouts", "Revenue share 40% partner studio payouts"):
        told = shown(talk.say(question))
        assert not any(hidden in told for hidden in HIDDEN), told


def test_nobody_in_a_chat_is_told_what_is_internal(client: TestClient) -> None:
    talk = Talk.start(client, identity_token=identity_token(audience="partner"))
    for question in (LATE, "goodwill credits for learners", "internal-goodwill-credits"):
        assert "internal-" not in shown(talk.say(question))


def test_search_and_pages_are_the_learners(client: TestClient) -> None:
    for words in (PAYOUTS, LATE, "goodwill", "upload a video"):
        assert not any(hidden in client.get("/v1/search", params={"q": words}).text for hidden in HIDDEN)
    index = client.get("/help").text
    assert "refund-course" in index
    for hidden in HIDDEN:
        assert hidden not in index
        answer = client.get(f"/help/en/{hidden}")
        assert answer.status_code == 404
        assert answer.json() == client.get("/help/en/no-such-article").json()


def test_a_site_answers_from_its_collections_alone(make_client: Any) -> None:
    from bot.settings import Site

    client = make_client(sites={"demo": Site(origins=(PAGE,), collections=("certificates",))})
    told = Talk.start(client).say("How do I get a refund for a course?")
    assert not any(article.startswith("refund-") for article in told["retrieved"] if "certificate" not in article)
    results = client.get("/v1/search", params={"q": "refund", "site": "demo"}).json()["results"]
    assert "refund-course" not in [result["article_id"] for result in results]


def pages_of_articles(client: TestClient) -> Iterator[str]:
    yield from (result["url"] for result in client.get("/v1/search", params={"q": "refund"}).json()["results"])


def test_learners_pages_link_nowhere_hidden(client: TestClient) -> None:
    for address in pages_of_articles(client):
        page = client.get(address).text
        assert not any(f"/{hidden}" in page for hidden in HIDDEN)
