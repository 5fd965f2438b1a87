"""`facts.yaml` beside the articles: what is true, said once, and a linter that holds every article to it.

An article lists in its front matter the facts that it states; it must state each of them, and may state no other
quantity. What is bold must be a name that exists, in the article's language.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.errors import BadInput

UNITS: dict[str, dict[str, str]] = {
    "day": {"en": "days?", "es": "días?", "zh": "天|日"},
    "hour": {"en": "hours?", "es": "horas?", "zh": "(?:个)?小时"},
    "minute": {"en": "minutes?", "es": "minutos?", "zh": "分钟"},
    "week": {"en": "weeks?", "es": "semanas?", "zh": "周|个星期"},
    "month": {"en": "months?", "es": "mes(?:es)?", "zh": "个月"},
    "year": {"en": "years?", "es": "años?", "zh": "年|岁|周岁"},
    "time": {"en": "times?", "es": "ve(?:z|ces)", "zh": "次"},
    "attempt": {
        "en": "(?:attempts?|tries|times|wrong passwords|resubmissions?)",
        "es": "(?:intentos?|veces|reenvíos?|contraseñas)",
        "zh": "次",
    },
    "percent": {"en": "%", "es": "%", "zh": "%|%"},
    "mb": {"en": "MB", "es": "MB", "zh": "MB"},
    "gb": {"en": "GB", "es": "GB", "zh": "GB"},
    "mbps": {"en": "Mbps", "es": "Mbps", "zh": "Mbps"},
    "word": {"en": "words?", "es": "palabras?", "zh": "个?(?:单词|词|字)"},
    "character": {"en": "characters?", "es": "caracteres?", "zh": "个?(?:字符|位)"},
    "course": {"en": "courses?", "es": "cursos?", "zh": "门"},
    "credit": {"en": "(?:ECTS )?credits?", "es": "créditos?", "zh": "个?(?:ECTS ?)?学分"},
    "seat": {"en": "seats?", "es": "(?:plazas?|licencias?)", "zh": "个?席位"},
    "device": {"en": "devices?", "es": "dispositivos?", "zh": "台"},
    "file": {"en": "files?", "es": "archivos?", "zh": "个?文件"},
    "code": {"en": "(?:backup )?codes?", "es": "códigos?", "zh": "[个组]?(?:备用|一次性|验证|恢复)*代?码"},
    "language": {"en": "languages?", "es": "idiomas?", "zh": "种"},
    "monthday": {"en": "(?:st|nd|rd|th)", "es": "(?= de cada mes)", "zh": "[日号]"},
    "person": {"en": "(?:people|persons?)", "es": "personas?", "zh": "人"},
}
"""How a unit is written after its number, as a regular expression by language."""
_BARE = r"(?<![\w.,-])({})(?![\w%])"


@dataclass(frozen=True, slots=True)
class Fact:
    key: str
    value: str
    unit: str

    def pattern(self, locale: str) -> re.Pattern[str]:
        """Matches the fact as it is written in `locale`."""
        number = _number(self.value)
        if self.unit == "usd":
            return re.compile(rf"\$ ?{number}(?![\d.,]*\d)|(?<![\d.,]){number} ?(?:USD|US\$|\$|美元|dólares)")
        unit = UNITS.get(self.unit, {}).get(locale)
        if unit is None:
            return re.compile(_BARE.format(number))
        between = {"en": r"[- ]?(?:working |business |calendar )?", "es": " ?", "zh": " ?(?:个工作|个)?"}[locale]
        return re.compile(rf"(?<![\d.,]){number}{between}(?:{unit})", re.IGNORECASE)


def _number(value: str) -> str:
    """1400 is also 1,400 and 1.400."""
    if value.isdigit() and len(value) > 3:
        return rf"{value[:-3]}[.,\u00a0 ]?{value[-3:]}"
    return re.escape(value)


@dataclass(frozen=True, slots=True)
class Facts:
    """The content of a `facts.yaml`."""

    facts: dict[str, Fact]
    names: dict[str, frozenset[str]]

    def problems(self, head: dict[str, Any], body: str) -> Iterator[str]:
        """What an article says that is not so, one sentence each."""
        locale = str(head.get("locale"))
        stated: list[Fact] = []
        for key in head.get("facts") or []:
            if fact := self.facts.get(key):
                stated.append(fact)
                if not fact.pattern(locale).search(body):
                    yield f"lists the fact '{key}' but nowhere says {fact.value} {fact.unit}"
            else:
                yield f"lists the fact '{key}', which facts.yaml does not have"
        rest = body
        for fact in sorted(stated, key=lambda fact: -len(fact.value)):
            rest = fact.pattern(locale).sub(" ", rest)
        for quantity in _quantities(rest, locale):
            yield f"says '{quantity}', which is none of the facts that it lists"
        for name in re.findall(r"\*\*(.+?)\*\*", body):
            if name not in self.names.get(locale, frozenset()):
                yield f"has '{name}' in bold, which is no name of facts.yaml in '{locale}'"


def _quantities(text: str, locale: str) -> list[str]:
    units = "|".join(by_locale[locale] for by_locale in UNITS.values() if locale in by_locale)
    money = r"\$ ?\d[\d.,]*|\d[\d.,]* ?(?:USD|美元|dólares)"
    after = rf"\d[\d.,]*[- ]?(?:working |business |个工作|个)?(?:{units})(?![a-záéíóúñ])"
    unnumbered = re.sub(r"^\s*\d+[.)] ", "", text, flags=re.MULTILINE)
    return [found[0] for found in re.finditer(rf"{money}|{after}", unnumbered, re.IGNORECASE)]


def read_facts(file: Path) -> Facts:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        facts = {key: Fact(key, str(row["value"]), row["unit"]) for key, row in content["facts"].items()}
        names = content["names"]
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{file}: the facts cannot be read: {error}") from error
    locales = {locale for row in names for locale in row}
    return Facts(facts, {locale: frozenset(row[locale] for row in names if locale in row) for locale in locales})
