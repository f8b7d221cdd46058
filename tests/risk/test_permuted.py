"""Shuffled outcomes: a model must find nothing, and the check must notice if it does."""

from __future__ import annotations

import numpy as np
import pytest

from vbr_engine.risk import Careers, DropOutModel, permuted, permuted_check, simulate_careers
from vbr_engine.risk.follow_up import follow_up
from vbr_engine.risk.permuted import permuted_careers
from vbr_engine.risk.stages import STAGES


def _careers(n=300, **more):
    made = simulate_careers(n, seed=9, **more)
    return Careers.from_frame(made.frame, cut=made.cut)


@pytest.mark.parametrize("outcome", ["leaving", "withdrawal"])
def test_only_what_happened_changes_places(outcome):
    careers = _careers()
    mixed = permuted_careers(careers, seed=1, outcome=outcome)
    happened = [*STAGES, "ended", "ended_by"]
    before = careers.frame.drop(columns=[*happened, "ended_reason"], errors="ignore")
    assert mixed.frame[before.columns].equals(before)
    assert not mixed.frame["ended"].equals(careers.frame["ended"])
    one, other = (follow_up(some, outcome) for some in (careers, mixed))
    assert sorted(one.line.time) == sorted(other.line.time)
    assert one.cause.sum() == other.cause.sum()


def test_the_model_finds_nothing_where_there_is_nothing():
    steps = []
    found = permuted_check(
        _careers(starters_only=True),
        DropOutModel,
        shuffles=4,
        k=3,
        seed=1,
        on_step=lambda *told: steps.append(told),
    )
    assert found.passed
    assert found.auc == pytest.approx(0.5, abs=0.1)
    assert "finds nothing" in found.sentence
    assert steps[-1] == (4, 4)
    assert found.to_dict()["shuffles"] == 4


def test_withdrawal_can_be_shuffled_too():
    made = permuted_check(
        _careers(500), lambda: DropOutModel("withdrawal"), shuffles=2, k=3, seed=1
    )
    assert made.auc == pytest.approx(0.5, abs=0.1)


def test_a_model_that_sees_the_outcome_does_not_pass(monkeypatch):
    def peeking(careers, make_model, *, horizons, **_):
        follow = follow_up(careers, "leaving")
        noise = np.random.default_rng(1).random(len(follow))
        return follow.people[["application"]].assign(
            fold=0, **{f"risk-{horizons[0]}": 0.3 * (follow.cause == 1) + 0.6 * noise}
        )

    monkeypatch.setattr(permuted, "leave_provider_out", peeking)
    found = permuted_check(_careers(starters_only=True), DropOutModel, shuffles=4)
    assert not found.passed
    assert "must not" in found.sentence
