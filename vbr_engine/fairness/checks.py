"""What may be asked of a comparison: rules that make sense, and counts that can be."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from vbr_engine.errors import DecisionsError, Problem

__all__ = ["check_counts", "rule_problems"]

# Effective numbers of weighted people may lie beside a whole one by as much as is lost in rounding.
_NEAR = 1e-9


def rule_problems(least: int, cell: int, coverage: float) -> list[Problem]:
    """List what is wrong with the rules of a comparison.

    Parameters
    ----------
    least, cell : int
    coverage : float

    Returns
    -------
    list of Problem

    Examples
    --------
    >>> [problem.message for problem in rule_problems(20, 0, 0.95)]
    ['smallest counts are 1 or more, got 20 and 0']
    """
    problems = []
    if least < 1 or cell < 1:
        problems.append(Problem(message=f"smallest counts are 1 or more, got {least} and {cell}"))
    if not 0.5 <= coverage < 1:
        problems.append(Problem(message=f"expected a coverage of 0.5 to 0.999, got {coverage}"))
    return problems


def check_counts(selected: ArrayLike, n: ArrayLike) -> None:
    """Raise DecisionsError where more are selected than there are, or fewer than none.

    Parameters
    ----------
    selected, n : array-like

    Examples
    --------
    >>> check_counts(3, 4)
    """
    some, every = np.atleast_1d(np.asarray(selected, float)), np.atleast_1d(np.asarray(n, float))
    wrong = ~((some >= -_NEAR) & (some <= every * (1 + _NEAR) + _NEAR))
    if wrong.any():
        at = int(np.argmax(wrong))
        raise DecisionsError(f"{some[at]:g} selected of {every[at]:g} people cannot be")
