"""The drop-out model: declared effects, published priors, an effect for each provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
from numpy.typing import ArrayLike

from vbr_engine.errors import CareersError
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.dates import read_day
from vbr_engine.risk.explanation import explain
from vbr_engine.risk.features import DesignMatrix, Effect, design_matrix
from vbr_engine.risk.fitted import Fitted
from vbr_engine.risk.prediction import predict
from vbr_engine.risk.priors import default_effects
from vbr_engine.risk.spells import NOBODY_AT_RISK, spells_of
from vbr_engine.risk.stages import OUTCOMES
from vbr_engine.risk.stored import check, document_of, restore
from vbr_engine.risk.training import train

__all__ = ["DropOutModel"]


class DropOutModel(Fitted):
    """Risk that a candidate withdraws before the first day, or leaves early.

    Parameters
    ----------
    outcome : {"leaving", "withdrawal"}
    effects : sequence of Effect, optional
        By default those declared for the outcome in the table of priors.
    provider_effects : bool
        Whether each provider has an effect of its own.
    interval : float
        Probability that an interval holds.
    review_months : int
        Months after the cut of the data from which on the model says nothing any more.

    Attributes
    ----------
    posterior_ : Posterior
        Of the effects, from prior and data.
    published_ : Posterior
        Of one slope, of the published effects together.
    effects_ : tuple of Effect
    coef_ : DataFrame
        By effect: prior mean and standard deviation, posterior mean and standard deviation.
    providers_ : tuple of str
    starts_ : dict of str to int
        People of each provider.
    conflict_ : PriorConflict
    checks_ : Checks or None
        On providers left out, from 100 events on.
    evidence_ : Evidence
        At the longest horizon.
    life_table_ : LifeTable
    reference_ : Reference
        What the people looked like.
    n_events_, n_people_ : int
    converged_ : bool
    review_by_ : date
    alarms_ : tuple of str
        What an audit has found since; any of them silences the model.
    manifest_ : dict
        What it was trained on and with.

    Notes
    -----
    The risk is net of competing exits: what would be seen if the employer did not end it first.

    Examples
    --------
    >>> from vbr_engine.risk import Careers, simulate_careers
    >>> made = simulate_careers(400, seed=1)
    >>> model = DropOutModel("leaving").fit(Careers.from_frame(made.frame, cut=made.cut))
    >>> model.evidence_.level.code
    'L1'
    >>> told = model.predict_risk(made.frame.head(2), today=made.cut)
    >>> told["shown"].tolist(), told["england_rate"].tolist()
    ([False, False], [0.246, 0.246])
    """

    def __init__(
        self,
        outcome: str = "leaving",
        *,
        effects: Sequence[Effect] | None = None,
        provider_effects: bool = True,
        interval: float = 0.9,
        review_months: int = 12,
    ) -> None:
        self.outcome = outcome
        self.effects = effects
        self.provider_effects = provider_effects
        self.interval = interval
        self.review_months = review_months

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return what the model was made with."""
        names = ("outcome", "effects", "provider_effects", "interval", "review_months")
        return {name: getattr(self, name) for name in names}

    def set_params(self, **params: Any) -> DropOutModel:
        """Change what the model was made with."""
        unknown = set(params) - set(self.get_params())
        if unknown:
            raise CareersError(f"a drop-out model has no {', '.join(sorted(unknown))}")
        for name, held in params.items():
            setattr(self, name, held)
        return self

    def __repr__(self) -> str:
        """Show what the model was made with."""
        held = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"DropOutModel({held})"

    def _check_fitted(self) -> None:
        if not hasattr(self, "posterior_"):
            raise CareersError("this model has learned nothing yet: fit it to careers first")

    def fit(self, careers: Careers, y: None = None) -> DropOutModel:
        """Estimate the model, and find out how much it may say.

        Parameters
        ----------
        careers : Careers
        y : None
            Not used.

        Returns
        -------
        DropOutModel
            Itself.

        Raises
        ------
        CareersError
            If the outcome is unknown, the interval cannot be, it is given no careers, or nobody was
            ever at risk.
        """
        if self.outcome not in OUTCOMES:
            raise CareersError(f"expected one of {', '.join(OUTCOMES)}, got {self.outcome!r}")
        if not 0 < self.interval < 1:
            raise CareersError(f"expected an interval between 0 and 1, got {self.interval!r}")
        if not isinstance(careers, Careers):
            raise CareersError("expected careers, such as Careers.from_frame(table, cut=...) gives")
        spells = spells_of(careers, self.outcome)
        if not len(spells):
            raise CareersError(NOBODY_AT_RISK[self.outcome])
        effects = default_effects(self.outcome) if self.effects is None else self.effects
        return train(self, careers, spells, tuple(effects))

    def predict_risk(
        self,
        candidates: pd.DataFrame,
        horizon: int | None = None,
        *,
        today: date | None = None,
        elapsed: ArrayLike | None = None,
    ) -> pd.DataFrame:
        """Say for each candidate what the evidence carries: a figure, a band, or why neither.

        Parameters
        ----------
        candidates : DataFrame
            ``application``, ``provider`` and what is known of each; for `withdrawal` the dates of
            the stages that they have reached, for `leaving` that of ``started_work``.
        horizon : int, optional
            Days in the job up to which leaving counts, 1 to 365; 365 by default. Has no place in
            `withdrawal`.
        today : date, optional
            To tell whether the model is past its review date, and how long people have been in
            the job; the day it is by default.
        elapsed : array-like, optional
            Days that each has been in the job, in place of ``started_work``. From a week on the
            risk is of those who have stayed so long: to leave between now and the horizon.

        Returns
        -------
        DataFrame
            ``application``, ``provider``, ``outcome``, ``horizon``, ``elapsed`` (days in the job,
            from a week on), ``level``; ``risk``, ``low``
            and ``high``, or nothing; ``band``, or ``""``; ``shown``, whether there is a figure;
            ``why_not``; ``provider_rate`` with ``provider_low`` and ``provider_high``;
            ``england_rate`` (stock turnover, not a risk of new starters); ``note``.

        Raises
        ------
        CareersError
            If a column is missing, a value cannot be, or the horizon lies beyond the intervals.
        """
        self._check_fitted()
        return predict(self, candidates, horizon, _day(today), elapsed)

    def explain(
        self, candidates: pd.DataFrame, horizon: int | None = None, *, language: str = "en"
    ) -> pd.DataFrame:
        """Name what moves the risk of each candidate away from the usual.

        Parameters
        ----------
        candidates : DataFrame
            As for `predict_risk`.
        horizon : int, optional
        language : str
            Of the sentences.

        Returns
        -------
        DataFrame
            ``application``, ``outcome``, ``effect``, ``label``, ``group``, ``contribution``,
            ``sd``, ``sentence``: at most three for each, the largest first.

        Raises
        ------
        CareersError
            If a value cannot be.
        """
        self._check_fitted()
        return explain(self, candidates, horizon=horizon, language=language)

    def risks(
        self,
        candidates: pd.DataFrame,
        horizon: int | None = None,
        *,
        design: DesignMatrix | None = None,
        elapsed: ArrayLike | None = None,
    ) -> pd.DataFrame:
        """Work out the risk of each candidate, whether or not the evidence carries it.

        Parameters
        ----------
        candidates : DataFrame
            As for `predict_risk`.
        horizon : int, optional
        design : DesignMatrix, optional
            The effects of the candidates, where they have been read already.
        elapsed : array-like, optional
            Days that each has been in the job; 0 by default, whatever their dates are.

        Returns
        -------
        DataFrame
            ``application``, ``provider``, ``risk``, ``low``, ``high``.

        Raises
        ------
        CareersError
            As for `predict_risk`.
        """
        self._check_fitted()
        missing = [name for name in ("application", "provider") if name not in candidates]
        if missing:
            raise CareersError(f"the table has no column {' and no column '.join(missing)}")
        read = design_matrix(candidates, self.effects_) if design is None else design
        risk = self.posterior_.risk(
            read.X,
            self.numbers(candidates) if self.provider_effects else None,
            since=self.since(candidates, elapsed),
            share=self.share(horizon),
            level=self.interval,
        )
        table = candidates[["application", "provider"]].reset_index(drop=True)
        return table.assign(risk=risk.risk, low=risk.low, high=risk.high)

    def to_dict(self) -> dict[str, Any]:
        """Write the model down as plain data, under a check sum."""
        self._check_fitted()
        return document_of(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> DropOutModel:
        """Read a model from what `to_dict` wrote.

        Parameters
        ----------
        document : mapping

        Returns
        -------
        DropOutModel

        Raises
        ------
        CareersError
            If it is no such document, or was changed since.
        """
        check(document)
        return restore(cls(**document["params"]), document)


def _day(today: date | str | None) -> date:
    """Return the day on which it is asked."""
    if today is None:
        return date.today()
    day = read_day(today)
    if day is None:
        raise CareersError(f"expected a date such as 2026-03-31 as today, got {today!r}")
    return day.date()
