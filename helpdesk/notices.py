"""What the learner is told, in their language, when a person comes, goes or closes the request."""

from typing import Literal

from bot.language import base

Notice = Literal["joined", "took_over", "left", "closed"]

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "person": "{name}, a person from our team,",
        "somebody": "A person from our team",
        "joined": "{who} has joined this chat.",
        "took_over": "{who} has taken over this chat.",
        "left": "{name} has left this chat. The automated assistant answers again.",
        "closed": "{name} has closed your request {number}. If you need more help, just ask.",
    },
    "es": {
        "person": "{name}, una persona de nuestro equipo,",
        "somebody": "Una persona de nuestro equipo",
        "joined": "{who} se ha unido a este chat.",
        "took_over": "{who} se ocupa ahora de este chat.",
        "left": "{name} ha salido de este chat. Vuelve a responder el asistente automático.",
        "closed": "{name} ha cerrado tu solicitud {number}. Si necesitas más ayuda, pregunta sin más.",
    },
    "zh": {
        "person": "我们的工作人员 {name} ",
        "somebody": "我们的工作人员",
        "joined": "{who}已加入对话。",
        "took_over": "{who}已接手本次对话。",
        "left": "{name}已离开对话，由自动助手继续回答。",
        "closed": "{name}已关闭您的请求 {number}。如果还需要帮助，请直接提问。",
    },
}


def notice(kind: Notice, language: str, name: str | None, number: str = "") -> str:
    """`name` is what learners know the agent as; without one they read that it was somebody from the team."""
    words = _WORDS[base(language)]
    who = words["person"].format(name=name) if name else words["somebody"]
    return words[kind].format(who=who, name=name or words["somebody"], number=number)
