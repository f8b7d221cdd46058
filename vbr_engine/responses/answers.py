"""One complete answer to one item, checked before it is saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from vbr_engine.bank.model import Item, ResponseFormat
from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.responses.codes import allowed_codes, expected, fits

__all__ = ["check_answer"]


def check_answer(item: Item, answer: Mapping[str, int]) -> dict[str, int]:
    """Check one complete answer to one item, as a screen must before it saves it.

    Parameters
    ----------
    item : Item
    answer : mapping of str to int
        Option id -> code, in the encoding of the response matrix. For ``most-least`` and ``pick``
        options that are left out were not chosen.

    Returns
    -------
    dict of str to int
        Every option of the item, in the item's order.

    Raises
    ------
    ResponsesError
        Each problem's ``path`` is the option id, or empty for the whole item; its ``rule`` is
        ``missing``, ``tied``, ``same-option``, ``too-many``, ``too-few``, ``range`` or
        ``unknown-option``.

    Examples
    --------
    >>> item = Item("late", "respect", ResponseFormat.PICK, ("a", "b", "c"), (1.0, 0.0, 1.0))
    >>> check_answer(item, {"c": 1, "a": 1})
    {'a': 1, 'b': 0, 'c': 1}
    """
    low, high = allowed_codes(item)
    problems = [
        Problem(message=f"unknown option {option!r}", path=str(option), rule="unknown-option")
        for option in answer
        if option not in item.options
    ]
    for option in item.options:
        if option in answer and not fits(answer[option], low, high):
            message = expected(low, high, answer[option])
            problems.append(Problem(message=message, path=option, rule="range"))
    if not problems:
        problems = list(_WHOLE[item.format](item, answer))
    if problems:
        raise ResponsesError(problems)
    return {option: int(answer.get(option, 0)) for option in item.options}


def _missing(item: Item, answer: Mapping[str, int]) -> Iterable[Problem]:
    for option in item.options:
        if option not in answer:
            yield Problem(message="no answer for this option", path=option, rule="missing")


def _ranking(item: Item, answer: Mapping[str, int]) -> Iterable[Problem]:
    yield from _missing(item, answer)
    times = Counter(answer.values())
    for option in item.options:
        if option in answer and times[answer[option]] > 1:
            message = f"rank {answer[option]} is given to more than one option"
            yield Problem(message=message, path=option, rule="tied")


def _most_and_least(item: Item, answer: Mapping[str, int]) -> Iterable[Problem]:
    for code, word in ((1, "most"), (-1, "least")):
        chosen = sum(1 for given in answer.values() if given == code)
        if chosen == 0:
            yield Problem(message=f"no option is chosen as {word}", rule="missing")
        if chosen > 1:
            message = f"{chosen} options are chosen as {word}: expected one"
            yield Problem(message=message, rule="too-many")


def _picks(item: Item, answer: Mapping[str, int]) -> Iterable[Problem]:
    chosen = sum(answer.values())
    if chosen == item.picks:
        return
    rule = "missing" if chosen == 0 else "too-few" if chosen < item.picks else "too-many"
    yield Problem(message=f"expected {item.picks} options, got {chosen}", rule=rule)


_WHOLE = {
    ResponseFormat.RATE: _missing,
    ResponseFormat.RANK: _ranking,
    ResponseFormat.MOST_LEAST: _most_and_least,
    ResponseFormat.PICK: _picks,
}
