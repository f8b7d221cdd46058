"""What a careful reader would say about a bank that can be used.

A finding is an error where the law is at stake, a warning where a candidate could be misled or
put at a disadvantage, and a note where it is only worth a look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from vbr_engine.bank.balance import key_order, key_positions, length_cue, long_best_options
from vbr_engine.bank.form import draw_items
from vbr_engine.bank.model import Bank, Catalogue, ItemText
from vbr_engine.bank.phrases import ASKING, IDIOMS, PERSONAL
from vbr_engine.bank.reading import count_words, reading_age
from vbr_engine.bank.texts import PlacedText, texts_of
from vbr_engine.bank.translations import length_shifts, parity, untranslated
from vbr_engine.errors import Problem

__all__ = ["HIGHEST_READING_AGE", "lint_bank", "rules_without"]

HIGHEST_READING_AGE = 12.0
# A formula made for passages says little about a line.
LEAST_WORDS = 20

_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|‘[^’]*’(?!\w)")


def lint_bank(bank: Bank) -> list[Problem]:
    """List what a careful reader would say about a bank.

    Parameters
    ----------
    bank : Bank

    Returns
    -------
    list of Problem
        `file` is the language that a text is in, or empty for the bank file; `rule` names the
        check: ``reading-age``, ``personal-question``, ``idiom``, ``untranslated``,
        ``parity``, ``length-shift``, ``length-cue``, ``long-best-option``, ``key-position``,
        ``key-order``, ``coverage``.
    """
    first = next(iter(bank.catalogues.values()))
    texts = (
        chain(
            _reading_age(catalogue),
            _personal_questions(catalogue),
            _idioms(catalogue),
            untranslated(catalogue, first),
            parity(catalogue, first),
            length_shifts(bank, catalogue, first),
            length_cue(bank, catalogue),
            long_best_options(bank, catalogue),
        )
        for catalogue in bank.catalogues.values()
    )
    return [*chain.from_iterable(texts), *key_positions(bank), *key_order(bank), *_coverage(bank)]


def rules_without(language: str) -> tuple[str, ...]:
    """Name the rules that know nothing of a language, and so find nothing in it.

    Parameters
    ----------
    language : str

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> rules_without("en-GB"), rules_without("cy"), rules_without("pl")[-1]
    ((), ('reading-age', 'idiom'), 'personal-question')
    """
    tag = language.split("-")[0]
    known = {"reading-age": tag == "en", "idiom": tag in IDIOMS, "personal-question": tag in ASKING}
    return tuple(rule for rule, knows in known.items() if not knows)


def _said(catalogue: Catalogue, path: str, message: str, rule: str, severity: str) -> Problem:
    return Problem(
        message=message, path=path, file=catalogue.language, rule=rule, severity=severity
    )


def _reading_age(catalogue: Catalogue) -> Iterator[Problem]:
    if catalogue.language.split("-")[0] != "en":
        return  # the formula was made for English
    for name, item in catalogue.items.items():
        yield from _too_old(catalogue, f"items.{name}", _whole(item), "scenario and options")
    for placed in texts_of(catalogue):
        inside_item = placed.path.startswith("items.") and not placed.path.endswith(".scenario")
        if placed.reader == "candidate" and not inside_item:
            yield from _too_old(catalogue, placed.path, placed.text, "text")


def _too_old(catalogue: Catalogue, path: str, text: str, what: str) -> Iterator[Problem]:
    age = reading_age(text)
    if count_words(text) >= LEAST_WORDS and age > HIGHEST_READING_AGE:
        message = (
            f"the {what} need a reading age of {age:.1f}, and {HIGHEST_READING_AGE:g} is the most: "
            "shorter sentences or words help"
        ).replace("the text need ", "the text needs ")
        yield _said(catalogue, path, message, "reading-age", "warning")


def _whole(item: ItemText) -> str:
    return "\n".join([item.scenario, item.question, *item.options.values()])


def _personal_questions(catalogue: Catalogue) -> Iterator[Problem]:
    language = catalogue.language.split("-")[0]
    if language not in PERSONAL:
        return
    for placed in texts_of(catalogue):
        if placed.reader != "researcher" and (phrase := _personal(placed, language)):
            message = (
                f"{phrase!r} asks about health, disability or another protected characteristic: "
                "not before an offer (Equality Act 2010, section 60)"
            )
            yield _said(catalogue, placed.path, message, "personal-question", "error")


def _personal(placed: PlacedText, language: str) -> str:
    """Find a phrase that asks the candidate; what somebody says in a story asks nobody."""
    text = _QUOTED.sub(" ", placed.text) if placed.story else placed.text
    patterns = [ASKING[language]] if placed.story else [ASKING[language], PERSONAL[language]]
    found = [match for pattern in patterns if (match := pattern.search(text))]
    return found[0].group() if found else ""


def _idioms(catalogue: Catalogue) -> Iterator[Problem]:
    idioms = IDIOMS.get(catalogue.language.split("-")[0])
    if not idioms:
        return
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, idioms))})\b", re.IGNORECASE)
    for placed in texts_of(catalogue):
        if placed.reader == "candidate" and (match := pattern.search(placed.text)):
            message = f"{match.group()!r} is an idiom; say it so that every reader can follow"
            yield _said(catalogue, placed.path, message, "idiom", "warning")


def _coverage(bank: Bank) -> Iterator[Problem]:
    blueprint, drawn = bank.blueprint, draw_items(bank)
    for value in bank.values:
        number = sum(item.value == value.id for item in drawn)
        if number < 2:
            message = f"the default form has {number} of its items; 2 is the least to say anything"
            yield _coverage_problem(f"form.per-value.{value.id}", message)
    for name in dict.fromkeys(item.format for item in bank.items):
        if not any(item.format == name for item in drawn):
            message = f"the bank has {name} items, and the default form draws none"
            yield _coverage_problem("form.per-format", message)
    for item in bank.items:
        if blueprint.per_format.get(item.format) == 0:
            message = f"no form can draw it: the blueprint has no {item.format} items"
            yield _coverage_problem(f"items.{item.id}", message)


def _coverage_problem(path: str, message: str) -> Problem:
    return Problem(message=message, path=path, rule="coverage", severity="warning")
