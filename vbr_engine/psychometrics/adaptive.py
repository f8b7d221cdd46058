"""A calibrated bank given adaptively: each next item is the one that tells most about this person.

The same code serves one sitting (`AdaptiveForm.next_item`) and many at once (a simulation).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vbr_engine.errors import InvalidInput, Problem
from vbr_engine.psychometrics.curves import (
    ItemParameters,
    item_information,
    log_probabilities,
)
from vbr_engine.psychometrics.exposure import ExposureControl, MostInformative
from vbr_engine.psychometrics.parameter_tables import parameters_of

__all__ = ["AdaptiveForm", "Estimate"]

Floats = NDArray[np.float64]
NODES = np.linspace(-6, 6, 61)
LOG_PRIOR = -0.5 * NODES**2


@dataclass(frozen=True, slots=True)
class Estimate:
    """Where a person stands: the mean and standard deviation of what is known."""

    theta: float
    standard_error: float


@dataclass(frozen=True, eq=False)
class AdaptiveForm:
    """Choose items one at a time: most information, balanced content, controlled exposure.

    The next item is the most informative (Fisher information at the expected a posteriori
    estimate, prior N(0, 1)) among those of the value that is furthest behind its share of the
    blueprint; equal values compete. A sitting of full length therefore meets the blueprint
    exactly, and a shorter one comes as near as its length lets it.

    Parameters
    ----------
    parameters : data frame, or fitted model
        Item parameters, a row for each item.
    length : int
        The most items that one sitting gives.
    values : mapping of str to str, optional
        The value that each item measures.
    per_value : mapping of str to int, optional
        Number of items for each value. If they sum to less than `length`, the rest is free.
    standard_error : float, optional
        Stop as soon as the standard error is no larger than this.
    minimum_length : int
        Do not stop before so many items.
    exposure : ExposureControl
        `MostInformative`, `Randomesque` or `SympsonHetter`.

    Raises
    ------
    InvalidInput
        With everything that is wrong with the blueprint.

    Examples
    --------
    >>> import pandas as pd
    >>> bank = pd.DataFrame(
    ...     {"model": "graded", "a": 1.0, "d_1": [-1.0, 0.0, 1.0]},
    ...     index=["hard", "middling", "easy"],
    ... )
    >>> form = AdaptiveForm(bank, length=2)
    >>> form.next_item({}), form.next_item({"middling": 0}), form.next_item({"middling": 1})
    ('middling', 'easy', 'hard')
    >>> form.next_item({"middling": 1, "easy": 1}) is None
    True
    """

    parameters: object = field(repr=False)
    length: int
    values: Mapping[str, str] | None = field(default=None, repr=False)
    per_value: Mapping[str, int] | None = None
    standard_error: float | None = None
    minimum_length: int = 1
    exposure: ExposureControl = field(default_factory=MostInformative)

    def __post_init__(self) -> None:
        problems = [*self._length_problems(), *self._value_problems()]
        if problems:
            raise InvalidInput(problems)

    def _length_problems(self) -> list[Problem]:
        found, held = [], len(self.items.names)
        if not 1 <= self.length <= held:
            found.append(Problem(message=f"length: expected 1 to {held}, got {self.length}"))
        if not 1 <= self.minimum_length <= self.length:
            message = f"minimum length: expected 1 to {self.length}, got {self.minimum_length}"
            found.append(Problem(message=message))
        if self.standard_error is not None and not self.standard_error > 0:
            message = f"standard error: expected more than 0, got {self.standard_error}"
            found.append(Problem(message=message))
        return found

    def _value_problems(self) -> list[Problem]:
        wanted = dict(self.per_value or {})
        held = dict(zip(wanted, self.members.sum(axis=1), strict=True))
        found = [
            Problem(message=f"{value}: {number} items wanted, the bank has {held[value]}")
            for value, number in wanted.items()
            if number > held[value]
        ]
        if sum(wanted.values()) > self.length:
            message = (
                f"the values ask for {sum(wanted.values())} items, the length is {self.length}"
            )
            found.append(Problem(message=message))
        return found

    @cached_property
    def items(self) -> ItemParameters:
        """The items' curves."""
        return parameters_of(self.parameters)

    @cached_property
    def members(self) -> NDArray[np.bool_]:
        """Which items measure each value of the blueprint, of shape (n_values, n_items)."""
        label = self.values or {}
        rows = [[label.get(name) == value for name in self.items.names] for value in self._wanted]
        return np.array(rows, dtype=bool).reshape(len(self._wanted), len(self.items.names))

    @cached_property
    def log_probabilities(self) -> Floats:
        """Of each category at each node, of shape (n_items, n_categories, n_nodes)."""
        return log_probabilities(self.items, NODES)

    @cached_property
    def information(self) -> Floats:
        """Of each item at each node, of shape (n_items, n_nodes)."""
        return item_information(self.items, NODES)

    @property
    def _wanted(self) -> Mapping[str, int]:
        return self.per_value or {}

    def with_exposure(self, exposure: ExposureControl) -> AdaptiveForm:
        """Return the same form under another exposure control.

        Parameters
        ----------
        exposure : ExposureControl

        Returns
        -------
        AdaptiveForm
        """
        return replace(self, exposure=exposure)

    def estimate(self, answers: Mapping[str, int | None]) -> Estimate:
        """Say where a person stands after some answers.

        Parameters
        ----------
        answers : mapping of str to int or None
            Item -> category, from 0; None for an item that was given and not answered.

        Returns
        -------
        Estimate
        """
        theta, error = posterior_moments(self._log_posterior(answers)[None])
        return Estimate(float(theta[0]), float(error[0]))

    def next_item(self, answers: Mapping[str, int | None], *, seed: int = 0) -> str | None:
        """Choose the next item of one sitting.

        Parameters
        ----------
        answers : mapping of str to int or None
            What has been given: item -> category, from 0; None where it was not answered.
        seed : int
            The sitting's own; the same seed and answers give the same item.

        Returns
        -------
        str or None
            None when the sitting is complete.
        """
        log_posterior = self._log_posterior(answers)
        theta, error = posterior_moments(log_posterior[None])
        given = np.array([name in answers for name in self.items.names])[None]
        if self.complete(np.array([len(answers)]), error)[0]:
            return None
        tickets = np.random.default_rng([seed, 0]).random(given.shape)
        draws = np.random.default_rng([seed, 1, len(answers)]).random(1)
        return self.items.names[int(self.choose(theta, given, tickets, draws)[0])]

    def _log_posterior(self, answers: Mapping[str, int | None]) -> Floats:
        place = {name: index for index, name in enumerate(self.items.names)}
        unknown = [name for name in answers if name not in place]
        if unknown:
            raise InvalidInput(f"answers to items that are not in the form: {', '.join(unknown)}")
        held = self.items.n_categories
        problems = [
            Problem(
                path=name,
                message=f"expected a category of 0 to {held[place[name]] - 1}, got {code}",
            )
            for name, code in answers.items()
            if code is not None and not 0 <= code < held[place[name]]
        ]
        if problems:
            raise InvalidInput(problems)
        table = self.log_probabilities
        told = [table[place[name], code] for name, code in answers.items() if code is not None]
        return np.asarray(LOG_PRIOR + sum(told))

    def complete(self, given: NDArray[np.intp], error: Floats) -> NDArray[np.bool_]:
        """Say which sittings end, from the number of items given and the standard error."""
        precise = error <= (self.standard_error or 0.0)
        return np.asarray((given >= self.length) | (precise & (given >= self.minimum_length)))

    def choose(
        self, theta: Floats, given: NDArray[np.bool_], tickets: Floats, draws: Floats
    ) -> NDArray[np.intp]:
        """Choose the next item of many sittings; see `ExposureControl.choose` for the shapes."""
        return self.exposure.choose(
            self.information_at(theta), self.eligible(given), tickets, draws
        )

    def information_at(self, theta: Floats) -> Floats:
        """Each item's information for each person, between nodes on a straight line."""
        place = np.clip((theta - NODES[0]) / (NODES[1] - NODES[0]), 0, len(NODES) - 1.000001)
        left = place.astype(np.intp)
        along = place - left
        table = self.information
        return np.asarray((table[:, left] * (1 - along) + table[:, left + 1] * along).T)

    def eligible(self, given: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Say which items the blueprint allows next, of shape (n_sittings, n_items)."""
        if not self._wanted:
            return ~given
        wanted = np.array(list(self._wanted.values()))
        so_far = given @ self.members.T.astype(np.intp)
        share = wanted / wanted.sum()
        behind = share * (given.sum(axis=1, keepdims=True) + 1) - so_far
        behind[so_far >= wanted] = -np.inf
        furthest = behind >= behind.max(axis=1, keepdims=True) - 1e-9
        allowed = (furthest & (so_far < wanted)) @ self.members
        met = (so_far >= wanted).all(axis=1, keepdims=True)
        return np.asarray(~given & (allowed | met))


def posterior_moments(log_posterior: Floats) -> tuple[Floats, Floats]:
    """Return the mean and standard deviation of each row, over the nodes.

    Parameters
    ----------
    log_posterior : ndarray of shape (n, n_nodes)

    Returns
    -------
    mean, deviation : ndarray of shape (n,)
    """
    weights = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    mean = weights @ NODES
    return mean, np.sqrt(np.maximum(weights @ NODES**2 - mean**2, 0.0))
