"""Leaks and copies: found where they are planted, silent where there are none."""

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import CareersError
from vbr_engine.risk import Careers, simulate_careers
from vbr_engine.risk.alike import alike_groups, check_alike
from vbr_engine.risk.leaks import check_leaks
from vbr_engine.risk.validation import check_careers, check_further, require_sound

FACTS = ["travel_minutes", "composite", "hours_wanted", "shift_match", "contacted_within_hours",
         "own_transport", "source", "provider"]  # fmt: skip


def _careers(made, **columns):
    return Careers.from_frame(made.frame.assign(**columns), cut=made.cut)


def _left(frame):
    return (frame["started_work"].notna() & (frame["ended_by"] == "candidate")).to_numpy()


@pytest.mark.parametrize("starters_only", [False, True])
@pytest.mark.parametrize(("n", "seeds"), [(300, 4), (5_000, 1)])
def test_clean_careers_set_off_no_alarm(n, seeds, starters_only):
    for seed in range(seeds):
        made = simulate_careers(n, seed=seed, starters_only=starters_only)
        assert check_further(_careers(made)) == [], seed


@pytest.mark.parametrize("seed", range(4))
def test_a_field_filled_in_on_leaving_is_found(seed):
    """Somebody writes down a mood, nearly always when a worker goes."""
    made = simulate_careers(300, seed=seed, starters_only=True)
    rng = np.random.default_rng(seed)
    filled = np.where(_left(made.frame), rng.random(300) < 0.9, rng.random(300) < 0.15)
    mood = pd.Series(rng.integers(1, 6, 300)).astype(float).where(filled)
    (problem,) = check_leaks(_careers(made, mood=mood))
    assert (problem.column, problem.severity, problem.rule) == ("mood", "error", "leak")
    assert "of 100 who left" in problem.message


@pytest.mark.parametrize("seed", range(4))
def test_a_field_filled_in_for_those_who_stay_is_found(seed):
    """A review after 12 weeks has a result only for those who are still there."""
    made = simulate_careers(300, seed=seed, starters_only=True)
    seen = (made.frame["ended"].fillna(made.cut) - made.frame["started_work"]).dt.days
    review = pd.Series("good", made.frame.index).where(seen > 84)
    assert "review" in {problem.column for problem in check_leaks(_careers(made, review=review))}


@pytest.mark.parametrize("kind", ["number", "word"])
@pytest.mark.parametrize("seed", range(3))
def test_a_field_that_tells_too_well_is_found(seed, kind):
    """Goodwill scored by the manager, after the fact, moves by two standard deviations."""
    made = simulate_careers(300, seed=seed, starters_only=True)
    goodwill = np.random.default_rng(seed).normal(-2.0 * _left(made.frame))
    if kind == "word":
        goodwill = np.where(goodwill > -1, "warm", "cool")
    found = check_leaks(_careers(made, goodwill=goodwill))
    assert [problem.column for problem in found] == ["goodwill"]
    assert "at best about 0.70" in found[0].message


def test_a_later_fact_in_the_funnel_is_no_leak():
    """Who withdraws before the interview has no score from it."""
    made = simulate_careers(2_000, seed=1)
    rng = np.random.default_rng(1)
    score = pd.Series(rng.normal(size=2_000)).where(made.frame["interviewed"].notna())
    assert check_leaks(_careers(made, interview_score=score)) == []


def test_open_applications_that_have_no_later_facts_yet_are_no_sign_of_a_leak():
    days = pd.date_range("2026-01-01", periods=100)
    gone = pd.DataFrame({"applied": days, "ended": days, "ended_by": "candidate", "score": 1.0})
    begun = pd.DataFrame({"applied": days, "started_work": days, "score": 1.0})
    waiting = pd.DataFrame({"applied": days.repeat(3)})
    table = pd.concat([gone, begun, waiting]).assign(provider="P")
    table["application"] = np.arange(len(table))
    assert check_leaks(Careers.from_frame(table, cut="2026-06-30")) == []


def test_a_field_that_came_into_use_lately_is_no_leak():
    """Most recent starters are still there, but that is not what the field says."""
    made = simulate_careers(2_000, seed=2, starters_only=True)
    new = made.frame["started_work"] > "2025-10-01"
    score = pd.Series(np.random.default_rng(2).normal(size=2_000)).where(new)
    assert check_leaks(_careers(made, new_score=score)) == []


def test_a_fact_about_the_funnel_that_only_those_who_withdrew_have_is_found():
    made = simulate_careers(1_000, seed=3)
    gone = (made.frame["ended_by"] == "candidate") & made.frame["started_work"].isna()
    (problem,) = check_leaks(_careers(made, callback=pd.Series("asked", gone.index).where(gone)))
    assert "of 100 who withdrew" in problem.message


def test_a_date_after_the_first_day_is_found():
    made = simulate_careers(100, seed=4, starters_only=True)
    review = made.frame["started_work"] + pd.Timedelta(days=84)
    found = check_leaks(_careers(made, review_date=review))
    assert any("after the first day of work in 100 careers" in one.message for one in found)


