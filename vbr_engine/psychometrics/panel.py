"""What a panel of experts holds, option by option, and how far its members agree.

A panel sits the bank like a candidate, so its ratings are an ordinary response matrix. Answers that
are not whole (a part missing, a rank twice) are left out, item by item, and the counts say so.

The null of r_wg is an answer at random: any rating, ranking, pair or set with the same chance. On a
scale of k points its variance is ``(k**2 - 1) / 12``, the uniform null of James and others (1984).

References
----------
McDaniel, M. A., Psotka, J., Legree, P. J., Yost, A. P., and Weekley, J. A. (2011). Toward an
understanding of situational judgment item validity and group differences. Journal of Applied
Psychology, 96(2), 327-336.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import floor, nan
from typing import Any

import numpy as np
import pandas as pd

from vbr_engine.bank.model import Bank, Item, ResponseFormat
from vbr_engine.errors import ResponsesError
from vbr_engine.psychometrics.agreement import Floats, intraclass, kendall_w, r_wg
from vbr_engine.responses import ResponseMatrix, allowed_codes
from vbr_engine.scoring.rules import chances, is_valid

__all__ = ["PanelStatistics", "answer_counts", "panel_statistics"]

MIDDLE = 1 / 6  # of a scale's range, to either side of its midpoint: the middle third
LEAST_AGREEMENT = 0.5
FEW = 10  # experts; below this every figure is shaky


@dataclass(frozen=True, eq=False)
class PanelStatistics:
    """What a panel holds. No expert is named in it.

    Parameters
    ----------
    bank : Bank
    experts : int
    options : DataFrame
        A row for each option: ``item``, ``option``, ``format``, ``n``, ``mean``, ``sd``, ``mode``
        and its ``share``, ``r_wg``, the present ``key``, ``drop`` and ``why``.
    items : DataFrame
        A row for each item: ``item``, ``format``, ``n``, ``icc_single`` and ``icc_average`` for
        ``rate``, ``kendall_w``, ``chi_square`` and ``p`` for ``rank``, ``drops`` and ``why``.
    scales : DataFrame
        A row for each rating scale, over all its options and the experts who rated them all:
        ``scale``, ``options``, ``n``, and both intraclass correlations with 95% intervals.
    counts : mapping of str to ndarray, shape (options, codes)
        By item, how many experts gave each code, from the lowest allowed code up.
    notes : tuple of str
    """

    bank: Bank
    experts: int
    options: pd.DataFrame
    items: pd.DataFrame
    scales: pd.DataFrame
    counts: Mapping[str, Floats]
    notes: tuple[str, ...]


def panel_statistics(
    responses: ResponseMatrix,
    bank: Bank,
    *,
    least_agreement: float = LEAST_AGREEMENT,
    middle: float = MIDDLE,
) -> PanelStatistics:
    """Describe the answers of experts who sat the bank.

    Parameters
    ----------
    responses : ResponseMatrix
        A row for each expert.
    bank : Bank
    least_agreement : float
        A rated option with a smaller r_wg is one to drop.
    middle : float
        A rated option whose mean is nearer to the scale's midpoint than this share of its range is
        one to drop: the validity of options is U-shaped in their mean (McDaniel and others, 2011).

    Returns
    -------
    PanelStatistics

    Raises
    ------
    ResponsesError
        With fewer than two experts.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> experts = vbr_engine.simulate_responses(bank, 12, seed=1)
    >>> panel = panel_statistics(experts, bank)
    >>> panel.experts, len(panel.options) == len(bank.columns)
    (12, True)
    """
    if len(responses) < 2:
        raise ResponsesError(f"a panel needs at least two experts, got {len(responses)}")
    answers = {item.id: _answers(item, codes) for item, codes in _blocks(responses, bank)}
    counts = {item.id: _counts(item, answers[item.id]) for item in bank.items}
    options = pd.DataFrame(
        row
        for item in bank.items
        for row in _option_rows(item, answers[item.id], counts[item.id], least_agreement, middle)
    )
    drops = options.groupby("item")["drop"].sum()
    items = pd.DataFrame(
        _item_row(item, answers[item.id], int(drops[item.id]), least_agreement)
        for item in bank.items
    )
    scales = pd.DataFrame(_scale_rows(bank, answers), columns=_SCALE_COLUMNS)
    notes = tuple(_notes(len(responses), items))
    return PanelStatistics(bank, len(responses), options, items, scales, counts, notes)


def answer_counts(responses: ResponseMatrix, bank: Bank) -> dict[str, Floats]:
    """Count the codes given to each option, whole and valid answers only.

    Parameters
    ----------
    responses : ResponseMatrix
    bank : Bank

    Returns
    -------
    dict of str to ndarray, shape (options, codes)
        By item, codes from the lowest allowed one up.
    """
    return {item.id: _counts(item, _answers(item, c)) for item, c in _blocks(responses, bank)}


def _blocks(responses: ResponseMatrix, bank: Bank) -> Iterator[tuple[Item, Any]]:
    if responses.bank.columns != bank.columns:
        raise ResponsesError(f"the responses belong to {responses.bank.label}, not to {bank.label}")
    at = 0
    for item in bank.items:
        yield item, responses.codes[:, at : at + len(item.options)]
        at += len(item.options)


def _answers(item: Item, codes: Any) -> Floats:
    """Whole, valid answers as numbers; NaN in the rows of the others."""
    answers: Floats = codes.astype(np.float64)
    answers[~is_valid(item, codes)] = nan
    return answers


def _counts(item: Item, answers: Floats) -> Floats:
    low, high = allowed_codes(item)
    given = [(answers == code).sum(axis=0) for code in range(low, high + 1)]
    return np.stack(given, axis=1).astype(np.float64)


def _null_variance(item: Item) -> float:
    low, high = allowed_codes(item)
    codes, chance = np.arange(low, high + 1), chances(item)
    return float((codes**2 * chance).sum() - (codes * chance).sum() ** 2)


def _option_rows(
    item: Item, answers: Floats, counts: Floats, least_agreement: float, middle: float
) -> Iterator[dict[str, Any]]:
    n = int(np.isfinite(answers[:, 0]).sum())
    agreed = r_wg(answers, _null_variance(item))
    whole = answers[np.isfinite(answers).all(axis=1)]
    low, _ = allowed_codes(item)
    for at, option in enumerate(item.options):
        mean = float(whole[:, at].mean()) if n else nan
        mode = modal_place(counts[at])
        row = {
            "item": item.id,
            "option": option,
            "format": str(item.format),
            "n": n,
            "mean": mean,
            "sd": float(whole[:, at].std(ddof=1)) if n > 1 else nan,
            "mode": float(mode + low) if n else nan,
            "share": float(counts[at, mode] / n) if n else nan,
            "r_wg": float(agreed[at]),
            "key": item.key[at],
        }
        why = _why(item, n, mean, float(agreed[at]), least_agreement, middle)
        yield row | {"drop": bool(why), "why": " ".join(why)}


def modal_place(counts: Floats) -> int:
    """Place of the code given most; of several, the one nearest to the mean, then the lower."""
    if not counts.sum():
        return 0
    places = np.arange(len(counts))
    mean = (places * counts).sum() / counts.sum()
    return int(min(places, key=lambda at: (-counts[at], round(abs(at - mean), 9), at)))


def _why(
    item: Item, n: int, mean: float, agreed: float, least_agreement: float, middle: float
) -> list[str]:
    if item.format is not ResponseFormat.RATE:
        return []
    if n < 2:
        return ["Fewer than two experts rated it."]
    why = []
    if agreed < least_agreement:
        why.append(f"Experts agree too little: r_wg is {_cut(agreed)}, below {least_agreement:g}.")
    scale = item.scale or 1
    if abs(mean - (1 + scale) / 2) < middle * (scale - 1) - 1e-9:
        why.append(
            f"Experts rate it {mean:.2f} on average, in the middle of the scale of {scale}, where "
            "options tell candidates apart least."
        )
    return why


def _cut(figure: float) -> str:
    """Two decimals, cut rather than rounded, so that what is below a bound is seen to be."""
    return f"{floor(100 * figure) / 100:.2f}"


def _item_row(item: Item, answers: Floats, drops: int, least: float) -> dict[str, Any]:
    whole = answers[np.isfinite(answers).all(axis=1)]
    rated = item.format is ResponseFormat.RATE
    icc = intraclass(whole.T if rated else np.empty((0, 0)))
    ranked = kendall_w(whole if item.format is ResponseFormat.RANK else np.empty((0, 0)))
    left = len(item.options) - drops
    why = ""
    if len(whole) < 2:
        why = "Fewer than two experts answered it."
    elif rated and left < 2:
        why = f"Only {left} of its {len(item.options)} options would be left: rewrite the item."
    elif ranked.w < least:
        why = f"Experts do not agree on an order: W is {_cut(ranked.w)}, below {least:g}."
    return {
        "item": item.id,
        "format": str(item.format),
        "n": len(whole),
        "icc_single": icc.single,
        "icc_average": icc.average,
        "kendall_w": ranked.w,
        "chi_square": ranked.chi_square,
        "p": ranked.p,
        "drops": drops,
        "why": why,
    }


_SCALE_COLUMNS = [
    "scale",
    "options",
    "n",
    "icc_single",
    "icc_single_low",
    "icc_single_high",
    "icc_average",
    "icc_average_low",
    "icc_average_high",
]


def _scale_rows(bank: Bank, answers: Mapping[str, Floats]) -> Iterator[tuple[Any, ...]]:
    rated = [item for item in bank.items if item.format is ResponseFormat.RATE]
    for scale in sorted({item.scale or 0 for item in rated}):
        blocks = [answers[item.id] for item in rated if item.scale == scale]
        # An item that nobody answered says nothing about agreement, and must not hide the rest.
        table = np.concatenate([b for b in blocks if np.isfinite(b).any()] or blocks, axis=1)
        table = table[np.isfinite(table).all(axis=1)]
        icc = intraclass(table.T)
        ends = (icc.single, icc.single_low, icc.single_high)
        yield (
            scale,
            icc.things,
            icc.raters,
            *ends,
            icc.average,
            icc.average_low,
            icc.average_high,
        )


def _notes(experts: int, items: pd.DataFrame) -> Iterator[str]:
    if experts < FEW:
        yield f"The panel has {experts} experts: figures of so few may change with one more."
    short = items.loc[items["n"] < experts, ["item", "n"]]
    for item, n in short.itertuples(index=False):
        yield f"{item}: {experts - n} of {experts} experts gave no whole, valid answer."
