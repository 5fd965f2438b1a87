"""The calibrator that ships with Firstline: trained on labelled questions of other help centers."""

import json
from dataclasses import dataclass
from importlib.resources import files

from bot.confidence import Calibrator
from bot.decision import Thresholds


@dataclass(frozen=True, slots=True)
class Prior:
    """Coefficients, and for some error rates the confidence from which answers were wrong no more often."""

    calibrator: Calibrator
    by_error_rate: tuple[tuple[float, float], ...]
    near: float

    def thresholds(self, target_error_rate: float) -> Thresholds:
        """The lines for this target: that of the largest known error rate which is not above it."""
        allowed = [threshold for rate, threshold in self.by_error_rate if rate <= target_error_rate + 1e-9]
        return Thresholds(answer=allowed[-1] if allowed else self.by_error_rate[0][1], near=self.near)


def load_prior() -> Prior:
    row = json.loads(files("bot").joinpath("prior.json").read_text(encoding="utf-8"))
    shared = Calibrator(tuple(row["shared"]["weights"]), row["shared"]["intercept"])
    calibrator = Calibrator(tuple(row["weights"]), row["intercept"], shared)
    return Prior(calibrator, tuple((rate, threshold) for rate, threshold in row["by_error_rate"]), row["near"])
