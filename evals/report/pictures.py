"""The pictures of a run, as inline SVG without any script."""

from collections import Counter
from collections.abc import Sequence

from evals.metrics.aurc import risk_coverage
from evals.metrics.ece import reliability
from evals.metrics.outcome_confusion import OUTCOMES, outcome_confusion
from evals.report.markup import tag, text
from evals.results import Result

WIDTH, HEIGHT, MARGIN = 360, 240, 40
BINS = 20
SVG_STYLE = (
    "text{font:11px sans-serif;fill:#222}.axis{stroke:#222}.guide{stroke:#888;stroke-dasharray:3 3;fill:none}"
    ".one{stroke:#2a6fb0;fill:none;stroke-width:2}.fill-one{fill:#2a6fb0}.fill-two{fill:#c4572b}"
)
"""For a picture that stands by itself; in the report the page's own style holds."""
Points = Sequence[tuple[float, float]]


def risk_coverage_picture(results: Sequence[Result]) -> str:
    """The curve, and the point where this configuration stands."""
    asked = [result for result in results if result.decidable and result.confidence is not None]
    points = risk_coverage(results)
    if not points:
        return ""
    inner = _axes("coverage", "wrong among answered") + _line(points)
    answered = [result for result in asked if result.answered]
    caption = "Risk and coverage: answering the surest first. "
    if answered:
        here = (len(answered) / len(asked), sum(not r.right for r in answered) / len(answered))
        inner += _dot(here, "fill-two")
        caption += f"The dot is this run: coverage {here[0]:.3f}, wrong among answered {here[1]:.3f}"
    else:
        caption += "This run answers none of them: coverage 0"
    return _figure(inner, f"{caption}; n={len(asked)} questions that confidence alone decides.")


def reliability_picture(results: Sequence[Result]) -> str:
    """Ten bins; on the dotted line confidence is exactly the share that is right."""
    bins = reliability(results)
    if not bins:
        return ""
    dots = "".join(
        tag("g", _dot((confidence, right), "fill-one") + tag("title", text(f"{right:.3f} right of {count}")))
        + _label((confidence, right), str(count))
        for confidence, right, count in bins
    )
    guide = tag("path", "", d=f"M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}", class_="guide")
    inner = _axes("confidence", "share right") + guide + dots
    return _figure(inner, f"Reliability: numbers are questions a bin; n={sum(count for _, _, count in bins)}.")


def histogram_picture(results: Sequence[Result]) -> str:
    """Confidence of three sorts of questions, one above the other."""
    sorts = {
        "fill-three": [r for r in results if r.answerable and r.best_right],
        "fill-two": [r for r in results if r.answerable and not r.best_right],
        "fill-one": [r for r in results if r.decidable and not r.answerable],
    }
    counts = {colour: _binned(found) for colour, found in sorts.items()}
    most = max((count for each in counts.values() for count in each.values()), default=0)
    if not most:
        return ""
    shift = (_x(1 / BINS) - _x(0)) / 3
    bars = "".join(
        _bar(_x(at / BINS) + shift * place, shift, count / most, colour)
        for place, (colour, each) in enumerate(counts.items())
        for at, count in each.items()
    )
    caption = (
        "Confidence where the best article settles the question (green), where it does not although another does "
        "(orange), and where nothing does (blue); "
    )
    inner = _axes("confidence", f"questions (to {most})") + bars
    return _figure(inner, f"{caption}n={sum(each.total() for each in counts.values())}.")


def confusion_picture(results: Sequence[Result]) -> str:
    """Darker is more of its row."""
    counts = outcome_confusion(results)
    rows = [name for name in OUTCOMES if any(counts[name, got] for got in OUTCOMES)]
    left, cell, high = 110, 82, 34
    marks = "".join(
        tag(
            "text",
            text(name.replace("handoff_", ""))[:12],
            x=str(left + cell * at + cell // 2),
            y="16",
            text_anchor="middle",
        )
        for at, name in enumerate(OUTCOMES)
    )
    for down, expected in enumerate(rows):
        total = sum(counts[expected, got] for got in OUTCOMES)
        top = 24 + high * down
        marks += tag("text", expected.replace("handoff_", ""), x="4", y=str(top + high // 2 + 4))
        for at, got in enumerate(OUTCOMES):
            colour = "fill-three" if expected == got else "fill-two"
            marks += _cell(left + cell * at, top, cell, high, counts[expected, got], total, colour)
    picture = tag("svg", marks, viewBox=f"0 0 {left + cell * len(OUTCOMES)} {30 + high * len(rows)}", role="img")
    caption = f"Expected (rows) and what came of it (columns); n={len(results)}."
    return tag("figure", picture + tag("figcaption", caption))


def _cell(left: int, top: int, width: int, height: int, count: int, total: int, colour: str) -> str:
    place = {"x": str(left), "y": str(top), "width": str(width - 2), "height": str(height - 2)}
    shade = tag("rect", "", **place, class_=colour, fill_opacity=f"{0.1 + 0.7 * count / total:.3f}")
    number = tag("text", str(count), x=str(left + width // 2), y=str(top + height // 2 + 4), text_anchor="middle")
    return shade + number


def _binned(results: Sequence[Result]) -> Counter[int]:
    known = [result.confidence for result in results if result.confidence is not None]
    return Counter(min(int(confidence * BINS), BINS - 1) for confidence in known)


def _figure(inner: str, caption: str) -> str:
    picture = tag("svg", inner, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=caption)
    return tag("figure", picture + tag("figcaption", text(caption)))


def _axes(below: str, beside: str) -> str:
    lines = tag("path", "", d=f"M{_x(0)} {_y(1)}V{_y(0)}H{_x(1)}", class_="axis", fill="none")
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        lines += tag("text", f"{share:g}", x=str(_x(share)), y=str(HEIGHT - MARGIN + 14), text_anchor="middle")
        if share and "questions" not in beside:
            lines += tag("text", f"{share:g}", x=str(MARGIN - 5), y=str(_y(share) + 4), text_anchor="end")
    lines += tag("text", text(below), x=str(WIDTH // 2), y=str(HEIGHT - 8), text_anchor="middle")
    return lines + tag("text", text(beside), x=str(MARGIN), y="14")


def _line(points: Points) -> str:
    joined = "L".join(f"{_x(across)} {_y(up)}" for across, up in points)
    return tag("path", "", d=f"M{joined}", class_="one")


def _dot(point: tuple[float, float], colour: str) -> str:
    return tag("circle", "", cx=str(_x(point[0])), cy=str(_y(point[1])), r="4", class_=colour)


def _label(point: tuple[float, float], words: str) -> str:
    return tag("text", words, x=str(_x(point[0]) + 6), y=str(_y(point[1]) - 4))


def _bar(left: float, width: float, share: float, colour: str) -> str:
    top = _y(share)
    return tag(
        "rect", "", x=f"{left:.1f}", y=f"{top:.1f}", width=f"{width:.1f}", height=f"{_y(0) - top:.1f}", class_=colour
    )


def _x(share: float) -> float:
    return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)


def _y(share: float) -> float:
    return round(HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN), 1)
