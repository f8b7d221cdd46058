"""Whether another way of scoring the same answers would be clearly more reliable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vbr_engine.analysis.answers import Answers
from vbr_engine.bank.model import Bank, ResponseFormat
from vbr_engine.bank.proposals import Proposal
from vbr_engine.psychometrics.association import alpha
from vbr_engine.psychometrics.scored_items import item_scores

__all__ = ["by_policy"]

LEAST_GAIN = 0.03  # in alpha
DRAWS = 200  # of people with replacement, for the interval of the gain
COVERAGE = 0.99

Floats = NDArray[np.float64]


def by_policy(answers: Answers, bank: Bank) -> Iterator[Proposal]:
    """Suggest to standardise ratings within the person, where alpha gains by it.

    Parameters
    ----------
    answers : Answers
    bank : Bank

    Yields
    ------
    Proposal
        One at most.
    """
    own = bank.policy
    rated = any(item.format is ResponseFormat.RATE for item in bank.items)
    if own.standardise_within_person or own.rate == "agreement" or not rated:
        return
    assert answers.responses is not None
    other = replace(bank, policy=replace(own, standardise_within_person=True))
    rival = item_scores(answers.responses, other)
    now, then = answers.scores.to_numpy().T, rival.to_numpy().T
    before, after = alpha(now), alpha(then)
    if not after - before >= LEAST_GAIN:
        return
    low, high = _gain(now, then)
    if low > 0:
        yield Proposal(
            path="policy.standardise-within-person",
            change="change-policy",
            to=True,
            reason=(
                f"Alpha would be {after:.2f} in place of {before:.2f}, because people differ in "
                "how high they rate anything; it changes everybody's scores, so look at the table "
                "of rival keys first"
            ),
            evidence={
                "alpha": before,
                "alpha within person": after,
                "gain low": low,
                "gain high": high,
                "n": len(answers),
            },
        )


def _gain(now: Floats, then: Floats) -> tuple[float, float]:
    """Interval of the gain by the bootstrap over people; the same people for both."""
    rng = np.random.default_rng(0)
    n = now.shape[1]
    draws = (rng.integers(0, n, n) for _ in range(DRAWS))
    gains = [alpha(then[:, drawn]) - alpha(now[:, drawn]) for drawn in draws]
    low, high = np.nanquantile(gains, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return float(low), float(high)
