"""Counts of the funnel and of who stays, against counting by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from vbr_engine.errors import CareersError
from vbr_engine.risk import STAGES, Careers, simulate_careers, spells_of
from vbr_engine.risk.conversion import funnel, interval_table, retention

CUT = "2026-06-30"
MOVED = "transfer"
# Ten applications: three never invited (two withdrew, one turned down), one waits after the
# invitation, one withdrew after the offer, one was moved to another branch after accepting, one
# waits for the first day, three started work (and one of them has left).
BY_HAND = pd.DataFrame(
    [
        ("a", "2026-01-01", None, None, None, None, "2026-01-04", "candidate"),
        ("b", "2026-01-01", None, None, None, None, "2026-01-09", "candidate"),
        ("c", "2026-01-01", None, None, None, None, "2026-01-09", "employer"),
        ("d", "2026-06-25", "2026-06-29", None, None, None, None, None),
        ("e", "2026-01-01", "2026-01-02", "2026-01-12", None, None, "2026-01-15", "candidate"),
        ("f", "2026-01-01", "2026-01-03", "2026-01-15", "2026-01-16", None, "2026-02-01", MOVED),
        ("g", "2026-06-01", "2026-06-05", "2026-06-12", "2026-06-14", None, None, None),
        ("h", "2026-01-01", "2026-01-03", "2026-01-15", "2026-01-19", "2026-02-01", None, None),
        ("i", "2026-01-01", "2026-01-03", None, None, "2026-02-11", None, None),
        ("j", "2026-01-01", "2026-01-01", "2026-01-01", "2026-01-02", "2026-02-01", "2026-04-01",
         "candidate"),
    ],
    columns=["application", "applied", "invited", "offered", "accepted", "started_work", "ended",
             "ended_by"],
).assign(provider="P")  # fmt: skip


@pytest.fixture(name="counts")
def _counts():
    return funnel(Careers.from_frame(BY_HAND, cut=CUT)).set_index("stage")


def test_the_funnel_counts_as_by_hand(counts):
    assert counts["reached"].to_dict() == {
        "applied": 10, "invited": 7, "started": 6, "completed": 6, "interviewed": 6, "offered": 6,
        "accepted": 5, "started_work": 3,
    }  # fmt: skip
    assert counts.loc["applied", ["withdrew", "declined", "otherwise", "open"]].tolist() == [
        2,
        1,
        0,
        0,
    ]
    assert counts.loc["invited", ["withdrew", "open"]].tolist() == [0, 1]
    assert counts.loc["offered", ["withdrew", "declined"]].tolist() == [1, 0]
    assert counts.loc["accepted", ["otherwise", "open"]].tolist() == [1, 1]
    assert counts.loc["started_work", ["withdrew", "open"]].tolist() == [1, 2]


def test_the_funnel_waits_as_by_hand(counts):
    # applied to invited: 4, 1, 2, 4, 2, 2, 0; offered to accepted: 1, 2, 4, 1
    assert counts.loc["applied", "median_days"] == 2
    assert counts.loc["offered", "median_days"] == 1.5
    # accepted to the first day: 13 and 30
    assert counts.loc["accepted", "median_days"] == 21.5
    assert counts.loc[["started", "completed", "started_work"], "median_days"].isna().all()


def test_the_share_that_goes_on_leaves_the_open_out_and_has_wilsons_interval(counts):
    assert counts.loc["invited", "onward"] == 1.0  # 6 of 7 - 1 open
    held = binomtest(7, 10).proportion_ci(method="wilson")
    assert counts.loc["applied", ["onward", "low", "high"]].tolist() == pytest.approx(
        [0.7, held.low, held.high]
    )
    assert counts.loc["started_work", ["onward", "low", "high"]].isna().all()


@pytest.mark.parametrize("seed", range(3))
def test_every_application_is_somewhere_once(seed):
    made = simulate_careers(700, seed=seed)
    counts = funnel(Careers.from_frame(made.frame, cut=made.cut))
    ends = counts[["withdrew", "declined", "otherwise", "open"]].sum(axis=1)
    np.testing.assert_array_equal(counts["reached"] - ends, [*counts["reached"][1:], 0])
    assert ends.sum() == 700


def test_who_was_under_way_when_records_began_is_not_counted():
    late = BY_HAND.assign(first_seen=None)
    late.loc[late["application"].isin(["h", "i"]), "first_seen"] = "2026-01-20"
    counts = funnel(Careers.from_frame(late, cut=CUT)).set_index("stage")
    assert counts.loc[["applied", "started_work"], "reached"].tolist() == [8, 1]


def test_the_funnel_agrees_with_spells():
    made = simulate_careers(900, seed=4)
    careers = Careers.from_frame(made.frame, cut=made.cut)
    counts = funnel(careers).head(len(STAGES) - 1)
    table = interval_table(spells_of(careers, "withdrawal"))
    assert table["events"].tolist() == counts["withdrew"].tolist()
    assert table["competing"].tolist() == (counts["declined"] + counts["otherwise"]).tolist()
    assert table["at_risk"].tolist() == (counts["reached"] - counts["open"]).tolist()


def plain_kaplan_meier(frame, cut, day):
    """Walk through the days, counting each time who is there."""
    survival = greenwood = None
    people = frame.to_dict("records")
    for today in range(day):
        at_risk = left = 0
        for person in people:
            end = cut if pd.isna(person["ended"]) else person["ended"]
            last = (end - person["started_work"]).days
            entered = 0
            if not pd.isna(person.get("first_seen", pd.NaT)):
                entered = (person["first_seen"] - person["started_work"]).days
            at_risk += entered <= today <= last
            left += entered <= today == last and person["ended_by"] == "candidate"
        survival, greenwood = (1.0, 0.0) if survival is None else (survival, greenwood)
        if left:
            survival *= 1 - left / at_risk
            greenwood += left / (at_risk * (at_risk - left)) if at_risk > left else np.inf
    return survival, greenwood


@pytest.mark.parametrize("late", [False, True])
def test_retention_is_kaplan_and_meiers(late):
    made = simulate_careers(60, seed=8, starters_only=True)
    frame = made.frame.copy()
    if late:
        seen = frame["started_work"] + pd.to_timedelta(np.arange(60), unit="D")
        frame["first_seen"] = seen.where(seen <= frame["ended"].fillna(made.cut))
    careers = Careers.from_frame(frame, cut=made.cut)
    held = retention(careers, days=[30, 90, 365]).set_index("day")
    for day, line in held.iterrows():
        survival, greenwood = plain_kaplan_meier(careers.frame, made.cut, day)
        assert line["retained"] == pytest.approx(survival)
        bounds = [
            survival ** np.exp(sign * 1.959964 * np.sqrt(greenwood) / -np.log(survival))
            for sign in (1, -1)
        ]
        assert line[["low", "high"]].tolist() == pytest.approx(bounds, rel=1e-5)


def test_counts_of_who_stays_as_by_hand():
    """Of three, one is followed for 149 days, one for 139; one left after 59."""
    held = retention(Careers.from_frame(BY_HAND, cut=CUT), days=[30, 90, 145]).set_index("day")
    assert held[["started", "left", "otherwise", "followed"]].to_numpy().tolist() == [
        [3, 0, 0, 3], [3, 1, 0, 2], [3, 1, 0, 1]
    ]  # fmt: skip
    assert held["retained"].tolist() == pytest.approx([1, 2 / 3, 2 / 3])


def test_nothing_is_said_of_days_that_nobody_was_followed_for():
    assert retention(Careers.from_frame(BY_HAND, cut=CUT), days=[365])["retained"].isna().all()


def test_retention_of_nobody_is_empty_not_an_error():
    held = retention(Careers.from_frame(BY_HAND.drop(columns="started_work"), cut=CUT))
    assert held["started"].eq(0).all()
    assert held["retained"].isna().all()


@pytest.mark.parametrize("day", [0, 366])
def test_days_outside_the_year_are_refused(day):
    with pytest.raises(CareersError, match="1 to 365"):
        retention(Careers.from_frame(BY_HAND, cut=CUT), days=[day])
