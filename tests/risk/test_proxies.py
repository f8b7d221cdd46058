"""What facts tell of groups: found where it was planted, not found where there is nothing."""

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import CareersError
from vbr_engine.risk import Careers, simulate_careers
from vbr_engine.risk.proxies import TOGETHER, proxy_report
from vbr_engine.risk.separation import cross_validated_auc, folds_of, rank_auc


@pytest.fixture(name="made", scope="module")
def _made():
    made = simulate_careers(800, seed=2)
    return Careers.from_frame(made.frame, cut=made.cut)


def _monitoring(careers, column, rng, *, shift):
    """Draw two groups; the fact differs between them by so many standard deviations."""
    fact = careers.frame[column].rank(pct=True).fillna(0.5) - 0.5
    group = np.where(shift * fact + rng.normal(0, 0.5, len(fact)) > 0, "f", "m")
    return pd.DataFrame({"application": careers.frame["application"], "sex": group})


def test_a_fact_that_tells_a_group_is_flagged_and_others_are_not(made):
    told = _monitoring(made, "hours_wanted", np.random.default_rng(1), shift=1.5)
    report = proxy_report(made, told).set_index("fact")
    # What is offered follows what is wanted.
    assert set(report.index[report["flagged"]]) == {"hours_wanted", "hours_offered", TOGETHER}
    assert report.loc["hours_wanted", "low"] > 0.6
    assert "it can stand for the characteristic" in report.loc["hours_wanted", "sentence"]
    assert report.loc["travel_minutes", "auc"] == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_flagged_where_groups_have_nothing_to_do_with_facts(made, seed):
    rng = np.random.default_rng(seed)
    told = made.frame[["application"]].assign(
        sex=rng.choice(["f", "m"], len(made)), ethnicity=rng.choice(list("abc"), len(made))
    )
    report = proxy_report(made, told)
    assert not report["flagged"].any()
    assert report["auc"].mean() == pytest.approx(0.5, abs=0.02)


def test_a_fact_that_is_missing_more_often_for_a_group_is_found(made):
    rng = np.random.default_rng(3)
    told = made.frame[["application"]].assign(sex=rng.choice(["f", "m"], len(made)))
    facts = made.frame.copy()
    facts.loc[(told["sex"] == "f") & (rng.random(len(made)) < 0.8), "own_transport"] = None
    report = proxy_report(facts, told).set_index("fact")
    assert report.loc["own_transport", "flagged"]


def test_small_groups_are_not_named(made):
    groups = np.array(["a"] * 500 + ["b"] * 285 + ["rare"] * 15)
    told = made.frame[["application"]].assign(ethnicity=groups)
    report = proxy_report(made, told)
    assert set(report["group"]) == {"a", "b", ""}
    assert not report["sentence"].str.contains("rare").any()
    assert report["sentence"].str.contains("fewer than 20").sum() == 1


@pytest.mark.parametrize("answers", [["f"] * 790 + ["m"] * 10, [None] * 800, ["f"] * 800])
def test_two_groups_of_which_one_is_small_have_no_figure(made, answers):
    report = proxy_report(made, made.frame[["application"]].assign(sex=answers))
    assert report["auc"].isna().all()
    assert len(report) == 1


def test_prefer_not_to_say_is_no_group(made):
    rng = np.random.default_rng(4)
    told = made.frame[["application"]].assign(
        sex=rng.choice(["f", "m", "Prefer not to say"], len(made))
    )
    assert set(proxy_report(made, told)["group"]) == {"f"}


def test_nothing_about_a_person_comes_out(made):
    told = _monitoring(made, "hours_wanted", np.random.default_rng(1), shift=1.0)
    text = proxy_report(made, told).to_csv()
    assert "simulated-" not in text


def test_tables_join_by_application_whatever_their_order(made):
    told = _monitoring(made, "hours_wanted", np.random.default_rng(1), shift=1.0)
    shuffled = told.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(proxy_report(made, told), proxy_report(made, shuffled))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (pd.DataFrame({"sex": ["f"]}), "monitoring answers has no such column"),
        (pd.DataFrame({"application": ["x"], "sex": ["f"]}), "no application is in both"),
        (pd.DataFrame({"application": ["x", "x"], "sex": ["f", "m"]}), "there twice"),
    ],
)
def test_tables_that_do_not_fit_are_refused(made, told, said):
    with pytest.raises(CareersError, match=said):
        proxy_report(made, told)


def test_the_area_is_that_of_counting_pairs():
    rng = np.random.default_rng(7)
    score, positive = rng.integers(0, 6, 60).astype(float), rng.random(60) < 0.4
    cell = rng.integers(0, 3, 60)
    wins = pairs = 0.0
    for one in np.flatnonzero(positive):
        for other in np.flatnonzero(~positive):
            if cell[one] == cell[other]:
                pairs += 1
                wins += (score[one] > score[other]) + 0.5 * (score[one] == score[other])
    assert rank_auc(score, positive, cell).auc == pytest.approx(wins / pairs)


@pytest.mark.parametrize(("slope", "true"), [(0.0, 0.5), (0.4, 0.777)])
def test_the_interval_covers_what_is_true(slope, true):
    """Nine times of ten; and what it gives as the least is more than the truth hardly ever."""
    rng = np.random.default_rng(8)
    chance = 1 / (1 + np.exp(1 - slope * (np.arange(10) - 4.5)))
    inside = above = 0
    for _ in range(150):
        codes = rng.integers(0, 10, 400)
        found, _ = cross_validated_auc(codes, rng.random(400) < chance[codes], folds_of(400, 5, 1))
        inside += abs(found.auc - true) < 1.96 * found.se
        above += found.auc - 1.96 * found.se > true
    assert inside / 150 > 0.85
    assert above / 150 < 0.08
