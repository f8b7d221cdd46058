"""Names and words go when their period is over: not a day later without a reason, and for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.outbox.daily import Daily
from service.outbox.registry import JOBS
from service.outbox.running import Runner
from service.storage import Store
from service.storage.standings import LOCAL
from service.use_cases import asking, ledger, reports, settings_changes
from service.use_cases.answering import answer_task
from service.use_cases.erasing import erase_in
from service.use_cases.messages import enqueue
from service.use_cases.retention import (
    AHEAD,
    JOB,
    erase_old,
    foreseen,
    kept_until,
    months_later,
    plan_erasure,
)
from service.use_cases.steps import record_step
from service.use_cases.tasks import list_tasks
from service.use_cases.views import Account
from vbr_engine.funnel import Happening, standing_of

House = Clock = Any  # fixtures of conftest.py
SAID = "Sang to her neighbour every morning."


def run_jobs(store: Store) -> int:
    runner, ran = Runner(store, owner="tester", stop=Event()), 0
    while runner.run_one():
        ran += 1
    return ran


def planned_and_run(store: Store, clock: Clock) -> int:
    started = plan_erasure(store, now=clock())
    run_jobs(store)
    return started


def names(house: House) -> set[str]:
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        held = (tenant.identities.get(one) for one in tenant.standings.all())
        return {one.name for one in held if one is not None}


def ended(house: House, name: str = "Ana Beispiel") -> str:
    """Somebody about whom there are notes, and who was not appointed."""
    sitting_id: str = house.invite(name).sitting_id
    record_step(
        house.store,
        house.provider_id,
        sitting_id,
        "not-appointed",
        account=house.account,
        now=house.clock(),
        reason="post-filled",
        ended_by="employer",
        text=SAID,
    )
    return sitting_id


# The period


@pytest.mark.parametrize(
    ("day", "months", "until"),
    [
        (date(2026, 5, 10), 6, date(2026, 11, 10)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 12, 1), 24, date(2028, 12, 1)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_months_are_calendar_months(day: date, months: int, until: date) -> None:
    assert months_later(day, months) == until


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 24))
def test_a_period_lies_between_its_shortest_and_its_longest_months(day: date, months: int) -> None:
    assert timedelta(28 * months) <= months_later(day, months) - day <= timedelta(31 * months)


def test_the_period_runs_from_the_end_or_else_from_what_happened_last() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=LOCAL)
    standing = standing_of([Happening("invited", at), Happening("started", at + timedelta(days=9))])
    assert kept_until(standing, 1) == date(2026, 4, 11)
    over = {"step": "not-appointed", "on": "2026-03-20", "reason": "other", "ended_by": "employer"}
    later = Happening("step", at + timedelta(days=40), over)
    assert kept_until(standing_of([Happening("invited", at), later]), 1) == date(2026, 4, 20)


# The job


def test_the_day_before_everything_is_there_and_on_the_day_it_is_gone(
    house: House, store: Store, clock: Clock
) -> None:
    sitting_id = ended(house)  # on 2 November 2026
    clock.now = datetime(2027, 5, 1, 12, tzinfo=UTC)
    assert planned_and_run(store, clock) == 0
    assert names(house) == {"Ana Beispiel"}
    clock.now = datetime(2027, 5, 2, 0, 30, tzinfo=UTC)
    assert planned_and_run(store, clock) == 1
    with store.read() as unit:
        tenant = unit.at(house.provider_id)
        assert tenant.identities.get(sitting_id) is None
        assert tenant.remarks.of(sitting_id) == {}
        standing, events = tenant.standings.get(sitting_id), tenant.events.of(sitting_id)
        job = unit.jobs.latest(house.provider_id, JOB)
    assert standing is not None
    assert standing.erased
    assert (events[-1].kind, events[-1].body["why"]) == ("erased", "retention")
    assert job is not None
    assert (job.state, job.result) == ("done", {"erased": 1, "held": 0})
    assert ledger.verify(store).is_sound


def test_no_byte_of_the_name_or_the_notes_is_left(house: House, store: Store, clock: Clock) -> None:
    sitting_id = ended(house)
    with store.write() as unit:
        tenant = unit.at(house.provider_id)
        enqueue(tenant, "invitation", key="k", at=clock(), sitting_id=sitting_id)
        sealed = tenant.identities.get(sitting_id)
    assert sealed is not None
    clock.forward(days=200)
    planned_and_run(store, clock)
    with store.read() as unit:
        tenant = unit.at(house.provider_id)
        bodies = [message.body for message in tenant.messages.of((sitting_id,))]
        assert bodies
        assert not any("to" in body for body in bodies)
        assert [m.state for m in tenant.messages.of((sitting_id,))] == ["cancelled"]


def test_again_on_the_same_day_or_after_a_crash_nothing_happens_twice(
    house: House, store: Store, clock: Clock
) -> None:
    ended(house)
    clock.forward(days=200)
    daily = Daily(store)
    assert daily.plan() is False
    daily.plan()
    assert plan_erasure(store, now=clock()) == 1  # the same job, which is there already
    assert run_jobs(store) == 1
    assert planned_and_run(store, clock) == 0
    clock.forward(days=1)
    daily.plan()
    assert run_jobs(store) == 0
    with store.read() as unit:
        tenant = unit.at(house.provider_id)
        kinds = [e.kind for one in tenant.standings.all() for e in tenant.events.of(one)]
    assert kinds.count("erased") == 1


def test_what_is_written_after_the_name_was_erased_goes_too(
    house: House, store: Store, clock: Clock
) -> None:
    sitting_id = ended(house)
    clock.forward(days=200)
    planned_and_run(store, clock)
    with store.write() as unit:
        unit.at(house.provider_id).remarks.add(sitting_id, id="late", text=SAID)
    clock.forward(days=1)
    assert planned_and_run(store, clock) == 1
    with store.read() as unit:
        assert unit.at(house.provider_id).remarks.of(sitting_id) == {}


def test_each_organisation_has_its_own_period(
    make_house: Callable[..., House], store: Store, clock: Clock
) -> None:
    short, long = make_house("North Care"), make_house("South Care")
    ended(short)
    ended(long)
    for house, months in ((short, "1"), (long, "24")):
        settings_changes.change_retention(
            store, house.provider_id, months=months, by=house.account, now=clock()
        )
    clock.forward(days=40)
    planned_and_run(store, clock)
    assert names(short) == set()
    assert names(long) == {"Ana Beispiel"}
    clock.forward(days=700)
    planned_and_run(store, clock)
    assert names(long) == set()


def test_something_that_happens_starts_the_period_anew(
    house: House, store: Store, clock: Clock
) -> None:
    sitting_id = house.invite().sitting_id
    clock.forward(days=170)
    record_step(
        store,
        house.provider_id,
        sitting_id,
        "called",
        account=house.account,
        now=clock(),
        outcome="reached",
    )
    clock.forward(days=30)
    assert planned_and_run(store, clock) == 0
    clock.forward(days=160)
    assert planned_and_run(store, clock) == 1


def test_an_open_contest_holds_and_its_answer_lets_go(
    house: House, store: Store, clock: Clock
) -> None:
    sitting_id = house.submitted().sitting_id
    reports.record_first_view(
        store,
        house.provider_id,
        sitting_id,
        account=house.account,
        view="unsure",
        note="",
        now=clock(),
    )
    asking.contest(store, sitting_id, text="Please look again.", now=clock())
    clock.forward(days=400)
    found = foreseen(store, house.provider_id, now=clock())
    assert (found.number, found.held) == (0, 1)
    assert found.people[0].held
    assert planned_and_run(store, clock) == 0
    colleague = Account("colleague", house.provider_id, "", "Cole", "c@example.org", "manager")
    reports.record_first_view(
        store, house.provider_id, sitting_id, account=colleague, view="unsure", note="", now=clock()
    )
    task = list_tasks(store, colleague)[0]
    answer_task(
        store, colleague, task.task.id, outcome="stands", text="We looked again.", now=clock()
    )
    clock.forward(days=400)
    assert planned_and_run(store, clock) == 1
    assert names(house) == set()


def test_a_contest_that_comes_while_the_job_waits_is_seen(
    house: House, store: Store, clock: Clock
) -> None:
    sitting_id = house.submitted().sitting_id
    clock.forward(days=400)
    assert plan_erasure(store, now=clock()) == 1
    asking.contest(store, sitting_id, text="Please look again.", now=clock())
    run_jobs(store)
    assert names(house) == {"Ana Beispiel"}


@pytest.mark.parametrize("kind", ["contest", "call"])
def test_what_happens_while_the_job_runs_is_seen(
    house: House, store: Store, clock: Clock, kind: str
) -> None:
    ids, began = [house.invite(name).sitting_id for name in ("Ana One", "Ana Two")], clock()
    clock.forward(days=400)

    def meanwhile(done: int, _total: int) -> None:
        with store.read() as unit:
            left = [one for one in ids if unit.at(house.provider_id).identities.get(one)]
        if done == 1 and kind == "contest":
            asking.contest(store, left[0], text="Please look again.", now=began)
        elif done == 1:
            given = {"account": house.account, "now": clock(), "outcome": "reached"}
            record_step(store, house.provider_id, left[0], "called", **given)

    job: Any = SimpleNamespace(provider_id=house.provider_id)
    assert erase_old(store, job, meanwhile)["erased"] == 1
    assert len(names(house)) == 1


# What a manager sees beforehand


def test_the_preview_is_what_happens(house: House, store: Store, clock: Clock) -> None:
    for name in ("Ana One", "Ana Two"):
        ended(house, name)
    clock.forward(days=20)
    ended(house, "Ana Three")
    clock.forward(days=145)  # 2 May is 16 days away, 22 May is 36
    found = foreseen(store, house.provider_id, now=clock())
    assert (found.number, found.held) == (2, 0)
    assert {one.name for one in found.people} == {"Ana One", "Ana Two"}
    assert {one.on for one in found.people} == {date(2027, 5, 2)}
    clock.forward(days=AHEAD.days)
    planned_and_run(store, clock)
    assert names(house) == {"Ana Three"}


def test_the_preview_of_another_period_changes_nothing(
    house: House, store: Store, clock: Clock
) -> None:
    ended(house)
    clock.forward(days=40)
    assert foreseen(store, house.provider_id, now=clock(), months=1).number == 1
    assert foreseen(store, house.provider_id, now=clock()).number == 0
    assert planned_and_run(store, clock) == 0


def test_the_worker_knows_the_job(house: House) -> None:
    assert JOB in JOBS
    assert isinstance(house.provider_id, str)


def test_the_preview_names_the_first_fifty(house: House, store: Store, clock: Any) -> None:
    for number in range(52):
        house.invite(f"Ana {number}")
    clock.forward(days=200)
    found = foreseen(store, house.provider_id, now=clock())
    assert (found.number, len(found.people)) == (52, 50)


# What leaves the disk


def sealed(store: Store, sitting_id: str) -> list[bytes]:
    """Everything that is kept sealed about somebody, as it stands on the disk."""
    found: list[bytes] = []
    with store.read() as unit:
        for table in ("identities", "remarks"):
            rows = unit.connection.exec_driver_sql(
                f"SELECT * FROM {table} WHERE sitting_id = ?", (sitting_id,)
            )
            found += [bytes(cell) for row in rows for cell in row if isinstance(cell, bytes)]
    assert len(found) >= 3, "a name, an address and a remark at least"
    return found


def on_disk(store: Store, pieces: list[bytes]) -> int:
    files = (store.path, store.path.with_name(f"{store.path.name}-wal"))
    content = b"".join(file.read_bytes() for file in files if file.exists())
    return sum(piece in content for piece in pieces)


def talked_with(house: House, store: Store, clock: Clock) -> str:
    """Somebody about whom something was written down."""
    sitting_id: str = house.submitted().sitting_id
    reports.record_first_view(
        store,
        house.provider_id,
        sitting_id,
        account=house.account,
        view="unsure",
        note=SAID,
        now=clock(),
    )
    return sitting_id


def test_after_the_job_the_disk_holds_none_of_it(house: House, store: Store, clock: Clock) -> None:
    pieces = sealed(store, talked_with(house, store, clock))
    assert on_disk(store, pieces) == len(pieces)
    clock.forward(days=400)
    assert planned_and_run(store, clock) == 1
    assert on_disk(store, pieces) == 0


def test_what_a_long_reader_holds_leaves_the_disk_when_they_have_read(
    house: House, store: Store, clock: Clock
) -> None:
    pieces = sealed(store, talked_with(house, store, clock))
    clock.forward(days=400)
    daily = Daily(store)
    daily.plan()
    with store.read() as unit:
        assert unit.at(house.provider_id).identities is not None
        unit.connection.exec_driver_sql("SELECT count(*) FROM identities").all()
        assert run_jobs(store) == 1
        assert not store.forget_owed()
        assert on_disk(store, pieces) > 0
    daily.plan()
    assert on_disk(store, pieces) == 0
    assert store.forget_owed()


def test_a_worker_that_starts_sees_to_what_a_killed_one_left(
    house: House, store: Store, clock: Clock
) -> None:
    sitting_id = talked_with(house, store, clock)
    pieces = sealed(store, sitting_id)
    with store.write() as unit:  # killed before the file was emptied
        erase_in(unit.at(house.provider_id), sitting_id, by=None, now=clock())
    assert on_disk(store, pieces) > 0
    Daily(store).plan()
    assert on_disk(store, pieces) == 0
