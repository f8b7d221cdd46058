"""How well a risk model does, every figure with its interval.

Three views of one model: as it looks on the people it learned from (apparent), that less what a
bootstrap says it flatters itself by (corrected), and on providers that it has not seen (held out).
Only the last speaks for a new provider, and only it is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vbr_engine.risk import evaluation_wording as wording
from vbr_engine.risk.calibration import calibration_curve
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.decision_curves import decision_curve
from vbr_engine.risk.evaluation_views import HORIZONS, Steps, n_folds, views_of
from vbr_engine.risk.follow_up import FIRST_DAY, FollowUp, follow_up
from vbr_engine.risk.group_evaluation import group_figures, group_labels
from vbr_engine.risk.incidence import cumulative_incidence
from vbr_engine.risk.levels import Checks
from vbr_engine.risk.measures import Measures
from vbr_engine.risk.refitting import RiskModel
from vbr_engine.risk.resampling import FEWEST_PROVIDERS
from vbr_engine.risk.survival import kaplan_meier
from vbr_engine.risk.validation_folds import (
    horizons_of,
)

__all__ = ["ALARM", "FEWEST", "HORIZONS", "Evaluation", "evaluate"]

Array = NDArray[np.float64]

# An honest area under the curve lies at .58 to .65; above this, look for a leak first.
ALARM = 0.70
# Who left by a horizon, and who is known to have stayed: with fewer of either, no figures.
FEWEST = 5
_OTHER = {1: "the candidate", 2: "otherwise"}


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What an evaluation found.

    Parameters
    ----------
    outcome : {"withdrawal", "leaving"}
    horizons : tuple
        Days in the job, or the first day.
    judged : {"held out", "as it stands"}
        The view that the sentences, groups and curves are about.
    n_people, n_events, n_providers : int
        People at risk; who left by the last horizon.
    interval : float
        Probability that an interval holds.
    figures : DataFrame
        ``view``, ``horizon``, ``figure``, ``value``, ``low``, ``high``.
    rates : DataFrame
        By horizon, who is still there (``at_risk``), ``left``, and the net ``rate`` with ``low``
        and ``high`` (Greenwood's, of people as independent), for reference.
    ends : DataFrame
        By horizon and ``end`` (by the candidate, or otherwise): what happened in fact, where one
        end keeps out the other.
    curve : DataFrame
        Calibration at each horizon: see `calibration_curve`.
    decisions : DataFrame
        Net benefit at the last horizon: see `decision_curve`.
    groups : DataFrame
        By ``by`` and ``group``; small groups are not shown.
    alarm : str
        Why the figures look too good to be true; empty if they do not.
    notes : tuple of str
    """

    outcome: str
    horizons: tuple[int | str, ...]
    judged: str
    n_people: int
    n_events: int
    n_providers: int
    interval: float
    figures: pd.DataFrame
    rates: pd.DataFrame
    ends: pd.DataFrame
    curve: pd.DataFrame
    decisions: pd.DataFrame
    groups: pd.DataFrame
    alarm: str
    notes: tuple[str, ...]

    def figure(
        self, name: str, horizon: int | str | None = None, view: str | None = None
    ) -> tuple[float, float, float]:
        """Return one figure with its bounds.

        Parameters
        ----------
        name : str
            Such as ``auc``.
        horizon : int or str, optional
            By default the last.
        view : str, optional
            By default the one that is judged.

        Returns
        -------
        value, low, high : float
            NaN where there is no such figure.
        """
        table = self.figures
        last = self.horizons[-1] if self.horizons else None
        chosen = (table["figure"] == name) & (table["view"] == (view or self.judged))
        chosen &= table["horizon"] == (last if horizon is None else horizon)
        if not chosen.any():
            return np.nan, np.nan, np.nan
        value, low, high = table.loc[chosen, ["value", "low", "high"]].iloc[0]
        return float(value), float(low), float(high)

    @property
    def table(self) -> pd.DataFrame:
        """The figures as text, a row for each horizon and figure, a column for each view."""
        return wording.table(self.figures)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was found, in plain words."""
        return wording.sentences(self)

    @property
    def checks(self) -> Checks | None:
        """What the level of evidence is judged by; None where there are no figures."""
        if not self.horizons:
            return None
        auc, slope = self.figure("auc"), self.figure("slope")
        gain = self.figure("log-gain")[0]
        return Checks(*auc, *slope, gain, self.n_events, self.n_providers)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, NaN as None."""
        tables = ("figures", "rates", "ends", "curve", "decisions", "groups")
        plain = ("outcome", "judged", "n_people", "n_events", "n_providers", "interval", "alarm")
        return {
            **{name: getattr(self, name) for name in plain},
            "horizons": list(self.horizons),
            **{name: _records(getattr(self, name)) for name in tables},
            "sentences": list(self.sentences),
            "notes": list(self.notes),
        }


