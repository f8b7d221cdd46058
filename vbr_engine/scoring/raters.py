"""From raters' levels to the score of an item.

Two raters place an answer at a level, each without seeing the other's. Where their levels differ by
no more than the rubric's limit, the score is the mean of their points. Where they differ by more, a
third is called, who is as blind as they were, and by default the middle one of the three counts:
the third decides where between the first two the answer lies, and nobody's standing weighs more.

Of the ways that testing agencies use, some raise the agreement that is reported without making
scores better, and the choice can move who passes (Johnson, Penny and Gordon, 2000). The mean of the
two nearest levels is one of these: it looks more precise than it is, and is less accurate than the
mean of all three (Lieblein, 1952). It is not offered.

A rater may also say that an answer cannot be rated. When two say so, the item is not scored: it
counts as not answered, never as low. When one says so, another rater is called.

References
----------
Johnson, R. L., Penny, J., and Gordon, B. (2000). The relation between score resolution methods and
interrater reliability: an empirical study of an analytic scoring rubric. Applied Measurement in
Education, 13(2), 121-138.
Lieblein, J. (1952). Properties of certain statistics involving the closest pair in a sample of
three observations. Journal of Research of the National Bureau of Standards, 48(3), 255-268.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from statistics import fmean, median

from vbr_engine.bank.rubric import Rubric, ThirdRule
from vbr_engine.errors import ResponsesError

__all__ = ["Rating", "combine", "needs_third", "raters_needed"]

RATERS = 2
ENOUGH = 3  # levels that settle a disagreement


@dataclass(frozen=True, slots=True)
class Rating:
    """What one rater says about one answer.

    Parameters
    ----------
    item : str
    rater : str
        A pseudonymous id.
    level : int or None
        A level of the rubric, from 0; None: the answer cannot be rated.
    note : str
        For the record; no score depends on it.
    """

    item: str
    rater: str
    level: int | None
    note: str = ""


def raters_needed(ratings: Sequence[Rating], rubric: Rubric) -> int:
    """Return how many more raters have to see an answer, at the least.

    Parameters
    ----------
    ratings : sequence of Rating
        Of one answer, in any order.
    rubric : Rubric

    Returns
    -------
    int
        0 once the answer is settled.

    Raises
    ------
    ResponsesError
        If the ratings are of different items, two are by one rater, or a level is not the rubric's.

    Examples
    --------
    >>> from vbr_engine.bank.rubric import DEFAULT_RUBRIC
    >>> two = [Rating("late", "r1", 1), Rating("late", "r2", 3)]
    >>> raters_needed(two, DEFAULT_RUBRIC), raters_needed(two[:1], DEFAULT_RUBRIC)
    (1, 1)
    >>> raters_needed([*two, Rating("late", "r3", 3)], DEFAULT_RUBRIC)
    0
    """
    _check(ratings, rubric)
    levels = [rating.level for rating in ratings if rating.level is not None]
    if _settled(levels, rubric) or len(ratings) - len(levels) >= RATERS:
        return 0
    return max(1, RATERS - len(ratings))


def needs_third(ratings: Sequence[Rating], rubric: Rubric) -> bool:
    """Tell whether two or more raters have seen an answer and it takes another to settle it.

    Parameters
    ----------
    ratings : sequence of Rating
        Of one answer.
    rubric : Rubric

    Returns
    -------
    bool

    Examples
    --------
    >>> from vbr_engine.bank.rubric import DEFAULT_RUBRIC
    >>> [needs_third([Rating("late", "r1", 1), Rating("late", "r2", level)], DEFAULT_RUBRIC)
    ...  for level in (1, 2, 3, None)]
    [False, False, True, True]
    """
    return len(ratings) >= RATERS and raters_needed(ratings, rubric) > 0


def combine(ratings: Sequence[Rating], rubric: Rubric) -> float | None:
    """Return the score of an item from the ratings of its answer.

    Parameters
    ----------
    ratings : sequence of Rating
        Of one answer, in any order.
    rubric : Rubric

    Returns
    -------
    float or None
        On the scale of item scores; None where two raters say that it cannot be rated.

    Raises
    ------
    ResponsesError
        If the answer is not settled yet; see `raters_needed`.

    Examples
    --------
    >>> from vbr_engine.bank.rubric import DEFAULT_RUBRIC
    >>> pair = [Rating("late", "r1", 2), Rating("late", "r2", 3)]
    >>> combine(pair, DEFAULT_RUBRIC)
    0.625
    >>> combine([*pair[:1], Rating("late", "r2", 4), Rating("late", "r3", 3)], DEFAULT_RUBRIC)
    0.75
    """
    missing = raters_needed(ratings, rubric)
    if missing:
        raise ResponsesError(f"{missing} more to rate it before the answer has a score")
    points = [rubric.points[one.level] for one in ratings if one.level is not None]
    if not _settled([one.level for one in ratings if one.level is not None], rubric):
        return None
    if len(points) >= ENOUGH and rubric.third is ThirdRule.MEDIAN:
        return float(median(points))
    return fmean(points)


def _settled(levels: Sequence[int], rubric: Rubric) -> bool:
    """Tell whether levels make a score: two that are near enough, or three."""
    if len(levels) < RATERS:
        return False
    return len(levels) >= ENOUGH or max(levels) - min(levels) <= rubric.limit


def _check(ratings: Sequence[Rating], rubric: Rubric) -> None:
    items = {rating.item for rating in ratings}
    if len(items) > 1:
        raise ResponsesError(f"expected ratings of one answer, got {', '.join(sorted(items))}")
    raters = [rating.rater for rating in ratings]
    twice = sorted({rater for rater in raters if raters.count(rater) > 1})
    if twice:
        raise ResponsesError(f"{twice[0]} rated {ratings[0].item} more than once")
    for rating in ratings:
        if rating.level is not None and not _is_level(rating.level, rubric):
            top = rubric.n_levels - 1
            message = f"expected a level from 0 to {top}, got {rating.level!r}"
            raise ResponsesError(f"{rating.item}, rated by {rating.rater}: {message}")


def _is_level(level: object, rubric: Rubric) -> bool:
    whole = isinstance(level, Integral) and not isinstance(level, bool)
    return whole and level in range(rubric.n_levels)
