"""Answers given before, for questions that stand alone: the same index, reader and words give the same answer."""

import threading
import weakref
from collections import OrderedDict
from dataclasses import replace

from bot.models import Answer, Question
from bot.ports import Library
from bot.screening import redact, tidy

Key = tuple[str | None, str, tuple[str, ...], str]


class AnswerCache:
    """Holds the last `size` answers of one open index version in memory.

    A library that was opened anew, for a new version or because an article was deleted, begins with none. Counts its
    hits and misses.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._turn = threading.Lock()
        self._library: weakref.ref[Library] | None = None
        self._answers: OrderedDict[Key, Answer] = OrderedDict()
        self.hits = self.misses = 0

    def find(self, library: Library, question: Question) -> Answer | None:
        """The answer to the same words; None where there is none or the question is not safe."""
        key = key_of(question)
        if key is None:
            return None
        with self._turn:
            found = self._of(library).get(key)
            if found is None:
                self.misses += 1
                return None
            self._answers.move_to_end(key)
            self.hits += 1
            return replace(found, evidence=replace(found.evidence, timings={}))

    def keep(self, library: Library, question: Question, answer: Answer) -> None:
        key = key_of(question)
        if key is None:
            return
        with self._turn:
            answers = self._of(library)
            answers[key] = answer
            if len(answers) > self._size:
                answers.popitem(last=False)

    def _of(self, library: Library) -> OrderedDict[Key, Answer]:
        """The answers from this library; those from any other are forgotten."""
        if self._library is None or self._library() is not library:
            self._library = weakref.ref(library)
            self._answers.clear()
        return self._answers


def key_of(question: Question) -> Key | None:
    """By what an answer is kept; None where it depends on the conversation or the text holds personal data."""
    text = " ".join(tidy(question.text).split())
    if question.turns or question.shown or question.choices or redact(text) != text:
        return None
    return question.locale, question.audience.value, tuple(sorted(question.collections)), text
