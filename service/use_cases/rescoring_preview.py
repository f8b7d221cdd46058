"""What another policy would change, in numbers of people: nobody named, small numbers not told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import kendalltau

from service.use_cases.small_numbers import FEW, Cell, single_cells
from vbr_engine.bank.model import Bank
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring import Scores, score
from vbr_engine.scoring.bands import band_column

__all__ = ["COMPOSITE", "LEAST", "compared"]

COMPOSITE = "composite"
LEAST = 10
UNCHANGED = "unchanged"


def compared(
    answers: Mapping[str, Mapping[str, Mapping[str, int]]], before: Bank, after: Bank
) -> dict[str, Any]:
    """Score sittings under two policies and tell how bands move.

    Parameters
    ----------
    answers : mapping
        Sitting -> item -> option -> code.
    before, after : Bank
        The same bank version under two policies.

    Returns
    -------
    dict
        ``sittings``, a cell; ``scores``, for the composite and each value: ``measured`` and
        ``changed``, cells; ``moves`` as (from, to, cell), most frequent first; and ``agreement``,
        Kendall's tau-b between the two orders, where at least ten are measured in both.
    """
    told: dict[str, Any] = {"sittings": _plain(_few(len(answers))), "scores": []}
    if len(answers) < LEAST:
        return {**told, "scores": []}
    responses = ResponseMatrix.from_answers(answers, before)
    pair = score(responses, before), score(responses, after)
    for row, name in enumerate(pair[0].names):
        told["scores"].append({"score": name, **_compared(*pair, row)})
    return told


def _compared(before: Scores, after: Scores, row: int) -> dict[str, Any]:
    words = [
        np.asarray(band_column(one.band[row], one.bank.policy), dtype=str)
        for one in (before, after)
    ]
    moves = Counter(zip(*(list(one) for one in words), strict=True))
    still = sum(number for (old, new), number in moves.items() if old == new)
    table = {f"{old}>{new}": number for (old, new), number in moves.items() if old != new}
    cells, total = single_cells({**table, UNCHANGED: still})
    hidden = total.number is None
    kept = cells.pop(UNCHANGED)
    changed = _few(len(words[0]) - still)
    if hidden or kept.number is None or changed.number is None:
        changed = Cell("hidden")
        cells = {name: Cell("hidden") for name in cells}
    order = sorted(cells, key=lambda name: (-(cells[name].number or 0), name))
    return {
        "measured": _plain(_few(len(words[0]))),
        "changed": _plain(changed),
        "moves": [[*name.split(">"), _plain(cells[name])] for name in order],
        "agreement": _agreement(before.score[row], after.score[row]),
    }


def _agreement(before: Any, after: Any) -> float | None:
    both = ~(np.isnan(before) | np.isnan(after))
    if both.sum() < LEAST:
        return None
    tau = float(kendalltau(before[both], after[both]).statistic)
    return None if np.isnan(tau) else round(tau, 2)


def _few(number: int) -> Cell:
    return Cell("number", number) if number == 0 or number >= FEW else Cell("few")


def _plain(cell: Cell) -> dict[str, Any]:
    return {"kind": cell.kind, "number": cell.number}
