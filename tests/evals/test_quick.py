"""A small part of QA's cases is asked with every test run, and judged by the baseline like any other run."""

import time
from pathlib import Path

import pytest

from api import wiring
from api.wiring import Encoders
from evals.asking import of_cases, quick
from evals.baselines import FOLDER, GOLDEN, read
from evals.cases import golden_cases
from evals.gating import judge, read_tolerances
from evals.running import run
from tests.api.worlds import MODELS, ROOT, make_settings

SECONDS = 20
"""Of processor time for the asking; the vectors of unchanged articles are remembered from one test run to the next."""


def test_the_quick_part_is_no_worse_than_the_baseline(
    monkeypatch: pytest.MonkeyPatch, encoders: Encoders, tmp_path: Path
) -> None:
    monkeypatch.setattr(wiring, "make_encoders", lambda _: encoders)
    workbench = wiring.make_workbench(make_settings(tmp_path), remember=MODELS.parent / "evals")
    with workbench(ROOT / "kb_articles") as assistant:
        asked = quick(of_cases(golden_cases()))
        started = time.process_time()
        made = run(assistant, GOLDEN, asked, settings={}, models={})
        spent = time.process_time() - started
    assert spent < SECONDS
    verdict = judge(made, read(FOLDER / f"{GOLDEN}.json"), read_tolerances())
    assert verdict.passed, "\n".join((*verdict.reasons, "if it is meant: firstline eval run, firstline eval baseline"))
    assert verdict.questions > 250
