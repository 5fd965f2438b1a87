"""What is shown of an article, beside what two simpler bots would show of the same one, question by question.

`given the article`: every question that an article settles, each bot told the first one that does. `end to end`: only
what was answered, each bot shown the article that the answer came from. The simpler bots show the article's first
MOST_WORDS words, or the chunk of it that the search puts first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.assistant import Assistant
from bot.composing import MOST_WORDS, extract
from bot.language import base
from bot.models import Answer, Article, Passage, Question
from bot.pieces import length
from bot.ports import Embedder, Library
from bot.retrieval import Found
from evals.asking import Asked
from evals.looking import opening
from evals.metrics.key_facts import plain, share
from evals.paired import Difference, difference
from evals.results import Result
from evals.rouge import rouge_l
from evals.running import Progress, no_progress

OURS = "Firstline"
SIMPLER = ("first words", "best chunk")
MEASURES = ("key facts", "ROUGE-L recall", "ROUGE-L F1", "semantic similarity")


@dataclass(frozen=True, slots=True)
class Shown:
    """The texts shown for one question by way of showing, and their scores by measure; `nan` where undefined."""

    end_to_end: bool
    scores: dict[str, dict[str, float]]
    words: dict[str, int]


def show_all(assistant: Assistant, asked: Sequence[Asked], progress: Progress = no_progress) -> list[Shown]:
    """Of each question with key facts or a reference answer that an article settles."""
    counted = [each for each in asked if each.row.answerable and (each.row.key_facts or each.row.reference)]
    out = []
    with assistant.shelf.library() as library:
        for each in counted:
            found = _search(library, assistant, each.question)
            score = _scorer(each.row, assistant.retrieval.embedder)
            if article := _settling(library, each.row):
                out.append(_shown(False, _texts(library, found, article), score))
            outcome = assistant.answer(each.question)
            if isinstance(outcome, Answer):
                first = outcome.citations[0]
                article = library.article(f"{first.locale}/{first.article_id}")
                texts = _texts(library, found, article) | {OURS: plain(outcome.text)}
                out.append(_shown(True, texts, score))
            progress(len(out), len(counted))
    return out


def compared(shown: Sequence[Shown], measure: str, simpler: str, end_to_end: bool) -> Difference | None:
    """Ours less the simpler bot's, paired; None where nothing counts."""
    rows = [each.scores for each in shown if each.end_to_end == end_to_end]
    columns = (np.array([row[way][measure] for row in rows], dtype=np.float64) for way in (simpler, OURS))
    return difference(measure, *columns) if rows else None


def lines(shown: Sequence[Shown]) -> list[str]:
    """The table: by measure and simpler bot the two values, their difference with its interval, and n."""
    out = []
    for end_to_end, title in ((False, "given the article"), (True, "end to end, of what was answered")):
        words = [each.words for each in shown if each.end_to_end == end_to_end]
        if not words:
            continue
        means = ", ".join(f"{way} {np.mean([each[way] for each in words]):.0f}" for way in (OURS, *SIMPLER))
        out.append(f"{title} (mean words: {means})")
        for measure in MEASURES:
            for simpler in SIMPLER:
                if found := compared(shown, measure, simpler, end_to_end):
                    verdict = ("better" if found.change > 0 else "worse") if found.clear else "no clear difference"
                    out.append(
                        f"  {measure:20s} {found.after:.3f}  {simpler:11s} {found.before:.3f}  difference "
                        f"{found.change:+.3f} [{found.low:+.3f} … {found.high:+.3f}]  n={found.n}  {verdict}"
                    )
    return out


def _search(library: Library, assistant: Assistant, question: Question) -> Found:
    understanding = assistant.understanding
    return understanding.search(library, understanding.asked(question))


def _settling(library: Library, row: Result) -> Article | None:
    """The first settling article, in the reader's language where there is one, else English."""
    versions = [article for each in row.settled_by[:1] for article in library.translations(each)]
    return min(versions, key=lambda each: (base(each.locale) != row.language, each.locale != "en"), default=None)


def _texts(library: Library, found: Found, article: Article) -> dict[str, str]:
    """What each way shows of this article."""
    chunks = (chunk for chunk in library.chunks if chunk.article_key == article.key and chunk.view == "text")
    own = [passage for passage in found.passages if passage.article.key == article.key]
    passage = own[0] if own else Passage(article, next(chunks), 0.0, 0.0, 0.0)
    ours = extract(passage, found.term_weights)
    return {
        OURS: plain(ours.markdown),
        "first words": opening(article.text, MOST_WORDS),
        "best chunk": passage.chunk.text,
    }


def _scorer(row: Result, embedder: Embedder) -> Callable[[str], dict[str, float]]:
    reference = plain(row.reference)
    wanted = embedder.embed_questions([reference], [row.language])[0] if reference else None

    def score(text: str) -> dict[str, float]:
        recall, f1 = rouge_l(text, reference) if reference else (np.nan, np.nan)
        near = np.nan if wanted is None else float(wanted @ embedder.embed_questions([text], [row.language])[0])
        return dict(
            zip(MEASURES, (share(text, row.key_facts) if row.key_facts else np.nan, recall, f1, near), strict=True)
        )

    return score


def _shown(end_to_end: bool, texts: dict[str, str], score: Callable[[str], dict[str, float]]) -> Shown:
    scores = {way: score(text) for way, text in texts.items()}
    return Shown(end_to_end, scores, {way: length(text) for way, text in texts.items()})
