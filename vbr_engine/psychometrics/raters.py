"""How far two raters of answers in candidates' own words agree, and who is lenient.

Raters are compared on the first two ratings of each answer. A third rater only sees answers on
which these two differ: with those ratings agreement would look worse than it is, and without the
answers better.

References
----------
Fleiss, J. L., and Cohen, J. (1973). The equivalence of weighted kappa and the intraclass
correlation coefficient as measures of reliability. Educational and Psychological Measurement,
33(3), 613-619.
Shrout, P. E., and Fleiss, J. L. (1979). Intraclass correlations: uses in assessing rater
reliability. Psychological Bulletin, 86(2), 420-428.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from vbr_engine.psychometrics.agreement import Intraclass, weighted_kappa
from vbr_engine.psychometrics.rater_tables import (
    ITEM_COLUMNS,
    PAIR_COLUMNS,
    RATER_COLUMNS,
    SWAPPED,
    agreed,
    checked_ratings,
    first_two,
    icc_figures,
    item_rows,
    pair_rows,
    rated_by_all,
    rater_rows,
    share,
)

__all__ = ["RaterAgreement", "rater_agreement"]


@dataclass(frozen=True, eq=False)
class RaterAgreement:
    """How far the raters of a table of ratings agree.

    Parameters
    ----------
    answers : int
        Answers that were rated at all.
    compared : int
        Answers that the first two raters both placed at a level.
    exact, adjacent : float
        Share of these on which they gave the same level, and the same or the next.
    kappa : float
        Quadratic weights; raters taken as interchangeable, each answer counted both ways round.
    third : float
        Share of the answers with two ratings or more that were sent to a third: the levels differ
        by more than the limit, or one of the two could not rate it.
    not_rateable : float
        Share of ratings that say that an answer cannot be rated.
    intraclass : Intraclass or None
        ICC(2,1) and ICC(2,k) of the raters who rated every answer, if two or more did; with the
        F-based interval.
    pairs : DataFrame
        For each two raters: ``first``, ``second``, ``n``, ``exact``, ``adjacent``, ``kappa``,
        ``icc``, ``icc_low``, ``icc_high`` of one rater, ``icc_both``, ``icc_both_low``,
        ``icc_both_high`` of their mean, ``bias`` (first minus second, in levels) with ``bias_low``
        and ``bias_high`` (paired t), ``third``.
    items : DataFrame
        For each item: ``item``, ``n``, ``exact``, ``adjacent``, ``kappa``, ``mean``, ``third``.
    raters : DataFrame
        For each rater: ``rater``, ``n``, ``mean``, ``bias`` (minus the other rater of the same
        answer), ``bias_low``, ``bias_high``, ``not_rateable``.
    """

    answers: int
    compared: int
    exact: float
    adjacent: float
    kappa: float
    third: float
    not_rateable: float
    intraclass: Intraclass | None
    pairs: pd.DataFrame
    items: pd.DataFrame
    raters: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return everything as one table: a row over all, then items, pairs and raters.

        Returns
        -------
        DataFrame
            ``what`` (``all``, ``item``, ``pair``, ``rater``), ``name``, then the figures; empty
            where a figure does not apply.
        """
        pairs = self.pairs.assign(name=self.pairs["first"] + " - " + self.pairs["second"])
        parts = {
            "all": pd.DataFrame([self._overall()]),
            "item": self.items.rename(columns={"item": "name"}),
            "pair": pairs.drop(columns=["first", "second"]),
            "rater": self.raters.rename(columns={"rater": "name"}),
        }
        told = [frame.assign(what=what) for what, frame in parts.items() if len(frame)]
        table = pd.concat(told, ignore_index=True)
        return table[["what", "name", *(c for c in table if c not in ("what", "name"))]]

    def _overall(self) -> dict[str, Any]:
        return {
            "name": "all answers",
            "n": self.compared,
            "exact": self.exact,
            "adjacent": self.adjacent,
            "kappa": self.kappa,
            "third": self.third,
            "not_rateable": self.not_rateable,
            **icc_figures(self.intraclass),
        }


def rater_agreement(
    ratings: pd.DataFrame, *, limit: int = 1, coverage: float = 0.95
) -> RaterAgreement:
    """Say how far raters agree, over all, by item, by pair and by rater.

    Parameters
    ----------
    ratings : DataFrame
        ``sitting``, ``item``, ``rater``, ``level``: a row for each rating, in the order in which an
        answer was rated; the level is missing where a rater could not rate it.
    limit : int
        The rubric's limit: a larger difference sends an answer to a third rater.
    coverage : float
        Of the intervals.

    Returns
    -------
    RaterAgreement

    Raises
    ------
    ResponsesError
        If a column is missing, a level is not a whole number, or a rater rated an answer twice.

    Examples
    --------
    >>> ratings = pd.DataFrame(
    ...     [(s, "late", r, level) for s, pair in enumerate([(0, 0), (1, 2), (4, 1), (3, 3)])
    ...      for r, level in zip(("r1", "r2"), pair)],
    ...     columns=["sitting", "item", "rater", "level"])
    >>> found = rater_agreement(ratings)
    >>> found.exact, found.adjacent, found.third
    (0.5, 0.75, 0.25)
    """
    table = checked_ratings(ratings)
    firsts = first_two(table, limit)
    both = firsts[firsts["level_1"].notna() & firsts["level_2"].notna()]
    answers = table.groupby(["sitting", "item"], sort=False).ngroups
    twice = pd.concat([both, both.rename(columns=SWAPPED)])
    return RaterAgreement(
        answers=answers,
        compared=len(both),
        **agreed(both),
        kappa=weighted_kappa(twice["level_1"], twice["level_2"]),
        third=share(firsts["third"]),
        not_rateable=share(table["level"].isna()),
        intraclass=rated_by_all(table, answers, coverage),
        pairs=pd.DataFrame(list(pair_rows(firsts, coverage)), columns=PAIR_COLUMNS),
        items=pd.DataFrame(list(item_rows(firsts)), columns=ITEM_COLUMNS),
        raters=pd.DataFrame(list(rater_rows(table, twice, coverage)), columns=RATER_COLUMNS),
    )
