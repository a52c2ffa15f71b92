"""Answers to the questions of a campaign."""

import math

from .text import clean_words, one_line

#: Beyond it a number is a slip of the keyboard.
MAX_NUMBER = 1e15


class AnswerError(ValueError):
    """What was said is no answer to a question of this kind."""


def read_choices(text: str | None) -> list[str]:
    """The possible answers, one a line, each once.

    >>> read_choices(" Gas\\n\\nElectric\\nGas")
    ['Gas', 'Electric']
    """
    lines = (one_line(line) for line in (text or "").splitlines())
    return list(dict.fromkeys(filter(None, lines)))


def read_answer(kind: str, answer: object, choices: list[str]) -> str | float | None:
    """An answer as it is kept: words, ``"yes"`` or ``"no"``, or a number; ``None``
    where nothing was answered. 0 is an answer.

    :raises AnswerError: for what is no answer to a question of this kind

    >>> read_answer("number", "180", [])
    180.0
    >>> read_answer("choice", " ", ["Gas", "Electric"])
    """
    if answer is None or answer is False:
        return None
    if isinstance(answer, str):
        answer = clean_words(one_line(answer))
        if not answer:
            return None
    if kind == "number":
        return _read_number(answer)
    if kind == "text" and isinstance(answer, str):
        return answer
    possible = ["yes", "no"] if kind == "yes_no" else choices
    for choice in possible if isinstance(answer, str) else ():
        if answer == clean_words(choice):
            return choice
    raise AnswerError(answer)


def _read_number(answer: object) -> float:
    if isinstance(answer, bool) or not isinstance(answer, int | float | str):
        raise AnswerError(answer)
    try:
        # without the apostrophe that keeps a sheet from reckoning "-1"
        number = float(answer.removeprefix("'") if isinstance(answer, str) else answer)
    except (ValueError, OverflowError) as error:
        raise AnswerError(answer) from error
    if not math.isfinite(number) or abs(number) > MAX_NUMBER:
        raise AnswerError(answer)
    return number


def say_number(number: float) -> str:
    """A number in words that are the same whoever writes them.

    >>> say_number(180.0), say_number(0.5)
    ('180', '0.5')
    """
    words = f"{number:.4f}".rstrip("0").rstrip(".")
    return "0" if words == "-0" else words


def join_answer(question: str, answer: str) -> str:
    """A question and its answer as one line.

    >>> join_answer("Which dough?", "Rye"), join_answer("Pizzas a day", "180")
    ('Which dough? Rye', 'Pizzas a day: 180')
    """
    return (
        f"{question}: {answer}" if question[-1:].isalnum() else f"{question} {answer}"
    )
