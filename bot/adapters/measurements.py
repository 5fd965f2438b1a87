"""What was measured with labelled questions, in the folder of the index version that was asked."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.calibration import Labelled, Measured, measure
from bot.confidence import Calibrator
from bot.errors import NotReady
from bot.files import write_atomically

FILE = "measured.json"


class Measurements:
    """Looks at the file of a version for every question, so that a running server takes a new one over at once.

    `folder_of` gives a version's folder. What another calibrator measured says nothing and is left alone.
    """

    def __init__(self, folder_of: Callable[[int], Path], calibrator: Calibrator, target: float) -> None:
        self._folder_of, self._calibrator, self._target = folder_of, calibrator, target
        self._known: tuple[int, int, Measured | None] = (0, 0, None)

    def __call__(self, version: int) -> Measured | None:
        """None where nothing was measured, or not enough to show that the target is kept."""
        try:
            changed = (self._folder_of(version) / FILE).stat().st_mtime_ns
        except OSError:
            return None
        known = self._known
        if known[:2] != (version, changed):
            labels = self.labels(version)
            known = (version, changed, measure(labels, self._target) if labels else None)
            self._known = known
        return known[2]

    def labels(self, version: int) -> tuple[Labelled, ...]:
        """Empty where nothing was measured with this calibrator; raises NotReady where the file cannot be read."""
        file = self._folder_of(version) / FILE
        if not file.is_file():
            return ()
        try:
            row = json.loads(file.read_text(encoding="utf-8"))
            if row["calibrator"] != self._calibrator.name:
                return ()
            return tuple(Labelled(float(confidence), bool(right)) for confidence, right in row["labels"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotReady(f"{file} is damaged ({error}); measure again with 'firstline calibrate --labels'") from error

    def run(self, version: int) -> str:
        """The eval run behind the measurement; empty where there is none."""
        file = self._folder_of(version) / FILE
        return str(json.loads(file.read_text(encoding="utf-8"))["run"]) if self.labels(version) else ""

    def keep(self, version: int, run: str, labels: Sequence[Labelled]) -> None:
        """The file appears whole or not at all; it holds no text."""
        file = self._folder_of(version) / FILE
        row = {
            "calibrator": self._calibrator.name,
            "run": run,
            "labels": [[round(each.confidence, 6), each.right] for each in labels],
        }
        write_atomically(file, json.dumps(row).encode())
