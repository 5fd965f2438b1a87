"""Sentences of known truth, made from articles: their own, lightly rephrased, and seven ways of making them wrong."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.citations import sentences
from bot.language import base
from bot.models import Article

SAME = ("original", "rephrased")
"""Kinds that the article bears out; it does not bear out any other."""
_REPHRASED = {
    "en": (
        (r"^If ([^,]{5,}), (?:then )?(.+)\.$", r"\2 if \1."),
        (r"\b[Ss]elect\b", "choose"),
        (r"\bcan\b(?!['’]t)", "may"),
        (r"(?<!ca)(?<!wo)n['’]t\b", " not"),
        (r"\b(?:at once|straight away)\b", "immediately"),
        (r"\bneed\b", "require"),
        (r"\bget\b", "receive"),
    ),
    "es": (
        (r"^Si ([^,]{5,}), (.+)\.$", r"\2 si \1."),
        (r"\b(?:selecciona|Selecciona|elige|Elige)\b", "escoge"),
        (r"\bpuedes\b", "podrás"),
        (r"\bdebes\b", "tienes que"),
        (r"\b(?:abre|Abre)\b", "ve a"),
        (r"\brecibes\b", "te llega"),
    ),
    "zh": (("如果", "若"), ("选择", "点击"), ("可以", "能够"), ("需要", "必须"), ("打开", "进入"), ("前往", "进入")),
}
_ADD_NOT = {
    "en": (r"\b(can|will|is|are|must|may|does|do|should)\b(?!n?['’]t| not)", r"\1 not"),
    "es": (r"\b(puedes|puede|es|está|se|debes|recibes|recibirás|tienes|hay|pierdes)\b", r"no \1"),
    "zh": (r"(会|能|可以|需要|是)", r"不\1"),
}
_DROP_NOT = {
    "en": (r"(?<=can)not\b| not\b|n't\b| never\b", ""),
    "es": (r"\b[Nn]o (?=[a-záéíóú])", ""),
    "zh": (r"不(?=会|能|可以|需要|是|要)|没(?=有)", ""),
}
_PRICE = {"en": ", which costs $73.", "es": ", y cuesta 73 $.", "zh": "，费用为 73 美元。"}
_LINK = {
    "en": " See https://quillmere.example/{}.",
    "es": " Ve a https://quillmere.example/{}.",
    "zh": " 请看 https://quillmere.example/{}。",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A sentence and the article it is held against."""

    article: Article
    kind: str
    text: str

    @property
    def true(self) -> bool:
        return self.kind in SAME


def made_from(articles: Sequence[Article], each: int = 6, seed: int = 5) -> list[Made]:
    """Of `each` sentences an article every kind that can be made of it; the same ones for the same articles."""
    rolls = random.Random(seed)  # noqa: S311
    out = []
    for article in articles:
        lines = [
            (line, block.markdown)
            for section in article.sections
            for block in section.blocks
            for line in sentences(block.text)
            if len(line) > 24
        ]
        for line, markdown in rolls.sample(lines, min(each, len(lines))):
            others = [other for other in articles if other.locale == article.locale and other.id != article.id]
            if others:
                out += [Made(article, kind, text) for kind, text in _kinds(line, markdown, article, others, rolls)]
    return out


def _kinds(
    line: str, markdown: str, article: Article, others: Sequence[Article], rolls: random.Random
) -> Iterator[tuple[str, str]]:
    language = base(article.locale)
    yield "original", line
    other = rolls.choice(others)
    texts = {
        "rephrased": _rephrased(line, language),
        "number swapped": _other_number(line, article, rolls),
        "'not' added": re.sub(*_ADD_NOT[language], line, count=1),
        "'not' dropped": re.sub(*_DROP_NOT[language], line, count=1),
        "wrong link": line + _LINK[language].format(article.id),
        "wrong name": _other_name(line, markdown, other),
        "another article's": rolls.choice([each for each in sentences(other.text) if len(each) > 24]),
        "price invented": line.rstrip(".。!！?？:：") + _PRICE[language],
    }
    for kind, text in texts.items():
        if text != line and (kind == "rephrased" or text not in article.text):
            yield kind, text


def _rephrased(line: str, language: str) -> str:
    for pattern, words in _REPHRASED[language]:
        line = re.sub(pattern, words, line)
    return line


def _other_number(line: str, article: Article, rolls: random.Random) -> str:
    """A number of the sentence replaced by another one, of the same article where there is one."""
    own = re.findall(r"(?<![\d.])\d+(?![\d.])", re.sub(r"^\W*\d+[.)]", "", line))
    if not own:
        return line
    old = rolls.choice(own)
    others = sorted(set(re.findall(r"(?<![\d.])\d+(?![\d.])", article.text)) - {*own}) or [str(int(old) * 2 + 1)]
    return re.sub(rf"(?<!\d){old}(?!\d)", rolls.choice(others), line)


def _other_name(line: str, markdown: str, other: Article) -> str:
    """A name of the interface replaced by another article's."""
    known = "\n".join(block.markdown for section in other.sections for block in section.blocks)
    names = [name for name in re.findall(r"\*\*(.+?)\*\*", known) if name not in line]
    for name in re.findall(r"\*\*(.+?)\*\*", markdown):
        if name in line and names:
            return line.replace(name, names[0])
    return line
