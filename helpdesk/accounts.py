"""Signing in to the desk, in the words of those who do it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from bot.errors import FirstlineError
from helpdesk.models import Agent, AgentRole


class SignInRefused(FirstlineError):
    """Wrong login, password or link; which of them is not told."""


class LockedOut(SignInRefused):
    """Too many wrong passwords; the right one is refused too until the time is over."""


class Accounts(Protocol):
    """Who may sign in, and who is."""

    def create(
        self, login: str, role: AgentRole = "agent", password: str | None = None, *, name: str | None = None
    ) -> Agent:
        """Raises BadInput where the login is taken. Without a password only login links open the account."""
        ...

    def get(self, login: str) -> Agent | None: ...

    def all(self) -> Sequence[Agent]:
        """By login."""
        ...

    def set_name(self, login: str, name: str | None) -> None:
        """What learners know the agent as; None or blank: somebody from the team. Raises NotFound, BadInput."""
        ...

    def set_role(self, login: str, role: AgentRole) -> None:
        """Raises NotFound."""
        ...

    def remove(self, login: str) -> None:
        """With its sessions and links. What the agent did stays in the tickets' history."""
        ...

    def sign_in(self, login: str, password: str) -> str:
        """The token of a new session. Raises SignInRefused, after 5 wrong passwords LockedOut for 15 minutes."""
        ...

    def agent_of(self, token: str) -> Agent | None:
        """Who is signed in with this session token; None where it is unknown or over."""
        ...

    def sign_out(self, token: str) -> None: ...

    def login_link(self, login: str, lifetime: timedelta = ...) -> str:
        """A token that signs in once within its lifetime. Raises NotFound for an unknown login."""
        ...

    def redeem(self, token: str) -> str:
        """The token of a new session for a login link, which is used up by this. Raises SignInRefused."""
        ...
