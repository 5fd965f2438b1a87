"""Whatever is sent, no request ends in a 5xx: generated from the OpenAPI document, a few examples an operation."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error

from api import watching
from api.agents import COOKIE
from api.wiring import Storage
from tests.api.talk import Talk
from tests.helpdesk.scripted import Script


@pytest.fixture
def insider(make_client: Any, storage: Storage) -> tuple[Talk, str, str]:
    """A conversation, its ticket and an agent's session, so that requests get past the door."""
    talk = Talk.start(make_client(bot=Script()))
    number = talk.ask_for_person()
    storage.agents.create("eva", "agent")
    return talk, number, storage.agents.redeem(storage.agents.login_link("eva"))


def test_nothing_breaks_it(insider: tuple[Talk, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LONGEST", 1)
    monkeypatch.setattr(watching, "PAUSE", 0)
    talk, number, session = insider
    schema = schemathesis.openapi.from_asgi("/openapi.json", talk.client.app)
    tried = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        tried.add(operation.label)

        @settings(
            max_examples=12,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def check(case: Any) -> None:
            if "conversation_id" in case.path_parameters:
                case.path_parameters["conversation_id"] = talk.id
            if len(case.path_parameters.get("number", "")) % 2:
                case.path_parameters["number"] = number
            case.call_and_validate(headers=talk.headers, cookies={COOKIE: session}, checks=[not_a_server_error])

        check()
    assert "POST /v1/conversations/{conversation_id}/messages" in tried
    assert len(tried) >= 13
