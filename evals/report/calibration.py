"""What labelled questions say about confidence: as text for the terminal, and as one page with the pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.calibration import DELTA, Labelled, Measured, fewest, kept_line, lines_of, measure, missing, upper_bound
from evals.labels import labels_of
from evals.metrics.ece import reliability
from evals.report.markup import document, table, tag, text
from evals.report.pictures import histogram_picture, reliability_picture, risk_coverage_picture
from evals.results import Result

TARGETS = (0.02, 0.05, 0.1)
BARS = 10
WIDTH = 40
Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Report:
    """Those results of a run over labelled questions that count, and the target they are held against."""

    run: str
    results: tuple[Result, ...]
    target: float

    @property
    def labels(self) -> tuple[Labelled, ...]:
        return labels_of(self.results)

    def verdict(self) -> str:
        """One sentence: which line holds the target, or why none does."""
        measured = measure(self.labels, self.target)
        if measured is not None:
            return _kept(measured, self.target)
        most = max(line.answered for line in lines_of(self.labels))
        if most < fewest(self.target):
            return (
                f"Not measured: {most} labelled questions are too few to show {self.target:.0%}; at least "
                f"{fewest(self.target)} must be answered. Confidence stays estimated."
            )
        return (
            f"Not measured: no line can be shown to keep wrong answers within {self.target:.0%} of those answered; "
            "confidence stays estimated. Correct the articles behind the wrong ones, label more, or allow more."
        )


def as_text(report: Report) -> str:
    """All tables, with bars for the histogram."""
    parts = [report.verdict(), "", *_lined("Risk and coverage", _risk_head(), _risk_rows(report.labels))]
    parts += _lined("Reliability of the estimate", _RELIABILITY, _reliability_rows(report.results))
    parts += _lined("Confidence", _HISTOGRAM, _histogram_rows(report.labels))
    parts += _lined("Targets", _TARGETS, _target_rows(report))
    return "\n".join(parts).rstrip()


def as_page(report: Report) -> str:
    pictures = "".join(draw(report.results) for draw in (risk_coverage_picture, reliability_picture, histogram_picture))
    body = (
        tag("h1", "How far confidence can be trusted")
        + tag("p", text(report.verdict()))
        + tag("p", text(f"Eval run {report.run}, asked with the estimated line."))
        + table("Risk and coverage", _risk_head(), _risk_rows(report.labels))
        + table("Targets", _TARGETS, _target_rows(report))
        + tag("div", pictures, class_="pictures")
    )
    return document("Firstline calibration", body)


_RELIABILITY = ["confidence", "right", "questions"]
_HISTOGRAM = ["confidence", "right", "wrong", ""]
_TARGETS = ["target", "answer from", "coverage", "wrong", "more labelled questions needed"]


def _kept(measured: Measured, target: float) -> str:
    line = measured.line
    return (
        f"Measured on {measured.questions} questions: answering from {measured.probability(line.confidence):.3f} "
        f"(estimated {line.confidence:.3f}) keeps wrong answers within {target:.0%} of those answered, with "
        f"{1 - DELTA:.0%} certainty. {line.answered} of the {measured.questions} are answered, {line.wrong} wrongly; "
        "it is the most generous line before one fails the test."
    )


def _risk_head() -> list[str]:
    return ["answer from (estimated)", "coverage", "answered", "wrong", "share wrong", f"at most ({1 - DELTA:.0%})"]


def _risk_rows(labels: Sequence[Labelled]) -> Rows:
    """One row for each tenth of coverage: the line that comes nearest below it."""
    rows: dict[int, list[str]] = {}
    for line in lines_of(labels):
        if line.answered:
            share, bound = line.wrong / line.answered, upper_bound(line.wrong, line.answered)
            coverage = line.answered / len(labels)
            cells = [f"{line.confidence:.3f}", f"{coverage:.2f}", str(line.answered), str(line.wrong)]
            rows[int(coverage * BARS)] = [*cells, f"{share:.3f}", f"{bound:.3f}"]
    return [rows[at] for at in sorted(rows)]


def _reliability_rows(results: Sequence[Result]) -> Rows:
    return [[f"{confidence:.2f}", f"{right:.2f}", str(count)] for confidence, right, count in reliability(results)]


def _histogram_rows(labels: Sequence[Labelled]) -> Rows:
    bins = [[each.right for each in labels if min(int(each.confidence * BARS), BARS - 1) == at] for at in range(BARS)]
    most = max(map(len, bins)) or 1
    rows = []
    for at, found in enumerate(bins):
        right, wrong = sum(found), len(found) - sum(found)
        bar = "#" * round(WIDTH * right / most) + "-" * round(WIDTH * wrong / most)
        rows.append([f"{at / BARS:.1f}", str(right), str(wrong), bar])
    return rows


def _target_rows(report: Report) -> Rows:
    rows = []
    for target in sorted({*TARGETS, report.target}):
        line, more = kept_line(report.labels, target), missing(report.labels, target)
        needed = "too many wrong at every line" if more is None else f"about {more}" if more else "none"
        kept = ["-", "-", "-"]
        if line:
            kept = [f"{line.confidence:.3f}", f"{line.answered / len(report.labels):.2f}", str(line.wrong)]
        rows.append([f"{target:.0%}", *kept, needed])
    return rows


def _lined(title: str, head: list[str], rows: Rows) -> list[str]:
    """A table as lines of text, followed by an empty one."""
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)]
    return [title, *(f"  {line}".rstrip() for line in lines), ""]
