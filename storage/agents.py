"""The people who receive tickets: accounts, sessions, one-time login links and the lock-out."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.errors import BadInput, NotFound
from helpdesk.accounts import LockedOut, SignInRefused
from helpdesk.models import ELSEWHERE, Agent, AgentRole
from storage.engine import reading, writing
from storage.passwords import DEFAULT_COST, hash_password, password_matches
from storage.tables import agent_sessions, agents, login_links, sign_in_attempts

ATTEMPTS = 5
LOCK_OUT = timedelta(minutes=15)
SESSION = timedelta(hours=12)
LINK = timedelta(minutes=10)
PASSWORD_LENGTH = range(10, 201)
LONGEST_NAME = 60
_AGENT = (agents.c.login, agents.c.role, agents.c.display_name)


class Agents:
    """`helpdesk.accounts.Accounts`.

    Only hashes of tokens are stored: who reads the database cannot sign in with what stands there."""

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        cost: int = DEFAULT_COST,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._cost = cost
        # Checked where a login does not exist, so that this takes as long as a wrong password.
        self._decoy = hash_password(secrets.token_hex(16), cost)

    def create(
        self, login: str, role: AgentRole = "agent", password: str | None = None, *, name: str | None = None
    ) -> Agent:
        """Raises BadInput where the login is taken. Without a password only login links open the account."""
        agent = Agent(_login(login), role, _name(name))
        values = {"login": agent.login, "role": role, "password_hash": self._hash(password), "display_name": agent.name}
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(agents).values(created_at=self._clock(), **values))
        except IntegrityError as error:
            raise BadInput(f"{agent.login}: this login is taken") from error
        return agent

    def get(self, login: str) -> Agent | None:
        query = select(*_AGENT).where(agents.c.login == login.strip().casefold())
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Agent(*row)

    def all(self) -> Sequence[Agent]:
        """By login."""
        with reading(self._engine) as connection:
            return [Agent(*row) for row in connection.execute(select(*_AGENT).order_by(agents.c.login))]

    def set_name(self, login: str, name: str | None) -> None:
        """What learners know the agent as; None or blank: somebody from the team."""
        self._set(login, display_name=_name(name))

    def set_role(self, login: str, role: AgentRole) -> None:
        self._set(login, role=role)

    def set_password(self, login: str, password: str) -> None:
        """Ends the account's sessions."""
        name = _login(login)
        hashed = self._hash(password)
        with writing(self._engine) as connection:
            changed = connection.execute(update(agents).where(agents.c.login == name).values(password_hash=hashed))
            if changed.rowcount == 0:
                raise NotFound(f"{name}: no such login")
            connection.execute(delete(agent_sessions).where(agent_sessions.c.login == name))

    def remove(self, login: str) -> None:
        """With its sessions and links. What the agent did stays in the tickets' history."""
        with writing(self._engine) as connection:
            connection.execute(delete(agents).where(agents.c.login == login.strip().casefold()))

    def sign_in(self, login: str, password: str) -> str:
        """The token of a new session. Raises SignInRefused, after 5 wrong passwords LockedOut for 15 minutes."""
        name = login.strip().casefold()[:200]
        # Counted before it is checked: a hundred guesses at the same moment are still only five.
        self._count_attempt(name)
        with reading(self._engine) as connection:
            stored = connection.scalar(select(agents.c.password_hash).where(agents.c.login == name))
        if not password_matches(password, stored or self._decoy) or stored is None:
            raise SignInRefused("login or password is wrong")
        with writing(self._engine) as connection:
            connection.execute(delete(sign_in_attempts).where(sign_in_attempts.c.login == name))
            return self._issue(connection, agent_sessions, name, SESSION)

    def agent_of(self, token: str) -> Agent | None:
        """Who is signed in with this session token; None where it is unknown or over."""
        query = select(*_AGENT).join(agent_sessions, agent_sessions.c.login == agents.c.login)
        valid = (agent_sessions.c.token_hash == _hashed(token)) & (agent_sessions.c.expires_at > self._clock())
        with reading(self._engine) as connection:
            row = connection.execute(query.where(valid)).one_or_none()
        return None if row is None else Agent(*row)

    def sign_out(self, token: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(agent_sessions).where(agent_sessions.c.token_hash == _hashed(token)))

    def login_link(self, login: str, lifetime: timedelta = LINK) -> str:
        """A token that signs in once within its lifetime. Raises NotFound for an unknown login."""
        name = _login(login)
        with writing(self._engine) as connection:
            if connection.scalar(select(agents.c.login).where(agents.c.login == name)) is None:
                raise NotFound(f"{name}: no such login")
            return self._issue(connection, login_links, name, lifetime)

    def redeem(self, token: str) -> str:
        """The token of a new session for a login link, which is used up by this. Raises SignInRefused."""
        with writing(self._engine) as connection:
            valid = (login_links.c.token_hash == _hashed(token)) & (login_links.c.expires_at > self._clock())
            # The row that is deleted is the proof: of two who try at once only one gets it.
            login = connection.scalar(delete(login_links).where(valid).returning(login_links.c.login))
            if login is None:
                raise SignInRefused("this login link was used already or is too old")
            return self._issue(connection, agent_sessions, login, SESSION)

    def _set(self, login: str, **values: str | None) -> None:
        name = _login(login)
        with writing(self._engine) as connection:
            if connection.execute(update(agents).where(agents.c.login == name).values(**values)).rowcount == 0:
                raise NotFound(f"{name}: no such login")

    def _issue(self, connection: Connection, table: Table, login: str, lifetime: timedelta) -> str:
        now = self._clock()
        connection.execute(delete(table).where(table.c.expires_at <= now))
        token = secrets.token_urlsafe(32)
        connection.execute(insert(table).values(token_hash=_hashed(token), login=login, expires_at=now + lifetime))
        return token

    def _count_attempt(self, login: str) -> None:
        attempts, now = sign_in_attempts, self._clock()
        of_login = attempts.c.login == login
        with writing(self._engine) as connection:
            connection.execute(delete(attempts).where(attempts.c.last_at <= now - LOCK_OUT))
            # First the row, whoever else makes it; then the count, which waits for everybody else's.
            self._ensure_row(connection, login, now)
            counted = connection.execute(
                update(attempts)
                .where(of_login, attempts.c.failures < ATTEMPTS)
                .values(failures=attempts.c.failures + 1, last_at=now)
            )
            if counted.rowcount == 0:
                raise LockedOut(f"too many wrong passwords; try again in {LOCK_OUT.seconds // 60} minutes")

    def _ensure_row(self, connection: Connection, login: str, now: datetime) -> None:
        try:
            with connection.begin_nested():
                connection.execute(insert(sign_in_attempts).values(login=login, failures=0, last_at=now))
        except IntegrityError:
            return

    def _hash(self, password: str | None) -> str | None:
        if password is None:
            return None
        if len(password) not in PASSWORD_LENGTH:
            raise BadInput("a password has 10 to 200 characters")
        return hash_password(password, self._cost)


def _login(login: str) -> str:
    name = login.strip().casefold()
    if not 1 <= len(name) <= 200 or not name.isprintable() or name.startswith(ELSEWHERE):
        raise BadInput(f"a login has 1 to 200 printable characters and does not begin with {ELSEWHERE}")
    return name


def _name(name: str | None) -> str | None:
    shown = (name or "").strip()
    if len(shown) > LONGEST_NAME or not shown.isprintable():
        raise BadInput(f"a name has at most {LONGEST_NAME} printable characters")
    return shown or None


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
