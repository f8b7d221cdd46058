"""Keys from an outcome: what each answer is worth, shrunk to the experts' key, honestly validated.

An outcome may be anything that is known later of the same people: in post after a year, a rating at
work. Two methods turn it into a table of points for each option and code:

mean-difference
    How far the outcome of those who gave a code lies from that of all who answered the option, in
    standard deviations. A code that ``n`` people gave is shrunk, with weight ``k / (n + k)``,
    to what the experts' points predict: one slope for the whole bank.
point-biserial
    The experts' points of the option, standardised, times their correlation with the outcome,
    shrunk with the same weight to the mean correlation of all options.

With ``k = 0`` people decide alone; as ``k`` grows the key becomes the experts' (of the second
method, with every option counting the same). Which ``k`` is best
is found by cross-validation, and a validity found on the same people would flatter: every answer
key looks good on those who made it. So the validation is nested. People are dealt to folds; for
each fold ``k`` is chosen within the others, the key is made from the others, and only then are the
people of that fold scored. The validity is the mean correlation within folds. An outcome that has
nothing to do with the answers then has a validity of about nil, whatever the key makes of it.

Its interval is that of a correlation of half as many people. Each pair of people in different folds
counts twice, once as maker and once as judge: without a true validity the variance is twice that of
a plain correlation, and an interval that forgot it would miss nil three times too often.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt
import pandas as pd

from vbr_engine.bank.model import Bank
from vbr_engine.errors import InvalidInput, ResponsesError
from vbr_engine.psychometrics.agreement import Floats
from vbr_engine.psychometrics.fold_sums import METHODS, Keying
from vbr_engine.psychometrics.joined import Joined, outcome_numbers
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring.keys import table_rule
from vbr_engine.scoring.rules import points

__all__ = ["EmpiricalKey", "empirical_key", "outcome_shortage"]

SHRINKAGES = (0.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, inf)
FEWEST = 50  # sittings with an outcome
N_FOLDS = 5


@dataclass(frozen=True, eq=False)
class EmpiricalKey:
    """A key made from an outcome.

    Parameters
    ----------
    id, method : str
    bank : Bank
    shrinkage : float
        The `k` that cross-validation chose over all sittings.
    tables : mapping of str to ndarray, shape (options, codes)
        Points by item, from the lowest allowed code up.
    validity : DataFrame
        Rows ``held out``, ``apparent`` (on the people who made it: too good) and ``experts`` (the
        bank's own key, on the same folds): ``r``, ``low``, ``high``, ``n``.
    folds : DataFrame
        ``fold``, ``n``, ``shrinkage``, ``r``.
    sittings : tuple of str
        Those that the key was made from.
    fold : ndarray of int, shape (sittings,)
    held_out : ndarray, shape (items, sittings)
        Item scores of those, each under the key of the folds it is not in; NaN: not scored. The
        folds' means are brought to those of the final key.
    """

    id: str
    method: str
    bank: Bank
    shrinkage: float
    tables: Mapping[str, Floats]
    validity: pd.DataFrame
    folds: pd.DataFrame
    sittings: tuple[str, ...]
    fold: npt.NDArray[np.int64]
    held_out: Floats

    def item_scores(self, responses: ResponseMatrix) -> Floats:
        """Score items: 0 is guessing; on average over the items 1 is the best answer.

        Parameters
        ----------
        responses : ResponseMatrix

        Returns
        -------
        ndarray, shape (items, sittings)
            Held-out scores for the sittings that made the key. NaN where not scored.
        """
        scores = _item_scores(self.tables, self.bank, responses.codes)
        place = {name: at for at, name in enumerate(self.sittings)}
        for row, name in enumerate(responses.sittings):
            if name in place:
                scores[:, row] = self.held_out[:, place[name]]
        return scores


def empirical_key(
    responses: ResponseMatrix,
    bank: Bank,
    outcome: Joined,
    *,
    method: str = "mean-difference",
    shrinkage: float | None = None,
    n_folds: int = N_FOLDS,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> EmpiricalKey:
    """Make a key from an outcome, with an honest validity.

    Parameters
    ----------
    responses : ResponseMatrix
    bank : Bank
        Its key is what the new one is shrunk to.
    outcome : mapping of str to number, Series by sitting, or one number for each sitting
        Higher is better; sittings without one are left out.
    method : {"mean-difference", "point-biserial"}
    shrinkage : float, optional
        How many people the experts' key is worth; chosen by cross-validation if not given.
    n_folds : int
    seed : int
        Deals the people to folds.
    progress : callable, optional
        Called with the number of folds whose shrinkage is chosen, after each.

    Returns
    -------
    EmpiricalKey

    Raises
    ------
    ResponsesError
        With too few sittings, or an outcome that hardly varies.
    InvalidInput
        If an option makes no sense.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> responses = vbr_engine.simulate_responses(bank, 300, seed=1)
    >>> outcome = np.random.default_rng(1).normal(size=300)
    >>> key = empirical_key(responses, bank, outcome, shrinkage=0)
    >>> bool(key.validity.loc["held out", "r"] < key.validity.loc["apparent", "r"])
    True
    """
    _check_options(method, shrinkage, n_folds)
    numbers = outcome_numbers(outcome, responses)
    told = np.flatnonzero(np.isfinite(numbers))
    y = numbers[told]
    shortage = outcome_shortage(y, n_folds=n_folds)
    if shortage:
        raise ResponsesError(shortage)
    codes = responses.codes[told]
    fold = _dealt(y, n_folds, seed)
    keying = Keying.of(bank, codes, y, fold, method)
    offered = SHRINKAGES if shrinkage is None else (float(shrinkage),)
    chosen = []
    for held in range(n_folds):
        chosen.append(keying.best(offered, without=(held,)))
        if progress is not None:
            progress(held + 1)
    final = keying.best(offered)
    tables = [keying.table((k,), without=(held,))[:, 0] for held, k in enumerate(chosen)]
    whole = keying.table((final,))[:, 0]
    return EmpiricalKey(
        id=f"empirical-{method}",
        method=method,
        bank=bank,
        shrinkage=final,
        tables=keying.by_item(whole),
        validity=keying.validity(tables, whole),
        folds=keying.fold_frame(tables, chosen),
        sittings=tuple(responses.sittings[at] for at in told),
        fold=fold,
        held_out=_held_out(
            [keying.by_item(t) for t in tables], keying.by_item(whole), keying, codes
        ),
    )


def _held_out(
    tables: Sequence[Mapping[str, Floats]],
    whole: Mapping[str, Floats],
    keying: Keying,
    codes: npt.NDArray[np.int8],
) -> Floats:
    """Score each fold under its own tables, with item means as the final key has them."""
    final = _item_scores(whole, keying.bank, codes)
    scores = np.empty_like(final)
    for held, table in enumerate(tables):
        mine = keying.fold == held
        made = _item_scores(table, keying.bank, codes[mine])
        told = made == made
        away = np.where(told, final[:, mine] - made, 0.0).sum(axis=1)
        scores[:, mine] = made + (away / np.maximum(told.sum(axis=1), 1))[:, None]
    return scores


def _check_options(method: str, shrinkage: float | None, n_folds: int) -> None:
    if method not in METHODS:
        raise InvalidInput(f"expected the method {' or '.join(METHODS)}, got {method!r}")
    if shrinkage is not None and not shrinkage >= 0:
        raise InvalidInput(f"expected a shrinkage of 0 or more, got {shrinkage}")
    if n_folds < 3:
        raise InvalidInput(f"nested folds need three at least, got {n_folds}")


def outcome_shortage(outcome: Floats, *, n_folds: int = N_FOLDS) -> str:
    """Say why an outcome is too little for a key; empty if it is not.

    Parameters
    ----------
    outcome : ndarray
        NaN where there is none.
    n_folds : int

    Returns
    -------
    str
    """
    y = outcome[np.isfinite(outcome)]
    if len(y) < FEWEST:
        return f"a key from an outcome needs {FEWEST} sittings that have one, got {len(y)}"
    _, times = np.unique(y, return_counts=True)
    others = len(y) - int(times.max())
    if others < 2 * n_folds:
        return f"all outcomes but {others} are the same: a key needs {2 * n_folds} others at least"
    return ""


def _dealt(y: Floats, n_folds: int, seed: int) -> npt.NDArray[np.int64]:
    """Deal people to folds whose outcomes are alike: the sorted row, a random order in each run."""
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(len(y)), y))
    runs = rng.permuted(np.tile(np.arange(n_folds), (-(-len(y) // n_folds), 1)), axis=1)
    fold = np.empty(len(y), dtype=np.int64)
    fold[order] = runs.ravel()[: len(y)]
    return fold


def _item_scores(tables: Mapping[str, Floats], bank: Bank, codes: npt.NDArray[np.int8]) -> Floats:
    rules = [table_rule(item, tables[item.id]) for item in bank.items]
    # One unit for all items: dividing each by its own room would give noise the same weight.
    room = float(np.mean([rule.maximum - rule.expected for rule in rules]))
    scores, at = np.empty((len(rules), len(codes))), 0
    for row, rule in enumerate(rules):
        width = len(rule.item.options)
        earned = points(rule, codes[:, at : at + width]) - rule.expected
        scores[row] = earned / room if room > 1e-12 else np.where(earned == earned, 0.0, np.nan)
        at += width
    return scores
