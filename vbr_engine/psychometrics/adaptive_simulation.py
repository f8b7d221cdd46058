"""What an adaptive form would do, against a fixed form of the same blueprint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics.adaptive import LOG_PRIOR, AdaptiveForm, posterior_moments
from vbr_engine.psychometrics.curves import category_probabilities
from vbr_engine.psychometrics.exposure import SympsonHetter
from vbr_engine.psychometrics.forms import parallel_forms

__all__ = ["AdaptiveSimulation", "Sittings", "calibrate_exposure", "simulate_adaptive"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sittings:
    """Simulated sittings of one form.

    Parameters
    ----------
    items : tuple of str
        The items of the bank.
    given : ndarray of bool, of shape (n, n_items)
    order, codes : ndarray of int, of shape (n, length)
        Items in the order given, and the categories answered; -1 after the end.
    theta, estimate, standard_error : ndarray of shape (n,)
        The trait simulated, and what the sitting says of it.
    """

    items: tuple[str, ...]
    given: NDArray[np.bool_]
    order: NDArray[np.intp]
    codes: NDArray[np.intp]
    theta: Floats
    estimate: Floats
    standard_error: Floats

    @property
    def lengths(self) -> NDArray[np.intp]:
        """How many items each sitting gave."""
        return np.asarray(self.given.sum(axis=1))

    @property
    def exposure(self) -> pd.Series[float]:
        """For each item, the share of sittings that gave it."""
        return pd.Series(self.given.mean(axis=0), index=list(self.items), name="exposure")

    @property
    def overlap(self) -> float:
        """Share of items that two sittings have in common, on average over pairs."""
        counts, n = self.given.sum(axis=0), len(self.given)
        pairs = (counts * (counts - 1)).sum() / (n * (n - 1))
        return float(pairs / self.lengths.mean())

    def summary(self) -> dict[str, float]:
        """Length, precision, error and exposure in a few figures."""
        error = self.estimate - self.theta
        return {
            "items": float(self.lengths.mean()),
            "standard_error": float(self.standard_error.mean()),
            "rmse": float(np.sqrt((error**2).mean())),
            "bias": float(error.mean()),
            "max_exposure": float(self.exposure.max()),
            "never_given": float((self.exposure == 0).mean()),
            "overlap": self.overlap,
        }


@dataclass(frozen=True, eq=False)
class AdaptiveSimulation:
    """The same people under an adaptive and a fixed form.

    Parameters
    ----------
    adaptive, fixed : Sittings
        What each form gave them, and what it says of them.

    Examples
    --------
    >>> import pandas as pd
    >>> bank = pd.DataFrame({"model": "graded", "a": 1.5, "d_1": [-1.0, 0.0, 1.0]})
    >>> compared = simulate_adaptive(AdaptiveForm(bank, length=2), n=100, seed=1)
    >>> int(compared.adaptive.lengths.max()), compared.to_frame()["items"].tolist()
    (2, [2.0, 2.0])
    """

    adaptive: Sittings
    fixed: Sittings

    def to_frame(self) -> pd.DataFrame:
        """Compare the two forms: a row for each, a column for each figure."""
        return pd.DataFrame(
            {"adaptive": self.adaptive.summary(), "fixed": self.fixed.summary()}
        ).T.rename_axis("form")


def simulate_adaptive(
    form: AdaptiveForm,
    *,
    n: int = 1_000,
    seed: int,
    theta: ArrayLike | None = None,
    fixed: Sequence[str] | None = None,
) -> AdaptiveSimulation:
    """Give the form to simulated people, and a fixed form to the same people.

    Both forms meet the same answers: an item that both give is answered alike.

    Parameters
    ----------
    form : AdaptiveForm
    n : int
        How many people, when `theta` is not given.
    seed : int
    theta : array-like of float, optional
        Their traits; drawn from N(0, 1) if not given.
    fixed : sequence of str, optional
        Items of the fixed form; by default the most informative form that `parallel_forms` finds
        with the length and the values of `form`.

    Returns
    -------
    AdaptiveSimulation

    Examples
    --------
    >>> import pandas as pd
    >>> bank = pd.DataFrame({"model": "graded", "a": 1.5, "d_1": [-2.0, -1.0, 0.0, 1.0, 2.0]})
    >>> compared = simulate_adaptive(AdaptiveForm(bank, length=3), n=200, seed=1).to_frame()
    >>> compared["items"].tolist()
    [3.0, 3.0]
    """
    rng = np.random.default_rng(seed)
    traits = rng.standard_normal(n) if theta is None else np.atleast_1d(np.asarray(theta, float))
    answers = _answer(form, traits, rng)
    items = _default_fixed(form) if fixed is None else tuple(fixed)
    return AdaptiveSimulation(
        adaptive=_give(form, traits, answers, rng), fixed=_give_fixed(form, items, traits, answers)
    )


def calibrate_exposure(
    form: AdaptiveForm,
    *,
    maximum: float = 0.3,
    n: int = 1_000,
    rounds: int = 20,
    seed: int,
    progress: Callable[[int], None] | None = None,
) -> AdaptiveForm:
    """Find Sympson-Hetter chances that keep every item's exposure near or below `maximum`.

    Simulated sittings show how often each item comes up as the best; its chance becomes
    `maximum` over that share where the share is larger; and again, until it settles. Of all rounds
    the one with the smallest largest exposure is kept.

    Parameters
    ----------
    form : AdaptiveForm
    maximum : float
        Share of sittings that may meet an item.
    n, rounds : int
        Sittings in a round, and how many rounds.
    seed : int
    progress : callable, optional
        Called with the number of rounds done, after each.

    Returns
    -------
    AdaptiveForm
        The same form with `SympsonHetter` exposure.

    Raises
    ------
    InvalidInput
        If the bank is too small for any control to reach `maximum`.

    Examples
    --------
    >>> import pandas as pd
    >>> bank = pd.DataFrame({"model": "graded", "a": [0.8, 1.0, 1.2, 1.4], "d_1": 0.0})
    >>> form = calibrate_exposure(AdaptiveForm(bank, length=1), maximum=0.5, n=500, seed=1)
    >>> bool(simulate_adaptive(form, n=500, seed=2).adaptive.exposure.max() < 0.6)
    True
    """
    _check_maximum(form, maximum)
    rng = np.random.default_rng(seed)
    chances = np.ones(len(form.items.names))
    best, least = chances, np.inf
    for done in range(rounds):
        trial = form.with_exposure(SympsonHetter(tuple(chances.tolist())))
        traits = rng.standard_normal(n)
        given = _give(trial, traits, _answer(form, traits, rng), rng).given.mean(axis=0)
        if given.max() < least:
            best, least = chances, float(given.max())
        came_up = given / chances
        chances = np.where(came_up > maximum, maximum / np.maximum(came_up, maximum), 1.0)
        if progress is not None:
            progress(done + 1)
    return form.with_exposure(SympsonHetter(tuple(best.tolist())))


def _check_maximum(form: AdaptiveForm, maximum: float) -> None:
    needs = [(form.length, len(form.items.names), "the bank")]
    wanted = (form.per_value or {}).items()
    for (value, number), members in zip(wanted, form.members, strict=True):
        needs.append((number, int(members.sum()), value))
    for number, held, name in needs:
        if not maximum >= number / held:
            raise InvalidInput(
                f"{name}: {number} of {held} items in each sitting are an exposure of "
                f"{number / held:.2f} on average, more than the maximum of {maximum:g}"
            )


def _answer(form: AdaptiveForm, theta: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw everybody's category for every item, of shape (n, n_items)."""
    rising = category_probabilities(form.items, theta).cumsum(axis=1)
    drawn = rng.random((len(rising), 1, len(theta))) * rising[:, -1:]
    return np.asarray((drawn > rising[:, :-1]).sum(axis=1).T)


