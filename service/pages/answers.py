"""Between a candidate's form and the response matrix: reading, checking, filling in again.

A field holds one option's part of the answer: `field_name` for ``rate`` and ``rank``; ``most``
and ``least`` for ``most-least``; ``pick``, once for each option chosen, for ``pick``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import flash, request
from flask_wtf.csrf import validate_csrf
from werkzeug.datastructures import MultiDict
from wtforms.validators import ValidationError

from service.use_cases.views import Question, ShownItem
from service.words import gettext as _
from service.words import ngettext
from vbr_engine.bank.model import ResponseFormat
from vbr_engine.errors import ResponsesError

__all__ = [
    "Given",
    "field_name",
    "form_is_fresh",
    "given_from_answer",
    "read_answer",
    "refused",
    "tell",
]


@dataclass(frozen=True)
class Given:
    """What a candidate entered, whether or not it is complete.

    Parameters
    ----------
    answer : mapping of str to int
        In the encoding of the response matrix, with only the parts that were entered. A
        ``most-least`` answer may name one option twice; then `most` and `least` tell them apart.
    most, least : str or None
        The options chosen, for ``most-least``.
    errors : mapping of str to str
        A sentence for each field in trouble, by the id of its first input.
    """

    answer: Mapping[str, int] = field(default_factory=dict)
    most: str | None = None
    least: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)


def field_name(option: str) -> str:
    """Name and id of an option's own field."""
    return f"option-{option}"


def given_from_answer(item: ShownItem, answer: Mapping[str, int] | None) -> Given:
    """Put a saved answer back into the fields."""
    if answer is None:
        return Given()
    if item.format is ResponseFormat.MOST_LEAST:
        chosen = {mark: option for option, mark in answer.items()}
        return Given(answer, most=chosen.get(1), least=chosen.get(-1))
    return Given(answer)


def refused(given: Given, error: ResponsesError) -> Given:
    """Put what the engine found wrong with an answer beside its fields."""
    messages = {field_name(problem.path): problem.message for problem in error.problems}
    return Given(given.answer, given.most, given.least, messages)


def form_is_fresh() -> bool:
    """Whether the submitted form carries a token of this browser that still holds."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def tell(outcome: str, number: int) -> None:
    """Say what became of an answer, where it is not what one expects."""
    if outcome == "unchanged":
        flash(_("Scenario %(number)s is saved, with the same answer.", number=number), "note")
    if outcome == "replaced-other":
        words = _(
            "Scenario %(number)s was also answered in another window. "
            "We kept the answer that was given last.",
            number=number,
        )
        flash(words, "note")


def read_answer(question: Question, form: MultiDict[str, str]) -> Given:
    """Read an answer from a submitted form and find everything that is wrong with it."""
    readers = {
        ResponseFormat.RATE: _read_rate,
        ResponseFormat.RANK: _read_rank,
        ResponseFormat.MOST_LEAST: _read_most_least,
        ResponseFormat.PICK: _read_pick,
    }
    return readers[question.item.format](question, form)


def _read_rate(question: Question, form: MultiDict[str, str]) -> Given:
    given = _numbers(question, form, highest=question.item.scale or len(question.scale_labels))
    errors = {
        field_name(option): _("Choose an answer for “%(option)s”", option=short(text))
        for option, text in question.options
        if option not in given
    }
    return Given(given, errors=errors)


def _read_rank(question: Question, form: MultiDict[str, str]) -> Given:
    given = _numbers(question, form, highest=len(question.options))
    texts = dict(question.options)
    errors: dict[str, str] = {}
    first_at: dict[int, str] = {}
    for option, text in question.options:
        place = given.get(option)
        if place is None:
            errors[field_name(option)] = _("Choose a place for “%(option)s”", option=short(text))
        elif place in first_at:
            errors[field_name(option)] = _(
                "Place %(place)s is used for “%(first)s” and for “%(second)s”. Use each place once",
                place=place,
                first=short(texts[first_at[place]]),
                second=short(text),
            )
        else:
            first_at[place] = option
    return Given(given, errors=errors)


def _read_most_least(question: Question, form: MultiDict[str, str]) -> Given:
    known = dict(question.options)
    most = form.get("most") if form.get("most") in known else None
    least = form.get("least") if form.get("least") in known else None
    first = question.options[0][0]
    errors: dict[str, str] = {}
    if most is None:
        errors[f"most-{first}"] = _("Choose one answer for “Best”")
    if least is None:
        errors[f"least-{first}"] = _("Choose one answer for “Worst”")
    if most is not None and most == least:
        errors[f"least-{least}"] = _(
            "You chose the same answer for “Best” and “Worst”. Choose two different ones"
        )
    answer = {option: (option == most) - (option == least) for option in known}
    return Given(answer, most=most, least=least, errors=errors)


def _read_pick(question: Question, form: MultiDict[str, str]) -> Given:
    picked = {option for option in form.getlist("pick") if option in question.text.options}
    answer = {option: int(option in picked) for option, _text in question.options}
    wanted = question.item.picks or 0
    if len(picked) == wanted:
        return Given(answer)
    first = f"pick-{question.options[0][0]}"
    return Given(answer, errors={first: _pick_error(len(picked), wanted)})


def _pick_error(picked: int, wanted: int) -> str:
    if not picked:
        return _("Choose %(wanted)s answers", wanted=wanted)
    if picked < wanted:
        return ngettext(
            "You chose %(num)s. Choose %(wanted)s",
            "You chose %(num)s. Choose %(wanted)s",
            picked,
            wanted=wanted,
        )
    return _(
        "You chose %(picked)s, which is more than %(wanted)s. Untick %(extra)s",
        picked=picked,
        wanted=wanted,
        extra=picked - wanted,
    )


def _numbers(question: Question, form: MultiDict[str, str], *, highest: int) -> dict[str, int]:
    """Read one whole number per option, leaving out what is not one of the choices."""
    allowed = {str(number): number for number in range(1, highest + 1)}
    given = {
        option: allowed.get(form.get(field_name(option), "")) for option in question.item.options
    }
    return {option: number for option, number in given.items() if number is not None}


def short(text: str, length: int = 45) -> str:
    """Shorten an option to its first words, to name it in a message.

    Examples
    --------
    >>> short("Stay for ten more minutes and ring the office.", length=20)
    'Stay for ten more …'
    """
    if len(text) <= length:
        return text.rstrip(".")
    return text[:length].rsplit(" ", 1)[0].rstrip(",;:") + " …"
