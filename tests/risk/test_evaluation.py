"""How well a model does: the same figures by another way, truths that it must find, and what it
must not show."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import CareersError
from vbr_engine.reports.card.evaluated import short
from vbr_engine.risk import (
    Careers,
    DropOutModel,
    auc_at,
    brier_score,
    evaluate,
    evidence_level,
    harrell_c,
    integrated_brier,
    kaplan_meier,
    recalibration,
    scaled_brier,
    simulate_careers,
    uno_c,
)
from vbr_engine.risk.evaluation import ALARM
from vbr_engine.risk.evaluation_wording import ALONE, alarm
from vbr_engine.risk.follow_up import follow_up
from vbr_engine.risk.measures import FIGURE_WORDS
from vbr_engine.risk.validation_folds import held_out

HORIZONS = (90, 365)
QUICK = {"n_bootstrap": 40, "seed": 1}


def _made(n=300, seed=3, **more):
    made = simulate_careers(n, seed=seed, **({"starters_only": True} | more))
    return made, Careers.from_frame(made.frame, cut=made.cut)


@pytest.fixture(scope="module")
def careers():
    return _made(providers=14)[1]


@pytest.fixture(scope="module")
def model(careers):
    return DropOutModel("leaving").fit(careers)


@pytest.fixture(scope="module")
def steps():
    return []


@pytest.fixture(scope="module")
def found(model, careers, steps):
    return evaluate(
        model,
        careers,
        horizons=HORIZONS,
        groups=["source", "own_transport"],
        refits=4,
        on_step=lambda *told: steps.append(told),
        **QUICK,
    )


def _truth(made):
    return made.truth.rename(columns=lambda name: name.replace("leaving-", "risk-"))


def test_each_figure_is_that_of_its_own_function(found, careers):
    told, common = held_out(careers, DropOutModel, horizons=HORIZONS, seed=1)
    line = follow_up(careers, "leaving").line
    for place, horizon in enumerate(HORIZONS):
        risk = told[f"risk-{horizon}"].to_numpy()
        seen = line.time, line.event, risk, horizon
        level = line.time, line.event, common[:, place], horizon
        again = recalibration(*seen)
        expected = {
            "auc": auc_at(*level),
            "brier": brier_score(*seen),
            "scaled-brier": scaled_brier(*seen),
            "slope": recalibration(*level).slope.value,
            "in-the-large": again.in_the_large.value,
            "observed": 1 - kaplan_meier(line.time, line.event).at([horizon])["survival"][0],
            "expected": risk.mean(),
        }
        for name, value in expected.items():
            assert found.figure(name, horizon)[0] == pytest.approx(value, abs=1e-7), name
    last = line.time, line.event, common[:, -1]
    assert found.figure("harrell-c")[0] == pytest.approx(harrell_c(*last, until=365))
    assert found.figure("uno-c")[0] == pytest.approx(uno_c(*last, until=365))
    both = told[["risk-90", "risk-365"]].to_numpy()
    whole = integrated_brier(line.time, line.event, both, HORIZONS)
    assert found.figure("integrated-brier")[0] == pytest.approx(whole)


def test_every_figure_has_an_interval(found):
    table = found.figures
    assert set(table["view"]) == {"apparent", "corrected", "held out"}
    assert set(table["figure"]) == set(FIGURE_WORDS)
    assert (table["low"] < table["high"]).all()
    held = table[table["view"] == "held out"]
    inside = (held["low"] <= held["value"]) & (held["value"] <= held["high"])
    assert inside.mean() > 0.9


def test_a_model_flatters_itself_on_its_own_people(found):
    apparent, corrected, held = (
        found.figure("auc", view=view)[0] for view in ("apparent", "corrected", "held out")
    )
    assert apparent > corrected > held
    briers = [found.figure("brier", view=view)[0] for view in ("apparent", "corrected", "held out")]
    assert briers == sorted(briers)


def test_it_is_the_same_again(model, careers):
    one, other = (
        evaluate(model, careers, horizons=HORIZONS, external=True, **QUICK) for _ in range(2)
    )
    pd.testing.assert_frame_equal(one.figures, other.figures)
    pd.testing.assert_frame_equal(one.decisions, other.decisions)


def test_steps_are_counted_to_the_end(found, steps):
    assert [done for done, _ in steps] == list(range(1, len(steps) + 1))
    assert steps[-1][0] == steps[-1][1] == found.n_providers + 4 + 2


def test_it_can_be_written_down_and_read_out(found):
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["judged"] == "held out"
    assert len(plain["figures"]) == len(found.figures)
    told = " ".join(found.sentences)
    assert "300 people at 14 providers" in told
    assert not re.search(r"\bnan\b|np\.|None", told)
    assert list(found.table.columns) == ["horizon", "figure", "apparent", "corrected", "held out"]
    assert found.table["held out"].str.fullmatch(r"-?[\d.]+ \(-?[\d.]+ to -?[\d.]+\)").all()


def test_levels_of_evidence_can_be_judged_by_it(found):
    assert found.checks.auc == found.figure("auc")[0]
    assert found.checks.n_providers == 14
    assert evidence_level(found.n_events, found.checks).n_events == found.n_events


def test_rates_for_reference_and_what_happened_in_fact(found):
    rates = found.rates.set_index("horizon")
    assert rates.loc[365, "rate"] == pytest.approx(found.figure("observed")[0])
    # Another end keeps the candidate's from happening: fewer in fact than net of it.
    own = found.ends[found.ends["end"] == "the candidate"].set_index("horizon")["incidence"]
    assert own[365] < rates.loc[365, "rate"]
    assert set(found.ends["end"]) == {"the candidate", "otherwise"}


def test_the_true_risks_are_found_right():
    made, careers = _made(3_000, seed=4)
    found = evaluate(_truth(made), careers, horizons=(90, 365), n_bootstrap=60, seed=1)
    assert found.judged == "as it stands"
    for horizon in (90, 365):
        for figure, right in (("observed/expected", 1), ("slope", 1), ("in-the-large", 0)):
            value, low, high = found.figure(figure, horizon)
            assert value == pytest.approx(right, abs=0.15)
            assert low - 0.05 < right < high + 0.05
    assert found.curve["kind"].eq("curve").all()
    inside = (found.curve["low"] <= found.curve["predicted"]) & (
        found.curve["predicted"] <= found.curve["high"]
    )
    assert inside.mean() > 0.8
    assert (found.decisions["gain"] > -0.01).all()


def test_risks_of_half_the_size_are_found_out():
    made, careers = _made(2_000, seed=5)
    half = _truth(made).assign(**{"risk-365": made.truth["leaving-365"] / 2})
    found = evaluate(half, careers, horizons=(365,), **QUICK)
    value, low, _ = found.figure("observed/expected")
    assert value == pytest.approx(2, abs=0.2)
    assert low > 1.5
    assert any("For every 100 who were expected to have left" in told for told in found.sentences)


def test_providers_that_differ_make_intervals_wider():
    made, careers = _made(1_500, seed=6, providers=15, provider_sd=1.0)
    told = _truth(made)
    told["risk-365"] = made.truth["leaving-365"].mean()
    found = evaluate(told, careers, horizons=(365,), n_bootstrap=100, seed=1)
    _, low, high = found.figure("observed")
    alone = found.rates.iloc[0]
    assert high - low > 1.5 * (alone["high"] - alone["low"])


def test_too_good_to_be_true_sets_off_the_alarm(careers, found):
    frame = careers.frame
    rng = np.random.default_rng(1)
    leak = np.where(frame["ended_by"] == "candidate", 0.7, 0.3) + rng.normal(0, 0.1, len(frame))
    told = frame[["application"]].assign(**{"risk-365": leak.clip(0.01, 0.99)})
    caught = evaluate(told, careers, horizons=(365,), **QUICK)
    assert caught.figure("auc")[0] > ALARM
    assert "look for a leak" in caught.alarm
    assert caught.alarm in caught.sentences
    assert (found.alarm == "") == (found.figure("auc")[0] <= ALARM)


@pytest.mark.parametrize(("low", "chance"), [(0.55, True), (0.68, False)])
def test_an_alarm_that_may_be_chance_says_so(low, chance):
    row = pd.Series({"figure": "auc", "value": 0.74, "low": low, "high": 0.9, "horizon": 90})
    assert alarm(row, ALARM).endswith("it may be chance, too.") == chance


def test_a_model_of_others_is_judged_as_it_stands(model, careers):
    external = evaluate(model, careers, horizons=(365,), external=True, **QUICK)
    risks = model.risks(careers.frame, horizon=365)
    told = risks[["application"]].assign(**{"risk-365": risks["risk"]})
    given = evaluate(told, careers, horizons=(365,), **QUICK)
    assert set(external.figures["view"]) == {"as it stands"}
    pd.testing.assert_frame_equal(external.figures, given.figures)


def test_small_groups_are_not_shown(found):
    table = found.groups
    hidden = table[table["why_not"] != ""]
    assert hidden["value"].isna().all()
    assert set(hidden["group"]) & {"walk-in", "social-media"}
    shown = table[table["why_not"] == ""]
    assert {"job-board", "yes", "no"} <= set(shown["group"])
    assert not set(zip(hidden["group"], hidden["horizon"], strict=True)) & set(
        zip(shown["group"], shown["horizon"], strict=True)
    )


def test_groups_may_come_from_another_table(model, careers):
    # Kept apart, and joined only here.
    own = pd.DataFrame(
        {
            "application": careers.frame["application"].to_numpy()[::-1],
            "kind": np.where(np.arange(len(careers))[::-1] % 2, "odd", "even"),
        }
    )
    found = evaluate(
        model, careers, horizons=(365,), groups=own, external=True, **QUICK
    ).groups.set_index(["group", "figure"])["value"]
    line = follow_up(careers, "leaving").line
    odd = np.arange(len(careers)) % 2 == 1
    curve = kaplan_meier(line.time[odd], line.event[odd]).at([365])
    assert found["odd", "observed"] == pytest.approx(1 - curve["survival"].iloc[0])


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        (["shoe-size"], "no column shoe-size"),
        (pd.DataFrame({"application": ["a", "a"], "kind": [1, 2]}), "twice"),
        (pd.DataFrame({"kind": [1, 2]}), "no column application"),
    ],
)
def test_groups_that_cannot_be_are_told(model, careers, groups, told):
    with pytest.raises(CareersError, match=told):
        evaluate(model, careers, groups=groups, external=True, **QUICK)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda table: table.drop(columns="risk-365"), "no column risk-365"),
        (lambda table: table.iloc[1:], "1 people have no risk"),
        (lambda table: table.assign(**{"risk-365": 1.5}), "from 0 to 1"),
    ],
)
def test_risks_that_cannot_be_are_told(careers, change, told):
    table = careers.frame[["application"]].assign(**{"risk-365": 0.4})
    with pytest.raises(CareersError, match=told):
        evaluate(change(table), careers, horizons=(365,), **QUICK)


def test_a_horizon_with_hardly_any_leavers_has_no_figures():
    _, careers = _made(20, seed=2, months=2, providers=4)
    table = careers.frame[["application"]].assign(**{"risk-30": 0.1, "risk-365": 0.4})
    found = evaluate(table, careers, horizons=(30, 365), **QUICK)
    assert found.horizons == ()
    assert found.figures.empty
    assert found.checks is None
    assert len([note for note in found.notes if "No figures" in note]) == 2
    assert any("fewer than 8" in note for note in found.notes)
    json.dumps(found.to_dict(), allow_nan=False)


def test_one_provider_is_judged_as_it_stands_and_told():
    _, careers = _made(250, seed=2, providers=1)
    found = evaluate(DropOutModel().fit(careers), careers, horizons=(365,), **QUICK)
    assert found.judged == "as it stands"
    assert ALONE in found.notes
    assert short(found.to_dict()).endswith(ALONE)


def test_withdrawal_is_judged_at_the_first_day():
    made, careers = _made(500, seed=7, starters_only=False, providers=8)
    model = DropOutModel("withdrawal").fit(careers)
    found = evaluate(model, careers, refits=1, **QUICK)
    assert found.horizons == ("first day",)
    # Three standard errors of a share among 500 people.
    expected = made.truth["withdrawal"].mean()
    assert found.figure("observed")[0] == pytest.approx(expected, abs=0.065)
    assert any("withdrew before the first day" in told for told in found.sentences)
