"""Why the bot did what it did, in words for agents."""

from typing import Any

from helpdesk.models import Message

_DID = {
    "answer": "Answered from the help center",
    "clarify": "Asked back, because two topics fitted equally well",
    "chat": "Small talk",
    "low_confidence": "Not sure enough to answer; offered a person",
    "out_of_scope": "Far from what the help center covers; offered a person",
    "asked_for_human": "The learner asked for a person",
}
_SIGNS = {
    "level": "likeness to the best article (0 like a stranger's question, 1 like the article's own)",
    "lead": "lead over the next article",
    "covered": "share of the question's words that the article has",
}
"""Of the signs behind the confidence, those that say something to a reader."""
_TITLES = {
    "asked_for_human": "Asked for a person",
    "low_confidence": "The assistant was not sure",
    "out_of_scope": "Not in the help center",
}


def title(reason: str) -> str:
    """A ticket's reason as a heading."""
    return _TITLES.get(reason, _plain(reason).capitalize())


def reasons(message: Message) -> list[str]:
    """One line that sums up a bot turn, then the details."""
    outcome, evidence = message.outcome or {}, message.evidence or {}
    lines = [_summary(outcome, message.kind)]
    if message.kind:
        lines.append(f"Topic: {_plain(message.kind)}")
    if outcome.get("department"):
        lines.append(f"Meant for: {outcome['department']}, {outcome['priority'].lower()} priority")
    scores = evidence.get("scores", {})
    lines += [f"{words[0].upper()}{words[1:]}: {scores[sign]:.2f}" for sign, words in _SIGNS.items() if sign in scores]
    if timings := evidence.get("timings", {}):
        lines.append(f"Took {sum(timings.values()):.0f} ms")
    if outcome.get("index_version") is not None:
        lines.append(f"From version {outcome['index_version']} of the articles")
    return lines


def _summary(outcome: dict[str, Any], kind: str | None) -> str:
    reason = outcome.get("reason")
    did = _DID.get(reason or outcome.get("outcome", ""), f"A person has to settle this ({_plain(reason or '')})")
    if outcome.get("outcome") == "chat" and kind:
        did = f"{did} ({_plain(kind)})"
    confidence = outcome.get("confidence")
    return did if confidence is None else f"{did} · {confidence:.0%} sure ({outcome['calibration']})"


def _plain(key: str) -> str:
    return key.replace("_", " ")
