"""Steps: recorded for one or several or none, once, and taken back without being forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from service.errors import InvalidForm, NotFound
from service.storage import Store
from service.use_cases.application import candidate_page
from service.use_cases.steps import MOST_AT_ONCE, record_step
from service.use_cases.undoing import recorded_together, undo_step, undo_together
from vbr_engine.funnel import STEPS

TODAY = date(2026, 11, 2)


@pytest.fixture
def record(store: Store, house: Any) -> Callable[..., Any]:
    def one(who: Any, step: str, **more: Any) -> Any:
        return record_step(
            store, house.provider_id, who, step, account=house.account, now=house.clock(), **more
        )

    return one


@pytest.fixture
def undo(store: Store, house: Any) -> Callable[..., Any]:
    def one(who: Any, **more: Any) -> Any:
        return undo_step(
            store, house.provider_id, who, account=house.account, now=house.clock(), **more
        )

    return one


def standing(house: Any, sitting: str) -> Any:
    with house.store.read() as unit:
        return unit.at(house.provider_id).standings.get(sitting)


def events(house: Any, sitting: str, *kinds: str) -> list[Any]:
    with house.store.read() as unit:
        found = unit.at(house.provider_id).events.of(sitting)
    return [event for event in found if event.kind in (kinds or ("step",))]


def test_a_step_moves_the_application_says_who_and_stands_in_the_ledger(
    house: Any, record: Any
) -> None:
    sitting = house.invite().sitting_id
    recorded = record(sitting, "accepted", request_id="form-1")
    assert recorded.skipped == ("interviewed", "offered")
    assert standing(house, sitting).stage == "accepted"
    (event,) = events(house, sitting)
    assert event.body == {
        "by": house.account.id,
        "step": "accepted",
        "on": "2026-11-02",
        "request": "form-1",
    }
    with house.store.read() as unit:
        chained = [entry.kind for entry in unit.at(house.provider_id).ledger.entries()]
    assert chained == ["step"]


def test_the_same_form_twice_records_once(house: Any, record: Any) -> None:
    people = [house.invite(name).sitting_id for name in ("Ana", "Bo")]
    for _click in range(2):
        record(people, "offered", request_id="form-1")
    assert [len(events(house, one)) for one in people] == [1, 1]
    record(people, "accepted", request_id="form-2")
    assert [len(events(house, one)) for one in people] == [2, 2]


def test_several_at_once_are_all_recorded_or_none_with_names(house: Any, record: Any) -> None:
    ana, bo, cy = (house.invite(name).sitting_id for name in ("Ana", "Bo", "Cy"))
    record(bo, "offered")
    with pytest.raises(InvalidForm) as caught:
        record([ana, bo, cy], "offered", request_id="all")
    assert caught.value.fields == {
        f"who-{bo}": "Bo: “Offered the job” comes too late: the stage is already “offered the job”."
    }
    assert [len(events(house, one)) for one in (ana, bo, cy)] == [0, 1, 0]
    record([ana, cy], "offered", request_id="all")
    assert {standing(house, one).stage for one in (ana, bo, cy)} == {"offered"}


@pytest.mark.parametrize("step", [code for code, step in STEPS.items() if step.ends])
def test_nothing_that_ends_an_application_is_recorded_for_several(
    house: Any, record: Any, step: str
) -> None:
    people = [house.invite(name).sitting_id for name in ("Ana", "Bo")]
    with pytest.raises(InvalidForm, match="each person’s own page"):
        record(people, step, reason="other", ended_by="candidate", text="Because.")
    assert [events(house, one) for one in people] == [[], []]


def test_an_end_by_the_employer_needs_a_persons_own_words(house: Any, record: Any) -> None:
    sitting = house.submitted().sitting_id
    with pytest.raises(InvalidForm) as caught:
        record(sitting, "not-appointed", reason="interview")
    assert set(caught.value.fields) == {"text"}
    with pytest.raises(InvalidForm) as caught:
        record(sitting, "not-appointed", text="We spoke about it.")
    assert caught.value.fields == {"reason": "Choose a reason."}
    record(sitting, "not-appointed", reason="interview", text="She told us of <Mrs Quill>.")
    found = standing(house, sitting)
    assert (found.ended, found.ended_by, found.reason) == ("not-appointed", "employer", "interview")
    (event,) = events(house, sitting)
    assert "Quill" not in str(event.body)
    page = candidate_page(house.store, house.provider_id, sitting, now=house.clock())
    assert page.timeline[-1].note == "She told us of <Mrs Quill>."


def test_who_leaves_by_their_own_will_needs_no_words_but_a_reason(house: Any, record: Any) -> None:
    sitting = house.invite().sitting_id
    record(sitting, "started-work")
    with pytest.raises(InvalidForm) as caught:
        record(sitting, "left")
    assert caught.value.fields == {"ended_by": "Choose who ended it."}
    record(sitting, "left", ended_by="candidate", reason="hours")
    assert standing(house, sitting).ended == "left"


def test_no_step_depends_on_answers_or_scores(house: Any, record: Any) -> None:
    """Whoever never answered a scenario can be recorded as whoever answered all."""
    silent, done = house.invite("Ana").sitting_id, house.submitted().sitting_id
    for step in ("called", "interview-booked", "attended", "offered", "accepted"):
        more = {"outcome": "reached"} if step == "called" else {}
        day = {"on": "2026-11-02"} if step == "interview-booked" else {}
        record([silent, done], step, **more, **day)
    assert standing(house, silent).stage == standing(house, done).stage == "accepted"


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"on": "32/1/2027"}, "on", "Enter a day such as"),
        ({"on": "2026-11-01"}, "on", "today or later"),
        ({"on": "2028-11-01"}, "on", "within the next year"),
        ({}, "on", "Enter a day."),
        ({"on": "3/11/2026", "at_time": "half ten"}, "time", "Enter a time such as 10:30."),
    ],
)
def test_an_interview_needs_a_day_ahead(
    house: Any, record: Any, given: dict[str, str], field: str, said: str
) -> None:
    sitting = house.invite().sitting_id
    with pytest.raises(InvalidForm) as caught:
        record(sitting, "interview-booked", **given)
    assert said in caught.value.fields[field]
    assert not events(house, sitting)


def test_an_interview_is_attended_on_the_day_it_was_booked_for(house: Any, record: Any) -> None:
    sitting = house.invite().sitting_id
    record(sitting, "interview-booked", on="3/11/2026", at_time="9.30")
    found = standing(house, sitting)
    assert (found.interview_on, found.interview_time) == (date(2026, 11, 3), "09:30")
    house.clock.forward(days=4)
    record(sitting, "attended")
    assert events(house, sitting)[-1].body["on"] == "2026-11-03"


def test_a_day_before_the_last_stage_is_refused_in_words(house: Any, record: Any) -> None:
    sitting = house.invite().sitting_id
    with pytest.raises(InvalidForm) as caught:
        record(sitting, "offered", on="2026-10-01")
    assert caught.value.fields == {
        "on": "Enter a day from 2 November 2026 on, the day of “invited”."
    }


def test_undo_takes_back_the_last_step_and_leaves_it_in_sight(
    house: Any, record: Any, undo: Any
) -> None:
    sitting = house.invite().sitting_id
    record(sitting, "offered")
    record(sitting, "accepted")
    first, last = events(house, sitting)
    with pytest.raises(InvalidForm, match="Something else was recorded since"):
        undo(sitting, number=first.number)
    for _click in range(2):
        undo(sitting, number=last.number)
    assert standing(house, sitting).stage == "offered"
    assert len(events(house, sitting, "undone")) == 1
    page = candidate_page(house.store, house.provider_id, sitting, now=house.clock())
    told = [(entry.body["step"], entry.undone_by, entry.can_undo) for entry in page.timeline[-2:]]
    assert told == [("offered", "", True), ("accepted", "Rae", False)]
    undo(sitting, number=first.number)
    assert standing(house, sitting).stage == "invited"


def test_undo_of_several_takes_back_all_or_nothing(house: Any, record: Any, undo: Any) -> None:
    ana, bo = (house.invite(name).sitting_id for name in ("Ana", "Bo"))
    record([ana, bo], "offered", request_id="both")
    record(bo, "accepted")
    with pytest.raises(InvalidForm) as caught:
        undo([ana, bo], request_id="both")
    assert list(caught.value.fields) == [f"who-{bo}"]
    assert standing(house, ana).stage == "offered"
    undo(bo, number=events(house, bo)[-1].number)
    for _click in range(2):
        undo([ana, bo], request_id="both")
    assert {standing(house, one).stage for one in (ana, bo)} == {"invited"}


def test_what_was_recorded_for_several_can_be_taken_back_until_something_follows(
    store: Store, house: Any, record: Any, undo: Any
) -> None:
    ana, bo, cai = (house.invite(name).sitting_id for name in ("Ana", "Bo", "Cai"))
    record([ana, bo], "called", outcome="message-left", request_id="first")
    house.clock.forward(hours=1)
    record([ana, bo, cai], "offered", request_id="second")
    record(cai, "accepted", request_id="alone")

    def held() -> list[Any]:
        return list(recorded_together(store, house.provider_id, house.vacancy_id)[1])

    told = [(one.step, one.outcome, one.names, one.late) for one in held()]
    assert told == [
        ("offered", "", ("Ana", "Bo", "Cai"), ("Cai",)),
        ("called", "message-left", ("Ana", "Bo"), ("Ana", "Bo")),
    ]
    assert {one.by for one in held()} == {house.account.name}
    undo(cai, number=events(house, cai)[-1].number)
    house.clock.forward(days=40)
    assert [one.late for one in held()] == [(), ("Ana", "Bo")]
    for request, stage in (("second", "invited"), ("first", "invited")):
        taken = undo_together(
            store,
            house.provider_id,
            house.vacancy_id,
            request,
            account=house.account,
            now=house.clock(),
        )
        assert set(taken) == ({ana, bo, cai} if request == "second" else {ana, bo})
        assert {standing(house, one).stage for one in (ana, bo, cai)} == {stage}
    assert held() == []


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"step": "offered", "on": "2099-01-01"}, "on"),
        ({"step": "called", "outcome": "shouted"}, "outcome"),
    ],
)
def test_what_is_wrong_with_the_form_of_several_is_told_at_the_field(
    house: Any, record: Any, more: dict[str, str], field: str
) -> None:
    people = [house.invite(name).sitting_id for name in ("Ana", "Bo")]
    with pytest.raises(InvalidForm) as caught:
        record(people, **more)
    assert list(caught.value.fields) == [field]


def test_stages_passed_over_are_told_for_several_with_their_number(house: Any, record: Any) -> None:
    ana, bo, cai = (house.invite(name).sitting_id for name in ("Ana", "Bo", "Cai"))
    record(cai, "offered")
    recorded = record([ana, bo, cai], "accepted", request_id="all")
    assert (recorded.skipped, recorded.n_skipping) == (("interviewed", "offered"), 2)
    again = record([ana, bo, cai], "accepted", request_id="all")
    assert (again.skipped, again.n_skipping) == ((), 0)


def test_undo_opens_an_application_that_was_ended_by_mistake(
    house: Any, record: Any, undo: Any
) -> None:
    sitting = house.invite().sitting_id
    record(sitting, "withdrawn", reason="another-job")
    undo(sitting, number=events(house, sitting)[-1].number)
    assert standing(house, sitting).ended is None


@pytest.mark.parametrize("number", [0, 1, 99])
def test_nothing_but_a_step_can_be_taken_back(house: Any, undo: Any, number: int) -> None:
    with pytest.raises(NotFound):
        undo(house.invite().sitting_id, number=number)


def test_an_empty_choice_and_too_many_are_told(house: Any, record: Any) -> None:
    with pytest.raises(InvalidForm, match="at least one"):
        record([], "offered")
    with pytest.raises(InvalidForm, match=str(MOST_AT_ONCE)):
        record([f"{place:032x}" for place in range(MOST_AT_ONCE + 1)], "offered")
    with pytest.raises(InvalidForm, match="no step called"):
        record(house.invite().sitting_id, "rejected-by-score")


def test_another_provider_finds_and_changes_nothing(
    store: Store, make_house: Callable[..., Any]
) -> None:
    mine, other = make_house("Meadow Care"), make_house("Harbour Care")
    sitting, own = mine.invite().sitting_id, other.invite().sitting_id
    now = mine.clock()
    for who in (sitting, [own, sitting]):
        with pytest.raises(NotFound):
            record_step(store, other.provider_id, who, "offered", account=other.account, now=now)
    record_step(store, mine.provider_id, sitting, "offered", account=mine.account, now=now)
    with pytest.raises(NotFound):
        undo_step(store, other.provider_id, sitting, account=other.account, now=now, number=2)
    assert standing(mine, sitting).stage == "offered"
    assert not events(other, own)
