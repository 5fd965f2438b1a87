"""Pasted e-mails are cut down to what their writer says."""

import pytest

from bot.letters import body

ASKED = "My certificate has not arrived.\nWhere can I see it?"


@pytest.mark.parametrize(
    "letter",
    [
        f"Dear support team,\n\n{ASKED}\n\nBest regards,\nJane Doe\nLearner since 2020",
        f"Hola equipo:\n{ASKED}\nUn saludo,\nMarta",
        f"老师好，\n{ASKED}\n谢谢！\n小王",
        f"Hi,\n{ASKED}\n\nSent from my iPhone",
        f"{ASKED}\n--\nJane Doe, Example Ltd",
        f"{ASKED}\n\nOn Mon, 3 March 2025 at 10:00, Support <help@example.com> wrote:\n> We received your mail.\n> Bye",
        f"{ASKED}\n\nEl lun, 3 mar 2025, Soporte escribió:\n> Recibimos tu correo.",
        f"{ASKED}\n\n-----Original Message-----\nFrom: a@example.com\nWhat about the invoice?",
        f"> How can we help?\n{ASKED}",
        f"From: jane@example.com\nTo: help@example.com\nDate: 3 March\n{ASKED}\nThanks,\nJane",
        f"---------- Forwarded message ---------\nFrom: jane@example.com\n\nHello,\n{ASKED}\nCheers\nJane",
    ],
)
def test_a_letter_loses_its_frame(letter: str) -> None:
    assert body(letter) == ASKED


def test_a_subject_is_kept_as_a_line() -> None:
    assert body("Subject: Re: Refund\nIs it possible after 20 days?") == "Refund\nIs it possible after 20 days?"


@pytest.mark.parametrize(
    "text",
    [
        "Hello, where is my certificate? Thanks",
        "My steps:\n1. open the app\n2. press play\nThen it stops.",
        "Dear all",
        "On the 3rd of March I paid.\nIs that the date that counts?",
        "老师好，这次月考我进步了十名，想请教学习方法。\n祝您桃李满天下",
    ],
)
def test_what_is_no_letter_is_left_as_it_is(text: str) -> None:
    assert body(text) == text


def test_a_farewell_far_from_the_end_cuts_nothing() -> None:
    text = "I paid twice.\nRegards from sunny Spain.\n" + "\n".join(f"Line {n} of my story." for n in range(12))
    assert body(text) == text
