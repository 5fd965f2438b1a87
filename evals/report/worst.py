"""The cases that hurt most, each with the passages and the trace that led there."""

from collections.abc import Sequence

from evals.report.markup import table, tag, text
from evals.results import Result

SHOWN = 12
"""Cases of each sort."""


def worst(results: Sequence[Result]) -> dict[str, list[Result]]:
    """By sort, the worst first: surely wrong, a person missed, and refused although the right article was found."""
    unlike = [result for result in results if not result.as_expected]
    sorts = {
        "Answered wrongly, the surest first": [r for r in unlike if r.answered and not r.right],
        "Needed a person and got none": [r for r in unlike if r.expected == "handoff_required"],
        "Took a person for nothing": [r for r in unlike if r.got == "handoff_required"],
        "Not answered although the right article was found first": [
            r for r in unlike if r.answerable and not r.answered and r.got != "handoff_required" and r.best_right
        ],
        "The right article was not found first": [
            r for r in unlike if r.answerable and not r.answered and r.got != "handoff_required" and not r.best_right
        ],
    }
    return {name: sorted(found, key=lambda r: (-(r.confidence or 0), r.id)) for name, found in sorts.items() if found}


def worst_cases(results: Sequence[Result]) -> str:
    parts = []
    for name, found in worst(results).items():
        parts.append(tag("h3", text(f"{name} ({len(found)}; {min(SHOWN, len(found))} shown)")))
        parts += [case(result) for result in found[:SHOWN]]
    return "".join(parts) or tag("p", "Every question became what was expected.")


def case(result: Result) -> str:
    confidence = "-" if result.confidence is None else f"{result.confidence:.3f}"
    summary = f"{result.id}: {_short(result.text)} — {result.got}, confidence {confidence}"
    said = "".join(tag("blockquote", text(f"{turn['role']}: {turn['text']}")) for turn in result.turns)
    return tag(
        "details",
        tag("summary", text(summary))
        + said
        + tag("blockquote", text(f"learner: {result.text}"))
        + tag("p", f"Expected {_wanted(result)}; got {tag('span', text(_got(result)), class_='bad')}.")
        + tag("blockquote", text(f"bot: {result.outcome['text']}"))
        + "".join(tag("p", text(f"Cited {_cited(each)}")) for each in result.outcome["citations"])
        + tag("p", "Retrieved: " + ", ".join(_article(result, each) for each in result.retrieved))
        + "".join(_passage(each) for each in result.passages)
        + _trace(result),
    )


def _wanted(result: Result) -> str:
    named = f" ({text(result.reason)})" if result.reason else ""
    settled = ", ".join(tag("span", text(each), class_="good") for each in result.settled_by)
    return text(" or ".join(sorted(result.tolerated))) + named + (f", settled by {settled}" if settled else "")


def _got(result: Result) -> str:
    reason = result.outcome["reason"]
    return f"{result.got} ({reason})" if reason else result.got


def _cited(citation: dict[str, object]) -> str:
    return f"[{citation['number']}] {citation['title']} ({citation['article_id']}): “{citation['quote']}”"


def _article(result: Result, article: str) -> str:
    return tag("span", text(article), class_="good" if article in result.settled_by else "")


def _passage(passage: dict[str, object]) -> str:
    scores = ", ".join(f"{name} {passage[name]}" for name in ("score", "dense", "keyword") if name in passage)
    head = f"{passage['locale']}/{passage['article_id']} — {passage['title']} ({scores})"
    return tag("p", tag("small", text(head))) + tag("blockquote", text(passage["text"]))


def _trace(result: Result) -> str:
    signs = table(
        "Signs", list(result.signs), [[f"{value:.4f}" for value in result.signs.values()]] if result.signs else []
    )
    timings = [[f"{spent:.1f}" for spent in result.timings.values()]] if result.timings else []
    return (signs if result.signs else "") + (table("Milliseconds", list(result.timings), timings) if timings else "")


def _short(words: str, most: int = 90) -> str:
    line = " ".join(words.split())
    return line if len(line) <= most else line[: most - 1] + "…"
