"""What is worked out where a partition's codes are; only sums travel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vbr_engine.bulk.holding import HeldPart
from vbr_engine.bulk.reading import Codes
from vbr_engine.psychometrics.curves import Array
from vbr_engine.psychometrics.design import Design
from vbr_engine.psychometrics.expectation import Answers, Expectation
from vbr_engine.psychometrics.position import Position

__all__ = ["Coding", "Count", "Job", "Pass", "Sample", "Spread"]


@dataclass(frozen=True, eq=False)
class Coding:
    """How a partition's numbers become categories.

    Parameters
    ----------
    kept : ndarray of int
        Columns that are items.
    recode : ndarray of int8, shape (items, labels + 1)
        What each number becomes; the last column is for -1.
    n_categories : ndarray of int, shape (items,)
    """

    kept: NDArray[np.intp]
    recode: NDArray[np.int8]
    n_categories: NDArray[np.intp]

    def apply(self, codes: Codes) -> Codes:
        """Codes by the categories of all partitions."""
        if self._unchanged and len(self.kept) == codes.shape[1]:
            return codes
        width = self.recode.shape[1]
        places = np.where(codes < 0, width - 1, codes)[:, self.kept].astype(np.intp)
        return np.asarray(self.recode.ravel()[places + np.arange(len(self.kept)) * width])

    @cached_property
    def _unchanged(self) -> bool:
        return bool(np.all(self.recode[:, :-1] == np.arange(self.recode.shape[1] - 1)))


class Pass(ABC):
    """One pass over a partition."""

    @abstractmethod
    def over(self, held: HeldPart, coding: Coding) -> object:
        """Work out what this pass is for."""


def _answers(held: HeldPart, coding: Coding) -> Iterator[Answers]:
    for codes, weights in held.pieces():
        groups = np.zeros(len(codes), dtype=np.intp)
        yield Answers(coding.apply(codes), weights, groups, coding.n_categories)


@dataclass(frozen=True, eq=False)
class Count(Pass):
    """Log-likelihood and expected counts at some parameters.

    Parameters
    ----------
    design : Design
    full : ndarray
        All parameters.
    """

    design: Design
    full: Array

    def over(self, held: HeldPart, coding: Coding) -> Expectation:
        """Add up the partition's rows in their order."""
        here = Position.at(self.design, self.full)
        counts = np.zeros_like(here.log_probabilities)
        total = Expectation(0.0, counts, np.zeros_like(here.log_weights))
        for answers in _answers(held, coding):
            total = total + answers.expect(here)
        return total


@dataclass(frozen=True, eq=False)
class Spread(Pass):
    """What the spread of posteriors takes away from the information.

    Parameters
    ----------
    design : Design
    full : ndarray
        All parameters.
    degrees : int
    """

    design: Design
    full: Array
    degrees: int

    def over(self, held: HeldPart, coding: Coding) -> Array:
        """Add up the partition's rows in their order."""
        here = Position.at(self.design, self.full)
        total = np.zeros((self.design.n_free, self.design.n_free))
        for answers in _answers(held, coding):
            total += answers.missing_information(here, self.degrees)
        return total


@dataclass(frozen=True, eq=False)
class Sample(Pass):
    """Some rows.

    Parameters
    ----------
    rows : ndarray of int
        Their places in the partition, ascending.
    """

    rows: NDArray[np.intp]

    def over(self, held: HeldPart, coding: Coding) -> tuple[Codes, NDArray[np.float64]]:
        """Take them."""
        codes, weights = held.take(self.rows)
        return coding.apply(codes), weights


@dataclass(frozen=True, eq=False)
class Job:
    """A pass over one partition.

    Parameters
    ----------
    partition : int
        Its number.
    work : Pass
    coding : Coding
    """

    partition: int
    work: Pass
    coding: Coding

    def over(self, held: HeldPart) -> object:
        """Do it."""
        return self.work.over(held, self.coding)
