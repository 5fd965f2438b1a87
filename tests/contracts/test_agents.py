"""Accounts, sessions, login links and the lock-out, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from bot.errors import BadInput, NotFound
from helpdesk.accounts import LockedOut, SignInRefused
from helpdesk.models import Agent
from storage.agents import LINK, LOCK_OUT, SESSION, Agents
from storage.engine import reading
from tests.helpdesk.scripted import Clock

PASSWORD = "correct horse 马"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def agents(engine: Engine, clock: Clock) -> Agents:
    accounts = Agents(engine, clock=clock, cost=16)
    accounts.create("Kim", "lead", PASSWORD)
    return accounts


def refusal(call: Callable[[], str]) -> type[SignInRefused] | None:
    try:
        call()
    except SignInRefused as error:
        return type(error)
    return None


def test_the_right_password_opens_a_session_until_it_ends(agents: Agents, clock: Clock) -> None:
    token = agents.sign_in(" kim ", PASSWORD)
    assert agents.agent_of(token) == Agent("kim", "lead")
    clock.advance(seconds=SESSION.total_seconds() - 1)
    assert agents.agent_of(token) == Agent("kim", "lead")
    clock.advance(seconds=1)
    assert agents.agent_of(token) is None


def test_signing_out_ends_the_session(agents: Agents) -> None:
    first, second = agents.sign_in("kim", PASSWORD), agents.sign_in("kim", PASSWORD)
    agents.sign_out(first)
    assert agents.agent_of(first) is None
    assert agents.agent_of(second) is not None


@pytest.mark.parametrize("token", ["", "nonsense", "\ud800", "a" * 10_000])
def test_other_tokens_are_nobody(agents: Agents, token: str) -> None:
    assert agents.agent_of(token) is None
    assert refusal(lambda: agents.redeem(token)) is SignInRefused


def test_wrong_login_and_wrong_password_are_told_the_same(agents: Agents) -> None:
    agents.create("nopassword")
    messages = set()
    for login, password in (("kim", "wrong"), ("nobody", PASSWORD), ("nopassword", ""), ("", "")):
        with pytest.raises(SignInRefused) as refused:
            agents.sign_in(login, password)
        messages.add(str(refused.value))
    assert messages == {"login or password is wrong"}


@pytest.mark.parametrize("login", ["kim", "nobody"])
def test_five_wrong_passwords_lock_for_fifteen_minutes(agents: Agents, clock: Clock, login: str) -> None:
    wrong = [refusal(lambda: agents.sign_in(login, "wrong")) for _ in range(5)]
    assert wrong == [SignInRefused] * 5
    assert refusal(lambda: agents.sign_in(login, PASSWORD)) is LockedOut
    clock.advance(seconds=LOCK_OUT.total_seconds() - 1)
    assert refusal(lambda: agents.sign_in(login, PASSWORD)) is LockedOut
    clock.advance(seconds=1)
    assert refusal(lambda: agents.sign_in(login, PASSWORD)) is (None if login == "kim" else SignInRefused)


def test_the_right_password_forgives_the_wrong_ones(agents: Agents) -> None:
    for _ in range(3):
        assert [refusal(lambda: agents.sign_in("kim", "wrong")) for _ in range(4)] == [SignInRefused] * 4
        assert refusal(lambda: agents.sign_in("kim", PASSWORD)) is None


def test_thirty_guesses_at_once_are_still_five(agents: Agents) -> None:
    with ThreadPoolExecutor(30) as pool:
        kinds = list(pool.map(lambda _: refusal(lambda: agents.sign_in("kim", "wrong")), range(30)))
    assert kinds.count(SignInRefused) == 5
    assert kinds.count(LockedOut) == 25


def test_a_login_link_works_once(agents: Agents) -> None:
    link = agents.login_link("Kim")
    assert agents.agent_of(agents.redeem(link)) == Agent("kim", "lead")
    assert refusal(lambda: agents.redeem(link)) is SignInRefused
    assert agents.agent_of(link) is None


def test_of_eight_who_follow_a_link_at_once_one_comes_in(agents: Agents) -> None:
    link = agents.login_link("kim")
    with ThreadPoolExecutor(8) as pool:
        kinds = list(pool.map(lambda _: refusal(lambda: agents.redeem(link)), range(8)))
    assert kinds.count(None) == 1


def test_a_login_link_grows_old(agents: Agents, clock: Clock) -> None:
    link = agents.login_link("kim")
    clock.advance(seconds=LINK.total_seconds())
    assert refusal(lambda: agents.redeem(link)) is SignInRefused
    short = agents.login_link("kim", timedelta(seconds=1))
    assert refusal(lambda: agents.redeem(short)) is None


def test_nothing_stored_opens_the_door(agents: Agents, engine: Engine) -> None:
    secrets = [PASSWORD, agents.sign_in("kim", PASSWORD), agents.login_link("kim")]
    with reading(engine) as connection:
        tables = ("agents", "agent_sessions", "login_links")
        stored = str([connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables])
    assert not [secret for secret in secrets if secret in stored]


def test_a_new_password_ends_the_sessions(agents: Agents) -> None:
    token = agents.sign_in("kim", PASSWORD)
    agents.set_password("kim", "another long one")
    assert agents.agent_of(token) is None
    assert refusal(lambda: agents.sign_in("kim", PASSWORD)) is SignInRefused
    assert refusal(lambda: agents.sign_in("kim", "another long one")) is None


def test_who_is_removed_is_out(agents: Agents) -> None:
    token = agents.sign_in("kim", PASSWORD)
    agents.remove("Kim")
    assert agents.get("kim") is None
    assert agents.agent_of(token) is None
    assert refusal(lambda: agents.sign_in("kim", PASSWORD)) is SignInRefused


def test_bad_accounts_are_refused_with_a_sentence(agents: Agents) -> None:
    with pytest.raises(BadInput, match="kim: this login is taken"):
        agents.create("KIM")
    with pytest.raises(BadInput, match="10 to 200 characters"):
        agents.create("lee", "agent", "short")
    for login in ("", "  ", "a\nb", "x" * 201, "@zendesk"):
        with pytest.raises(BadInput, match="printable"):
            agents.create(login)
    for call in (lambda: agents.login_link("lee"), lambda: agents.set_password("lee", PASSWORD)):
        with pytest.raises(NotFound, match="lee: no such login"):
            call()


def test_names_and_roles_can_be_changed(agents: Agents) -> None:
    agents.create("ada", name="Ada L.")
    agents.set_name("KIM", "  Kim ")
    agents.set_role("ada", "lead")
    assert agents.all() == [Agent("ada", "lead", "Ada L."), Agent("kim", "lead", "Kim")]
    assert agents.agent_of(agents.sign_in("kim", PASSWORD)) == Agent("kim", "lead", "Kim")
    agents.set_name("kim", " ")
    assert agents.get("kim") == Agent("kim", "lead")
    for name in ("x" * 61, "a\nb", "\u202eevil"):
        with pytest.raises(BadInput, match="at most 60 printable"):
            agents.set_name("kim", name)
    with pytest.raises(NotFound, match="lee: no such login"):
        agents.set_role("lee", "lead")
