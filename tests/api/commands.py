"""Running the `firstline` command, in this process or as one of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from tests.api.worlds import MODELS, ROOT

PATIENCE = 90.0
GUARD = Path(__file__).with_name("guard")
"""Its sitecustomize.py refuses connections to other machines and writes them down."""


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    def assert_refused(self, *words: str, code: int = 2) -> None:
        """Nothing but one plain sentence on standard error."""
        assert self.code == code, self
        assert self.out == ""
        assert re.fullmatch(r"firstline: [^\n]+\n", self.err), self.err
        assert "Traceback" not in self.err
        for word in words:
            assert word in self.err


def environment(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTLINE_")}
    own = {"FIRSTLINE_MODELS": str(MODELS), "FIRSTLINE_METRICS_PORT": "0", "OPENBLAS_NUM_THREADS": "1"}
    if intents := os.environ.get("FIRSTLINE_INTENTS"):
        own["FIRSTLINE_INTENTS"] = intents
    return kept | own | changes


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "api.cli", *map(str, words)]


def run_alone(*words: object, cwd: Path, env: Mapping[str, str] | None = None) -> Result:
    """The command as a process of its own."""
    path = {"PYTHONPATH": os.pathsep.join((str(ROOT), *(env or {}).get("PYTHONPATH", "").split(os.pathsep)))}
    done = subprocess.run(  # noqa: PLW1510 - the code is part of the result
        command(*words),
        cwd=cwd,
        env=environment(**(dict(env or {}) | path)),
        capture_output=True,
        text=True,
        timeout=300,
    )
    return Result(done.returncode, done.stdout, done.stderr)


class Served:
    """`firstline serve` as a process of its own; its log goes to a file."""

    def __init__(self, data: Path, log: Path, *options: object, **env: str) -> None:
        self.data, self.log = data, log
        self._options, self._env = options, env
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> "Served":
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.kill()

    def start(self) -> None:
        path = {"PYTHONPATH": os.pathsep.join((str(ROOT), *self._env.get("PYTHONPATH", "").split(os.pathsep)))}
        with self.log.open("a") as log:
            at = log.tell()
            self._process = subprocess.Popen(
                command("serve", "--port", 0, "--data", self.data, *self._options),
                cwd=self.log.parent,
                env=environment(**(self._env | path)),
                stdout=subprocess.DEVNULL,
                stderr=log,
                text=True,
            )
        self.url = self._wait(lambda: re.search(r"Firstline is at (\S+?)[;\s]", self.log.read_text()[at:]))
        self._wait(self._ready)

    def _wait(self, look: Any) -> Any:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := look():
                return found[1] if isinstance(found, re.Match) else found
            assert self._process
            assert self._process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"the server did not start: {self.log.read_text()}")

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30)

    def stop(self) -> int:
        """Ask it to end."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(30)

    def kill(self) -> None:
        """At once, with whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)
