"""The support team's file of topics (`intents.yaml`): what messages can be about, each taught by examples."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from bot.errors import BadInput
from bot.models import Department, Priority

Action = Literal["handoff", "chat", "not_helped", "question", "decline"]
ACTIONS = ("handoff", "chat", "not_helped", "question", "decline")
ORDINARY = "ordinary"
PERSON = "asked_for_human"


@dataclass(frozen=True, slots=True)
class Topic:
    """One entry of the intent file; its examples stand as (language, message)."""

    key: str
    action: Action
    department: Department
    priority: Priority
    category: str
    examples: tuple[tuple[str, str], ...]


def read_topics(file: Path) -> list[Topic]:
    """The intent file's topics; BadInput names the entry that cannot be used."""
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"{file}: the intent file cannot be read: {error}") from error
    entries = content.get("topics") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise BadInput(f"{file}: the intent file needs a list 'topics'")
    topics = [_topic(file, number, entry) for number, entry in enumerate(entries, start=1)]
    keys = [topic.key for topic in topics]
    if len(set(keys)) < len(keys):
        raise BadInput(f"{file}: the topic '{Counter(keys).most_common(1)[0][0]}' stands twice")
    if ORDINARY not in keys:
        raise BadInput(f"{file}: the topic '{ORDINARY}' is missing; without it everything looks like a handoff")
    return topics


def _topic(file: Path, number: int, entry: Any) -> Topic:
    if not isinstance(entry, dict) or not entry.get("key"):
        raise BadInput(f"{file}: topic {number} lacks 'key'")
    key = str(entry["key"])
    by_language = entry.get("examples")
    if not isinstance(by_language, dict) or not all(isinstance(texts, list) for texts in by_language.values()):
        raise BadInput(f"{file}: topic '{key}': 'examples' must hold a list of messages for each language")
    examples = [(str(language), str(text)) for language, texts in by_language.items() for text in texts]
    if not examples:
        raise BadInput(f"{file}: topic '{key}' has no examples")
    if entry.get("action") not in ACTIONS:
        raise BadInput(f"{file}: topic '{key}': action must be {', '.join(ACTIONS[:-1])} or {ACTIONS[-1]}")
    try:
        department = Department(entry.get("department", Department.LEARNER_SUPPORT))
        priority = Priority(entry.get("priority", Priority.MEDIUM))
    except ValueError as error:
        raise BadInput(f"{file}: topic '{key}': {error}") from error
    return Topic(key, entry["action"], department, priority, str(entry.get("category", key)), tuple(examples))