def evaluate(
    model: RiskModel | pd.DataFrame,
    careers: Careers,
    *,
    horizons: Sequence[int] = HORIZONS,
    groups: pd.DataFrame | Sequence[str] | None = None,
    external: bool = False,
    duplicates: ArrayLike | None = None,
    n_bootstrap: int = 200,
    refits: int = 40,
    folds: int | None = None,
    interval: float = 0.95,
    seed: int = 0,
    on_step: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Say how well a model does on careers.

    Parameters
    ----------
    model : RiskModel or DataFrame
        A fitted model; or risks from anywhere: ``application`` and ``risk-30``, ``risk-90``... or
        ``risk-first day``.
    careers : Careers
    horizons : sequence of int
        Days in the job; for withdrawal the horizon is the first day of work.
    groups : DataFrame or sequence of str, optional
        ``application`` and columns of groups, or names of columns of the careers.
    external : bool
        Whether the model has learned nothing from these people: then it is judged as it stands, and
        not fitted again.
    duplicates : array-like, shape (rows of the careers,), optional
        Number of the group of people who are alike, to keep them together; by default those alike
        beyond chance are found (`alike_groups`).
    n_bootstrap : int
        Draws of providers behind the intervals.
    refits : int
        Fits behind the correction for optimism; 0 leaves it out.
    folds : int, optional
        Of providers held out; by default each of them in turn, up to 50 folds.
    interval : float
    seed : int
    on_step : callable, optional
        Told how many steps are done, of how many.

    Returns
    -------
    Evaluation

    Raises
    ------
    CareersError
        If nobody was at risk, a horizon is out of range, or a risk or group is missing.

    Notes
    -----
    The estimand is the net risk: ends by the employer, transfers and ends of contracts take people
    out of sight like the cut does, and those still in sight stand for them (IPCW).

    Of providers held out, ranks and slopes are taken after the models of all folds were moved to a
    common level (see `held_out`); everything else is of the risks as they were said.

    Examples
    --------
    >>> from vbr_engine.risk import DropOutModel, simulate_careers
    >>> made = simulate_careers(300, seed=1, starters_only=True, providers=12)
    >>> careers = Careers.from_frame(made.frame, cut=made.cut)
    >>> model = DropOutModel("leaving").fit(careers)
    >>> found = evaluate(model, careers, horizons=[90], n_bootstrap=20, refits=2, seed=1)
    >>> found.judged, found.n_providers, sorted(found.figures["view"].unique())
    ('held out', 12, ['apparent', 'corrected', 'held out'])
    """
    outcome = _outcome_of(model)
    follow = follow_up(careers, outcome)
    asked = horizons_of(follow, horizons)
    kept, notes = _kept(follow, asked)
    labels = None if groups is None else group_labels(groups, careers, follow.people)
    measures = Measures(follow, kept)
    settings = {"n_bootstrap": n_bootstrap, "interval": interval, "seed": seed}
    many = len(follow.providers)
    whole = isinstance(model, pd.DataFrame) or external
    if not whole and many < 2:
        notes += (wording.ALONE,)
        whole = True
    if follow.late:
        notes += (wording.came_late(follow.late),)
    if many < FEWEST_PROVIDERS:
        notes += (wording.few_providers(many, FEWEST_PROVIDERS),)
    steps = Steps(on_step, 1 if whole else n_folds(follow, folds, seed) + refits + 2)
    views, risks, common = views_of(
        model, careers, measures, whole, folds, duplicates, refits, settings, steps
    )
    judged = "as it stands" if whole else "held out"
    figures = _stacked(views) if kept else _no_figures()
    return Evaluation(
        outcome=outcome,
        horizons=kept,
        judged=judged,
        n_people=len(follow),
        n_events=int(follow.left_by(measures.time_of(asked[-1])).sum()),
        n_providers=many,
        interval=interval,
        figures=figures,
        rates=_rates(follow, asked, interval),
        ends=_ends(follow, asked, interval),
        curve=_curves(measures, risks, interval),
        decisions=_decisions(measures, risks, settings),
        groups=group_figures(measures, risks, common, labels, settings),
        alarm=_alarm(figures, judged),
        notes=notes,
    )


def _outcome_of(model: RiskModel | pd.DataFrame) -> str:
    if not isinstance(model, pd.DataFrame):
        return model.outcome
    return "withdrawal" if f"risk-{FIRST_DAY}" in model else "leaving"


def _kept(
    follow: FollowUp, horizons: tuple[int | str, ...]
) -> tuple[tuple[int | str, ...], tuple[str, ...]]:
    """Leave out horizons with hardly anybody on one side."""
    kept, notes = [], []
    for horizon in horizons:
        left, stayed = follow.counts(follow.last if isinstance(horizon, str) else horizon)
        if min(left, stayed) >= FEWEST:
            kept.append(horizon)
        else:
            notes.append(wording.too_few(horizon, left, stayed, FEWEST))
    return tuple(kept), tuple(notes)


def _stacked(views: dict[str, pd.DataFrame]) -> pd.DataFrame:
    parts = []
    for view, table in views.items():
        part = table.copy()
        part.insert(0, "view", view)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _no_figures() -> pd.DataFrame:
    return pd.DataFrame(columns=["view", "horizon", "figure", "value", "low", "high"])


def _rates(follow: FollowUp, horizons: tuple[int | str, ...], interval: float) -> pd.DataFrame:
    """Return what was seen: net rates by horizon."""
    line = follow.line
    curve = kaplan_meier(line.time, line.event, weight=follow.share, interval=interval)
    times = [follow.last if isinstance(horizon, str) else horizon for horizon in horizons]
    table = curve.at(times)
    return pd.DataFrame(
        {
            "horizon": list(horizons),
            "at_risk": table["at_risk"],
            "left": table["events"].astype(int),
            "rate": 1 - table["survival"],
            "low": 1 - table["high"],
            "high": 1 - table["low"],
        }
    )


def _ends(follow: FollowUp, horizons: tuple[int | str, ...], interval: float) -> pd.DataFrame:
    """Return what happened in fact, by who ended it."""
    times = [follow.last if isinstance(horizon, str) else horizon for horizon in horizons]
    # In the funnel, the step at which it ended, whoever ended it.
    time = np.zeros(len(follow))
    np.maximum.at(time, follow.person, follow.line.time)
    table = cumulative_incidence(time, follow.cause, horizons=times, interval=interval)
    named = dict(zip(times, horizons, strict=True))
    table.insert(0, "horizon", [named[int(at)] for at in table["time"]])
    table.insert(1, "end", table["cause"].map(_OTHER))
    return table.drop(columns=["cause", "time"])


def _curves(measures: Measures, risks: Array, interval: float) -> pd.DataFrame:
    follow, parts = measures.follow, []
    for place, horizon in enumerate(measures.horizons):
        table = calibration_curve(
            follow.line.time,
            follow.line.event,
            risks[follow.person, place],
            measures.time_of(horizon),
            weight=follow.share,
            cluster=follow.provider[follow.person],
            interval=interval,
        )
        table.insert(0, "horizon", horizon)
        parts.append(table)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _decisions(measures: Measures, risks: Array, settings: dict[str, Any]) -> pd.DataFrame:
    follow = measures.follow
    if not measures.horizons:
        return pd.DataFrame()
    return decision_curve(
        follow.line.time,
        follow.line.event,
        risks[follow.person, -1],
        measures.time_of(measures.horizons[-1]),
        weight=follow.share,
        cluster=follow.provider[follow.person],
        **settings,
    )


def _alarm(figures: pd.DataFrame, judged: str) -> str:
    mine = figures[(figures["view"] == judged) & (figures["figure"] == "auc")]
    high = mine[mine["value"] > ALARM]
    return wording.alarm(high.iloc[-1], ALARM) if len(high) else ""


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    held = table.astype(object).where(table.notna(), None)
    return [
        {
            str(name): cell.item() if isinstance(cell, np.generic) else cell
            for name, cell in row.items()
        }
        for row in held.to_dict("records")
    ]
