"""The board and the call list: who is found, in which order, and that no score is read for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from service.errors import NotFound
from service.storage import Store
from service.use_cases import sittings
from service.use_cases.board import PAGE, SHOWS, Filters, vacancy_board
from service.use_cases.board_table import board_table
from service.use_cases.calls import calls_for_today
from service.use_cases.facts import change_facts, facts_of, record_facts
from service.use_cases.happenings import happen
from service.use_cases.messages import enqueue
from service.use_cases.steps import record_step
from service.use_cases.vacancies import close_vacancy, list_vacancies
from vbr_engine.files import read_sheet, write_sheet


def board(house: Any, **filters: Any) -> Any:
    return vacancy_board(
        house.store, house.provider_id, house.vacancy_id, Filters(**filters), now=house.clock()
    )


def names(found: Any) -> list[str]:
    return [row.name for row in found.rows]


def record(house: Any, who: Any, step: str, **more: Any) -> None:
    record_step(
        house.store, house.provider_id, who, step, account=house.account, now=house.clock(), **more
    )


@pytest.fixture
def mixed(house: Any) -> Any:
    """Somebody at each place: stuck, finished, under way, in post, ended."""
    slow = house.invite("Slow Start").sitting_id
    house.clock.forward(hours=1)
    half = house.invite("Half Way")
    sittings.start_sitting(house.store, half.token, now=house.clock())
    house.answer_all(half.sitting_id, skip=1)
    house.clock.forward(days=2)
    gone = house.invite("Gone Elsewhere").sitting_id
    record(house, gone, "withdrawn", reason="another-job")
    done = house.submitted().sitting_id
    house.clock.forward(days=1)
    new = house.invite("New Face").sitting_id
    house.people = [slow, half.sitting_id, gone, done, new]
    return house


def test_who_is_to_be_called_comes_first_then_who_waits_then_who_has_ended(mixed: Any) -> None:
    found = board(mixed, show="all")
    called = [row for row in found.rows if row.call]
    assert names(found)[: len(called)] == [row.name for row in called]
    assert {row.name for row in called} == {"Slow Start", "Half Way", "Ana Beispiel"}
    assert names(found)[3:] == ["New Face", "Gone Elsewhere"]
    assert found.counts.total == 5
    assert (found.counts.going, found.counts.ended, found.counts.to_call) == (4, 1, 3)


def test_within_a_group_the_longest_wait_comes_first(house: Any) -> None:
    for name in ("First", "Second", "Third"):
        house.invite(name)
        house.clock.forward(hours=2)
    assert names(board(house)) == ["First", "Second", "Third"]
    house.clock.forward(days=3)
    assert names(board(house)) == ["First", "Second", "Third"]
    assert all(row.call and row.stuck_since for row in board(house).rows)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, {"Slow Start", "Half Way", "Ana Beispiel", "New Face"}),
        ({"show": "stuck"}, {"Slow Start", "Half Way"}),
        ({"show": "call"}, {"Slow Start", "Half Way", "Ana Beispiel"}),
        ({"show": "ready"}, {"Ana Beispiel"}),
        ({"show": "ended"}, {"Gone Elsewhere"}),
        ({"stage": "started"}, {"Half Way"}),
        ({"stage": "invited", "show": "all"}, {"Slow Start", "New Face", "Gone Elsewhere"}),
        ({"q": "BEISPIEL ana"}, {"Ana Beispiel"}),
        ({"q": "gone"}, {"Gone Elsewhere"}),
        ({"q": "ana@example.org", "stage": "completed"}, {"Ana Beispiel"}),
        ({"q": "nobody"}, set()),
        ({"show": "rubbish", "stage": "rubbish", "page": -3}, None),
    ],
)
def test_filters_find_whom_they_name(mixed: Any, filters: dict[str, Any], found: Any) -> None:
    shown = board(mixed, **filters)
    assert set(names(shown)) == (found if found is not None else set(names(board(mixed))))


@pytest.mark.parametrize("q", ["sian", "SIÂN o'brien", "sia\u0302n", "ŵyn", "O\u2019Brien wyn"])
def test_a_search_needs_no_accents(house: Any, q: str) -> None:
    house.invite("Siân O\u2019Brien-\u0174yn")
    house.invite("Susan Brown")
    assert names(board(house, q=q)) == ["Siân O\u2019Brien-\u0174yn"]


def test_every_count_is_what_its_filter_gives(mixed: Any) -> None:
    for q in ("", "a"):
        start = board(mixed, q=q, show="all")
        for show in SHOWS:
            shown = board(mixed, q=q, show=show)
            assert shown.n_found == start.shows[show]
            for stage, number in shown.stages:
                assert board(mixed, q=q, show=show, stage=stage).n_found == number


def test_pages_hold_everybody_once(house: Any) -> None:
    for place in range(PAGE + 3):
        house.invite(f"Person {place:02}")
    pages = [board(house, page=page) for page in (1, 2, 3)]
    assert [len(page.rows) for page in pages] == [PAGE, 3, 3]
    assert pages[2].page == pages[0].n_pages == 2
    assert len({*names(pages[0]), *names(pages[1])}) == PAGE + 3


def test_source_is_found_by_the_fact_that_holds(house: Any) -> None:
    ana, bo = house.invite("Ana").sitting_id, house.invite("Bo").sitting_id
    with house.store.write() as unit:
        tenant = unit.at(house.provider_id)
        for one in (ana, bo):
            record_facts(tenant, one, {"source": "referral"}, at=house.clock())
        record_facts(tenant, bo, {"source": "walk-in"}, at=house.clock())
        record_facts(tenant, bo, {"source": "walk-in"}, at=house.clock())
        facts = [event for event in tenant.events.of(bo) if event.kind == "facts"]
    assert len(facts) == 2
    assert names(board(house, source="referral")) == ["Ana"]
    assert names(board(house, source="walk-in")) == ["Bo"]
    assert names(board(house, source="agency")) == []


def test_facts_are_read_as_people_type_them(house: Any) -> None:
    sitting = house.invite().sitting_id
    given = {"source": "agency", "travel_minutes": "25", "hours_wanted": "22,5"}
    change_facts(
        house.store, house.provider_id, sitting, given=given, account=house.account,
        now=house.clock(),
    )  # fmt: skip
    with house.store.read() as unit:
        events = unit.at(house.provider_id).events.of(sitting)
    assert facts_of(events) == {"source": "agency", "travel_minutes": 25, "hours_wanted": 22.5}
    change_facts(
        house.store, house.provider_id, sitting, given={"travel_minutes": "25"},
        account=house.account, now=house.clock(),
    )  # fmt: skip
    with house.store.read() as unit:
        assert facts_of(unit.at(house.provider_id).events.of(sitting)) == {"travel_minutes": 25}


def test_the_call_list_is_the_same_as_the_boards(mixed: Any) -> None:
    called = calls_for_today(mixed.store, mixed.provider_id, now=mixed.clock())
    assert [row.name for row in called.rows] == names(board(mixed, show="call"))
    (line,) = list_vacancies(mixed.store, mixed.provider_id, now=mixed.clock())
    assert line.counts.to_call == called.total == 3
    assert line.counts == board(mixed).counts


def test_a_call_takes_somebody_off_the_list_until_the_next_day(mixed: Any) -> None:
    record(mixed, mixed.people[0], "called", outcome="no-answer")
    called = calls_for_today(mixed.store, mixed.provider_id, now=mixed.clock())
    assert "Slow Start" not in [row.name for row in called.rows]
    mixed.clock.forward(days=1)
    again = calls_for_today(mixed.store, mixed.provider_id, now=mixed.clock())
    row = next(row for row in again.rows if row.name == "Slow Start")
    assert row.call.tried == "no-answer"


def test_closing_ends_nobodys_application_and_keeps_calls_to_starters(mixed: Any) -> None:
    done = mixed.people[3]
    record(mixed, done, "accepted")
    mixed.clock.forward(days=8)
    for _click in range(2):
        close_vacancy(
            mixed.store, mixed.provider_id, mixed.vacancy_id, closed=True, now=mixed.clock()
        )
    found = board(mixed)
    assert (found.counts.going, found.counts.ended) == (4, 1)
    assert found.vacancy.closed_on == mixed.clock().date()
    called = calls_for_today(mixed.store, mixed.provider_id, now=mixed.clock())
    assert [row.name for row in called.rows] == ["Ana Beispiel"] == names(board(mixed, show="call"))
    close_vacancy(mixed.store, mixed.provider_id, mixed.vacancy_id, closed=False, now=mixed.clock())
    assert board(mixed).vacancy.closed_on is None
    assert calls_for_today(mixed.store, mixed.provider_id, now=mixed.clock()).total == 4


def test_a_row_says_what_became_of_the_last_message(house: Any) -> None:
    sitting = house.invite().sitting_id
    assert board(house).rows[0].delivery is None
    with house.store.write() as unit:
        enqueue(
            unit.at(house.provider_id), "invitation", key="i", at=house.clock(), sitting_id=sitting
        )
    (row,) = board(house).rows
    assert (row.delivery.state, row.delivery.kind) == ("waiting", "invitation")
    with house.store.write() as unit:
        happen(unit.at(house.provider_id), sitting, "bounced", at=house.clock())
    assert board(house).rows[0].call.why == "bounced"


def test_erased_people_stay_counted_without_a_name_and_without_a_call(mixed: Any) -> None:
    slow = mixed.people[0]
    with mixed.store.write() as unit:
        unit.at(mixed.provider_id).identities.erase(slow)
        happen(unit.at(mixed.provider_id), slow, "erased", at=mixed.clock())
    assert "Name erased" in names(board(mixed))
    called = calls_for_today(mixed.store, mixed.provider_id, now=mixed.clock())
    assert called.total == 2
    assert names(board(mixed, q="slow")) == []


@contextmanager
def tables_read(store: Store) -> Iterator[set[str]]:
    """Collect the names of the tables that statements select from."""
    found: set[str] = set()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found.update(word.strip('",()') for word in statement.lower().split())

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_no_score_and_no_answer_is_read_for_board_call_list_or_export(mixed: Any) -> None:
    with tables_read(mixed.store) as words:
        for show in SHOWS:
            board(mixed, show=show)
        calls_for_today(mixed.store, mixed.provider_id, now=mixed.clock())
        board_table(mixed.store, mixed.provider_id, mixed.vacancy_id, now=mixed.clock())
        list_vacancies(mixed.store, mixed.provider_id, now=mixed.clock())
    assert "standings" in words
    assert not words & {"profiles", "risk_figures", "models"}


def test_the_order_is_the_same_whatever_anybody_answered(
    store: Store, make_house: Callable[..., Any]
) -> None:
    """Two houses, the same people at the same times; the answers differ, the order does not."""
    orders = []
    for number, name in enumerate(("Meadow Care", "Harbour Care")):
        house = make_house(name)
        house.clock.now = house.clock.now.replace(day=2, hour=9, minute=0, second=0)
        for place in range(4):
            invited = house.invite(f"Person {place}")
            sittings.start_sitting(store, invited.token, now=house.clock())
            total = sittings.show_question(store, invited.sitting_id, 1).total
            if (place + number) % 2:
                house.answer_all(invited.sitting_id)
            else:
                house.clock.forward(seconds=40 * total)
            sittings.submit_sitting(
                store, invited.sitting_id, now=house.clock(), allow_incomplete=True
            )
        house.clock.forward(days=1)
        orders.append(names(board(house)))
    assert orders[0] == orders[1] == [f"Person {place}" for place in range(4)]


def test_the_export_has_no_score_and_runs_no_formula(house: Any) -> None:
    house.invite('=HYPERLINK("http://evil.example")')
    sitting = house.submitted().sitting_id
    house.clock.forward(days=3)
    vacancy, header, rows = board_table(
        house.store, house.provider_id, house.vacancy_id, now=house.clock()
    )
    assert vacancy.title == "Care worker"
    assert len(rows) == 2
    assert len({*header}) == len(header) == len(rows[0])
    assert not {word for word in header if "score" in word.lower() or "band" in word.lower()}
    content = write_sheet(rows, header=header, format="csv")
    assert b"'=HYPERLINK" in content
    read = read_sheet(write_sheet(rows, header=header, format="xlsx"), name="board.xlsx")
    assert [row.cells[0] for row in read.rows] == [row[0] for row in rows]
    mine = next(row for row in rows if row[-1] == sitting)
    shown = dict(zip(header, mine, strict=True))
    assert shown["Stage"] == "Completed the assessment"
    assert shown["Scenarios answered"] == shown["Scenarios in all"]
    assert (shown["Stuck"], shown["To call today"]) == (True, True)


def test_another_provider_finds_nothing(store: Store, make_house: Callable[..., Any]) -> None:
    mine, other = make_house("Meadow Care"), make_house("Harbour Care")
    mine.invite()
    now = mine.clock.forward(days=3)
    for find in (vacancy_board, board_table):
        with pytest.raises(NotFound):
            find(store, other.provider_id, mine.vacancy_id, now=now)
    with pytest.raises(NotFound):
        close_vacancy(store, other.provider_id, mine.vacancy_id, closed=True, now=now)
    assert calls_for_today(store, other.provider_id, now=now).total == 0
    assert calls_for_today(store, mine.provider_id, now=now).total == 1


def test_days_are_those_of_this_country(house: Any) -> None:
    """Half past midnight in summer is still yesterday in UTC."""
    house.clock.now = house.clock.now.replace(month=7, day=1, hour=23, minute=30)
    sitting = house.invite().sitting_id
    record(house, sitting, "offered")
    with house.store.read() as unit:
        (event,) = unit.at(house.provider_id).boards.steps((sitting,))[sitting]
    assert event.body["on"] == "2026-07-02"
    house.clock.forward(days=3)
    assert calls_for_today(house.store, house.provider_id, now=house.clock()).total == 1
