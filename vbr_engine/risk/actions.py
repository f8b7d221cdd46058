"""What the employer can do for each person, and what goes with it as far as it is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vbr_engine.risk.action_list import ACTIONS, Action
from vbr_engine.risk.contrast import risk_difference
from vbr_engine.risk.explanation import contributions, natural_values, needs
from vbr_engine.risk.features import Effect
from vbr_engine.risk.posterior import NOBODY, Posterior
from vbr_engine.risk.stages import anything_ahead, share_ahead
from vbr_engine.risk.tenure import days_behind
from vbr_engine.risk.wording import change_sentence, say, shown_number
from vbr_engine.words import Words, words_in

if TYPE_CHECKING:
    from vbr_engine.risk.explanation import Contributions
    from vbr_engine.risk.model import DropOutModel

__all__ = ["LEAST_DIFFERENCE", "employer_actions"]

Array = NDArray[np.float64]

# Below one person in a hundred there is nothing to tell.
LEAST_DIFFERENCE = 0.01
COLUMNS = (
    "application",
    "outcome",
    "action",
    "difference",
    "low",
    "high",
    "sentence",
    "modelled",
    "title",
    "who",
    "source",
)


def employer_actions(
    model: DropOutModel,
    candidates: pd.DataFrame,
    *,
    horizon: int | None = None,
    least: float = LEAST_DIFFERENCE,
    always: bool = False,
    language: str = "en",
    elapsed: ArrayLike | None = None,
) -> pd.DataFrame:
    """List what the employer can do for each person.

    Parameters
    ----------
    model : DropOutModel
        Fitted.
    candidates : DataFrame
        ``application``, ``provider`` and what is known of each.
    horizon : int, optional
        Days in the job up to which leaving counts; 365 by default.
    least : float
        Changes that go with a smaller difference are left out.
    always : bool
        Whether to give differences where the evidence does not carry figures about one person.
    language : str
        Of the sentences.
    elapsed : array-like, optional
        Days that each has been in the job, for `leaving`; 0 by default.

    Returns
    -------
    DataFrame
        ``application``, ``outcome``, ``action``, ``difference`` (risk now less risk with the
        change), ``low``, ``high``, ``sentence``, ``modelled``, ``title``, ``who``, ``source``. In
        the order of the candidates, the largest difference first, then good practice, which has no
        difference. A change is there only where the fact is known, there is something to change,
        and the effect exceeds its posterior standard deviation. Where the evidence carries bands
        only, there are changes without a figure; where it carries less, good practice only.

    Raises
    ------
    CareersError
        If a column is missing, a value cannot be, or the horizon lies beyond the intervals.

    Notes
    -----
    A difference compares people in two situations. It is an association, not what a change will do.

    Examples
    --------
    >>> from vbr_engine.risk import Careers, DropOutModel, simulate_careers
    >>> made = simulate_careers(400, seed=1)
    >>> model = DropOutModel("leaving").fit(Careers.from_frame(made.frame, cut=made.cut))
    >>> told = employer_actions(model, made.frame.head(3))
    >>> set(told["action"]) <= {action.id for action in ACTIONS}
    True
    """
    needs(candidates, "application", "provider")
    words = words_in(language)
    ahead = _Ahead.of(model, candidates, horizon, elapsed)
    parts = contributions(model, candidates, horizon=horizon)
    found = [
        _modelled(model, candidates, parts, ahead, action, horizon, least, words)
        if action.change
        else _practice(model, candidates, parts, ahead, action, words)
        for action in ACTIONS
        if model.outcome in action.outcomes
    ]
    told: pd.DataFrame = pd.concat(found, ignore_index=True)
    told = told[ahead.pending[told["person"].to_numpy(dtype=np.intp)]]
    told = told.sort_values(
        ["person", "modelled", "difference", "place"], ascending=[True, False, False, True]
    )
    level = model.evidence(horizon).level
    if not (always or level.shows_figure):
        told = _without_figures(told if level.shows_band else told[~told["modelled"]])
    return told[list(COLUMNS)].reset_index(drop=True)


def _without_figures(told: pd.DataFrame) -> pd.DataFrame:
    quiet = told["sentence"].where(~told["modelled"], told["quiet"])
    return told.assign(difference=np.nan, low=np.nan, high=np.nan, sentence=quiet)


@dataclass(frozen=True, eq=False)
class _Ahead:
    """What a risk is worked out from, beside the effects."""

    posterior: Posterior
    provider: NDArray[np.intp]
    days: Array
    since: Array
    share: Array

    @property
    def pending(self) -> NDArray[np.bool_]:
        """Tell for whom anything is still ahead."""
        return anything_ahead(share_ahead(self.share, self.since))

    @classmethod
    def of(
        cls,
        model: DropOutModel,
        candidates: pd.DataFrame,
        horizon: int | None,
        elapsed: ArrayLike | None,
    ) -> _Ahead:
        days = np.zeros(len(candidates))
        if elapsed is not None:
            days = days_behind(model.outcome, candidates, date.min, elapsed)
        numbers = pd.Index(model.providers_).get_indexer(
            pd.Index(candidates["provider"].astype(str))
        )
        return cls(
            model.speaking(horizon),
            numbers if model.provider_effects else np.full(len(candidates), NOBODY),
            days,
            model.since(candidates, days),
            model.share(horizon),
        )


def _modelled(
    model: DropOutModel,
    candidates: pd.DataFrame,
    parts: Contributions,
    ahead: _Ahead,
    action: Action,
    horizon: int | None,
    least: float,
    words: Words,
) -> pd.DataFrame:
    """Compare everybody for whom there is something to change with how it would be."""
    changed, now, moved = _changed(model, parts, action)
    rows = np.flatnonzero(moved)
    contrast = risk_difference(
        ahead.posterior,
        parts.X[rows],
        changed[rows],
        ahead.provider[rows],
        since=ahead.since[rows],
        share=ahead.share,
        level=model.interval,
        least=least,
    )
    told = contrast.difference >= least
    rows, figures = rows[told], [held[told] for held in contrast.figures]
    changes = [_change_words(action, value, words) for value in now[rows]]
    sources = [effect.source for effect in model.effects_ if effect.lever == action.id]
    return _rows(
        model,
        candidates,
        rows,
        action,
        words,
        difference=figures[0],
        low=figures[1],
        high=figures[2],
        sentence=[
            _told(
                action,
                change_sentence(
                    model.outcome, *figure, horizon=horizon, stayed=days > 0, words=words
                ),
                words,
            )
            for *figure, days in zip(changes, *figures, ahead.days[rows], strict=True)
        ],
        quiet=[
            _told(action, say(f"change.less.{model.outcome}", words=words, change=change), words)
            for change in changes
        ],
        source="; ".join(filter(None, sources)),
    )


def _changed(
    model: DropOutModel, parts: Contributions, action: Action
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return the effects after the action, the fact before it, and whom it can do something for."""
    changed, now = parts.X.copy(), np.full(len(parts.X), np.nan)
    moved = np.zeros(len(parts.X), dtype=bool)
    change = action.change
    assert change is not None
    for place, effect in enumerate(model.effects_):
        if effect.lever != action.id or effect.form != change.form:
            continue
        value = natural_values(effect, parts.X[:, place])
        can = ~parts.missing[:, place] & (value - change.most >= change.least - 1e-9)
        can &= parts.estimate[place] > parts.estimate_sd[place]
        changed[can, place] = _units(effect, change.most)
        now[can] = value[can]
        moved |= can
    return changed, now, moved


