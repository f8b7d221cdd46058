"""How many items for how reliable a score."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from vbr_engine.psychometrics.curves import item_information
from vbr_engine.psychometrics.parameter_tables import parameters_of
from vbr_engine.psychometrics.plan import Given, Plan, whole

__all__ = ["plan_items"]

_THETAS = (-2.0, -1.0, 0.0, 1.0, 2.0)
_BROWN = (
    "reliability(k times the items) = k r / (1 + (k - 1) r); "
    "SEM in standard deviations of the score = sqrt(1 - reliability)"
)


def plan_items(
    *,
    reliability: float | None = None,
    items: int | None = None,
    target: float | None = None,
    sem: float | None = None,
    parameters: Any = None,
) -> Plan:
    """Find how many items like the present ones a reliability or a standard error asks for.

    Parameters
    ----------
    reliability, items : float and int, optional
        What is known: so many items have this reliability. Not needed with `parameters`.
    target : float, optional
        The reliability wanted.
    sem : float, optional
        The standard error of measurement wanted, in standard deviations of the score (of the trait,
        with `parameters`).
    parameters : ItemParameters, fitted model or data frame, optional
        Calibrated items: the number then comes from their information.

    Returns
    -------
    Plan

    Raises
    ------
    InvalidInput
        With everything that is out of range.

    Examples
    --------
    >>> plan_items(reliability=0.6, items=16, target=0.8).size
    43
    """
    given = Given()
    given.between("target", target, 0, 1)
    given.between("sem", sem, 0, 1)
    if (target is None) == (sem is None):
        given.wrong("target", "give either a reliability or a standard error of measurement")
    if parameters is None:
        if reliability is None or items is None:
            given.wrong("reliability", "give the reliability and the number of items that has it, "
                        "or a table of item parameters")  # fmt: skip
        given.between("reliability", reliability, 0, 1)
        given.from_to("items", items, 1, 10_000)
    given.check()
    wanted = target if target is not None else 1 - (sem or 0.0) ** 2
    if parameters is not None:
        return _by_information(parameters_of(parameters), wanted)
    return _by_length(reliability or 0.0, items or 1, wanted)


def _by_length(reliability: float, items: int, wanted: float) -> Plan:
    one = reliability / (items - (items - 1) * reliability)
    size = whole(wanted * (1 - one) / (one * (1 - wanted)))
    rows = sorted({items, size, *(items * k for k in (2, 3, 4)), *(items // k for k in (2, 4))})
    table = pd.DataFrame(
        [(n, n * one / (1 + (n - 1) * one)) for n in rows if n > 0],
        columns=["items", "reliability"],
    )
    table["SEM in sd"] = np.sqrt(1 - table["reliability"])
    return Plan(
        f"How many items for a reliability of {wanted:.2f}?",
        (
            f"{size} items as good as the present {items} have a reliability of {wanted:.2f}, "
            f"which is a standard error of {math.sqrt(1 - wanted):.2f} standard deviations.",
            "They have to be of the same kind and as good: leaving weak items out may do as much "
            "as adding new ones.",
            "A value has fewer items than the whole and is less reliable: plan for the "
            "shortest score that is reported.",
        ),
        size,
        table,
        _BROWN,
        "Spearman (1910) and Brown (1910), British Journal of Psychology 3, 271-322",
    )


def _by_information(items: Any, wanted: float) -> Plan:
    each = item_information(items, np.array(_THETAS)).mean(axis=0)
    error = math.sqrt(1 - wanted)
    need = 1 / error**2 - 1  # a standard normal population knows 1 beforehand
    counts = [whole(need / one) if one * 100_000 > need else None for one in each]
    table = pd.DataFrame(
        {"theta": _THETAS, "information of one item": each, "items": pd.array(counts, "Int64")}
    )
    middle = np.linspace(-4, 4, 81)
    weight = np.exp(-0.5 * middle**2)
    weight /= weight.sum()
    told = item_information(items, middle).mean(axis=0)
    size = _on_average(told, weight, error)
    now = float(np.sqrt(weight @ (1 / (1 + len(items) * told))))
    return Plan(
        f"How many items like these {len(items)} for a reliability of {wanted:.2f}?",
        (
            f"{size} items of the present mix have a standard error of {error:.2f} (reliability "
            f"{wanted:.2f}) on average over a standard normal population.",
            f"The present {len(items)} have {now:.2f} (reliability {1 - now**2:.2f}).",
            "The table says how many are needed for a person at each place of the trait: items "
            "tell little about people who find all of them easy or all of them hard.",
        ),
        size,
        table,
        "standard error(theta) = 1 / sqrt(1 + information(theta)); reliability = 1 - its mean "
        "square",
        "Fisher information of the fitted curves, with a standard normal prior (Bock and Mislevy "
        "1982, Applied Psychological Measurement 6, 431-444)",
    )


def _on_average(told: Any, weight: Any, error: float) -> int:
    low, high = 1, 1
    while float(weight @ (1 / (1 + high * told))) > error**2 and high < 100_000:
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        enough = float(weight @ (1 / (1 + middle * told))) <= error**2
        low, high = (low, middle) if enough else (middle + 1, high)
    return high
