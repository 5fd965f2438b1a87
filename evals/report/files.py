"""The run as files: JSON for programs, JUnit XML for continuous integration, a page for people."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from evals.figures import Figure
from evals.metrics.outcome_confusion import outcome_confusion
from evals.metrics.speed import speed
from evals.report.html import page
from evals.report.pictures import SVG_STYLE, reliability_picture, risk_coverage_picture
from evals.report.sheet import Sheet
from evals.results import Result
from evals.store import run_row


def report_row(sheet: Sheet) -> dict[str, Any]:
    """The run itself under `run`, and beside it everything that was computed from it."""
    run = sheet.run
    parts = {f"by_{part}": {name: _rows(each) for name, each in groups.items()} for part, groups in sheet.parts.items()}
    return {
        "figures": _rows(sheet.figures),
        **parts,
        "confusion": [
            {"expected": expected, "got": got, "questions": count}
            for (expected, got), count in sorted(outcome_confusion(run.results).items())
        ],
        "escalation_by_topic": _topics(sheet.recall_by_topic),
        "false_alarms_by_topic": _topics(sheet.alarms_by_topic),
        "speed": {name: asdict(stage) for name, stage in speed(run.results).items()},
        "ragas": _rows(sheet.ragas),
        "judgement": None if sheet.judgement is None else asdict(sheet.judgement),
        "run": run_row(run),
    }


def write_pictures(folder: Path, sheet: Sheet) -> None:
    """Risk-coverage and reliability as files of their own, black on white, for a README or a slide."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in (("risk-coverage", risk_coverage_picture), ("reliability", reliability_picture)):
        drawn = picture(sheet.run.results)
        if drawn:
            start, end = drawn.index("<svg"), drawn.index("</svg>")
            head, body = drawn[start:end].split(">", 1)
            paper = f'<style>{SVG_STYLE}</style><rect width="100%" height="100%" fill="white"/>'
            whole = f'{head} xmlns="http://www.w3.org/2000/svg">{paper}{body}</svg>\n'
            (folder / f"{name}.svg").write_text(whole, encoding="utf-8")


def write_json(file: Path, sheet: Sheet) -> None:
    file.write_text(json.dumps(report_row(sheet), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_html(file: Path, sheet: Sheet) -> None:
    file.write_text(page(sheet), encoding="utf-8")


def write_junit(file: Path, sheet: Sheet) -> None:
    """A test case a question, by kind; failed where the outcome is not the expected one."""
    run = sheet.run
    failed = sum(not result.as_expected for result in run.results)
    suite = ElementTree.Element(
        "testsuite", name=f"firstline eval {run.dataset}", tests=str(len(run.results)), failures=str(failed), errors="0"
    )
    for result in run.results:
        suite.append(_test_case(result))
    ElementTree.indent(suite)
    ElementTree.ElementTree(suite).write(file, encoding="utf-8", xml_declaration=True)


def _test_case(result: Result) -> ElementTree.Element:
    seconds = sum(result.timings.values()) / 1000
    case = ElementTree.Element("testcase", classname=result.kind, name=result.id, time=f"{seconds:.4f}")
    if not result.as_expected:
        failure = ElementTree.SubElement(case, "failure", message=_printable(reason(result)))
        failure.text = _printable(result.text)
    return case


def reason(result: Result) -> str:
    """Why the outcome is not the expected one, in a sentence."""
    wanted = " or ".join(sorted(result.tolerated))
    if result.got not in result.tolerated:
        return f"expected {wanted}, got {result.got}"
    return f"answered from {result.cited[0] if result.cited else 'nothing'}, settled by {', '.join(result.settled_by)}"


def _printable(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold."""
    return "".join(char for char in text if char in "\t\n\r" or " " <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd")


def _rows(figures: dict[str, Figure]) -> dict[str, Any]:
    return {name: asdict(figure) for name, figure in figures.items()}


def _topics(found: dict[tuple[str, str], Figure]) -> list[dict[str, Any]]:
    return [{"topic": topic, "language": language, **asdict(figure)} for (topic, language), figure in found.items()]
