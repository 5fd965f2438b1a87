"""The HTTP contract, kept as a snapshot; and its documentation, which asks nothing of other hosts."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

SNAPSHOT = Path(__file__).with_name("openapi.json")
RENEW = "RENEW_OPENAPI"


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    answer = client.get("/openapi.json")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_contract_is_as_it_was(document: dict[str, Any]) -> None:
    if os.environ.get(RENEW):
        SNAPSHOT.write_text(json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
    assert document == json.loads(SNAPSHOT.read_text("utf-8")), (
        "the HTTP contract differs from tests/api/openapi.json. Others rely on it: extend it, rename nothing. If the "
        f"change is meant, run '{RENEW}=1 .venv/bin/pytest tests/api/test_openapi.py' and look at the difference"
    )


def test_it_has_the_operations_of_the_design(document: dict[str, Any]) -> None:
    assert {name for name, _ in operations(document)} >= {
        "POST /v1/conversations",
        "POST /v1/conversations/{conversation_id}/messages",
        "GET /v1/conversations/{conversation_id}",
        "GET /v1/conversations/{conversation_id}/events",
        "POST /v1/conversations/{conversation_id}/handoff",
        "POST /v1/conversations/{conversation_id}/feedback",
        "GET /v1/sites/{site}",
        "GET /v1/search",
        "GET /v1/tickets",
        "GET /v1/tickets/{number}",
        "POST /v1/tickets/{number}/status",
        "GET /v1/reports/deflection",
        "GET /health/live",
        "GET /health/ready",
    }


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    assert not [name for name, operation in operations(document) if len(operation.get("description", "")) < 20]
    assert not [name for name, operation in operations(document) if not operation.get("tags")]


def test_errors_are_documented_in_the_form_they_have(document: dict[str, Any]) -> None:
    wrong = []
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            if status >= "400":
                schema = response["content"]["application/json"]["schema"]
                wrong += [f"{name} {status}"] * (schema != {"$ref": "#/components/schemas/ErrorOut"})
    assert not wrong


def test_requests_have_examples(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("NewConversation", "NewMessage", "HandoffRequest"):
        required = schemas[name]["required"]
        assert all(schemas[name]["properties"][field].get("examples") for field in required), name


def test_the_documentation_is_all_from_here(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert not re.findall(r"(?:src|href)=[\"'](?:https?:)?//", page.text)
    for address in re.findall(r"(?:src|href)=[\"']([^\"']+)", page.text):
        assert client.get(address).status_code == 200, address
