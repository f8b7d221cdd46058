"""The scales: how reliable each is, how scores spread, how sure decisions at the cuts are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.analysis.answers import Answers
from vbr_engine.analysis.notes import Notes
from vbr_engine.analysis.tables import COMPOSITE, empty, typed
from vbr_engine.psychometrics.decision import decision_consistency
from vbr_engine.psychometrics.precision import reliability
from vbr_engine.psychometrics.reliability_figures import Reliability
from vbr_engine.scoring.bands import band_column
from vbr_engine.scoring.scores import Scores, score

__all__ = ["Scale", "Scales", "histogram", "scale_tables", "scales_of"]

LEAST_ITEMS = 3  # of a value, for a scale of its own
BINS = 20
_OFF_STEP = 1e-6
_ON_STEPS = 0.95  # of the sittings; who left out an item stands between steps
_RETESTED = 4
_FEWEST = 2

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scale:
    """A set of items with the score made of them.

    Parameters
    ----------
    id : str
    items : tuple of str
        Those that vary.
    score : ndarray, shape (sittings,)
        NaN where not measured.
    lowest : float
        The lowest score possible, as far as it is known.
    highest : float
    cuts : tuple of float
        Lowest scores of the bands but the first.
    """

    id: str
    items: tuple[str, ...]
    score: Floats
    lowest: float
    highest: float
    cuts: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Scales:
    """The scales, and the scores of a bank that they come from."""

    scales: tuple[Scale, ...]
    scores: Scores | None

    @property
    def composite(self) -> Scale:
        """The scale of all items."""
        return self.scales[0]


def scales_of(answers: Answers) -> Scales:
    """List the scales: all items, then each value with three items that vary."""
    if answers.responses is None or answers.bank is None:
        return Scales((_plain_scale(answers),), None)
    bank, scored = answers.bank, score(answers.responses, answers.bank)
    cuts = tuple(band.minimum for band in bank.policy.bands[1:])
    varying = [str(item) for item in answers.varying]
    scales = []
    for row, name in enumerate(scored.names):
        own = [item for item in answers.items if row == 0 or answers.value_of[item] == name]
        items = tuple(item for item in varying if item in own)
        if row and len(items) < LEAST_ITEMS:
            continue
        low = min(float(answers.lowest[own].mean()), _least(scored.score[row], 0.0))
        scales.append(Scale(name, items, scored.score[row], low, 1.0, cuts))
    return Scales(tuple(scales), scored)


def _least(values: Floats, otherwise: float) -> float:
    told = values[~np.isnan(values)]
    return float(told.min()) if len(told) else otherwise


def _plain_scale(answers: Answers) -> Scale:
    mean = np.asarray(answers.scores.mean(axis=1), dtype=np.float64)
    low, high = float(answers.lowest.mean()), float(answers.highest.mean())
    return Scale(COMPOSITE, tuple(str(item) for item in answers.varying), mean, low, high, ())


def scale_tables(
    answers: Answers, scales: Scales, retest: pd.DataFrame | None, notes: Notes
) -> dict[str, pd.DataFrame]:
    """Give ``values``, ``bands``, ``distribution``, ``conditional_errors`` and ``decisions``."""
    found = {scale.id: _reliability(answers, scale, retest, notes) for scale in scales.scales}
    known = [(scale, found[scale.id]) for scale in scales.scales]
    told = [(scale, held) for scale, held in known if held is not None]
    _note_short(answers, scales, notes)
    return {
        "values": typed("values", pd.DataFrame([_value_row(*pair) for pair in known])),
        "bands": _bands(scales.scores),
        "distribution": _joined("distribution", [histogram(s.id, s.score) for s in scales.scales]),
        "conditional_errors": _joined("conditional_errors", [_errors(*pair) for pair in told]),
        "decisions": _joined("decisions", [_decisions(*pair, notes) for pair in told]),
    }


def _note_short(answers: Answers, scales: Scales, notes: Notes) -> None:
    if answers.bank is None:
        return
    known = {scale.id for scale in scales.scales}
    short = [value.id for value in answers.bank.values if value.id not in known]
    if short:
        notes.add(
            f"No figures of their own for {', '.join(short)}: fewer than {LEAST_ITEMS} items of "
            "each differ between people."
        )


def _reliability(
    answers: Answers, scale: Scale, retest: pd.DataFrame | None, notes: Notes
) -> Reliability | None:
    items = list(scale.items)
    if len(items) < _FEWEST:
        notes.add(
            f"No reliability of {scale.id}: fewer than {_FEWEST} items differ between people."
        )
        return None
    scores = answers.scores[items]
    again = _again(scores, retest, scale.id, notes)
    strata = None
    if scale.id == COMPOSITE and len({answers.value_of.get(item) for item in items}) > 1:
        strata = {item: answers.value_of[item] for item in items}
    return notes.attempt(
        f"Reliability of {scale.id}",
        lambda: reliability(scores, strata=strata, retest=again),
    )


def _again(
    scores: pd.DataFrame, retest: pd.DataFrame | None, scale: str, notes: Notes
) -> pd.DataFrame | None:
    """The second sittings, where enough people answered every item both times."""
    if retest is None:
        return None
    held = retest.reindex(columns=list(scores)).dropna()
    both = scores.dropna().index.intersection(held.index)
    totals = (scores.loc[both].sum(axis=1), held.loc[both].sum(axis=1))
    if len(both) >= _RETESTED and all(total.nunique() > 1 for total in totals):
        return held
    notes.add(
        f"No test-retest of {scale}: it needs {_RETESTED} people who answered all its items both "
        f"times, with totals that differ; {len(both)} answered them all."
    )
    return None


def _value_row(scale: Scale, found: Reliability | None) -> dict[str, Any]:
    told = scale.score[~np.isnan(scale.score)]
    row: dict[str, Any] = {
        "scale": scale.id,
        "items": len(scale.items),
        "n": len(told),
        "mean": told.mean() if len(told) else np.nan,
        "sd": told.std(ddof=1) if len(told) > 1 else np.nan,
        "retest_n": 0,
    }
    if found is None:
        return row
    names = (
        "alpha",
        "alpha_low",
        "alpha_high",
        "stratified_alpha",
        "omega",
        "omega_total",
        "omega_hierarchical",
        "split_half_mean",
        "split_half_largest",
        "retest",
        "retest_low",
        "retest_high",
        "retest_n",
    )
    row |= {name: getattr(found, name) for name in names}
    return row | {"sem": found.standard_error_of_measurement / found.n_items}


def _errors(scale: Scale, found: Reliability) -> pd.DataFrame:
    held = found.conditional
    k = len(scale.items)
    return pd.DataFrame(
        {
            "scale": scale.id,
            "score": (held["low"] + held["high"]) / 2 / k,
            "sem": held["absolute"] / k,
            "relative": held["relative"] / k,
            "n": held["n"].astype("int64"),
        }
    )


def _decisions(scale: Scale, found: Reliability, notes: Notes) -> pd.DataFrame:
    if not scale.cuts:
        return empty("decisions")
    made = notes.attempt(
        f"Decisions on {scale.id}",
        lambda: decision_consistency(
            scale.score,
            scale.cuts,
            reliability=found.alpha,
            minimum=scale.lowest,
            maximum=scale.highest,
        ),
    )
    if made is None:
        return empty("decisions")
    cuts = made.by_cut.reset_index(drop=True)
    return pd.DataFrame(
        {
            "scale": scale.id,
            "cut": list(scale.cuts),
            "accuracy": cuts["correct"],
            "consistency": cuts["agreement"],
            "kappa": cuts["kappa"],
            "wrongly_above": cuts["wrongly_above"],
            "wrongly_below": cuts["wrongly_below"],
        }
    )


def _bands(scored: Scores | None) -> pd.DataFrame:
    if scored is None or len(scored) == 0:
        return empty("bands")
    rows = []
    for row, name in enumerate(scored.names):
        words = pd.Series(np.asarray(band_column(scored.band[row], scored.bank.policy)))
        for band, n in words.value_counts(sort=False).items():
            rows.append({"scale": name, "band": band, "n": n, "share": n / len(scored)})
    return typed("bands", pd.DataFrame(rows))


def histogram(scale: str, values: Floats) -> pd.DataFrame:
    """Count values in stretches of equal length, one for each value where they are few.

    Parameters
    ----------
    scale : str
    values : ndarray
        NaN is left out.

    Returns
    -------
    DataFrame
        ``distribution``.
    """
    return typed("distribution", pd.DataFrame(list(_stretches(scale, values))))


def _stretches(scale: str, values: Floats) -> Iterator[dict[str, Any]]:
    told = values[np.isfinite(values)]
    if len(told) < 2 or np.ptp(told) == 0:
        return
    counts, edges = np.histogram(told, bins=_bins(told))
    for low, high, n in zip(edges[:-1], edges[1:], counts, strict=True):
        yield {"scale": scale, "low": low, "high": high, "n": n}


def _bins(told: Floats) -> int:
    """As many as there are steps, if nearly all stand on few: else some would stay empty."""
    share = (told - told.min()) / np.ptp(told)
    for steps in range(1, 2 * BINS):
        off = np.abs(share * steps - np.round(share * steps))
        if np.mean(off < _OFF_STEP) >= _ON_STEPS:
            return steps + 1
    return BINS


def _joined(table: str, parts: list[pd.DataFrame]) -> pd.DataFrame:
    full = [part for part in parts if len(part)]
    return typed(table, pd.concat(full, ignore_index=True)) if full else empty(table)
