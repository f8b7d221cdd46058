"""What the planning of a study comes to: sentences, a table, a formula and where it is from."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from scipy import stats

from vbr_engine.errors import InvalidInput, Problem

__all__ = ["Given", "Plan", "at_least", "normal_quantile", "smallest", "whole"]

MOST = 10_000_000  # nobody plans a larger study
_CLOSE = 1e-4


@dataclass(frozen=True)
class Plan:
    """The answer to one question about the size of a study.

    Parameters
    ----------
    question : str
    answer : tuple of str
        Sentences, the most important first.
    size : int or None
        How many sittings, items or hires (of one arm) are needed; None where it was not asked or
        where no size will do.
    table : pandas.DataFrame
        Several sizes side by side.
    formula : str
        How the figures were worked out.
    source : str
        Where the formula comes from.

    Examples
    --------
    >>> from vbr_engine.psychometrics import plan_validity
    >>> plan_validity(0.3).size
    85
    """

    question: str
    answer: tuple[str, ...]
    size: int | None
    table: pd.DataFrame = field(repr=False)
    formula: str
    source: str

    def __str__(self) -> str:
        figures = self.table.to_string(index=False, float_format=lambda x: f"{x:.3f}")
        lines = [self.question, "", *self.answer, "", figures, ""]
        return "\n".join([*lines, f"Formula: {self.formula}", f"Source: {self.source}"])


class Given:
    """Checks what was given, and reports everything that is wrong at once.

    Examples
    --------
    >>> given = Given()
    >>> given.between("power", 1.2, 0, 1)
    >>> try:
    ...     given.check()
    ... except InvalidInput as error:
    ...     print(error)
    power: expected more than 0 and less than 1, got 1.2
    """

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def wrong(self, name: str, message: str) -> None:
        """Note a problem."""
        self._problems.append(Problem(path=name, message=message))

    def between(self, name: str, value: float | None, low: float, high: float) -> None:
        """Want a number strictly between two others; none given is right."""
        if value is not None and not low < value < high:
            self.wrong(name, f"expected more than {low:g} and less than {high:g}, got {value:g}")

    def from_to(self, name: str, value: float | None, low: float, high: float) -> None:
        """Want a number from one to another, both included; none given is right."""
        if value is not None and not low <= value <= high:
            self.wrong(name, f"expected {low:g} to {high:g}, got {value:g}")

    def one_of(self, name: str, value: Any, known: tuple[str, ...]) -> None:
        """Want one of some words."""
        if value not in known:
            self.wrong(name, f"expected one of {', '.join(known)}, got {value!r}")

    def power_of_test(self, significance: float, power: float) -> None:
        """Want two chances, that of seeing what is there above that of a false alarm."""
        self.between("significance", significance, 0, 1)
        self.between("power", power, 0, 1)
        if 0 < power < 1 and 0 < significance < 1 and power <= significance:
            told = f"expected more than the chance of a false alarm, {significance:g}"
            self.wrong("power", f"{told}, got {power:g}")

    def check(self) -> None:
        """Raise InvalidInput with every problem noted."""
        if self._problems:
            raise InvalidInput(self._problems)


def normal_quantile(probability: float) -> float:
    """Point of the standard normal distribution below which a share lies."""
    return float(stats.norm.ppf(probability))


def whole(size: float) -> int:
    """Round a size up; one that is over by less than a ten-thousandth is not over.

    Examples
    --------
    >>> whole(990.02), whole(990.3), whole(3)
    (990, 991, 3)
    """
    return math.ceil(size * (1 - _CLOSE))


def at_least(size: float | None, least: int) -> int:
    """Return a whole size of at least `least`, or `least` where there is none."""
    return least if size is None else max(least, whole(size))


def smallest(holds: Callable[[int], bool], *, least: int = 1, most: int = MOST) -> int | None:
    """Find the smallest whole number from which on something holds, or None up to `most`.

    Examples
    --------
    >>> smallest(lambda n: n * n >= 50)
    8
    """
    low, high = least, least
    while not holds(high):
        if high >= most:
            return None
        low, high = high + 1, min(most, high * 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return high
