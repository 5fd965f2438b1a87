"""Language right: the share of replies in the language of the question.

An answer from an article that is published in no version of that language may be in another, if the question's
language was recognised: the reader is told so. Source: ARCHITECTURE.md, `question_language` and `language`.
"""

from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.results import Result


def language_right(results: Sequence[Result]) -> Figure | None:
    return mean([in_right_language(result) for result in results])


def in_right_language(result: Result) -> bool:
    if result.outcome["language"] == result.language:
        return True
    untranslated = result.answered and result.language not in result.published_in
    return untranslated and result.outcome["question_language"] == result.language