def _give(
    form: AdaptiveForm, theta: Floats, answers: NDArray[np.intp], rng: np.random.Generator
) -> Sittings:
    n, n_items = answers.shape
    given = np.zeros((n, n_items), dtype=bool)
    order, codes = np.full((2, n, form.length), -1, dtype=np.intp)
    tickets = rng.random((n, n_items))
    log_posterior = np.tile(LOG_PRIOR, (n, 1))
    going = np.arange(n)
    for step in range(form.length):
        estimate, error = posterior_moments(log_posterior[going])
        still = ~form.complete(np.full(len(going), step), error)
        going, estimate = going[still], estimate[still]
        if not len(going):
            break
        chosen = form.choose(estimate, given[going], tickets[going], rng.random(len(going)))
        given[going, chosen] = True
        order[going, step], codes[going, step] = chosen, answers[going, chosen]
        log_posterior[going] += form.log_probabilities[chosen, codes[going, step]]
    found = posterior_moments(log_posterior)
    return Sittings(form.items.names, given, order, codes, theta, *found)


def _default_fixed(form: AdaptiveForm) -> tuple[str, ...]:
    return parallel_forms(
        form.parameters,
        n_forms=1,
        length=form.length,
        values=form.values,
        per_value=form.per_value,
    ).forms[0]


def _give_fixed(
    form: AdaptiveForm, items: Sequence[str], theta: Floats, answers: NDArray[np.intp]
) -> Sittings:
    place = {name: index for index, name in enumerate(form.items.names)}
    unknown = [name for name in items if name not in place]
    if unknown:
        raise InvalidInput(f"the fixed form has items without parameters: {', '.join(unknown)}")
    chosen = np.array([place[name] for name in items])
    n = len(theta)
    log_posterior = np.tile(LOG_PRIOR, (n, 1))
    for item in chosen:
        log_posterior += form.log_probabilities[item, answers[:, item]]
    given = np.zeros(answers.shape, dtype=bool)
    given[:, chosen] = True
    order, codes = np.tile(chosen, (n, 1)), answers[:, chosen]
    found = posterior_moments(log_posterior)
    return Sittings(form.items.names, given, order, codes, theta, *found)
