"""Why a risk lies where it does: what of the situation moves it, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import CareersError
from vbr_engine.risk.features import Effect, design_matrix
from vbr_engine.risk.wording import SENTENCES, say, shown_number
from vbr_engine.words import ENGLISH, Words, words_in

if TYPE_CHECKING:
    from vbr_engine.risk.model import DropOutModel

__all__ = [
    "LEAST",
    "MOST",
    "Contributions",
    "contributions",
    "explain",
    "natural_values",
    "needs",
    "situation",
    "unknown_facts",
]

Array = NDArray[np.float64]

# At most so many reasons, each of at least so much on the logit of the hazard: less than a
# twentieth is nothing that anybody could tell.
MOST = 3
LEAST = 0.05
COLUMNS = ("application", "outcome", "effect", "label", "group", "contribution", "sd", "sentence")


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each effect adds to the logit of each person's hazard.

    Parameters
    ----------
    values : ndarray, shape (n, k)
        Effect times how far the person lies from its centre; 0 where it is not known.
    sd : ndarray, shape (n, k)
        Posterior standard deviation of each value.
    missing : ndarray of bool, shape (n, k)
    X : ndarray, shape (n, k)
        How far they lie from the centres, in units.
    estimate, estimate_sd : ndarray, shape (k,)
        The effects of one unit.
    """

    values: Array
    sd: Array
    missing: NDArray[np.bool_]
    X: Array
    estimate: Array
    estimate_sd: Array


def contributions(
    model: DropOutModel, candidates: pd.DataFrame, *, horizon: int | None = None
) -> Contributions:
    """Take each person's logit apart.

    Parameters
    ----------
    model : DropOutModel
        Fitted.
    candidates : DataFrame
    horizon : int, optional
        Days in the job up to which leaving counts; 365 by default.

    Returns
    -------
    Contributions
        In the order of ``model.effects_``, from the posterior that speaks at the horizon. The sum
        of a row is how far the person lies from somebody at all centres.

    Raises
    ------
    CareersError
        If a value cannot be.

    Examples
    --------
    >>> import pandas as pd
    >>> from vbr_engine.risk import Careers, DropOutModel, simulate_careers
    >>> made = simulate_careers(400, seed=1)
    >>> model = DropOutModel("leaving").fit(Careers.from_frame(made.frame, cut=made.cut))
    >>> at_centre = pd.DataFrame({"travel_minutes": [20]})
    >>> bool(contributions(model, at_centre).values.any())
    False
    """
    design = design_matrix(candidates, model.effects_)
    posterior = model.speaking(horizon)
    j = posterior.n_intervals
    estimate, sd = posterior.effects, np.sqrt(np.diag(posterior.covariance)[j:])
    X = design.X
    return Contributions(X * estimate, np.abs(X) * sd, design.missing, X, estimate, sd)


def explain(
    model: DropOutModel,
    candidates: pd.DataFrame,
    *,
    horizon: int | None = None,
    most: int = MOST,
    least: float = LEAST,
    always: bool = False,
    language: str = "en",
) -> pd.DataFrame:
    """Name what moves each person's risk away from the usual.

    Parameters
    ----------
    model : DropOutModel
        Fitted.
    candidates : DataFrame
        With ``application``.
    horizon : int, optional
        Days in the job up to which leaving counts; 365 by default.
    most : int
        Reasons for each person at most.
    least : float
        Smaller contributions are left out.
    always : bool
        Whether to go on where the evidence carries nothing about one person.
    language : str
        Of the sentences.

    Returns
    -------
    DataFrame
        ``application``, ``outcome``, ``effect``, ``label``, ``group``, ``contribution`` (on the
        logit of the hazard; above 0 goes with a higher risk), its posterior standard deviation
        ``sd``, ``sentence``. In the order of the candidates, the largest first. Only contributions
        that exceed their standard deviation are there; what is
        not known is never a reason, and who has nothing ahead has none.

    Raises
    ------
    CareersError
        If a column is missing, or a value cannot be.

    Examples
    --------
    >>> from vbr_engine.risk import Careers, DropOutModel, simulate_careers
    >>> made = simulate_careers(400, seed=1)
    >>> model = DropOutModel("leaving").fit(Careers.from_frame(made.frame, cut=made.cut))
    >>> explain(model, made.frame.head(5)).columns.tolist()[:4]
    ['application', 'outcome', 'effect', 'label']
    """
    needs(candidates, "application")
    speaks = always or model.evidence(horizon).level.shows_band
    parts = contributions(model, candidates, horizon=horizon)
    size = np.abs(parts.values)
    ahead = np.atleast_1d(model.since(candidates)) < len(model.intervals_)
    stands = (size > parts.sd) & (size >= least) & ~parts.missing & ahead[:, None] & speaks
    people, effects = _largest(np.where(stands, size, 0.0), most)
    named = model.effects_
    names = np.array([effect.name for effect in named], dtype=object)
    return pd.DataFrame(
        {
            "application": candidates["application"].to_numpy(dtype=object)[people],
            "outcome": model.outcome,
            "effect": names[effects],
            "label": np.array([effect.label for effect in named], dtype=object)[effects],
            "group": np.array([effect.group for effect in named], dtype=object)[effects],
            "contribution": parts.values[people, effects],
            "sd": parts.sd[people, effects],
            "sentence": _sentences(model, effects, parts.X[people, effects], words_in(language)),
        },
        columns=list(COLUMNS),
    )


