"""What an outcome tells of every code of every option, from sums by fold.

All that an outcome tells about a code is how many gave it and what their outcomes add up to. These
sums are taken once for each fold; leaving folds out is then a subtraction, and nested
cross-validation costs little more than one pass over the answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from vbr_engine.bank.model import Bank
from vbr_engine.psychometrics.agreement import Floats
from vbr_engine.psychometrics.association import correlation, correlation_interval
from vbr_engine.responses import MISSING
from vbr_engine.scoring.rules import FIRST_CODE, item_rules

__all__ = ["METHODS", "Keying"]

METHODS = ("mean-difference", "point-biserial")
_LEAST_SLOPE = 1e-6  # an experts' key that predicts nothing still has a direction


@dataclass(frozen=True, eq=False)
class Keying:
    """Answers as indicators of (option, code), and sums of the outcome by fold.

    ``owner`` is the option of each indicator; ``experts`` its points under the experts' key, each
    item's in units of its own room above guessing.
    """

    bank: Bank
    method: str
    given: csr_array
    y: Floats
    fold: npt.NDArray[np.int64]
    owner: npt.NDArray[np.int64]
    experts: Floats
    number: Floats
    total: Floats
    moments: Floats

    @classmethod
    def of(
        cls,
        bank: Bank,
        codes: npt.NDArray[np.int8],
        y: Floats,
        fold: npt.NDArray[np.int64],
        method: str,
    ) -> Keying:
        """Take the sums of answers, outcomes and folds."""
        rules = item_rules(bank)
        widths = np.concatenate([np.full(len(rule.table), rule.table.shape[1]) for rule in rules])
        first = np.concatenate(
            [np.full(len(rule.table), FIRST_CODE[rule.item.format]) for rule in rules]
        )
        start = np.concatenate([[0], np.cumsum(widths)])
        answered = codes != MISSING
        column = np.where(answered, codes - first + start[:-1], 0)
        ends = np.concatenate([[0], np.cumsum(answered.sum(axis=1))])
        given = csr_array(
            (np.ones(int(ends[-1])), column[answered], ends), shape=(len(codes), int(start[-1]))
        )
        parts = [given[fold == held] for held in range(int(fold.max()) + 1)]
        ys = [y[fold == held] for held in range(len(parts))]
        return cls(
            bank,
            method,
            given,
            y,
            fold,
            np.repeat(np.arange(len(widths)), widths),
            np.concatenate(
                [(rule.table / (rule.maximum - rule.expected)).ravel() for rule in rules]
            ),
            np.stack([np.asarray(part.sum(axis=0)).ravel() for part in parts]),
            np.stack([part.T @ mine for part, mine in zip(parts, ys, strict=True)]),
            np.stack([[len(mine), mine.sum(), (mine**2).sum()] for mine in ys]),
        )

    def table(self, shrinkages: tuple[float, ...], *, without: tuple[int, ...] = ()) -> Floats:
        """Points of every (option, code), a column for each shrinkage, from all other folds."""
        kept = [held for held in range(len(self.number)) if held not in without]
        number, total = self.number[kept].sum(axis=0), self.total[kept].sum(axis=0)
        people, added, squares = self.moments[kept].sum(axis=0)
        spread = np.sqrt(max(squares / people - (added / people) ** 2, 1e-12))
        k = np.array(shrinkages)
        sums = _Sums.of(self.owner, number, total / spread, self.experts)
        if self.method == "mean-difference":
            return _mean_differences(sums, k)
        return _point_biserials(sums, k)

    def best(self, offered: tuple[float, ...], *, without: tuple[int, ...] = ()) -> float:
        """The shrinkage with the greatest mean validity on folds that did not make the key."""
        if len(offered) == 1:
            return offered[0]
        inner = [held for held in range(len(self.number)) if held not in without]
        found = np.zeros(len(offered))
        for held in inner:
            table = self.table(offered, without=(*without, held))
            mine = self.fold == held
            scores = self.given[mine] @ table
            found += [correlation(scores[:, at], self.y[mine]) for at in range(len(offered))]
        # Of equals the one nearer to the experts.
        return max(zip(np.round(found, 9).tolist(), offered, strict=True))[1]

    def by_item(self, table: Floats) -> dict[str, Floats]:
        """One table for each item."""
        tables, at = {}, 0
        for rule in item_rules(self.bank):
            tables[rule.item.id] = table[at : at + rule.table.size].reshape(rule.table.shape)
            at += rule.table.size
        return tables

    def within(self, tables: list[Floats]) -> list[float]:
        """Correlation of score and outcome in each fold, under that fold's table."""
        parts = [self.fold == held for held in range(len(tables))]
        return [
            correlation(self.given[mine] @ table, self.y[mine])
            for mine, table in zip(parts, tables, strict=True)
        ]

    def fold_frame(self, tables: list[Floats], chosen: list[float]) -> pd.DataFrame:
        """One row for each fold."""
        columns = {
            "fold": np.arange(1, len(tables) + 1),
            "n": self.moments[:, 0].astype(int),
            "shrinkage": chosen,
            "r": self.within(tables),
        }
        return pd.DataFrame(columns)

    def validity(self, tables: list[Floats], whole: Floats) -> pd.DataFrame:
        """Honest and apparent validity, and that of the experts' key on the same folds."""
        n, folds = len(self.y), len(tables)
        plain = n - 3 * (folds - 1)
        held_out = float(np.mean(self.within(tables)))
        apparent = correlation(self.given @ whole, self.y)
        everybody = _Sums.of(
            self.owner, self.number.sum(axis=0), self.total.sum(axis=0), self.experts
        )
        experts = float(np.mean(self.within([everybody.experts] * folds)))
        rows = {
            "held out": (held_out, *correlation_interval(held_out, plain // 2), n),
            "apparent": (apparent, *correlation_interval(apparent, n), n),
            "experts": (experts, *correlation_interval(experts, plain), n),
        }
        return pd.DataFrame.from_dict(rows, orient="index", columns=["r", "low", "high", "n"])


@dataclass(frozen=True, eq=False)
class _Sums:
    """What a set of folds tells of each (option, code), and of each option."""

    owner: npt.NDArray[np.int64]
    number: Floats
    away: Floats
    experts: Floats
    people: Floats
    together: Floats
    spread: Floats

    @classmethod
    def of(
        cls, owner: npt.NDArray[np.int64], number: Floats, total: Floats, experts: Floats
    ) -> _Sums:
        """Centre the outcome and the experts' points within each option."""
        people = _by_option(owner, number)
        safe = np.maximum(people, 1.0)
        mean = (_by_option(owner, total) / safe)[owner]
        centre = (_by_option(owner, number * experts) / safe)[owner]
        away, points_away = total - number * mean, experts - centre
        return cls(
            owner,
            number,
            away,
            points_away,
            people,
            _by_option(owner, away * points_away),
            _by_option(owner, number * points_away**2),
        )


def _by_option(owner: npt.NDArray[np.int64], amounts: Floats) -> Floats:
    return np.asarray(np.bincount(owner, amounts), dtype=np.float64)


def _mean_differences(sums: _Sums, k: Floats) -> Floats:
    slope = max(float(sums.together.sum() / max(sums.spread.sum(), 1e-12)), _LEAST_SLOPE)
    found = sums.away / np.maximum(sums.number, 1.0)
    trust = _trust(sums.number, k)
    return trust * found[:, None] + (1.0 - trust) * slope * sums.experts[:, None]


def _point_biserials(sums: _Sums, k: Floats) -> Floats:
    sd = np.sqrt(sums.spread / np.maximum(sums.people, 1.0))
    varies = sd > 1e-9
    # The outcome is in units of its own spread, so that this is a correlation.
    r = np.divide(
        sums.together, sums.people * sd, out=np.zeros_like(sd), where=varies & (sums.people > 0)
    )
    mean = max(float(r[varies].mean()) if varies.any() else 0.0, _LEAST_SLOPE)
    trust = _trust(sums.people, k)
    weight = trust * r[:, None] + (1.0 - trust) * mean
    unit = np.divide(1.0, sd, out=np.zeros_like(sd), where=varies)
    return (sums.experts * unit[sums.owner])[:, None] * weight[sums.owner]


def _trust(number: Floats, k: Floats) -> Floats:
    """Weight of what n people say against k of the experts: n / (n + k)."""
    with np.errstate(invalid="ignore"):
        trust = number[:, None] / (number[:, None] + k[None, :])
    return np.nan_to_num(trust, nan=0.0)
