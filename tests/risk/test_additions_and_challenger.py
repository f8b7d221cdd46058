"""Nothing enters because it could: only where it adds at providers left out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from vbr_engine.errors import CareersError
from vbr_engine.risk import (
    Careers,
    DropOutModel,
    challenger,
    default_effects,
    simulate_careers,
    spells_of,
)
from vbr_engine.risk.additions import adds, left_out_log_likelihood
from vbr_engine.risk.challenger import challenge
from vbr_engine.risk.features import Effect
from vbr_engine.risk.simulation import TRUE_EFFECTS


def careers(n, seed, composite=0.0, **options):
    effects = {name: dict(sizes) for name, sizes in TRUE_EFFECTS.items()}
    if composite:
        effects["leaving"]["composite"] = composite
    made = simulate_careers(n, seed=seed, starters_only=True, effects=effects, **options)
    return Careers.from_frame(made.frame, cut=made.cut)


def test_a_result_that_tells_something_is_found():
    found = [adds(DropOutModel(), careers(1500, seed, -0.3), "composite") for seed in range(3)]
    assert all(verdict.adds for verdict in found)
    assert all(verdict.auc_with > verdict.auc_without for verdict in found)
    assert "composite adds at providers left out" in found[0].sentence


def test_a_result_that_tells_nothing_does_not_enter():
    verdicts = [adds(DropOutModel(), careers(400, seed), "composite") for seed in range(8)]
    assert sum(verdict.adds for verdict in verdicts) <= 1
    assert "does not add" in next(held for held in verdicts if not held.adds).sentence


def test_composite_is_no_effect_by_default():
    for outcome in ("leaving", "withdrawal"):
        assert "composite" not in {effect.name for effect in default_effects(outcome)}
        assert "composite" in {effect.name for effect in default_effects(outcome, optional=True)}


def test_effects_can_be_tried_that_are_not_declared():
    table = careers(400, 1)
    noise = np.random.default_rng(1).normal(size=len(table))
    own = Effect("noise", "noise", "practical", "number", ("noise",), "1")
    more = dataclasses.replace(table, frame=table.frame.assign(noise=noise))
    assert not adds(DropOutModel(), more, own).adds


def test_an_effect_of_the_model_is_left_out_first():
    verdict = adds(DropOutModel(), careers(1500, 2), "new-to-care")
    assert verdict.gain > 0
    assert verdict.auc_with > verdict.auc_without


def test_unknown_effects_and_too_few_providers_are_refused():
    with pytest.raises(CareersError, match="no effect on leaving is called 'luck'"):
        adds(DropOutModel(), careers(100, 1), "luck")
    with pytest.raises(CareersError, match="3 providers"):
        adds(DropOutModel(), careers(100, 1, providers=2), "composite")


def test_log_likelihood_left_out_is_below_that_of_a_fit_that_has_seen_all():
    spells = spells_of(careers(500, 3), "leaving")
    effects = default_effects("leaving")
    left_out, c = left_out_log_likelihood(spells, effects)
    table = careers(500, 3)
    fitted = DropOutModel().fit(table)
    assert left_out.sum() < fitted.posterior_.log_likelihood
    assert 0.5 < c < 0.75


def test_trees_are_not_tried_on_a_pilot():
    table = careers(300, 1)
    told = challenge(DropOutModel().fit(table), table)
    assert not told.asked
    assert "not tried" in told.sentence


def test_trees_do_not_win_where_effects_are_as_declared():
    table = careers(1200, 1)
    told = challenge(DropOutModel().fit(table), table)
    assert told.asked
    assert not told.better
    assert told.gain < 0.02
    assert told.sentence.endswith("The model stays in use.")


def test_trees_win_where_the_world_is_otherwise():
    """People leave where travel is short and hours are right, or neither: no sum of effects."""
    table = careers(1200, 2)
    frame = table.frame.copy()
    near = frame["travel_minutes"].fillna(20) < 18
    odd = near == (frame["shift_match"].fillna(0.75) < 0.72)
    gone = odd & (np.random.default_rng(1).random(len(frame)) < 0.8)
    first = frame["started_work"]
    frame.loc[gone, "ended"] = first[gone] + np.timedelta64(20, "D")
    frame.loc[gone, "ended_by"] = "candidate"
    frame = frame[~gone | (frame["ended"] <= table.cut)]
    other = Careers.from_frame(frame.drop(columns="cut", errors="ignore"), cut=table.cut)
    told = challenge(DropOutModel().fit(other), other)
    assert told.better
    assert told.auc_trees > told.auc_model + 0.05


def test_trees_that_know_nothing_but_the_rate_rank_like_a_coin(monkeypatch):
    """Each fold has another rate; that must not look like knowing less than nothing."""
    monkeypatch.setattr(
        challenger, "HistGradientBoostingClassifier", lambda **_: DummyClassifier(strategy="prior")
    )
    made = simulate_careers(400, seed=3, starters_only=True)
    spells = spells_of(Careers.from_frame(made.frame, cut=made.cut), "leaving")
    assert challenger._trees_left_out(spells, np.zeros((400, 2)), 0)[1] == pytest.approx(0.5)
