"""How well the check of generated sentences tells what an article bears out from what it does not."""

from collections.abc import Sequence

from bot.grounding import Nearness, source_of, supported
from bot.language import base
from evals.bootstrap import mean
from evals.counterfactuals import Made
from evals.figures import Figure


def kept(made: Sequence[Made], nearness: Nearness | None = None) -> list[bool]:
    """Whether the check lets each sentence through."""
    sources = {each.article.key: source_of(each.article) for each in made}
    return [supported(each.text, sources[each.article.key], nearness) for each in made]


def by_kind(made: Sequence[Made], passed: Sequence[bool]) -> dict[tuple[str, str], Figure | None]:
    """The share that is let through, by kind and language."""
    groups: dict[tuple[str, str], list[bool]] = {}
    for each, through in zip(made, passed, strict=True):
        groups.setdefault((each.kind, base(each.article.locale)), []).append(through)
    return {group: mean(values) for group, values in groups.items()}


def detection(made: Sequence[Made], passed: Sequence[bool]) -> dict[str, Figure | None]:
    """`recall`: of the sentences that the article does not bear out, the share stopped; `precision`: of those stopped,
    the share that it does not bear out; `true ones kept`: of those it bears out, the share let through."""
    pairs = [(each.true, through) for each, through in zip(made, passed, strict=True)]
    return {
        "recall": mean([not through for true, through in pairs if not true]),
        "precision": mean([not true for true, through in pairs if not through]),
        "true ones kept": mean([through for true, through in pairs if true]),
    }
