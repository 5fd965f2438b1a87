"""Text that speaks to a language model instead of to a person: "ignore your instructions", "print your system prompt".

Firstline's own answers obey nothing they read. This keeps such text from being searched for, quoted, or read by a
configured model. In an article it knows plain phrases, not intentions, and rather misses one than takes a person's
words for it: what it misses is still only data, and every generated sentence is checked. Of a learner's message what
was learned from the intents' examples is asked as well, part by part.
"""

import re
from collections.abc import Callable, Sequence

from bot.citations import sentences

Lead = Callable[[Sequence[str]], Sequence[float]]
"""How far each text, as one that asks for what the bot declines, is ahead of all else that it may be."""
DOUBTFUL = -0.35
"""The lead of a whole message from which its parts are looked at."""
CLEAR = 0.2
"""The lead of a part that is taken away."""
FAR = -0.25
"""The lead that what is left must stay under, else the rest of an attack would be taken for a question. All three were
chosen on the golden cases' tune split, DOUBTFUL and CLEAR so that every harmless look-alike there stays whole."""
MOST = 40
"""Parts of a message that are looked at one by one; of more the phrases must do."""

_WHOLE = r"(?:(?:own|full|entire|exact|hidden|original|initial|complete|secret) )*"
_EN = (
    r"(?:^|[.!?:;,\"'(]|\b(?:and|then|now|please|must|should|to|can you|just)\b)\W*"
    r"(?:ignore|disregard|forget|override|bypass)\s(?:\w+\s){0,4}?(?:previous|prior|preceding|above|earlier|former|your|system|everything)\b(?:[\w,]*\s){0,5}?"
    r"(?:instructions?|directions?|guidelines?|prompts?|rules|polic(?:y|ies)|programming|training|told|restrictions|filters)\b",
    rf"\b(?:your|the|my|this) {_WHOLE}(?:system|initial|hidden) (?:prompt|instructions|message)\b(?! says| on my)",
    rf"\byour {_WHOLE}(?:prompt|instructions|programming|directives|guidelines|configuration)\b",
    r"\b(?:repeat|print|output|reveal|display|echo|dump|show me|summarize|translate)\b.{0,30}\b"
    r"(?:text|everything|words|lines?|message|content|instructions)\b.{0,12}\babove\b",
    r"\bwhat (?:were|are|was) you (?:told|instructed|programmed)\b|\byou were (?:instructed|programmed|configured)\b",
    r"\bfrom now on,? (?:you|respond|answer|act|reply)\b",
    r"\byou are (?:now (?:an?|the|in|dan|my|free)|going to (?:act|pretend))\b",
    r"\bpretend (?:that )?(?:you|to be)\b|\bact as (?:an? )?(?:ai|unrestricted|assistant|bot|chatbot|\w+gpt)\b",
    r"\bas an? (?:ai|(?:large )?language model)\b|\bDo Anything Now\b|\b(?:enter|enable|activate|switch to|in) "
    r"(?:developer|debug|god|admin|dan|unrestricted) mode\b",
    r"\b(?:add|append|embed|include|incorporate|insert|integrate|introduce|mention|rearrange|remove|replace|use)\b.{0,90}?"
    r"\b(?:in|to|from|of) your (?:answer|response|reply|output)\b",
    r"\bbase64\b|^\W*(?:system|assistant)\W*[:\]>]|</?(?:system|instructions?|prompt)>|<\|?im_(?:start|end)|\"role\"\s*:",
)
_ES = (
    r"\b(?:ignora|olvida|descarta|omite|desobedece)\w*\s(?:\w+\s){0,3}?(?:instrucciones|indicaciones|reglas|normas|directrices|"
    r"restricciones)\b|\btu (?:system )?prompt\b|\btus (?:instrucciones|directrices)\b|\binstrucciones del sistema\b",
    r"\bte (?:configuraron|programaron|entrenaron)\b",
    r"\b(?:a partir de|desde) ahora,? (?:eres|responde|contestas?|actúas?|serás)\b",
    r"\bahora eres\b|\b(?:finge|actúa como|haz de cuenta) que eres\b|"
    r"\bactúa como (?:una? )?(?:ia|asistente|bot)\b|^\W*sistema\W*[:\]]",
)
_ZH = (
    r"(?:忽略|无视|忘记|忘掉|抛开|绕过).{0,10}(?:指令|指示|规则|规定|设定|提示词)|(?:以上|之前)(?:的)?(?:规定|规则|指令).{0,4}作废|系统提示词?|"
    r"你的(?:系统|初始)?(?:设定|指令|提示词|编程)|系统给你|(?:从现在起|从现在开始|现在)你(?:是|就是|扮演|只能)|假装你是|解除限制|"
    r"(?:开发者|越狱|无限制)模式|^\W*系统\s*[:：】\]]|\"角色\"\s*:",
)
_PATTERN = re.compile("|".join(f"(?:{rule})" for rule in (*_EN, *_ES, *_ZH)), re.IGNORECASE)


def addresses_a_model(text: str) -> bool:
    """Whether a sentence or list has a phrase by which people steer language models."""
    return bool(_PATTERN.search(text))


def without_instructions(text: str, lead: Lead | None = None) -> str:
    """The lines of a message that speak to a person, or where none or all do, the sentences. All of it where nothing
    else is left: then that is what it is about."""
    said = sentences(text)
    if lead is not None and (len(said) < 2 or lead([text])[0] < DOUBTFUL):
        lead = None
    if lead is None and not addresses_a_model(text):
        return text
    for parts in (text.splitlines(), said):
        kept = _unsteered(parts, lead)
        left = "\n".join(kept).strip()
        if left and len(kept) < len(parts) and (lead is None or lead([left])[0] < FAR):
            return left
    return text


def _unsteered(parts: Sequence[str], lead: Lead | None) -> list[str]:
    written = [part for part in parts if part.strip()]
    leads = lead(written) if lead is not None and 1 < len(written) <= MOST else ()
    steering = {part for part, ahead in zip(written, leads, strict=False) if ahead > CLEAR}
    return [part for part in parts if part not in steering and not addresses_a_model(part)]