def needs(candidates: pd.DataFrame, *names: str) -> None:
    """Make sure that a table has some columns.

    Parameters
    ----------
    candidates : DataFrame
    *names : str

    Raises
    ------
    CareersError
        If one is missing.
    """
    missing = [name for name in names if name not in candidates]
    if missing:
        raise CareersError(f"the table has no column {' and no column '.join(missing)}")


def _sentences(model: DropOutModel, effects: NDArray[np.intp], x: Array, words: Words) -> list[str]:
    """Write each different sentence once: facts repeat among many people."""
    pairs = list(zip(effects.tolist(), x.tolist(), strict=True))
    told = {pair: situation(model.effects_[pair[0]], pair[1], words) for pair in set(pairs)}
    return [told[pair] for pair in pairs]


def _largest(size: Array, most: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns of the largest sizes of each row, largest first; 0 is none."""
    order = np.argsort(-size, axis=1, kind="stable")[:, :most]
    chosen = np.take_along_axis(size, order, axis=1) > 0
    rows, ranks = np.nonzero(chosen)
    return rows, order[rows, ranks]


def natural_values(effect: Effect, x: Array) -> Array:
    """Turn units about the centre back into what people count: minutes, hours, shares.

    Parameters
    ----------
    effect : Effect
    x : ndarray
        As in the design matrix.

    Returns
    -------
    ndarray
        For ``share-not`` the share that does not suit; for ``no`` 1 where the answer is no.

    Examples
    --------
    >>> from vbr_engine.risk import default_effects
    >>> natural_values(default_effects("leaving")[0], np.array([0.0, 2.0])).tolist()
    [20.0, 50.0]
    """
    if effect.form == "log2":
        hours: Array = np.exp2(x * effect.per + np.log2(1 + effect.centre)) - 1
        return hours
    value: Array = x * effect.per + effect.centre
    return value


def situation(effect: Effect, x: float, words: Words = ENGLISH) -> str:
    """Put a fact of somebody's situation in a sentence.

    Parameters
    ----------
    effect : Effect
    x : float
        As in the design matrix.
    words : Words
        Of the reader.

    Returns
    -------
    str
        About the round, the hours, the job; never about what somebody is like.

    Examples
    --------
    >>> from vbr_engine.risk import default_effects
    >>> situation(default_effects("leaving")[0], 5 / 3)
    'The round is 45 minutes away; 20 is usual.'
    """
    value, usual = float(natural_values(effect, np.array([x]))[0]), effect.centre
    kind = _kind(effect.form)
    if kind == "share":
        value, usual = 100 * (1 - value), 100 * (1 - usual)
    side = "above" if x > 0 else "below"
    name = f"reason.{effect.name}"
    if f"{name}.none" in SENTENCES and abs(value) < 0.05:
        return say(f"{name}.none", words=words)
    if f"{name}.{side}" not in SENTENCES:
        name = f"reason.{kind}"
    label = words.told(effect.label)
    label = label[:1].upper() + label[1:]
    shown, told = (
        f"{shown_number(round(held))}%" if kind == "share" else shown_number(held)
        for held in (value, usual)
    )
    return say(f"{name}.{side}", words=words, value=shown, usual=told, label=label)


def _kind(form: str) -> str:
    return {"share-not": "share", "no": "yes-no", "one-of": "yes-no"}.get(form, "number")


def unknown_facts(model: DropOutModel, candidates: pd.DataFrame) -> pd.DataFrame:
    """List what is not known about each person and would count.

    Parameters
    ----------
    model : DropOutModel
        Fitted.
    candidates : DataFrame
        With ``application``.

    Returns
    -------
    DataFrame
        ``application``, ``outcome``, ``effect``, ``label``.

    Raises
    ------
    CareersError
        If a value cannot be.

    Examples
    --------
    >>> from vbr_engine.risk import Careers, DropOutModel, simulate_careers
    >>> made = simulate_careers(400, seed=1)
    >>> model = DropOutModel("leaving").fit(Careers.from_frame(made.frame, cut=made.cut))
    >>> unknown_facts(model, made.frame[["application"]].head(1))["effect"].tolist()[:2]
    ['travel', 'hours-shortfall']
    """
    needs(candidates, "application")
    people, effects = np.nonzero(design_matrix(candidates, model.effects_).missing)
    return pd.DataFrame(
        {
            "application": candidates["application"].to_numpy(dtype=object)[people],
            "outcome": model.outcome,
            "effect": [model.effects_[effect].name for effect in effects],
            "label": [model.effects_[effect].label for effect in effects],
        },
        columns=["application", "outcome", "effect", "label"],
    )
