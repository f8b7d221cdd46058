"""Keys from what experts or candidates answered, and the parts of a profile of ratings.

================ =================================================================================
``mode``         what is answered most: the modal rating; the ranking, the pair or the set of
                 options that agrees with most answers
``mean``         for ratings the mean, which the rule ``distance`` then scores; elsewhere the
                 ranking nearest to the mean ranks (Borda), and as ``mode``
``proportion``   for ratings the share at each scale point, which the rule ``agreement`` pays;
                 elsewhere as ``mode``
================ =================================================================================

References
----------
Cronbach, L. J., and Gleser, G. C. (1953). Assessing similarity between profiles. Psychological
Bulletin, 50(6), 456-473.
McDaniel, M. A., Psotka, J., Legree, P. J., Yost, A. P., and Weekley, J. A. (2011). Toward an
understanding of situational judgment item validity and group differences. Journal of Applied
Psychology, 96(2), 327-336.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from vbr_engine.bank.model import Bank, Item, KeyKind, ResponseFormat
from vbr_engine.errors import InvalidInput, ResponsesError
from vbr_engine.psychometrics.agreement import Floats
from vbr_engine.psychometrics.panel import PanelStatistics, answer_counts, modal_place
from vbr_engine.responses import ResponseMatrix, allowed_codes
from vbr_engine.scoring.keys import Key, best_answer
from vbr_engine.scoring.rules import is_answered

__all__ = ["RULES", "consensus_key", "panel_key", "profile_components"]

RULES = ("mode", "mean", "proportion")
_RATE_RULE = {"mode": None, "mean": "distance", "proportion": "agreement"}


def panel_key(statistics: PanelStatistics, *, rule: str = "mode", drop: bool = False) -> Key:
    """Make the key that a panel holds.

    Parameters
    ----------
    statistics : PanelStatistics
    rule : {"mode", "mean", "proportion"}
    drop : bool
        Leave out the options that the statistics name, where an item keeps two at least.

    Returns
    -------
    Key
        An item that no expert answered keeps the key it has; the notes say which.

    Raises
    ------
    InvalidInput
        If there is no such rule.

    Examples
    --------
    >>> import vbr_engine
    >>> from vbr_engine.psychometrics import panel_statistics
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> panel = panel_statistics(vbr_engine.simulate_responses(bank, 30, seed=1), bank)
    >>> panel_key(panel, rule="proportion").rate_rule
    'agreement'
    """
    bank = statistics.bank
    dropped, notes = _dropped(statistics) if drop else ({}, ())
    return _key(bank, statistics.counts, rule, "panel", KeyKind.PANEL, dropped, notes)


def consensus_key(responses: ResponseMatrix, bank: Bank, *, rule: str = "mode") -> Key:
    """Make the key that candidates agree on.

    Parameters
    ----------
    responses : ResponseMatrix
    bank : Bank
    rule : {"mode", "mean", "proportion"}

    Returns
    -------
    Key
        An item that nobody answered keeps the key it has; the notes say which.

    Raises
    ------
    InvalidInput
        If there is no such rule.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> responses = vbr_engine.simulate_responses(bank, 200, seed=1)
    >>> consensus_key(responses, bank).id
    'consensus-mode'
    """
    counts = answer_counts(responses, bank)
    return _key(bank, counts, rule, "consensus", KeyKind.CONSENSUS, {}, ())


def _key(
    bank: Bank,
    counts: Mapping[str, Floats],
    rule: str,
    name: str,
    kind: KeyKind,
    dropped: Mapping[str, tuple[str, ...]],
    notes: tuple[str, ...],
) -> Key:
    if rule not in RULES:
        raise InvalidInput(f"expected the rule {', '.join(RULES)}, got {rule!r}")
    answered = [item for item in bank.items if counts[item.id].sum()]
    rated = [item for item in answered if item.format is ResponseFormat.RATE]
    silent = [item.id for item in bank.items if not counts[item.id].sum()]
    more = (f"Nobody answered {', '.join(silent)}: the key stays as it is.",) if silent else ()
    shares = {item.id: _shares(counts[item.id]) for item in rated} if rule == "proportion" else {}
    if rule == "proportion":
        shares |= {item.id: _sure(item) for item in bank.items if item.id in silent and item.scale}
    return Key(
        id=f"{name}-{rule}",
        kind=kind,
        keyed={item.id: _keyed(item, counts[item.id], rule) for item in answered},
        rate_rule=_RATE_RULE[rule],
        agreement=shares,
        dropped=dropped,
        notes=notes + more,
    )


def _keyed(item: Item, counts: Floats, rule: str) -> tuple[float, ...]:
    low, high = allowed_codes(item)
    if item.format is ResponseFormat.RATE:
        places = np.arange(high - low + 1)
        if rule == "mean":
            means = (counts * places).sum(axis=1) / counts.sum(axis=1)
            return tuple(float(low + mean) for mean in means)
        return tuple(float(low + modal_place(row)) for row in counts)
    return tuple(float(low + place) for place in best_answer(item, _worth(item, counts, rule)))


def _worth(item: Item, counts: Floats, rule: str) -> Floats:
    """What each code in each column is worth to the answer that agrees most."""
    if item.format is not ResponseFormat.RANK:
        return counts
    ranks = np.arange(counts.shape[1])
    mean = (counts * ranks).sum(axis=1) / counts.sum(axis=1)
    near: Floats = -((ranks[None, :] - mean[:, None]) ** 2)
    # Rankings that agree with as many answers: the one nearer to the mean ranks.
    return near if rule == "mean" else counts + 1e-6 * near


def _shares(counts: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple((row / row.sum()).tolist()) for row in counts)


def _sure(item: Item) -> tuple[tuple[float, ...], ...]:
    points = range(1, (item.scale or 0) + 1)
    return tuple(tuple(float(point == round(keyed)) for point in points) for keyed in item.key)


def _dropped(statistics: PanelStatistics) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    named = statistics.options[statistics.options["drop"]]
    dropped, notes = {}, []
    for name, rows in named.groupby("item", sort=False):
        left = len(statistics.bank.item_by_id[str(name)].options) - len(rows)
        if left < 2:
            notes.append(f"{name} keeps all its options: dropping would leave {left} of them.")
        else:
            dropped[str(name)] = tuple(rows["option"])
    return dropped, tuple(notes)


def profile_components(responses: ResponseMatrix, bank: Bank) -> pd.DataFrame:
    """Take each person's ratings apart into elevation, scatter and shape.

    The mean squared distance to the key is the sum of three parts (Cronbach and Gleser, 1953):
    ``(mean - key mean)**2 + (sd - key sd)**2 + 2 * sd * key sd * (1 - shape)``. Only the last says
    which options a person rates above which; the first two are habits of rating.

    Parameters
    ----------
    responses : ResponseMatrix
    bank : Bank

    Returns
    -------
    DataFrame
        A row for each sitting: ``sitting``, ``n`` rated options, ``elevation`` (mean),
        ``scatter`` (sd, divided by n), ``shape`` (correlation with the key), ``key_elevation``,
        ``key_scatter``, ``d2`` and its parts ``d2_elevation``, ``d2_scatter``, ``d2_shape``.
        Ratings on different scales are brought to 0 to 1. Only items rated whole count.

    Raises
    ------
    ResponsesError
        If the bank has no item that is rated, or the responses belong to another bank.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> made = profile_components(vbr_engine.simulate_responses(bank, 3, seed=1), bank)
    >>> parts = made["d2_elevation"] + made["d2_scatter"] + made["d2_shape"]
    >>> bool((abs(parts - made["d2"]) < 1e-12).all())
    True
    """
    rated = list(_rated(responses, bank))
    if not rated:
        raise ResponsesError(f"{bank.label} has no item that is rated")
    given, key = (
        np.concatenate([r for r, _ in rated], axis=1),
        np.concatenate([k for _, k in rated]),
    )
    told = np.isfinite(given)
    n = told.sum(axis=1)
    mean, sd = _moments(given, told)
    key_mean, key_sd = _moments(np.where(told, key, np.nan), told)
    away = (given - mean[:, None]) * (key - key_mean[:, None])
    together = np.where(told, away, 0.0).sum(axis=1) / np.maximum(n, 1)
    spread = sd * key_sd
    d2 = np.where(told, (given - key) ** 2, 0.0).sum(axis=1) / np.maximum(n, 1)
    columns = {
        "n": n,
        "elevation": mean,
        "scatter": sd,
        "shape": np.divide(together, spread, out=np.full(len(n), np.nan), where=spread > 1e-12),
        "key_elevation": key_mean,
        "key_scatter": key_sd,
        "d2": d2,
        "d2_elevation": (mean - key_mean) ** 2,
        "d2_scatter": (sd - key_sd) ** 2,
        "d2_shape": 2 * (spread - together),
    }
    frame = pd.DataFrame(columns)
    frame.loc[n == 0, frame.columns != "n"] = np.nan
    frame.insert(0, "sitting", list(responses.sittings))
    return frame


def _rated(responses: ResponseMatrix, bank: Bank) -> Iterator[tuple[Floats, Floats]]:
    if responses.bank.columns != bank.columns:
        raise ResponsesError(f"the responses belong to {responses.bank.label}, not to {bank.label}")
    scales = {item.scale for item in bank.items if item.scale}
    at = 0
    for item in bank.items:
        codes = responses.codes[:, at : at + len(item.options)]
        at += len(item.options)
        if item.format is not ResponseFormat.RATE:
            continue
        ratings, key = codes.astype(np.float64), np.array(item.key)
        ratings[~is_answered(item, codes)] = np.nan
        if len(scales) > 1:
            ratings, key = ((part - 1) / ((item.scale or 2) - 1) for part in (ratings, key))
        yield ratings, key


def _moments(values: Floats, told: np.ndarray) -> tuple[Floats, Floats]:
    n = np.maximum(told.sum(axis=1), 1)
    mean = np.where(told, values, 0.0).sum(axis=1) / n
    square = np.where(told, (values - mean[:, None]) ** 2, 0.0).sum(axis=1) / n
    return mean, np.sqrt(square)
