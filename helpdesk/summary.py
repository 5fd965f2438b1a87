"""What an agent reads first: two to four claims in English, each with the words of the turn it rests on."""

from collections.abc import Sequence

from helpdesk.history import outcomes, threaded
from helpdesk.models import Claim, Message
from helpdesk.texts import excerpt

LONGEST_QUOTE = 160

_WHY = {
    "asked_for_human": "The learner wants to talk to a person",
    "low_confidence": "The bot was not sure of an answer",
    "out_of_scope": "The help center does not cover this",
}


def summarize(messages: Sequence[Message], reason: str, trigger: Message | None) -> tuple[Claim, ...]:
    """The first question, what came of it, and why it needs a person. `trigger` is the learner's turn that it was
    handed off for, else their last one. Empty where nothing was said; every quote is a substring of its turn."""
    said = [message for message in threaded(messages) if message.role == "learner" and message.text.strip()]
    if not said:
        return ()
    last = trigger if trigger is not None and trigger.text.strip() else said[-1]
    first = _first_question(messages, said)
    claims = [_claim("The learner first asked", first), *_what_the_bot_did(messages)]
    return (*claims, _claim(_why(reason), last))


def _first_question(messages: Sequence[Message], said: Sequence[Message]) -> Message:
    small_talk = {message.reply_to for message, outcome in outcomes(messages) if outcome["outcome"] == "chat"}
    return next((message for message in said if message.id not in small_talk), said[0])


def _what_the_bot_did(messages: Sequence[Message]) -> list[Claim]:
    """Its last answer, and what else it showed after that."""
    told = [(message, outcome) for message, outcome in outcomes(messages) if message.text.strip()]
    answers = [(message, outcome) for message, outcome in told if outcome["citations"]]
    offers = [(message, outcome) for message, outcome in told if outcome["suggestions"]]
    claims = []
    if answers:
        message, outcome = answers[-1]
        claims.append(_claim(f"The bot answered from {_titles(outcome['citations'])}{_verdict(message)}", message))
    if offers:
        message, outcome = offers[-1]
        claims.append(_claim(f"The bot was not sure and showed {_titles(outcome['suggestions'])}", message))
    return claims


def _verdict(message: Message) -> str:
    match message.helpful:
        case True:
            return "; the learner found it helpful"
        case False:
            return "; the learner said it did not help"
        case None:
            return ""


def _titles(articles: Sequence[dict[str, str]]) -> str:
    return ", ".join(f"“{article['title']}” ({article['article_id']})" for article in articles)


def _why(reason: str) -> str:
    return _WHY.get(reason, f"A person has to look at this ({reason.replace('_', ' ')})")


def _claim(text: str, message: Message) -> Claim:
    return Claim(text, message.id, excerpt(message.text, LONGEST_QUOTE))
