"""What may be said, from how much; and that nothing is said where there is nothing."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from vbr_engine.risk import Careers, DropOutModel, simulate_careers, spells_of
from vbr_engine.risk.abstention import model_abstention
from vbr_engine.risk.held_out import concordance, held_out_checks, provider_folds
from vbr_engine.risk.levels import Checks, EvidenceLevel, events_needed, evidence_level
from vbr_engine.risk.stages import STAGES

GOOD = Checks(0.65, 0.58, 0.72, 0.9, 0.5, 1.3, 0.05, 150, 30)


def test_levels_follow_events():
    assert evidence_level(29).level is EvidenceLevel.RATE
    assert evidence_level(30, index_low=0.2).level is EvidenceLevel.BANDS
    assert evidence_level(99, GOOD, index_low=0.2).level is EvidenceLevel.BANDS
    assert evidence_level(100, GOOD).level is EvidenceLevel.PERSONAL
    assert evidence_level(100, GOOD, n_people=999, n_needed=1000).level is EvidenceLevel.PERSONAL
    assert evidence_level(300, GOOD, n_people=1000, n_needed=1000).level is EvidenceLevel.FULL


def test_ten_events_for_each_parameter():
    assert events_needed(12) == 120
    few = evidence_level(119, GOOD, n_parameters=12, index_low=0.2)
    assert few.level is EvidenceLevel.BANDS
    assert "need 120" in few.sentence


@pytest.mark.parametrize(
    ("checks", "level", "said"),
    [
        ({"auc_low": 0.49}, EvidenceLevel.RATE, "no better|not rank"),
        ({"slope_low": 1.1, "slope": 1.5, "slope_high": 1.9}, EvidenceLevel.BANDS, "wrong in size"),
        ({"slope_high": 0.9}, EvidenceLevel.BANDS, "wrong in size"),
        ({"gain": -0.01}, EvidenceLevel.BANDS, "no better than the rate"),
    ],
)
def test_a_check_that_fails_takes_the_level_down(checks, level, said):
    held = Checks(**{**GOOD.to_dict(), **checks})
    evidence = evidence_level(150, held)
    assert evidence.level is level
    assert any(part in evidence.sentence for part in said.split("|"))


def test_index_must_show_in_local_data_and_not_be_spoken_against():
    assert evidence_level(60, index_low=-0.1).level is EvidenceLevel.RATE
    assert evidence_level(60, index_low=float("nan")).level is EvidenceLevel.RATE
    assert evidence_level(60, index_low=0.2, conflict=True).level is EvidenceLevel.RATE


@pytest.mark.parametrize("n_events", [30, 99, 100, 2000])
def test_data_against_the_published_effects_take_the_level_to_the_lowest(n_events):
    held = evidence_level(
        n_events, GOOD, n_people=9999, n_needed=1000, index_low=0.2, conflict=True
    )
    assert held.level is EvidenceLevel.RATE
    assert "speak against the published effects" in held.sentence


def test_one_provider_cannot_be_tried_on_others():
    made = simulate_careers(800, seed=1, providers=1, starters_only=True)
    model = DropOutModel().fit(Careers.from_frame(made.frame, cut=made.cut))
    assert model.n_events_ > 100
    assert model.checks_ is None
    assert model.evidence_.level is EvidenceLevel.BANDS
    assert "3 providers" in model.evidence_.sentence


def test_sentences_are_whole():
    for level in EvidenceLevel:
        assert EvidenceLevel.of_code(level.code) is level
        assert level.sentence.endswith(".")


def test_shorter_horizons_have_fewer_events_and_lower_levels():
    made = simulate_careers(500, seed=2, starters_only=True)
    model = DropOutModel().fit(Careers.from_frame(made.frame, cut=made.cut))
    at = [model.evidence(horizon) for horizon in (7, 30, 90, 180, 365)]
    assert [held.n_events for held in at] == sorted(held.n_events for held in at)
    assert [held.level.code for held in at] == sorted(held.level.code for held in at)
    assert at[0].level is EvidenceLevel.RATE
    assert at[-1].n_events == model.n_events_
    assert at[-1].level.shows_figure


def permuted(made, seed):
    """Give everybody the fate of somebody else."""
    frame = made.frame.copy()
    fate = [*STAGES, "ended", "ended_by"]
    order = np.random.default_rng(seed).permutation(len(frame))
    frame[fate] = frame[fate].iloc[order].reset_index(drop=True)
    return Careers.from_frame(frame, cut=made.cut)


@pytest.mark.parametrize("n", [150, 600])
def test_permuted_outcomes_end_at_the_lowest_level(n):
    """Chance may let one in twenty through; the same people with their own fate do get further."""
    quiet, told = 0, 0
    for seed in range(8):
        made = simulate_careers(n, seed=seed, starters_only=True)
        model = DropOutModel().fit(permuted(made, seed))
        quiet += bool(model_abstention(model, date(2026, 8, 1)))
        real = DropOutModel().fit(Careers.from_frame(made.frame, cut=made.cut))
        told += real.evidence_.level is not EvidenceLevel.RATE
    assert quiet >= 7
    assert told >= (4 if n == 150 else 7)


def test_permuted_withdrawals_end_at_the_lowest_level():
    levels = []
    for seed in range(10):
        made = simulate_careers(500, seed=seed)
        levels.append(DropOutModel("withdrawal").fit(permuted(made, seed)).evidence_.level)
    assert levels.count(EvidenceLevel.RATE) >= 9


def test_checks_are_of_providers_left_out():
    """A fact that tells nothing but the provider must not pass for knowledge about people."""
    made = simulate_careers(
        900,
        seed=3,
        providers=12,
        provider_sd=1.5,
        effects={"leaving": {"travel": 0.0}, "withdrawal": {"travel": 0.0}},
        starters_only=True,
    )
    frame = made.frame.copy()
    own = made.truth.groupby("provider")["leaving-365"].transform("mean")
    frame["travel_minutes"] = (own.rank(method="dense") * 5).to_numpy()
    # As the crow flies: providers' order by rate, coded in steps that only memory could decode.
    code = {place: (7 * place) % 12 for place in range(1, 13)}
    frame["travel_minutes"] = 5.0 * (frame["travel_minutes"] / 5).map(code).to_numpy()
    model = DropOutModel().fit(Careers.from_frame(frame, cut=made.cut))
    assert not model.evidence_.level.shows_figure


def test_folds_hold_whole_providers_of_about_the_same_size():
    provider = np.random.default_rng(1).integers(0, 40, 1000)
    folds = provider_folds(provider)
    assert len(np.unique(folds)) == 10
    for place in range(40):
        assert len(np.unique(folds[provider == place])) == 1
    sizes = np.bincount(folds)
    assert sizes.max() - sizes.min() < 25


def naive_concordance(spells, push):
    right = pairs = 0.0
    for i in range(len(push)):
        for j in range(len(push)):
            later = spells.exited[j] > spells.exited[i] or (
                spells.exited[j] == spells.exited[i] and spells.cause[j] != 1
            )
            if spells.cause[i] == 1 and i != j and later and spells.entered[j] <= spells.exited[i]:
                pairs += 1
                right += (push[i] > push[j]) + 0.5 * (push[i] == push[j])
    return right / pairs


def test_concordance_pair_by_pair():
    made = simulate_careers(150, seed=5, starters_only=True)
    spells = spells_of(Careers.from_frame(made.frame, cut=made.cut), "leaving")
    push = np.random.default_rng(1).normal(size=150).round(1)
    assert concordance(spells, push)[0] == pytest.approx(naive_concordance(spells, push))
    assert concordance(spells, -push)[0] == pytest.approx(1 - concordance(spells, push)[0])


def test_standard_error_of_concordance_is_its_scatter():
    """Of a fixed score over many tables."""
    made = simulate_careers(12_000, seed=1, starters_only=True)
    every = spells_of(Careers.from_frame(made.frame, cut=made.cut), "leaving")
    travel = every.features["travel_minutes"].fillna(20).to_numpy(dtype=float)
    figures = []
    for chosen in np.array_split(np.arange(12_000), 60):
        figures.append(concordance(every.rows(chosen), travel[chosen]))
    c, se = np.array(figures).T
    assert se.mean() == pytest.approx(c.std(), rel=0.25)


def test_fewer_than_three_providers_give_no_checks():
    made = simulate_careers(300, seed=6, providers=2, starters_only=True)
    spells = spells_of(Careers.from_frame(made.frame, cut=made.cut), "leaving")
    assert held_out_checks(spells, np.zeros((300, 1)), None, spread=0.5) is None
