"""Partitions as one set of answers: a search asks for sums and gets them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbr_engine.bulk.crews import Crew
from vbr_engine.bulk.passes import Coding, Count, Job, Pass, Sample, Spread
from vbr_engine.bulk.survey import Survey
from vbr_engine.psychometrics.curves import Array
from vbr_engine.psychometrics.expectation import Answers, Expectation
from vbr_engine.psychometrics.position import Position

__all__ = ["PartitionedAnswers"]


class PartitionedAnswers:
    """Answers in partitions that a crew goes over.

    Sums are added in the order of partitions, so they do not depend on who was first.

    Parameters
    ----------
    crew : Crew
        Which has looked at the partitions.
    survey : Survey
        What it found.
    on_partition : callable, optional
        Told how many partitions of a pass are done.
    """

    def __init__(
        self, crew: Crew, survey: Survey, on_partition: Callable[[int], None] | None = None
    ) -> None:
        self._crew, self._survey = crew, survey
        self._tell = on_partition or (lambda done: None)
        self._codings = [
            Coding(survey.kept, recode, survey.n_categories) for recode in survey.recodes
        ]
        self._samples: dict[int, Answers] = {}

    @property
    def n_categories(self) -> NDArray[np.intp]:
        """Number of categories of each item."""
        return self._survey.n_categories

    @property
    def n_rows(self) -> int:
        """Rows of all partitions."""
        return self._survey.n_rows

    @property
    def total_weight(self) -> float:
        """Sum of the rows' weights."""
        return self._survey.total_weight

    def category_counts(self) -> Array:
        """How often each category was chosen, by weight; shape (items, categories)."""
        return self._survey.weighted

    def thinned(self, n: int) -> Answers:
        """About ``n`` rows, evenly spread over all partitions, in memory."""
        n = min(n, self.n_rows)
        if n not in self._samples:
            points = np.ceil((np.arange(n) + 0.5) * (self.n_rows / n)) - 1
            self._samples[n] = self._taken(points.astype(np.intp))
        return self._samples[n]

    def _taken(self, rows: NDArray[np.intp]) -> Answers:
        ends = np.cumsum(self._survey.rows)
        firsts = ends - np.array(self._survey.rows)
        jobs = []
        for index, (first, end) in enumerate(zip(firsts, ends, strict=True)):
            inside = rows[(rows >= first) & (rows < end)] - first
            if len(inside):
                jobs.append(Job(index, Sample(inside), self._codings[index]))
        found = list(self._crew.run(jobs))
        codes = np.concatenate([one for one, _ in found])
        weights = np.concatenate([one for _, one in found])
        weights = weights * (self.total_weight / max(float(weights.sum()), 1e-300))
        return Answers(codes, weights, np.zeros(len(codes), dtype=np.intp), self.n_categories)

    def expect(self, position: Position) -> Expectation:
        """One pass: log-likelihood and expected counts."""
        total = Expectation(
            0.0, np.zeros_like(position.log_probabilities), np.zeros_like(position.log_weights)
        )
        for one in self._all(Count(position.design, position.full)):
            total = total + one
        return total

    def missing_information(self, position: Position, degrees: int) -> Array:
        """What the spread of posteriors takes away from the information."""
        size = position.design.n_free
        total = np.zeros((size, size))
        for one in self._all(Spread(position.design, position.full, degrees)):
            total += one
        return total

    def each(self, works: Sequence[Pass]) -> list[Any]:
        """Do something of its own with each partition, and give the results in order."""
        jobs = [
            Job(index, work, coding)
            for index, (work, coding) in enumerate(zip(works, self._codings, strict=True))
        ]
        return list(self._told(jobs))

    def _all(self, work: Pass) -> Iterator[Any]:
        jobs = [Job(index, work, coding) for index, coding in enumerate(self._codings)]
        yield from self._told(jobs)

    def _told(self, jobs: list[Job]) -> Iterator[Any]:
        for done, found in enumerate(self._crew.run(jobs), start=1):
            self._tell(done)
            yield found
