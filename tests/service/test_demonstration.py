"""The sample data: made once, found again, marked as simulated, nothing growing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.demo import NEIGHBOURS, PEOPLE, Demonstration, fresh_link, prepare
from service.demonstration.at_once import at_once
from service.publish import publish_banks
from service.storage import Store
from service.use_cases import accounts, ledger, ratings, reports, retention, sittings, tasks
from service.use_cases.board import Filters, vacancy_board
from service.use_cases.calls import calls_for_today
from service.use_cases.views import Account, Board, BoardRow
from vbr_engine.funnel import STAGES

BANKS = Path(__file__).parents[2] / "question_banks"


@pytest.fixture
def path(store: Store, tmp_path: Path) -> Path:
    publish_banks(store, BANKS, replace=True)
    return tmp_path / "demonstration.json"


@dataclass(frozen=True)
class Made:
    """The sample data, made once for all tests that only look."""

    store: Store
    demo: Demonstration
    now: datetime


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder, now = tmp_path_factory.mktemp("demonstration"), datetime(2026, 11, 2, 9, tzinfo=UTC)
    store = Store(folder / "vbr.sqlite3", secret="a secret for tests, 32 characters")
    publish_banks(store, BANKS, replace=True)
    yield Made(store, prepare(store, folder / "demonstration.json", now=now), now)
    store.close()


def board_of(store: Store, demo: Demonstration, now: Any, **filters: Any) -> Board:
    return vacancy_board(store, demo.provider_id, demo.vacancy_id, Filters(**filters), now=now)


def everybody(store: Store, demo: Demonstration, now: Any) -> Sequence[BoardRow]:
    going = board_of(store, demo, now).rows
    return (*going, *board_of(store, demo, now, show="ended").rows)


def recruiter(demo: Demonstration, number: int = 0) -> Account:
    one = demo.sign_ins[number]
    return Account(one.account_id, one.provider_id, "", one.name, one.email, one.role)


def test_the_board_shows_every_state_and_says_that_it_is_simulated(made: Made) -> None:
    store, demo, now = made.store, made.demo, made.now
    rows = everybody(store, demo, now)
    assert len({row.sitting_id for row in rows}) == len(PEOPLE) == 30
    assert all(row.simulated for row in rows)
    assert {row.state for row in rows} == {"invited", "started", "stuck", "completed"}
    stages = Counter(row.standing.stage for row in rows)
    to_work = ("invited", "started", "completed", "interviewed", "offered", "accepted")
    assert all(stages[stage] for stage in (*to_work, "started_work"))
    assert {row.standing.ended for row in rows} == {None, "withdrawn", "not-appointed", "left"}
    assert board_of(store, demo, now).counts.stuck > 2
    assert any(row.standing.bounced_at for row in rows)
    assert max(STAGES.index(row.standing.stage) for row in rows) > STAGES.index("started_work")


def test_every_room_has_something_to_show(made: Made) -> None:
    store, demo, now = made.store, made.demo, made.now
    assert calls_for_today(store, demo.provider_id, now=now).total > 10
    with store.read() as unit:
        tenant = unit.at(demo.provider_id)
        kinds = {task.kind for task in tenant.tasks.open()}
        contested = sum(one.contested for one in tenant.standings.all().values())
    assert {"adjustment", "contest", "person"} <= kinds
    assert contested == 1
    for number in (1, 2):  # two people to rate what somebody said in their own words
        assert ratings.next_to_rate(store, recruiter(demo, number)) is not None
    assert retention.foreseen(store, demo.provider_id, now=now).number == 1
    assert len(tasks.list_tasks(store, recruiter(demo))) == 3


def test_every_role_can_sign_in_with_the_one_password(made: Made) -> None:
    store, demo, now = made.store, made.demo, made.now
    roles = Counter(one.role for one in demo.sign_ins)
    assert roles == {
        "recruiter": 3,
        "manager": 2,
        "council": 1,
        "researcher": 2,
        "administrator": 1,
    }
    for one in demo.sign_ins:
        session = accounts.sign_in(store, one.email, demo.password, now=now, address=one.email)
        found = accounts.account_for(store, session, now=now)
        assert found is not None
        assert (found.role, found.provider_id) == (one.role, one.provider_id)


def test_the_second_provider_has_people_of_its_own(made: Made) -> None:
    store, demo = made.store, made.demo
    with store.read() as unit:
        neighbours = set(unit.at(demo.neighbour_id).standings.all())
        first = set(unit.at(demo.provider_id).standings.all())
    assert len(neighbours) == len(NEIGHBOURS)
    assert not neighbours & first


def test_the_ledger_of_the_sample_data_verifies(made: Made) -> None:
    assert ledger.verify(made.store).is_sound


def test_the_sample_reports_differ_and_one_carries_flags(made: Made) -> None:
    store, demo, now = made.store, made.demo, made.now
    flags, composites = {}, {}
    for row in everybody(store, demo, now):
        if row.name.split()[0] not in {"Ash", "Bea", "Cal", "Dee"}:
            continue
        reports.record_first_view(
            store,
            demo.provider_id,
            row.sitting_id,
            account=recruiter(demo),
            view="unsure",
            note="",
            now=now,
        )
        reports.open_report(
            store, demo.provider_id, row.sitting_id, account=recruiter(demo), now=now
        )
        with store.read() as unit:
            body = unit.at(demo.provider_id).profiles.get(row.sitting_id)
        assert body is not None
        flags[row.name] = {flag["id"] for flag in body["flags"]}
        composites[row.name] = body["composite"]["score"]
    assert flags["Dee Sample"] >= {"very-fast"}
    assert not flags["Ash Sample"] | flags["Bea Sample"] | flags["Cal Sample"]
    assert composites["Ash Sample"] > composites["Bea Sample"] > composites["Cal Sample"]


def test_a_second_start_keeps_everything_and_makes_only_a_new_link(
    store: Store, path: Path, clock: Any
) -> None:
    demo = prepare(store, path, now=clock())
    assert path.stat().st_mode & 0o777 == 0o600
    first = fresh_link(store, path, demo, now=clock())
    again = prepare(store, path, now=clock.forward(minutes=5))
    second = fresh_link(store, path, again, now=clock())
    assert first != second
    assert (again.password, again.provider_id) == (demo.password, demo.provider_id)
    assert again.sign_ins == demo.sign_ins
    assert len(everybody(store, again, clock())) == len(PEOPLE) + 1
    assert accounts.sign_in(store, demo.email, demo.password, now=clock(), address="::1")


def test_a_sitting_that_was_started_is_left_alone(store: Store, path: Path, clock: Any) -> None:
    demo = prepare(store, path, now=clock())
    token = fresh_link(store, path, demo, now=clock())
    sittings.start_sitting(store, token, now=clock())
    other = fresh_link(store, path, prepare(store, path, now=clock()), now=clock())
    assert sittings.view_invitation(store, token).state == "started"
    assert sittings.view_invitation(store, other).state == "invited"


def test_a_start_whose_notes_are_lost_begins_anew_beside_the_old(
    store: Store, path: Path, clock: Any
) -> None:
    first = prepare(store, path, now=clock())
    path.write_text("{", encoding="utf-8")
    second = prepare(store, path, now=clock())
    assert second.email != first.email
    assert accounts.sign_in(store, second.email, second.password, now=clock(), address="::1")


def test_a_start_that_is_cut_short_leaves_nothing(store: Store, clock: Any) -> None:
    def cut_short() -> None:
        with at_once(store) as together:
            accounts.add_provider(together, name="Half", contact="", now=clock())
            raise RuntimeError("the lid is closed")

    with pytest.raises(RuntimeError, match="the lid is closed"):
        cut_short()
    with store.read() as unit:
        assert unit.providers.list() == ()