def _units(effect: Effect, value: float) -> float:
    """Turn minutes, hours and shares into units about the centre."""
    if effect.form == "log2":
        return float(np.log2((1 + value) / (1 + effect.centre)) / effect.per)
    return (value - effect.centre) / effect.per


def _change_words(action: Action, now: float, words: Words) -> str:
    assert action.change is not None
    share = action.change.form == "share-not"
    shown, told = (
        f"{shown_number(round(100 * (1 - fact)))}%" if share else shown_number(fact)
        for fact in (now, action.change.most)
    )
    return say(f"change.{action.id}", words=words, now=shown, then=told)


def _told(action: Action, sentence: str, words: Words) -> str:
    past = say("change.past", words=words)
    return f"{sentence} {past}" if action.id == "faster-contact" else sentence


def _practice(
    model: DropOutModel,
    candidates: pd.DataFrame,
    parts: Contributions,
    ahead: _Ahead,
    action: Action,
    words: Words,
) -> pd.DataFrame:
    wanted = np.ones(len(parts.X), dtype=bool)
    if action.wanted_by is not None:
        wanted[:] = False
        for place, effect in enumerate(model.effects_):
            if effect.name == action.wanted_by:
                wanted |= parts.X[:, place] > 0
    wanted &= ahead.days <= action.latest
    sentence = say("practice", words=words, why=say(f"practice.{action.id}", words=words))
    rows = np.flatnonzero(wanted)
    return _rows(
        model, candidates, rows, action, words,
        sentence=sentence, quiet="", source=action.source,
    )  # fmt: skip


def _rows(
    model: DropOutModel,
    candidates: pd.DataFrame,
    rows: NDArray[np.intp],
    action: Action,
    words: Words,
    *,
    difference: Array | float = np.nan,
    low: Array | float = np.nan,
    high: Array | float = np.nan,
    **sentences: Any,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "application": candidates["application"].to_numpy(dtype=object)[rows],
            "outcome": model.outcome,
            "action": action.id,
            "difference": difference,
            "low": low,
            "high": high,
            "modelled": action.change is not None,
            "title": say(f"action.{action.id}", words=words),
            "who": say(f"who.{action.who}", words=words),
            **sentences,
            "person": rows,
            "place": ACTIONS.index(action),
        },
        index=range(len(rows)),
    )
