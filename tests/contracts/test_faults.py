"""A small fault run: real workers that are killed, real desks that fail. `make test-faults` is the whole one."""

from pathlib import Path

from tests.contracts import faults


def test_every_ticket_arrives_once_whatever_fails(url: str, tmp_path: Path) -> None:
    outcome = faults.run(url, tmp_path, handoffs=40, kills=2, away=1.0)
    assert outcome.right, outcome
    assert outcome.followed == 40 + 20 + 4
    assert outcome.retries > 0
