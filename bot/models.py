"""The values that flow through Firstline: questions, passages and the four outcomes. All frozen."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal
from urllib.parse import quote

Role = Literal["learner", "bot", "agent", "system"]


class Audience(StrEnum):
    """Who may read an article; each audience also reads those before it."""

    LEARNER = "learner"
    PARTNER = "partner"
    INTERNAL = "internal"

    def reads(self, other: "Audience") -> bool:
        """Whether a reader of this audience may be shown an article written for `other`."""
        return _READERS.index(other) <= _READERS.index(self)


_READERS = tuple(Audience)


class Priority(StrEnum):
    HIGH = "High"
    MEDIUM = "Medium"
    LOW = "Low"


class Department(StrEnum):
    LEARNER_SUPPORT = "Learner support"
    BILLING = "Billing"
    TECHNICAL = "Technical"
    TRUST_SAFETY = "Trust & safety"
    PARTNER_SUPPORT = "Partner support"


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation, as the bot is told of it."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What the learner wrote last, with what was said before it.

    `locale` is the language the site shows itself in; the question's own language wins where it is clear.
    """

    text: str
    turns: tuple[Turn, ...] = ()
    locale: str | None = None
    audience: Audience = Audience.LEARNER
    collections: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    """Ids of the articles that this conversation's answers already came from."""
    missed: tuple[str, ...] = ()
    """Ids of those whose answer did not help, as the learner said."""
    choices: tuple[str, ...] = ()
    """What the bot's last turn asked back: titles of articles; empty where it did not ask."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a message, as text to search by; the shares of all readings add up to 1."""

    text: str
    share: float = 1.0


BlockKind = Literal["paragraph", "list", "table", "code"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a whole list, a whole table: the smallest part of an article that is shown on its own."""

    kind: BlockKind
    text: str
    """Plain text, without any markup."""
    markdown: str
    """The same as its author wrote it."""


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading; `headings` is the way down to it, empty for an article's beginning."""

    headings: tuple[str, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """A published article in one language. The same id in another locale is its translation."""

    id: str
    title: str
    locale: str
    collection: str
    audience: Audience
    url: str
    sections: tuple[Section, ...]
    keywords: tuple[str, ...] = ()
    updated: str = ""

    @property
    def key(self) -> str:
        """Unique in a corpus: `<locale>/<id>`."""
        return f"{self.locale}/{self.id}"

    @property
    def address(self) -> str:
        """Where a reader finds it: its own url, else its page in the built-in help center."""
        return self.url or f"/help/{self.locale}/{quote(self.id, safe='')}"

    @property
    def text(self) -> str:
        """The whole plain text, headings included."""
        parts: list[str] = []
        for section in self.sections:
            parts += [*section.headings[-1:], *(block.text for block in section.blocks)]
        return "\n\n".join(parts)


View = Literal["text", "label", "name"]
"""`label`: the title with all keywords; `name`: the title or one keyword alone. Learners' words are often nearest to
these, above all across languages."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one vector stands for: part of one section of an article, or what the article is called."""

    id: str
    article_key: str
    section: int
    text: str
    path: str | None = None
    """The title path where the whole one is too long for the embedder beside the text."""
    view: View = "text"

    def embedded_text(self, article: Article) -> str:
        """What the embedder reads: the title path, then the text; of a name only itself."""
        if self.view != "text":
            return self.text
        path = title_path(article, self.section) if self.path is None else self.path
        return f"{path}\n{self.text}" if path else self.text


def title_path(article: Article, section: int) -> str:
    """The way down to a section: `Refunds > When a refund is possible`; empty where nothing has a title."""
    return " > ".join(filter(None, (article.title, *article.sections[section].headings)))


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found, with its article; the scores are comparable within one question only."""

    article: Article
    chunk: Chunk
    dense: float
    """Cosine of question and chunk."""
    keyword: float
    """BM25, divided by the best of this question."""
    score: float
    name: float = 0.0
    """Cosine of question and the nearest of title and keywords; that of the chunk where the article has none."""


@dataclass(frozen=True, slots=True)
class Citation:
    number: int
    article_id: str
    title: str
    url: str
    quote: str
    """A substring of the article's published plain text, after folding white space."""
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An article offered beside a reply that is not an answer."""

    article_id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found for a question, whatever became of it."""

    question_language: str
    index_version: int | None = None
    confidence: float | None = None
    """Probability in [0, 1] that citation 1 settles the question; None where nothing was searched."""
    calibration: str = "estimated"
    """Or `measured(n)`: by n labelled questions of this help center."""
    retrieved: tuple[str, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    """Milliseconds by stage."""
    scores: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    language: str
    citations: tuple[Citation, ...]
    evidence: Evidence
    fell_back: bool = False
    """A language model is configured and gave nothing that could be used; another time it may."""


@dataclass(frozen=True, slots=True)
class Clarification:
    text: str
    language: str
    choices: tuple[str, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Handoff:
    """A person is offered (the learner decides) or required (the ticket exists at once)."""

    text: str
    language: str
    kind: Literal["offered", "required"]
    reason: str
    department: Department
    priority: Priority
    category: str
    suggestions: tuple[Suggestion, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Chat:
    """Small talk: a short human reply, nothing searched."""

    text: str
    language: str
    kind: str
    evidence: Evidence


Outcome = Answer | Clarification | Handoff | Chat
