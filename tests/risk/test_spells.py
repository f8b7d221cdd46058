"""Spells against the table of person by interval, written out in full and in the plainest way."""

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbr_engine.errors import CareersError
from vbr_engine.risk import STAGES, Careers, simulate_careers, spells_of
from vbr_engine.risk.conversion import interval_table
from vbr_engine.risk.stages import CAUSES, funnel_intervals, tenure_intervals

CUT = pd.Timestamp("2026-06-30")
FIRST = CUT - pd.Timedelta(days=500)


@st.composite
def careers(draw):
    """Applications that skip stages, stop anywhere, end anyhow, and may be seen late."""
    rows = []
    for number in range(draw(st.integers(1, 8))):
        day = draw(st.integers(0, 499))
        row = {"application": f"a{number}", "provider": draw(st.sampled_from("PQ"))}
        for place, stage in enumerate(STAGES[: draw(st.integers(1, len(STAGES)))]):
            if place == 0 or draw(st.booleans()):
                day += draw(st.integers(0, 40)) if place else 0
                row[stage] = day
        day += draw(st.one_of(st.integers(0, 30), st.integers(0, 400)))
        if draw(st.booleans()):
            row |= {"ended": day, "ended_by": draw(st.sampled_from(CAUSES))}
        if draw(st.booleans()):
            row["first_seen"] = draw(st.integers(0, min(row.get("ended", 500), 500)))
        rows.append({name: _known(held) for name, held in row.items()})
        if pd.isna(rows[-1].get("ended")):
            rows[-1]["ended_by"] = None
    return Careers.from_frame(pd.DataFrame(rows), cut=CUT)


def _known(held):
    """Return the date of a day, if it lies before the cut."""
    if not isinstance(held, int):
        return held
    date = FIRST + pd.Timedelta(days=held)
    return date if date <= CUT else pd.NaT


def tenure_written_out(careers):
    """Give (application, interval, exposure, event) for each interval seen, day by day."""
    for person in careers.frame.to_dict("records"):
        if pd.isna(person["started_work"]):
            continue
        ended = not pd.isna(person["ended"])
        last = ((person["ended"] if ended else careers.cut) - person["started_work"]).days
        seen_from = 0
        if not pd.isna(person.get("first_seen", pd.NaT)):
            seen_from = (person["first_seen"] - person["started_work"]).days
        for number, step in enumerate(tenure_intervals()):
            event = person["ended_by"] == "candidate" and last in range(step.start, step.end)
            days = sum(day < last for day in range(step.start, step.end))
            if step.start >= seen_from and (days or event):
                share = 1.0 if event else days / (step.end - step.start)
                yield person["application"], number, share, event


def funnel_written_out(careers):
    """Give the same for the steps from stage to stage, walking from one to the next."""
    for person in careers.frame.to_dict("records"):
        for number in range(len(STAGES) - 1):
            begun = [person[stage] for stage in STAGES[: number + 1] if not pd.isna(person[stage])]
            went_on = any(not pd.isna(person[stage]) for stage in STAGES[number + 1 :])
            late = begun and max(begun) < person.get("first_seen", pd.NaT)
            ended = None if pd.isna(person["ended_by"]) else person["ended_by"]
            share = 1.0 if went_on or ended == "candidate" else 0.5 if ended else 0.0
            if share and not late:
                yield person["application"], number, share, not went_on and ended == "candidate"
            if not went_on:
                break


def written_out_of(spells):
    """Explode spells into the same form."""
    for place, name in enumerate(spells.applications):
        for number in range(spells.entered[place], spells.exited[place] + 1):
            last = number == spells.exited[place]
            share = spells.exposure[place] if last else 1.0
            if share:
                yield name, number, pytest.approx(share), bool(last and spells.cause[place] == 1)


WRITTEN_OUT = {"leaving": tenure_written_out, "withdrawal": funnel_written_out}


@settings(max_examples=40, deadline=None)
@given(careers(), st.sampled_from(list(WRITTEN_OUT)))
def test_spells_hold_the_table_of_person_by_interval(table, outcome):
    assert list(written_out_of(spells_of(table, outcome))) == list(WRITTEN_OUT[outcome](table))


@settings(max_examples=25, deadline=None)
@given(careers(), st.sampled_from(list(WRITTEN_OUT)))
def test_adding_up_is_adding_up_the_table_written_out(table, outcome):
    rows = pd.DataFrame(
        WRITTEN_OUT[outcome](table), columns=["application", "interval", "share", "event"]
    )
    held = interval_table(spells_of(table, outcome))
    for number, line in held.iterrows():
        here = rows[rows["interval"] == number]
        assert line["at_risk"] == len(here)
        assert line["exposure"] == pytest.approx(here["share"].sum())
        assert line["events"] == here["event"].sum()
        if len(here):
            assert line["hazard"] == pytest.approx(here["event"].sum() / here["share"].sum())


