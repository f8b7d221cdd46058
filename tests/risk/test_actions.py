"""What the employer can do: levers only, only where there is something to change, with the right
interval."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import CareersError
from vbr_engine.risk import Careers, DropOutModel, default_effects, simulate_careers
from vbr_engine.risk.action_list import ACTIONS
from vbr_engine.risk.actions import LEAST_DIFFERENCE, employer_actions
from vbr_engine.risk.contrast import risk_difference
from vbr_engine.risk.explanation import explain, unknown_facts
from vbr_engine.risk.features import design_matrix
from vbr_engine.risk.levels import Evidence, EvidenceLevel
from vbr_engine.risk.stages import OUTCOMES

MODELLED = {action.id for action in ACTIONS if action.change}
PRACTICE = {action.id for action in ACTIONS if not action.change}
# A situation in which every lever has something to change, and the facts that have none.
HARD = {
    "provider": "somebody-new",
    "applied": "2026-05-01",
    "travel_minutes": 70,
    "hours_wanted": 35,
    "hours_offered": 10,
    "shift_match": 0.2,
    "own_transport": "no",
    "guaranteed_hours": "no",
    "care_experience": "no",
    "contacted_within_hours": 90,
    "source": "job-board",
    "composite": 0.3,
}
EASY = HARD | {
    "travel_minutes": 5,
    "hours_offered": 35,
    "shift_match": 1.0,
    "own_transport": "yes",
    "guaranteed_hours": "yes",
    "care_experience": "yes",
    "contacted_within_hours": 1,
}


def table(*people):
    frame = pd.DataFrame(people)
    return frame.assign(application=[f"p{place}" for place in range(len(frame))])


@pytest.fixture(scope="module")
def models():
    """Enough people that every effect of the simulator stands above its noise."""
    found = {}
    for outcome in OUTCOMES:
        made = simulate_careers(3000, seed=5, starters_only=outcome == "leaving")
        effects = default_effects(outcome, optional=True)
        careers = Careers.from_frame(made.frame, cut=made.cut)
        found[outcome] = DropOutModel(outcome, effects=effects).fit(careers)
    return found


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_only_levers_of_the_employer_appear(models, outcome):
    model = models[outcome]
    told = employer_actions(model, table(HARD, EASY))
    assert set(told["action"]) <= MODELLED | PRACTICE
    levers = {effect.lever for effect in model.effects_ if effect.lever}
    assert set(told.loc[told["modelled"], "action"]) <= levers & MODELLED
    hard = set(told.loc[(told["application"] == "p0") & told["modelled"], "action"])
    assert {"guaranteed-hours", "hours-as-wanted", "rota-match"} <= hard


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_nobody_is_asked_to_be_somebody_else(models, outcome):
    """One hard fact at a time: it brings its own lever, or nothing that is modelled."""
    model = models[outcome]
    seen = {}
    for effect in model.effects_:
        person = EASY | {column: HARD[column] for column in effect.columns}
        told = employer_actions(model, table(person))
        seen[effect.name] = set(told.loc[told["modelled"], "action"])
    for effect in model.effects_:
        allowed = {effect.lever} & MODELLED
        assert seen[effect.name] <= allowed, effect.name
    assert seen["referred"] == seen["composite"] == set()
    assert seen.get("new-to-care", set()) == set()
    assert seen["no-guaranteed-hours"] == {"guaranteed-hours"}
    sentences = " ".join(employer_actions(model, table(HARD, EASY))["sentence"])
    assert not re.search(r"worked in care|recommend|score|assessment", sentences)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_is_right_already_is_not_offered(models, outcome):
    told = employer_actions(models[outcome], table(EASY))
    assert not told["modelled"].any()
    assert "travel-pay" not in set(told["action"])
    assert "induction" not in set(told["action"])


@pytest.mark.parametrize(
    ("column", "right", "action"),
    [
        ("guaranteed_hours", "yes", "guaranteed-hours"),
        ("hours_offered", 34, "hours-as-wanted"),
        ("shift_match", 0.85, "rota-match"),
        ("travel_minutes", 22, "nearer-round"),
        ("own_transport", "yes", "walking-round"),
    ],
)
def test_each_lever_needs_something_to_change(models, column, right, action):
    told = employer_actions(models["leaving"], table(HARD, HARD | {column: right}))
    offered = told.groupby("application")["action"].agg(set)
    assert action in offered["p0"]
    assert action not in offered["p1"]
    unknown = employer_actions(models["leaving"], table(HARD | {column: None}))
    assert action not in set(unknown["action"])


def test_small_differences_and_effects_within_their_noise_are_left_out(models):
    model = models["leaving"]
    told = employer_actions(model, table(HARD))
    modelled = told[told["modelled"]]
    assert (modelled["difference"] >= LEAST_DIFFERENCE).all()
    assert employer_actions(model, table(HARD), least=1.0)["modelled"].sum() == 0
    strong = set(model.coef_.loc[model.coef_["estimate"] > model.coef_["sd"], "effect"])
    named = {effect.lever: effect.name for effect in model.effects_ if effect.lever}
    assert {named[action] for action in modelled["action"]} <= strong


def test_largest_first_then_good_practice_with_its_source(models):
    told = employer_actions(models["leaving"], table(HARD))
    figures = told.loc[told["modelled"], "difference"].tolist()
    assert figures == sorted(figures, reverse=True)
    assert told["modelled"].tolist() == sorted(told["modelled"], reverse=True)
    practice = told[~told["modelled"]]
    assert set(practice["action"]) == {"travel-pay", "shadow-shift", "buddy", "induction"}
    assert practice[["difference", "low", "high"]].isna().all(axis=None)
    assert practice["source"].str.len().gt(20).all()
    assert practice["sentence"].str.contains("not modelled").all()
    assert told["who"].str.len().gt(3).all()


def test_a_first_call_that_is_past_is_said_to_be_past(models):
    told = employer_actions(models["withdrawal"], table(HARD)).set_index("action")
    assert "within 4 hours, not 90," in told.loc["faster-contact", "sentence"]
    assert "is past" in told.loc["faster-contact", "sentence"]


def test_who_has_started_work_cannot_withdraw(models):
    at_work = HARD | {"started_work": "2026-06-01"}
    told = employer_actions(models["withdrawal"], table(at_work, HARD))
    assert set(told["application"]) == {"p1"}


def test_differences_are_associations_not_promises(models):
    for model in models.values():
        told = employer_actions(model, table(HARD))
        words = " ".join(told["sentence"])
        assert "goes with" in words
        assert not re.search(r"\bwill\b|reduce|prevent|save|cause|effect", words)


def test_the_difference_is_that_of_the_risks_shown(models):
    model = models["leaving"]
    told = employer_actions(model, table(HARD), horizon=90).set_index("action")
    guaranteed = table(HARD, HARD | {"guaranteed_hours": "yes"})
    here = model.speaking(90).risk(
        design_matrix(guaranteed, model.effects_).X,
        np.full(2, -1),
        share=model.share(90),
    )
    expected = here.risk[0] - here.risk[1]
    assert told.loc["guaranteed-hours", "difference"] == pytest.approx(expected, abs=1e-12)
    year = employer_actions(model, table(HARD)).set_index("action")
    assert "within 90 days" in told.loc["guaranteed-hours", "sentence"]
    assert "within 12 months" in year.loc["guaranteed-hours", "sentence"]


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("known", [True, False])
def test_the_interval_is_that_of_draws_from_the_posterior(models, outcome, known):
    """The oracle draws baseline, effects and provider together and works both risks out."""
    posterior = models[outcome].posterior_
    now = design_matrix(table(HARD), models[outcome].effects_).X
    then = now.copy()
    then[0, :3] = 0.0
    code = np.array([2 if known else -1])
    contrast = risk_difference(posterior, now, then, code)
    j, draws = posterior.n_intervals, _draws(posterior, int(code[0]), 40_000)

    def risk(x):
        eta = draws[:, :j] + (draws[:, j:-1] @ x + draws[:, -1])[:, None]
        return -np.expm1(-np.logaddexp(0, eta).sum(axis=1))

    drawn = risk(now[0]) - risk(then[0])
    low, high = np.quantile(drawn, [0.05, 0.95])
    width = high - low
    assert contrast.difference[0] == pytest.approx(drawn.mean(), abs=0.06 * width)
    assert contrast.low[0] == pytest.approx(low, abs=0.1 * width)
    assert contrast.high[0] == pytest.approx(high, abs=0.1 * width)
    # Taken apart as if they had nothing in common, the interval would be much too wide.
    apart = np.hypot(np.std(risk(now[0])), np.std(risk(then[0]))) * 3.29
    assert apart > 1.15 * width


def _draws(posterior, code, n):
    rng = np.random.default_rng(1)
    mean, covariance = posterior.mean, posterior.covariance
    if code >= 0:
        cross = posterior.provider_cross[code][:, None]
        own = np.array([[posterior.provider_variance[code]]])
        mean = np.append(mean, posterior.provider_mean[code])
    else:
        cross = np.zeros((len(mean), 1))
        own = np.array([[posterior.spread**2]])
        mean = np.append(mean, 0.0)
    whole = np.block([[covariance, cross], [cross.T, own]])
    return rng.multivariate_normal(mean, whole, size=n, method="cholesky")


def test_no_change_is_no_difference_and_turned_round_it_changes_sign(models):
    posterior = models["leaving"].posterior_
    now = design_matrix(table(HARD, EASY), models["leaving"].effects_).X
    same = risk_difference(posterior, now, now)
    assert np.abs([same.difference, same.low, same.high]).max() < 1e-12
    one = risk_difference(posterior, now, now[::-1])
    other = risk_difference(posterior, now[::-1], now)
    np.testing.assert_allclose(one.difference, -other.difference, atol=1e-12)
    np.testing.assert_allclose(one.low, -other.high, atol=0.01)


def test_people_do_not_depend_on_who_stands_beside_them(models):
    model = models["leaving"]
    crowd = table(*[HARD, EASY] * 1500)
    told = employer_actions(model, crowd)
    alone = employer_actions(model, table(HARD))
    first = told[told["application"] == "p2998"].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        first.drop(columns="application"), alone.drop(columns="application")
    )
    pd.testing.assert_frame_equal(employer_actions(model, crowd.set_axis(range(5, 3005))), told)


def test_nobody_gives_an_empty_table(models):
    none = employer_actions(models["leaving"], table(HARD).head(0))
    assert none.empty
    assert "difference" in none


def test_a_horizon_that_cannot_be(models):
    with pytest.raises(CareersError, match="horizon"):
        employer_actions(models["leaving"], table(HARD), horizon=400)


def test_every_lever_of_the_table_of_priors_has_an_action():
    levers = {
        effect.lever
        for outcome in OUTCOMES
        for effect in default_effects(outcome, optional=True)
        if effect.lever
    }
    assert levers <= {action.id for action in ACTIONS}
    assert {"travel-pay", "buddy", "shadow-shift"} <= PRACTICE
    assert all(action.source for action in ACTIONS if action.change is None)


def test_below_figures_there_are_changes_without_a_number(models, monkeypatch):
    """What the evidence does not carry is not said, by any door."""
    for outcome, model in models.items():
        monkeypatch.setattr(model, "evidence", lambda _=None: Evidence(EvidenceLevel.BANDS, 50))
        told = employer_actions(model, table(HARD))
        assert "guaranteed-hours" in set(told.loc[told["modelled"], "action"])
        assert told[["difference", "low", "high"]].isna().all(axis=None)
        assert not told["sentence"].str.contains("in 100").any()
        assert told["sentence"].str.contains("less often").any()
        assert len(explain(model, table(HARD)))
        monkeypatch.setattr(model, "evidence", lambda _=None: Evidence(EvidenceLevel.RATE, 5))
        told = employer_actions(model, table(HARD))
        assert len(told)
        assert not told["modelled"].any()
        assert explain(model, table(HARD)).empty
        assert len(explain(model, table(HARD), always=True))
        always = employer_actions(model, table(HARD), always=True)
        assert always["difference"].notna().any(), outcome


@pytest.mark.parametrize("verb", [employer_actions, explain, unknown_facts])
def test_a_column_that_is_not_there_is_named(models, verb):
    with pytest.raises(CareersError, match="no column application"):
        verb(models["leaving"], table(HARD).drop(columns="application"))
