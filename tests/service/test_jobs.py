"""Work in the background: progress, errors, cancelling, several workers, a killed one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from service.errors import InvalidForm, NotFound
from service.outbox.registry import JobFunction
from service.outbox.running import MOST_ATTEMPTS, JobTaken, Runner
from service.storage import Store
from service.storage.records import JobRecord
from service.use_cases.jobs import JobView, Report, job_view, start_job

Start = Callable[..., str]
Run = Callable[..., bool]


@pytest.fixture
def start(house: Any) -> Start:
    def begin(kind: str = "count", **body: Any) -> str:
        with house.store.write() as unit:
            return start_job(
                unit, house.provider_id, kind, body, by=house.account.id, now=house.clock()
            )

    return begin


@pytest.fixture
def run(store: Store) -> Run:
    def one(
        function: JobFunction, *, owner: str = "one", stop: threading.Event | None = None
    ) -> bool:
        jobs = {"count": function}
        return Runner(store, owner=owner, stop=stop or threading.Event(), jobs=jobs).run_one()

    return one


def view(house: Any, job_id: str) -> JobView:
    with house.store.read() as unit:
        return job_view(unit, house.provider_id, job_id)


def count(store: Store, job: JobRecord, report: Report) -> Mapping[str, Any]:
    for number in range(1, 4):
        report(number, 3)
    return {"counted": 3}


def test_a_job_runs_and_tells_how_far_it_is(house: Any, start: Start, run: Run) -> None:
    job_id, seen = start(), []

    def watched(store: Store, job: JobRecord, report: Report) -> Mapping[str, Any]:
        for number in range(1, 4):
            report(number, 3)
            now = view(house, job_id)
            seen.append((now.state, now.done, now.total))
        return {"counted": 3}

    assert view(house, job_id).state == "waiting"
    assert run(watched)
    assert seen == [("running", 1, 3), ("running", 2, 3), ("running", 3, 3)]
    found = view(house, job_id)
    assert (found.state, found.is_over, found.result) == ("done", True, {"counted": 3})
    assert not run(watched), "it runs once"


def test_nobody_else_finds_it(house: Any, make_house: Any, start: Start) -> None:
    job_id, other = start(), make_house("Hill Care")
    with house.store.read() as unit, pytest.raises(NotFound):
        job_view(unit, other.provider_id, job_id)


def test_a_form_sent_twice_starts_one_job(house: Any, store: Store) -> None:
    with store.write() as unit:
        for _ in range(2):
            start_job(unit, house.provider_id, "count", {}, by="x", now=house.clock(), id="form-1")
        assert unit.jobs.counts() == {"ready": 1}


def test_an_error_for_people_ends_it_with_its_sentence(house: Any, start: Start, run: Run) -> None:
    def fails(*_: Any) -> Mapping[str, Any]:
        raise InvalidForm({"file": "The file is empty."})

    job_id = start()
    run(fails)
    assert (view(house, job_id).state, view(house, job_id).problem) == (
        "failed",
        "The file is empty.",
    )
    with house.store.write() as unit:
        assert unit.jobs.retry(job_id, now=house.clock())
    run(count)
    assert view(house, job_id).state == "done"
    assert view(house, job_id).problem == ""


def test_a_fault_is_tried_again_and_ends(house: Any, start: Start, run: Run) -> None:
    tries = []

    def fails(*_: Any) -> Mapping[str, Any]:
        tries.append(1)
        raise ZeroDivisionError("with a secret in it")

    job_id = start()
    for _ in range(30):
        run(fails)
        house.clock.forward(hours=1)
    found = view(house, job_id)
    assert len(tries) == MOST_ATTEMPTS
    assert found.state == "failed"
    assert "secret" not in found.problem


def test_cancelling_stops_it_at_its_next_report(house: Any, start: Start, run: Run) -> None:
    job_id, reached = start(), []

    def long(store: Store, job: JobRecord, report: Report) -> Mapping[str, Any]:
        report(1, 2)
        with store.write() as unit:
            unit.jobs.cancel(job_id, now=store.clock())
        report(2, 2)
        reached.append(2)
        return {}

    run(long)
    assert reached == []
    assert view(house, job_id).state == "cancelled"


def test_a_stopping_worker_gives_it_back(house: Any, start: Start, run: Run) -> None:
    job_id, stop = start(), threading.Event()

    def interrupted(store: Store, job: JobRecord, report: Report) -> Mapping[str, Any]:
        stop.set()
        report(1, 2)
        raise AssertionError

    run(interrupted, stop=stop)
    assert view(house, job_id).state == "waiting"
    run(count, owner="other")
    assert view(house, job_id).state == "done"


def test_another_takes_over_when_a_worker_died(house: Any, start: Start, store: Store) -> None:
    job_id = start()
    with store.write() as unit:
        now = house.clock()
        assert unit.jobs.claim(owner="dead", now=now, until=house.clock.forward(seconds=60))
    alive = Runner(store, owner="alive", stop=threading.Event(), jobs={"count": count})
    house.clock.now = now
    assert not alive.run_one(), "the lease still holds"
    house.clock.forward(seconds=61)
    assert alive.run_one()
    with store.write() as unit:
        assert not unit.jobs.finish(job_id, owner="dead", result={"late": 1}, now=house.clock())
    assert view(house, job_id).result == {"counted": 3}


def test_a_slow_worker_that_lost_its_job_stops(house: Any, start: Start, store: Store) -> None:
    start()

    def slow(store: Store, job: JobRecord, report: Report) -> Mapping[str, Any]:
        house.clock.forward(minutes=5)
        with store.write() as unit:
            now = house.clock()
            assert unit.jobs.claim(owner="other", now=now, until=house.clock.forward(seconds=60))
        with pytest.raises(JobTaken):
            report(1, 2)
        raise JobTaken

    Runner(store, owner="slow", stop=threading.Event(), jobs={"count": slow}).run_one()
    with store.read() as unit:
        assert [job.lease_owner for job in unit.jobs.recent(most=1)] == ["other"]


def test_a_job_that_takes_its_worker_with_it_is_given_up(
    house: Any, start: Start, store: Store, run: Run
) -> None:
    job_id = start()
    for _ in range(MOST_ATTEMPTS):
        with store.write() as unit:
            now = house.clock()
            assert unit.jobs.claim(owner="dies", now=now, until=now)
    assert run(count)
    assert view(house, job_id).state == "failed"


def test_organisations_with_nothing_running_come_first(
    house: Any, make_house: Any, start: Start, store: Store
) -> None:
    other = make_house("Hill Care")
    for _ in range(3):
        start()
    house.clock.forward(minutes=1)
    with store.write() as unit:
        start_job(unit, other.provider_id, "count", {}, by="x", now=house.clock())
    taken = []
    with store.write() as unit:
        now = house.clock()
        until = house.clock.forward(minutes=1)
        for owner in ("a", "b"):
            job = unit.jobs.claim(owner=owner, now=now, until=until)
            assert job is not None
            taken.append(job.provider_id)
    assert taken == [house.provider_id, other.provider_id]


def test_what_needs_attention_is_listed_first(
    house: Any, start: Start, run: Run, store: Store
) -> None:
    def fails(*_: Any) -> Mapping[str, Any]:
        raise InvalidForm({"file": "The file is empty."})

    failed = start()
    run(fails)
    waiting = start()
    for _ in range(3):
        house.clock.forward(minutes=1)
        done = start()
        with store.write() as unit:
            unit.jobs.cancel(done, now=house.clock())
    with store.read() as unit:
        listed = [job.id for job in unit.jobs.recent(most=3)]
    assert listed == [waiting, failed, done]


def test_the_lease_is_kept_while_a_job_says_nothing(
    house: Any, start: Start, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = start()
    monkeypatch.setattr("service.outbox.running.LEASE", house.clock.now - house.clock.now)
    renewed = []

    def silent(store: Store, job: JobRecord, report: Report) -> Mapping[str, Any]:
        house.clock.forward(minutes=10)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and not renewed:
            with store.read() as unit:
                found = unit.jobs.get(house.provider_id, job_id)
            assert found is not None
            assert found.lease_until is not None
            renewed.extend([1] if found.lease_until >= house.clock() else [])
        return {}

    Runner(store, owner="one", stop=threading.Event(), jobs={"count": silent}).run_one()
    assert renewed
