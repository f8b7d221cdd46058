"""Whether a risk model is as right about one group as about another.

Calibration asks whether risks are too high or too low for a group; error rates ask who is warned
of wrongly, and who is missed, if people from a stated risk on were called at risk. Where people are
not seen to the end, the others stand for them by weights (inverse probability of censoring), which
are given, not made, here. Intervals count weighted people as fewer (Kish's effective number).

References
----------
Van Calster, B., and others (2016). A calibration hierarchy for risk models was defined. Journal of
Clinical Epidemiology, 74, 167-176.
Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions.
Statistics in Medicine, 17, 873-890.
DeLong, E. R., and others (1988). Comparing the areas under two or more correlated receiver
operating characteristic curves. Biometrics, 44, 837-845.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vbr_engine.errors import DecisionsError, Problem
from vbr_engine.fairness.checks import rule_problems
from vbr_engine.fairness.comparison import NOT_ENOUGH
from vbr_engine.fairness.model_figures import RATES, difference_of, figures_of
from vbr_engine.fairness.reference_groups import reference_groups
from vbr_engine.fairness.score_intervals import Estimate
from vbr_engine.fairness.suppression import Rule, set_aside, shown_groups, sizes

__all__ = ["ModelFairness", "model_fairness"]

Floats = NDArray[np.float64]
FIGURES = ("predicted", "observed", "calibration", "auc", *RATES)
MOST_TOLD = 20


@dataclass(frozen=True, eq=False)
class ModelFairness:
    """How right a model is, group by group.

    Parameters
    ----------
    about : mapping
        Threshold, how it was chosen, rules.
    groups : DataFrame
        A row per group: predicted and observed risk, calibration in the large (observed less
        predicted, on the logit scale: above 0 the model says too little), the area under the ROC
        curve and error rates, each with ``_low`` and ``_high``.
    differences : DataFrame
        A row per group, reference group and figure, with an interval.
    notes : tuple of str
    """

    about: Mapping[str, Any]
    groups: pd.DataFrame
    differences: pd.DataFrame
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The table of groups.

        Returns
        -------
        DataFrame
        """
        return self.groups

    @property
    def sentences(self) -> tuple[str, ...]:
        """One plain sentence for each group, then for each clear difference."""
        told = [_group_sentence(row) for row in _records(self.groups)]
        clear = self.differences[self.differences["clear"]]
        return (*told, *(_difference_sentence(row) for row in _records(clear)))

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain mappings, lists, words and numbers; None for no figure.

        Returns
        -------
        dict
        """
        return {
            "about": dict(self.about),
            "groups": _records(self.groups),
            "differences": _records(self.differences),
            "notes": list(self.notes),
            "sentences": list(self.sentences),
        }


def model_fairness(
    risks: ArrayLike,
    outcomes: ArrayLike,
    group: Sequence[Any] | pd.Series[Any],
    *,
    weights: ArrayLike | None = None,
    threshold: float | None = None,
    reference: str | None = None,
    least: int = 20,
    cell: int = 8,
    coverage: float = 0.95,
) -> ModelFairness:
    """Compare how well risks are calibrated, and who is called at risk wrongly, between groups.

    Parameters
    ----------
    risks : array-like
        Predicted risks, 0 to 1.
    outcomes : array-like
        1 for the event, 0 for none, NaN where it was not seen to the end.
    group : sequence or Series
        Everybody's group; missing where it is not stated.
    weights : array-like, optional
        Inverse probabilities of being seen to the end; 0 for who was not. By default everybody
        seen counts once, which is right only if nobody was lost.
    threshold : float, optional
        From which risk on somebody is called at risk. By default the mean risk, which is stated.
    reference : str, optional
        By default the largest group.
    least, cell : int
        How many people, and how many with and without the event, a figure must rest on.
    coverage : float
        Of intervals.

    Returns
    -------
    ModelFairness

    Raises
    ------
    DecisionsError
        With every problem.

    Examples
    --------
    >>> import numpy as np
    >>> risks = np.tile([0.2, 0.4, 0.6, 0.8], 50)
    >>> outcomes = np.tile([0, 0, 1, 1, 0, 1, 0, 1], 25)
    >>> found = model_fairness(risks, outcomes, ["a", "b"] * 100)
    >>> found.groups[["group", "n"]].values.tolist()
    [['a', 100], ['b', 100]]
    """
    risk, outcome, weight, labels = _checked(risks, outcomes, group, weights, threshold)
    wrong = rule_problems(least, cell, coverage)
    if wrong:
        raise DecisionsError(wrong)
    if reference is not None:
        reference_groups(reference, pd.DataFrame({"group": labels}))
    seen = np.isfinite(outcome) & (weight > 0)
    event = outcome == 1
    rule = Rule(least, cell)
    frame = pd.DataFrame({"group": labels})
    kept = np.zeros(len(risk), dtype=bool)
    kept[seen] = set_aside(frame[seen], event[seen], rule)
    held = sizes(labels[kept], event[kept])
    shown = shown_groups(held, rule)
    cut = float(np.average(risk[kept], weights=weight[kept])) if kept.any() else nan
    cut = cut if threshold is None else threshold
    figures = {}
    for label in shown:
        own = kept & (labels == label).to_numpy(dtype=bool)
        figures[label] = figures_of(risk[own], event[own], weight[own], cut, rule, coverage)
    names = sorted(set(map(str, labels.dropna())) - set(shown))
    rows = [_row(label, held[label][0], figures[label]) for label in shown]
    rows += [{"group": label, "verdict": NOT_ENOUGH} for label in names]
    against = reference if reference in shown else (shown[0] if shown and not reference else None)
    return ModelFairness(
        about={
            "threshold": cut if isfinite(cut) else None,
            "threshold_is": "given" if threshold is not None else "the mean risk",
            "reference": against,
            "weighted": weights is not None,
            "least": least,
            "cell": cell,
            "coverage": coverage,
        },
        groups=pd.DataFrame(rows, columns=_columns()),
        differences=_differences(figures, against, coverage),
        notes=_notes(outcome, weights is not None, names, against),
    )


def _columns() -> list[str]:
    ends = [name + end for name in FIGURES for end in ("", "_low", "_high")]
    return ["group", "n", "verdict", *ends]


def _checked(
    risks: ArrayLike,
    outcomes: ArrayLike,
    group: Sequence[Any] | pd.Series[Any],
    weights: ArrayLike | None,
    threshold: float | None,
) -> tuple[Floats, Floats, Floats, pd.Series[Any]]:
    risk, outcome = _numbers("risks", risks), _numbers("outcomes", outcomes)
    weight = np.ones(len(risk)) if weights is None else _numbers("weights", weights)
    labels = pd.Series(list(group), dtype=object)
    lengths = {"outcomes": len(outcome), "group": len(labels), "weights": len(weight)}
    problems = [
        Problem(message=f"expected {len(risk)} {name}, one for each risk, got {length}")
        for name, length in lengths.items()
        if length != len(risk)
    ]
    if problems:
        raise DecisionsError(problems)
    _tell(~((risk >= 0) & (risk <= 1)), "risks", "expected 0 to 1", problems)
    allowed = np.isnan(outcome) | np.isin(outcome, (0, 1))
    _tell(~allowed, "outcomes", "expected 0, 1 or nothing", problems)
    _tell(~(np.isfinite(weight) & (weight >= 0)), "weights", "expected 0 or more", problems)
    if threshold is not None and not 0 < threshold < 1:
        problems.append(Problem(message=f"expected a threshold between 0 and 1, got {threshold}"))
    if problems:
        raise DecisionsError(problems)
    return risk, outcome, weight, labels.map(str, na_action="ignore")


def _numbers(name: str, given: ArrayLike) -> Floats:
    try:
        return np.atleast_1d(np.asarray(given, dtype=float))
    except (TypeError, ValueError):
        raise DecisionsError(f"expected {name} to be numbers") from None


def _tell(wrong: NDArray[np.bool_], column: str, message: str, problems: list[Problem]) -> None:
    places = np.flatnonzero(wrong)
    problems += [
        Problem(message=message, row=int(at) + 1, column=column) for at in places[:MOST_TOLD]
    ]
    if len(places) > MOST_TOLD:
        more = f"{message}: {len(places) - MOST_TOLD:,} more rows"
        problems.append(Problem(message=more, column=column))


def _row(label: str, n: int, figures: Mapping[str, Estimate]) -> dict[str, Any]:
    row: dict[str, Any] = {"group": label, "n": n}
    for name, held in figures.items():
        row |= {name: held.value, f"{name}_low": held.low, f"{name}_high": held.high}
    row["verdict"] = _verdict(figures["calibration"])
    return row


def _verdict(shift: Estimate) -> str:
    if shift.low > 0:
        return "risks too low"
    return "risks too high" if shift.high < 0 else "no sign of wrong risks"


def _differences(
    figures: Mapping[str, Mapping[str, Estimate]], against: str | None, coverage: float
) -> pd.DataFrame:
    rows = []
    for label, held in figures.items():
        if against is None or label == against:
            continue
        for name in ("calibration", "auc", *RATES):
            found = difference_of(held[name], figures[against][name])
            clear = found.low > 0 or found.high < 0
            row = {"group": label, "reference": against, "figure": name}
            ends = {"difference": found.value, "low": found.low, "high": found.high}
            rows.append({**row, **ends, "clear": bool(clear)})
    columns = ["group", "reference", "figure", "difference", "low", "high", "clear"]
    return pd.DataFrame(rows, columns=columns).astype({"clear": bool})


def _notes(
    outcome: Floats, weighted: bool, small: Sequence[str], against: str | None
) -> tuple[str, ...]:
    notes = []
    if np.isnan(outcome).any() and not weighted:
        notes.append(
            "Some people were not seen to the end and nothing stands for them: the observed risk "
            "is not that of everybody."
        )
    if small:
        notes.append(f"Not enough data: {', '.join(small)}.")
    if against is None:
        notes.append("There is no group to compare with.")
    return tuple(notes)


def _group_sentence(row: Mapping[str, Any]) -> str:
    if row["verdict"] == NOT_ENOUGH:
        return f"{row['group']}: not enough data."
    return (
        f"{row['group']}: of 100, about {100 * row['predicted']:.0f} were expected and "
        f"{100 * row['observed']:.0f} ({100 * row['observed_low']:.0f} to "
        f"{100 * row['observed_high']:.0f}) seen: {row['verdict']}."
    )


def _difference_sentence(row: Mapping[str, Any]) -> str:
    names = {
        "calibration": "the lack of calibration (logit)",
        "auc": "how well people are told apart (area under the curve)",
        "fpr": f"the share wrongly called at risk ({RATES['fpr']})",
        "fnr": f"the share missed ({RATES['fnr']})",
        "ppv": f"the share of warnings that are right ({RATES['ppv']})",
    }
    return (
        f"{row['group']} and {row['reference']} differ in {names[row['figure']]}: by "
        f"{_signed(row['difference'])} ({_signed(row['low'])} to {_signed(row['high'])})."
    )


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): cell for name, cell in row.items()} for row in rows]
