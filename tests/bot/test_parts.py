"""A message that asks several things is parted into its questions."""

import pytest

from bot.parts import parts


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        (
            "How do I end Plus, and will I see any of the fee again?",
            ("How do I end Plus", "will I see any of the fee again?"),
        ),
        ("What is the fee? And can I pay by card?", ("What is the fee?", "can I pay by card?")),
        ("What is the fee? Can I pay by card?", ("What is the fee?", "Can I pay by card?")),
        (
            "I passed! Where's my certificate, and how do I put it on LinkedIn?",
            ("I passed! Where's my certificate", "how do I put it on LinkedIn?"),
        ),
        (
            "¿Cuándo me dan el diploma y cómo lo subo a LinkedIn?",
            ("¿Cuándo me dan el diploma", "cómo lo subo a LinkedIn?"),
        ),
        ("I'd like to test Plus. And how do I get out?", ("I'd like to test Plus.", "how do I get out?")),
        ("Two things: what's the fee, and is there a trial?", ("Two things: what's the fee", "is there a trial?")),
        (
            "Quiero dejar de pagar. También me gustaría saber si puedo seguir.",
            ("Quiero dejar de pagar.", "me gustaría saber si puedo seguir."),
        ),
        (
            "Necesito la factura de mayo y también cambiar la tarjeta",
            ("Necesito la factura de mayo", "cambiar la tarjeta"),
        ),
        (
            "necesito sumar a 5 personas y, por otro lado, sacar un resumen",
            ("necesito sumar a 5 personas", "sacar un resumen"),
        ),
        ("测验限多少分钟、没过能考几次", ("测验限多少分钟", "没过能考几次")),
        ("标价含不含税，还有我的码贴在哪一栏？", ("标价含不含税", "我的码贴在哪一栏？")),
        ("应用在哪下载，另外怎么改成中文", ("应用在哪下载", "怎么改成中文")),
        (
            "1) who marks my work? 2) can I send it again?",
            ("who marks my work?", "can I send it again?"),
        ),
    ],
)
def test_two_questions_are_two(text: str, questions: tuple[str, ...]) -> None:
    assert parts(text) == questions


@pytest.mark.parametrize(
    "text",
    [
        "How do I get a refund?",
        "I forgot my password. How do I get in?",
        "How do I change my name and photo?",
        "I paid twice. Also I can't get in. How do I get it back?",
        "I want my money back. Also, I never watched it.",
        "Does it refer to this only, or does it also include that",
        "Why?",
        "refund",
        "What is it? Why is it so? How do I pay? Where is it? When is it?",
        "怎么申请退款？",
        "",
    ],
)
def test_one_question_stays_whole(text: str) -> None:
    assert parts(text) == (text,)
