"""Whether gradient boosting would do better: asked only where there are people enough.

The answer is for the model card. Boosted trees are never put in the place of the model: they cannot
be read, and what they say about one person has no interval.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from vbr_engine.risk.additions import gain_of, left_out_log_likelihood
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.features import design_matrix
from vbr_engine.risk.held_out import concordance, provider_folds
from vbr_engine.risk.levels import FEWEST_PROVIDERS, PERSONAL_FROM
from vbr_engine.risk.people_needed import sample_size
from vbr_engine.risk.person_periods import PersonPeriods
from vbr_engine.risk.spells import Spells, spells_of

if TYPE_CHECKING:
    from vbr_engine.risk.model import DropOutModel

__all__ = ["Challenge", "challenge"]

Array = NDArray[np.float64]

# People that are enough to tell which of two models is better.
_MOST = 50_000
# People at whom the levels of folds are compared.
_REFERENCE = 1_000
# What a model of this kind is expected to reach, to say how many people it takes.
_CONCORDANCE = 0.65
_FOLDS = 5


@dataclass(frozen=True)
class Challenge:
    """What boosted trees did at providers left out, beside the model.

    Parameters
    ----------
    asked : bool
        Whether there were people and events enough to ask.
    better : bool
        Whether the trees did better, by an interval that lies above nought as a whole.
    gain, low, high : float
        Log-likelihood for each event, of the trees over the model, with its 90% interval.
    auc_model, auc_trees : float
        Concordance at providers left out.
    sentence : str
    """

    asked: bool
    better: bool
    gain: float
    low: float
    high: float
    auc_model: float
    auc_trees: float
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def challenge(model: DropOutModel, careers: Careers, *, seed: int = 1) -> Challenge:
    """Try boosted trees against a fitted model, at providers left out.

    Parameters
    ----------
    model : DropOutModel
    careers : Careers
        Those that it has learned from.
    seed : int
        Of the trees, and of the people drawn where there are more than 50,000.

    Returns
    -------
    Challenge

    Examples
    --------
    >>> from vbr_engine.risk import DropOutModel, simulate_careers
    >>> made = simulate_careers(200, seed=1, starters_only=True)
    >>> careers = Careers.from_frame(made.frame, cut=made.cut)
    >>> challenge(DropOutModel().fit(careers), careers).asked
    False
    """
    spells = spells_of(careers, model.outcome)
    reason = _too_few(model, spells)
    if reason:
        nothing = float("nan")
        return Challenge(False, False, nothing, nothing, nothing, nothing, nothing, reason)
    rng = np.random.default_rng(seed)
    if len(spells) > _MOST:
        spells = spells.rows(np.sort(rng.choice(len(spells), _MOST, replace=False)))
    ours, c_ours = left_out_log_likelihood(spells, model.effects_)
    X = design_matrix(spells.features, model.effects_)
    # One thread: on a busy machine the trees' own threads wait for each other most of the time.
    with threadpool_limits(limits=1):
        theirs, c_theirs = _trees_left_out(spells, np.where(X.missing, np.nan, X.X), seed)
    gain, half = gain_of(spells, theirs - ours)
    better = gain - half > 0
    verdict = "do better than" if better else "do not do better than"
    sentence = (
        f"Boosted trees {verdict} the model at providers left out: concordance {c_theirs:.3f} "
        f"against {c_ours:.3f}; log-likelihood for each event {gain:+.4f} "
        f"({gain - half:+.4f} to {gain + half:+.4f}). The model stays in use."
    )
    return Challenge(True, better, gain, gain - half, gain + half, c_ours, c_theirs, sentence)


def _too_few(model: DropOutModel, spells: Spells) -> str:
    rate = float(model.life_table_.followed(model.share(None))[0][-1])
    needed = sample_size(len(model.effects_), min(max(rate, 0.01), 0.99), _CONCORDANCE).n
    if spells.n_events < PERSONAL_FROM:
        return f"Trees were not tried: {spells.n_events} events, {PERSONAL_FROM} are needed."
    if len(spells) < needed:
        return f"Trees were not tried: {len(spells)} people; the model alone asks for {needed}."
    if len(np.unique(spells.provider)) < FEWEST_PROVIDERS:
        return f"Trees were not tried: it takes {FEWEST_PROVIDERS} providers to leave some out."
    return ""


def _trees_left_out(spells: Spells, X: Array, seed: int) -> tuple[Array, float]:
    """Return each person's log-likelihood under trees without their provider, and concordance."""
    folds = provider_folds(spells.provider, _FOLDS)
    some = np.linspace(0, len(spells) - 1, min(len(spells), _REFERENCE)).astype(np.intp)
    figures, scores = np.zeros(len(spells)), np.zeros(len(spells))
    for fold in np.unique(folds):
        there = folds == fold
        _person, table, ended, share = _long(spells.rows(~there), X[~there])
        trees = HistGradientBoostingClassifier(
            max_iter=100,
            learning_rate=0.05,
            max_leaf_nodes=8,
            early_stopping=False,
            random_state=seed,
        ).fit(table, ended, sample_weight=share)
        person, table, ended, share = _long(spells.rows(there), X[there])
        chance = np.clip(trees.predict_proba(table)[:, 1], 1e-9, 1 - 1e-9)
        told = np.where(ended, np.log(chance), share * np.log1p(-chance))
        figures[there] = np.bincount(person, told, int(there.sum()))
        # On the level of the same people in every fold: else whoever's people left early is judged
        # by trees that saw fewer leave, and that alone makes the ranks look worse.
        level = np.median(_cumulative(trees, X[some], len(spells.intervals)))
        scores[there] = _cumulative(trees, X[there], len(spells.intervals)) / level
    return figures, concordance(spells, scores)[0]


def _cumulative(trees: HistGradientBoostingClassifier, X: Array, n_intervals: int) -> Array:
    """Return each person's cumulative hazard over all intervals."""
    chances = trees.predict_proba(_all_intervals(X, n_intervals))[:, 1]
    hazard = np.minimum(chances, 1 - 1e-9).reshape(-1, n_intervals)
    return np.asarray(-np.log1p(-hazard).sum(axis=1))


def _long(spells: Spells, X: Array) -> tuple[NDArray[np.intp], Array, NDArray[np.bool_], Array]:
    """Write out a row for each person and interval at risk, of some of the people."""
    people = PersonPeriods(
        spells.entered,
        spells.exited,
        spells.exposure,
        spells.cause == 1,
        X,
        spells.provider,
        len(spells.intervals),
        0,
    )
    at_risk = people.at_risk(slice(0, len(spells)))
    person, step = np.nonzero(at_risk)
    ended = people.event[person] & (step == spells.exited[person])
    return person, np.column_stack([X[person], step]), ended, at_risk[person, step]


def _all_intervals(X: Array, n_intervals: int) -> Array:
    steps = np.tile(np.arange(n_intervals), len(X))
    return np.column_stack([np.repeat(X, n_intervals, axis=0), steps])