@settings(max_examples=15, deadline=None)
@given(careers(), st.sampled_from(list(WRITTEN_OUT)), st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(table, outcome, random):
    order = list(range(len(table)))
    random.shuffle(order)
    other = Careers.from_frame(table.frame.iloc[order], cut=CUT)
    first, second = spells_of(table, outcome), spells_of(other, outcome)
    place = {name: number for number, name in enumerate(second.applications)}
    chosen = np.array([place[name] for name in first.applications], dtype=int)
    again = second.rows(chosen)
    for name in ("entered", "exited", "exposure", "cause", "provider"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert first.providers == again.providers
    pd.testing.assert_frame_equal(interval_table(first), interval_table(second))


@settings(max_examples=20, deadline=None)
@given(careers(), st.sampled_from(list(WRITTEN_OUT)))
def test_nothing_counts_beyond_the_cut(table, outcome):
    """Who is still there has been seen for as many days as there are before the cut, no more."""
    spells = spells_of(table, outcome)
    open_ones = table.frame.set_index("application").loc[list(spells.applications)]
    still = open_ones["ended"].isna().to_numpy()
    if outcome == "withdrawal":
        still = still & open_ones["started_work"].isna().to_numpy()
        assert (spells.exposure[still] == 0).all()
        return
    assert (spells.cause[still] == 0).all()
    ends = np.array([step.end for step in tenure_intervals()])
    starts = np.array([step.start for step in tenure_intervals()])
    seen = starts[spells.exited] + spells.exposure * (ends - starts)[spells.exited]
    days = (CUT - open_ones["started_work"]).dt.days.to_numpy()
    assert (seen[still] <= np.minimum(days, 365)[still] + 1e-9).all()


def _one(outcome="leaving", **held):
    row = {"application": "a", "provider": "P", "applied": "2025-01-01", **held}
    return spells_of(Careers.from_frame(pd.DataFrame([row]), cut="2026-06-30"), outcome)


@pytest.mark.parametrize(
    ("days", "interval"), [(0, 0), (6, 0), (7, 1), (90, 12), (91, 13), (334, 20), (364, 21)]
)
def test_somebody_leaves_in_the_interval_of_the_day(days, interval):
    ended = datetime.date(2025, 2, 1) + datetime.timedelta(days=days)
    spells = _one(started_work="2025-02-01", ended=ended, ended_by="candidate")
    assert (spells.exited[0], spells.exposure[0], spells.cause[0]) == (interval, 1, 1)


def test_leaving_after_a_year_is_no_early_leaving():
    spells = _one(started_work="2025-02-01", ended="2026-02-01", ended_by="candidate")
    assert (spells.exited[0], spells.exposure[0], spells.cause[0], spells.n_events) == (21, 1, 0, 0)


def test_a_dismissal_ends_what_can_be_seen_but_is_no_event():
    spells = _one(started_work="2025-02-01", ended="2025-02-11", ended_by="employer")
    assert (spells.exited[0], spells.cause[0]) == (1, 2)
    assert spells.exposure[0] == pytest.approx(3 / 7)


def test_in_post_already_counts_from_the_next_interval():
    """At 95 days, in month 4, months 4 and before are not seen in full: month 5 is the first."""
    spells = _one(started_work="2025-02-01", first_seen="2025-05-07")
    assert spells.intervals[spells.entered[0]].name == "month 5"


def test_who_goes_before_the_next_interval_tells_nothing():
    spells = _one(
        started_work="2025-02-01", first_seen="2025-05-07", ended="2025-05-09", ended_by="candidate"
    )
    assert (spells.entered[0], spells.exposure[0], spells.n_events) == (spells.exited[0], 0, 0)


def test_a_step_that_began_on_the_first_day_of_records_is_seen():
    row = {"offered": "2025-01-10", "ended": "2025-01-12", "ended_by": "candidate"}
    spells = _one("withdrawal", first_seen="2025-01-10", **row)
    assert STAGES[spells.entered[0]] == "offered"
    assert spells.n_events == 1
    assert _one("withdrawal", first_seen="2025-01-11", **row).n_events == 0


def test_ignoring_late_entry_makes_a_job_look_safer_than_it_is():
    """Half of the jobs are known only because they had lasted 90 days."""
    made = simulate_careers(8_000, seed=5, starters_only=True, provider_sd=0, missing=0)
    frame = made.frame.copy()
    frame["first_seen"] = pd.NaT
    late = frame.index % 2 == 0
    frame.loc[late, "first_seen"] = frame["started_work"] + pd.Timedelta(days=90)
    gone = late & (frame[["ended"]].fillna(made.cut)["ended"] < frame["first_seen"])
    seen = Careers.from_frame(frame[~gone], cut=made.cut)
    blind = Careers.from_frame(frame[~gone].drop(columns="first_seen"), cut=made.cut)
    true = 1 - made.truth["leaving-365"].mean()
    right = interval_table(spells_of(seen, "leaving"))["survival"].iloc[-1]
    wrong = interval_table(spells_of(blind, "leaving"))["survival"].iloc[-1]
    assert right == pytest.approx(true, abs=0.02)
    assert wrong > true + 0.05


def test_an_outcome_of_another_name_is_refused():
    with pytest.raises(CareersError, match="withdrawal, leaving"):
        _one("dismissal")


def test_intervals_join_without_gap():
    for steps in (tenure_intervals(), funnel_intervals()):
        assert [step.end for step in steps[:-1]] == [step.start for step in steps[1:]]