def test_too_few_ends_tell_nothing():
    made = simulate_careers(12, seed=1)
    assert check_leaks(_careers(made, mood=np.arange(12))) == []


def _copied(made, rng, changes):
    """Add copies of 5% of the rows, each with another name and so many other changes."""
    n = len(made.frame)
    source = rng.choice(n, n // 20, replace=False)
    copies = made.frame.iloc[source].copy()
    copies["application"] = "copy-" + copies["application"]
    for place in range(len(copies)):
        for name in rng.choice(FACTS, changes, replace=False):
            value = made.frame[name].iloc[rng.integers(n)]
            copies.iloc[place, copies.columns.get_loc(name)] = value
    return Careers.from_frame(pd.concat([made.frame, copies]), cut=made.cut), source


@pytest.mark.parametrize("changes", [0, 1, 2])
@pytest.mark.parametrize(("n", "seeds"), [(300, 2), (5_000, 1)])
def test_planted_copies_are_found_and_nothing_else(n, seeds, changes):
    for seed in range(seeds):
        made = simulate_careers(n, seed=seed)
        careers, source = _copied(made, np.random.default_rng(seed), changes)
        groups = alike_groups(careers)
        assert (groups[n:] == groups[source]).mean() >= 0.98
        assert len(np.unique(groups)) <= n + 0.02 * n // 20
        assert len(np.unique(groups[:n])) == n
        (problem,) = check_alike(careers)
        assert problem.severity == "warning"


def test_the_same_person_at_another_time_is_found():
    """All facts are the same, the dates and the provider are not."""
    made = simulate_careers(300, seed=6, starters_only=True)
    again = made.frame.head(5).copy()
    again["application"] += "-again"
    again["provider"] = "another"
    for name in again.select_dtypes("datetime"):
        again[name] = made.frame[name].iloc[0]
    again[["ended", "ended_by"]] = None
    careers = Careers.from_frame(pd.concat([made.frame, again]), cut=made.cut)
    groups = alike_groups(careers)
    assert (groups[300:] == groups[:5]).all()


def plainly_alike(careers):
    """Compare everybody with everybody: pairs that differ in two fields at most."""
    frame = careers.frame.drop(columns=["application"]).astype("str").fillna("")
    cells = frame.to_numpy()
    return {
        (one, other)
        for one in range(len(cells))
        for other in range(one)
        if (cells[one] != cells[other]).sum() <= 2
    }


def test_hashing_finds_what_comparing_everybody_with_everybody_finds():
    made = simulate_careers(200, seed=9)
    careers, _ = _copied(made, np.random.default_rng(9), 2)
    groups = alike_groups(careers)
    by_hashing = {
        (one, other)
        for one in range(len(groups))
        for other in range(one)
        if groups[one] == groups[other]
    }
    assert by_hashing == plainly_alike(careers)


def test_few_coarse_facts_cannot_tell_copies_from_chance():
    """Hundreds of equal rows, and no word about it: there are only so many answers."""
    rng = np.random.default_rng(1)
    table = pd.DataFrame({
        "application": [f"a{n}" for n in range(500)], "provider": rng.choice(list("PQ"), 500),
        "applied": rng.choice(pd.date_range("2026-01-05", periods=10, freq="7D"), 500),
        "own_transport": rng.choice(["yes", "no"], 500), "source": rng.choice(list("abc"), 500),
    })  # fmt: skip
    assert table.drop(columns="application").duplicated().sum() > 300
    assert check_alike(Careers.from_frame(table, cut="2026-06-30")) == []


def test_the_same_fact_in_two_units_does_not_count_twice():
    """Minutes and miles of the same way: their agreeing says no more than one of them does."""
    rng = np.random.default_rng(2)
    minutes = rng.integers(1, 120, 2_000)
    table = pd.DataFrame({
        "application": [f"a{n}" for n in range(2_000)], "provider": "P",
        "travel_minutes": minutes, "travel_miles": minutes / 2.4, "travel_km": minutes * 0.67,
        "travel_metres": minutes * 670, "round": "R" + pd.Series(minutes).astype(str),
        "travel_pay": minutes * 0.2,
    })  # fmt: skip
    assert check_alike(Careers.from_frame(table, cut="2026-06-30")) == []


def test_sound_careers_are_those_without_a_certain_leak():
    made = simulate_careers(300, seed=5, starters_only=True)
    assert require_sound(_careers(made)) == ()
    with pytest.raises(CareersError, match="mood"):
        require_sound(
            _careers(made, mood=pd.Series(1.0, made.frame.index).where(_left(made.frame)))
        )


def test_all_checks_come_in_one_list():
    made = simulate_careers(300, seed=1)
    twice = made.frame.head(10).assign(application=[f"again-{n}" for n in range(10)])
    table = pd.concat([made.frame, twice]).assign(postcode="LE1")
    told = check_careers(table, made.cut)
    assert [(one.rule, one.severity) for one in told] == [
        ("proxy", "warning"),
        ("alike", "warning"),
    ]
    assert "20 applications look like copies" in told[1].message
