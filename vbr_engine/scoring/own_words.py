"""`score_ratings`: what raters gave one sitting's answers in, the same kind of profile out.

Item scores come from `vbr_engine.scoring.raters`; from there on, value scores, bands, the rule for
what is not measured and the flag for few answers are those of answers to the options, with the same
policy and on the same scale. That the two ways give a person equal scores has not been shown: the
profile's `mode` says which one it was.

Standard error
    The items of a sitting are one sample and its raters another, so the error has a part of each
    (the conditional absolute error of Brennan, 2001, for persons x items x raters). Raters who
    disagree by chance, up on one item and down on the next, spread the item scores: that part is in
    the spread that all profiles have. A rater who is lenient or severe over the whole sitting moves
    all its scores together, and more items do not help: that part is added here,
    ``variance of raters * sum(share of each rater in the score ** 2)``, half the variance where the
    same two rated everything. The variance is read from the sitting's own ratings: for each pair
    of raters, ``(mean difference ** 2 - variance of the differences / items) / 2``, averaged over
    pairs by the items that both rated; where all rated all it is the usual estimate of an analysis
    of variance. Two raters tell little about it, so it is never taken to be smaller than the square
    of the rubric's floor. Where three levels make a score, each rater's share is a third of it.

References
----------
Brennan, R. L. (2001). Generalizability theory. Springer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from statistics import fmean, variance

import numpy as np

from vbr_engine._version import __version__
from vbr_engine.bank.model import Bank
from vbr_engine.bank.rubric import Rubric
from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.scoring.bands import value_score
from vbr_engine.scoring.guide import rubric_of
from vbr_engine.scoring.policy import Estimates, estimate, layout
from vbr_engine.scoring.profile import COMPOSITE, OWN_WORDS, Flag, Profile
from vbr_engine.scoring.quality import flag_bits, flag_details
from vbr_engine.scoring.raters import Rating, combine, raters_needed
from vbr_engine.scoring.rules import Floats

__all__ = ["rater_variance", "score_ratings"]

ByItem = Mapping[str, Sequence[Rating]]


def score_ratings(
    bank: Bank, items: Sequence[str], ratings: Iterable[Rating], *, sitting: str
) -> Profile:
    """Score one sitting that was answered in the candidate's own words.

    Parameters
    ----------
    bank : Bank
    items : sequence of str
        Item ids of the form. One without a rating was not answered.
    ratings : iterable of Rating
        In any order.
    sitting : str

    Returns
    -------
    Profile
        With `mode` ``own-words``. The same ratings give the same figures, whatever their order.

    Raises
    ------
    ResponsesError
        With every rating that does not fit the form or the rubric, and every answer that still
        needs a rater.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("tests/banks/tiny")
    >>> items = [item.id for item in bank.items]
    >>> given = [Rating(item, rater, 3) for item in items for rater in ("r1", "r2")]
    >>> profile = score_ratings(bank, items, given, sitting="s-1")
    >>> profile.composite.score, profile.mode
    (0.75, 'own-words')
    """
    rubric, by_item = rubric_of(bank), _by_item(ratings)
    _check(bank, items, by_item, rubric)
    settled = {item: combine(given, rubric) for item, given in by_item.items()}
    scores = {item.id: settled.get(item.id) for item in bank.items}
    plan = layout(bank)
    found = estimate(np.array([[_or_nan(score)] for score in scores.values()]), plan)
    scored = {item: by_item[item] for item, one in settled.items() if one is not None}
    se = _with_raters(found, bank, scored, rater_variance(by_item.values(), rubric))
    names = (COMPOSITE, *(value.id for value in bank.values))
    needed = (plan.values_needed, *plan.needed[:, 0].astype(int).tolist())
    told = [
        value_score(name, found.score[at, 0], se[at], _counts(found, needed, at), bank.policy)
        for at, name in enumerate(names)
    ]
    return Profile(
        sitting=sitting,
        composite=told[0],
        values=tuple(told[1:]),
        items=scores,
        flags=_flags(scores, bank),
        bank=bank.label,
        bank_sha256=bank.sha256,
        policy=bank.policy.id,
        engine=__version__,
        mode=OWN_WORDS,
    )


def rater_variance(ratings: Iterable[Sequence[Rating]], rubric: Rubric) -> float:
    """Estimate the variance of raters' leniency over a whole sitting, on the item scale.

    Parameters
    ----------
    ratings : iterable of sequence of Rating
        A sequence for each answer.
    rubric : Rubric

    Returns
    -------
    float
        Never below the square of the rubric's floor.

    Examples
    --------
    >>> from vbr_engine.bank.rubric import DEFAULT_RUBRIC
    >>> apart = [[Rating(item, "r1", 1), Rating(item, "r2", 2)] for item in "abcd"]
    >>> rater_variance(apart, DEFAULT_RUBRIC)
    0.03125
    """
    apart: dict[tuple[str, str], list[float]] = defaultdict(list)
    for given in ratings:
        levels = sorted((one.rater, one.level) for one in given if one.level is not None)
        for (one, level), (other, its) in combinations(levels, 2):
            apart[one, other].append(rubric.points[level] - rubric.points[its])
    common = [differences for differences in apart.values() if len(differences) > 1]
    if not common:
        return rubric.rater_sd_floor**2
    n = sum(map(len, common))
    mean = sum(len(one) * (fmean(one) ** 2 - variance(one) / len(one)) / 2 for one in common) / n
    return max(mean, rubric.rater_sd_floor**2)


def _by_item(ratings: Iterable[Rating]) -> dict[str, list[Rating]]:
    found: dict[str, list[Rating]] = defaultdict(list)
    for rating in sorted(ratings, key=lambda one: (one.item, one.rater)):
        found[rating.item].append(rating)
    return dict(found)


def _check(bank: Bank, items: Sequence[str], by_item: ByItem, rubric: Rubric) -> None:
    problems = [_problem(item, f"{bank.label} has no such item") for item in _unknown(bank, items)]
    for item, given in by_item.items():
        if item not in items:
            problems.append(_problem(item, "is not on the form and was rated"))
            continue
        try:
            missing = raters_needed(given, rubric)
        except ResponsesError as error:
            problems += error.problems
        else:
            if missing:
                problems.append(_problem(item, f"needs {missing} more to rate it"))
    if problems:
        raise ResponsesError(problems)


def _unknown(bank: Bank, items: Sequence[str]) -> list[str]:
    return [item for item in items if item not in bank.item_by_id]


def _problem(item: str, message: str) -> Problem:
    return Problem(message=message, path=item)


def _with_raters(found: Estimates, bank: Bank, by_item: ByItem, of_raters: float) -> Floats:
    """Return the standard errors with the part that the raters share over items."""
    measured = found.score[1:, 0] == found.score[1:, 0]
    weights = np.array([bank.policy.weights[value.id] for value in bank.values]) * measured
    total = weights.sum()
    shares = _shares(bank, by_item)
    rows = [weights / total if total else weights, *np.eye(len(weights))]
    squares = [sum((row @ share) ** 2 for share in shares.values()) for row in rows]
    return np.sqrt(found.se[:, 0] ** 2 + of_raters * np.array(squares, dtype=np.float64))


def _shares(bank: Bank, by_item: ByItem) -> dict[str, Floats]:
    """Return for each rater their share in the score of each value, over scored items."""
    place = {value.id: at for at, value in enumerate(bank.values)}
    shares: dict[str, Floats] = defaultdict(lambda: np.zeros(len(place)))
    n_items = np.zeros(len(place))
    for item, given in by_item.items():
        raters = [one.rater for one in given if one.level is not None]
        at = place[bank.item_by_id[item].value]
        n_items[at] += 1
        for rater in raters:
            shares[rater][at] += 1 / len(raters)
    return {rater: share / np.maximum(n_items, 1) for rater, share in shares.items()}


def _counts(found: Estimates, needed: Sequence[int], at: int) -> tuple[int, int]:
    return int(found.answered[at, 0]), needed[at]


def _flags(scores: Mapping[str, float | None], bank: Bank) -> tuple[Flag, ...]:
    """Flag few answers; how fast or how evenly options were rated says nothing here."""
    answered, length = float(sum(one is not None for one in scores.values())), bank.blueprint.length
    nothing = np.zeros(1, dtype=np.int64)
    bits = flag_bits(nothing, nothing, np.array([answered]), np.array([np.nan]), length)
    return flag_details(
        int(bits[0]), most_frequent=0.0, ratings=0.0, answered=answered, pace=np.nan, length=length
    )


def _or_nan(score: float | None) -> float:
    return np.nan if score is None else score
