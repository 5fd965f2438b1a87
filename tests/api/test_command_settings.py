"""What stops the command before it begins: one plain sentence and exit 2. And the agents' accounts."""

import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api import wiring
from api.app import create_app
from tests.api.commands import Result, run_alone
from tests.api.worlds import make_settings

Run = Callable[..., Result]
PASSWORD = "correct horse battery\n"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["nonsense"], "nonsense"),
        (["ask", "--nonsense", "x"], "--nonsense"),
        (["index"], "sources"),
        (["serve", "--port", "http"], "--port"),
        (["serve", "--port", "70000"], "--port"),
        (["versions", "nonsense"], "nonsense"),
        (["erase"], "--email"),
        (["report", "--days", "0"], "--days"),
        (["agents", "add"], "login"),
    ],
)
def test_an_unknown_word_is_refused(firstline: Run, words: list[str], named: str) -> None:
    firstline(*words).assert_refused(named)


def test_help_is_a_result_and_no_word_at_all_is_not(firstline: Run) -> None:
    helped = firstline("--help")
    assert (helped.code, helped.err) == (0, "")
    for command in ("serve", "index", "ask", "report", "erase", "versions", "agents", "lint"):
        assert command in helped.out
    bare = firstline()
    assert (bare.code, bare.out) == (2, "")
    assert bare.err.startswith("Usage: ")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("FIRSTLINE_COLOUR", "red", ["FIRSTLINE_COLOUR"]),
        ("FIRSTLINE_LIMITS__COLOUR", "red", ["colour"]),
        ("FIRSTLINE_RETENTION", "30", ["retention", "30d"]),
        ("FIRSTLINE_LIMITS__BODY", "64 kilos", ["limits.body", "64kB"]),
        ("FIRSTLINE_LIMITS__ADDRESS", "0/minute", ["limits.address", "20/minute"]),
        ("FIRSTLINE_TARGET_ERROR_RATE", "2", ["target_error_rate"]),
        ("FIRSTLINE_METRICS_PORT", "99999", ["metrics_port"]),
        ("FIRSTLINE_INTENTS", "nowhere.yaml", ["intents", "nowhere.yaml"]),
        ("FIRSTLINE_SETTINGS", "nowhere.toml", ["nowhere.toml"]),
        ("FIRSTLINE_DATABASE", "mysql://root:secret@db/x", ["sqlite"]),
    ],
)
def test_a_setting_that_cannot_be_used(
    firstline: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: list[str]
) -> None:
    monkeypatch.setenv(name, value)
    refused = firstline("versions", "list")
    refused.assert_refused(*words)
    assert "secret" not in refused.err


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('colour = "red"', "colour"),
        ('retention = "long"', "retention"),
        ("[sites.demo]\ncolour = 1", "colour"),
        ("[[[", "settings cannot be read"),
    ],
)
def test_a_file_of_settings_that_cannot_be_used(firstline: Run, text: str, word: str) -> None:
    Path("firstline.toml").write_text(text)
    firstline("versions", "list").assert_refused(word)


def test_settings_come_from_the_file_and_the_environment_wins(
    firstline: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Path("firstline.toml").write_text(f'data = "{tmp_path}/from-file"')
    firstline("versions", "list")
    assert (tmp_path / "from-file" / "firstline.db").exists()
    monkeypatch.setenv("FIRSTLINE_DATA", str(tmp_path / "from-environment"))
    firstline("versions", "list")
    assert (tmp_path / "from-environment" / "firstline.db").exists()
    firstline("versions", "list", "--data", tmp_path / "from-option")
    assert (tmp_path / "from-option" / "firstline.db").exists()


def test_a_port_that_is_taken(firstline: Run, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        firstline("serve", "--port", port, "--data", tmp_path / "d").assert_refused(str(port), "--port")
    firstline("serve", "--host", "192.0.2.1", "--port", 0, "--data", tmp_path / "d").assert_refused("--host")


def test_as_a_process_of_its_own(tmp_path: Path) -> None:
    run_alone("index", "nowhere", "--data", tmp_path / "d", cwd=tmp_path).assert_refused("nowhere")


class TestAgents:
    @pytest.fixture
    def agents(self, firstline: Run, tmp_path: Path) -> Run:
        """`firstline agents`, where `eva` is one."""

        def run(*words: object, typed: str = "") -> Result:
            return firstline("agents", *words, "--data", tmp_path, typed=typed)

        assert run("add", "Eva", typed=PASSWORD).out == "eva can sign in at /desk\n"
        return run

    @pytest.fixture
    def desk(self, agents: Run, tmp_path: Path, assistant: object) -> TestClient:
        service = wiring.make_service(make_settings(tmp_path), assistant=assistant)  # type: ignore[arg-type]
        return TestClient(create_app(service, housekeeping=False))

    def sign_in(self, desk: TestClient, password: str) -> int:
        return desk.post("/desk/login", data={"login": "eva", "password": password.strip()}).status_code

    def test_learners_know_an_agent_by_a_name(self, agents: Run) -> None:
        assert agents("name", "eva", " Eva L. ").out == "learners know eva as Eva L.\n"
        assert agents("name", "eva", "").out == "learners know eva as somebody from the team\n"
        assert agents("add", "max", "--name", "Max", typed=PASSWORD).code == 0
        assert agents("name", "nobody", "X").code == 2
        assert agents("remove", "max").code == 0

    def test_who_was_added_can_sign_in(self, agents: Run, desk: TestClient) -> None:
        assert self.sign_in(desk, PASSWORD) == 200
        agents("add", "eva", typed=PASSWORD).assert_refused("taken")
        agents("add", "tom", typed="short\n").assert_refused("10 to 200 characters")
        agents("add", "tom", "--role", "queen", typed=PASSWORD).assert_refused("queen")

    def test_a_link_opens_the_desk_once(self, agents: Run, desk: TestClient) -> None:
        link = agents("link", "eva", "--base", "https://help.example").out.strip()
        assert re.fullmatch(r"https://help\.example/desk/login\?token=[\w-]{40,}", link)
        path = link.removeprefix("https://help.example")
        assert desk.get(path).status_code == 200
        assert desk.get("/v1/tickets").status_code == 200
        assert desk.get(path).status_code == 401
        agents("link", "nobody").assert_refused("nobody")

    def test_a_new_password_signs_out(self, agents: Run, desk: TestClient) -> None:
        self.sign_in(desk, PASSWORD)
        assert agents("password", "eva", typed="another long word\n").code == 0
        assert desk.get("/v1/tickets").status_code == 401
        assert self.sign_in(desk, PASSWORD) == 401
        assert self.sign_in(desk, "another long word") == 200

    def test_who_is_removed_is_out(self, agents: Run, desk: TestClient) -> None:
        self.sign_in(desk, PASSWORD)
        assert agents("remove", "eva").code == 0
        assert desk.get("/v1/tickets").status_code == 401
        assert self.sign_in(desk, PASSWORD) == 401
