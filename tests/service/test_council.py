"""The council: counts that give nobody away, opening and pausing, and nothing about candidates."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from time import perf_counter
from typing import Any, get_type_hints

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import InvalidForm, NotFound, ProviderPaused
from service.storage import Store
from service.storage.pooled import Counts, Pooled
from service.storage.records import ProviderRecord
from service.use_cases import accounts, asking, invitations, pausing, providers, sittings
from service.use_cases.erasing import erase
from service.use_cases.happenings import happen
from service.use_cases.health import Health, Line, found, health, stuck_among
from service.use_cases.messages import enqueue
from service.use_cases.settings import changes_of
from service.use_cases.small_numbers import FEW, Cell, chain_cells, single_cells
from service.use_cases.views import Account

House = Clock = Any  # fixtures of conftest.py
NOBODY = frozenset({"identities", "remarks", "profiles", "links", "accounts", "events", "messages"})
CONTESTS = timedelta(days=5)


@pytest.fixture
def council(store: Store, clock: Clock) -> Account:
    home = accounts.house(store, now=clock())
    account_id = accounts.add_account(
        store,
        home,
        name="Cora",
        email="cora@council.example",
        password="a long enough pass phrase",
        now=clock(),
        role="council",
    )
    return Account(account_id, home, "", "Cora", "cora@council.example", "council")


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    sa.event.listen(store._engine, "before_cursor_execute", hear)
    yield heard
    sa.event.remove(store._engine, "before_cursor_execute", hear)


# What comes out of the one place that reads across tenants


def test_counts_can_hold_numbers_and_days_only() -> None:
    assert get_type_hints(Counts) == {
        "by_stage": get_type_hints(Counts)["by_stage"],
        **dict.fromkeys(("n_open", "n_bounced", "n_contests"), int),
        "last_on": date | None,
    }
    assert get_type_hints(Counts)["by_stage"].__args__ == (str, int)


def test_nothing_of_a_candidate_is_selected_or_returned(
    make_house: Callable[..., House], store: Store, clock: Clock
) -> None:
    houses = [make_house("North Care"), make_house("South Care")]
    held = [house.submitted().sitting_id for house in houses for _ in range(2)]
    public = [name for name in vars(Pooled) if not name.startswith("_")]
    assert public == ["counts", "stuck"], "a new way to read across tenants needs a test of its own"
    with store.read() as unit, statements(store) as heard:
        counts = unit.pooled.counts(contests_before=clock() - CONTESTS)
        stuck = unit.pooled.stuck(list(counts), now=clock() + 3 * CONTESTS)
    tables = {name for one in heard for name in re.findall(r"(?:FROM|JOIN) (\w+)", one)}
    assert tables == {"standings", "tasks"}
    assert not tables & NOBODY
    for statement in heard:
        selected = statement.split("FROM")[0]
        assert "sitting_id" not in selected
        assert "vacancy_id" not in selected
    assert stuck == dict.fromkeys(counts, 2)
    assert set(counts) == {house.provider_id for house in houses}
    text = repr([dataclasses.asdict(one) for one in counts.values()])
    for secret in (*held, "Ana", "Beispiel", "example.org", *(h.vacancy_id for h in houses)):
        assert secret not in text
    assert [one.by_stage for one in counts.values()] == [{"completed": 2}] * 2


def test_open_stuck_bounced_and_contests_are_counted(
    house: House, store: Store, clock: Clock
) -> None:
    house.started()
    bounced = house.invite().sitting_id
    done = house.submitted().sitting_id
    with store.write() as unit:
        tenant = unit.at(house.provider_id)
        happen(tenant, bounced, "bounced", at=clock(), body={"reason": "refused"})
    asking.contest(store, done, text="Please look again.", now=clock())
    now = clock.forward(days=6)
    with store.read() as unit:
        counts = unit.pooled.counts(contests_before=now - CONTESTS)
        assert unit.pooled.stuck([house.provider_id], now=now) == {house.provider_id: 3}
        assert unit.pooled.stuck([], now=now) == unit.pooled.stuck(["nobody"], now=now) == {}
    one = counts[house.provider_id]
    assert (one.n_open, one.n_bounced, one.n_contests) == (3, 1, 1)
    erase(store, house.provider_id, bounced, now=now)
    with store.read() as unit:
        fewer = unit.pooled.counts(contests_before=now)[house.provider_id]
        assert (fewer.n_open, fewer.n_bounced) == (2, 0)
        assert unit.pooled.stuck([house.provider_id], now=now) == {house.provider_id: 2}
    with store.read() as unit:
        early = unit.pooled.counts(contests_before=now - timedelta(days=7))
    assert early[house.provider_id].n_contests == 0


@pytest.mark.parametrize(
    ("n_open", "n_stuck", "told"),
    [
        (0, 0, "none"),
        (1, 1, "unknown"),
        (4, 4, "unknown"),
        (5, 5, "majority"),
        (19, 2, "minority"),
        (20, 2, "10"),
        (20, 1, "0"),
    ],
)
def test_the_share_that_is_stuck_is_told_as_roughly_as_few_people_allow(
    store: Store,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    n_open: int,
    n_stuck: int,
    told: str,
) -> None:
    line = Line("one", "One", False, (), Cell("few"), Cell("few"), n_open, "week")
    monkeypatch.setattr(Pooled, "stuck", lambda *_, **__: {"one": n_stuck})
    assert stuck_among(store, [line], now=clock()) == {"one": told}


# Small numbers

rows = st.lists(
    st.lists(st.integers(0, 40), min_size=3, max_size=3).map(lambda r: sorted(r, reverse=True)),
    min_size=1,
    max_size=8,
)


def told(cell: Cell, base: int | None) -> range:
    """What a reader knows of a cell, and of how cells are hidden, before any total."""
    if cell.number is not None:
        return range(cell.number, cell.number + 1)
    if cell.kind == "few":
        return range(FEW)
    if cell.kind == "nearly":
        assert base is not None
        return range(base - FEW + 1, base + 1)
    return range((base if base is not None else 200) + 1)


def with_bases(cells: Sequence[Cell]) -> Iterator[range]:
    base: int | None = None
    for cell in cells:
        yield told(cell, base)
        base = cell.number if cell.number is not None else base


@settings(max_examples=300, deadline=None)
@given(rows)
def test_no_small_number_is_shown_nor_a_small_difference(table: list[list[int]]) -> None:
    cells, totals = chain_cells({str(n): row for n, row in enumerate(table)})
    for row in (*cells.values(), totals):
        shown = [cell.number for cell in row if cell.number is not None]
        if shown and shown[0] == 0:
            continue
        assert all(number >= FEW for number in shown)
        assert all(one - other >= FEW for one, other in itertools.pairwise(shown))


@settings(max_examples=300, deadline=None)
@given(rows)
def test_a_total_leaves_every_small_number_as_open_as_it_was_told(table: list[list[int]]) -> None:
    """By trying: whatever a small number may be, others make up the total that is shown."""
    cells, totals = chain_cells({str(n): row for n, row in enumerate(table)})
    known = [list(with_bases(row)) for row in cells.values()]
    for column, total in enumerate(totals):
        if total.number is None:
            continue
        ranges = [row[column] for row in known]
        for place, (row, values) in enumerate(zip(cells.values(), ranges, strict=True)):
            small = row[column].kind in ("few", "nearly")
            for value in values if small else ():
                others = [one for n, one in enumerate(ranges) if n != place]
                least = value + sum(one[0] for one in others)
                most = value + sum(one[-1] for one in others)
                assert least <= total.number <= most, (table, column, place, value)


@settings(max_examples=300, deadline=None)
@given(rows)
def test_what_is_told_is_true(table: list[list[int]]) -> None:
    cells, totals = chain_cells({str(n): row for n, row in enumerate(table)})
    sums = [sum(column) for column in zip(*table, strict=True)]
    for row, values in zip((*cells.values(), totals), (*table, sums), strict=True):
        for known, value in zip(with_bases(row), values, strict=True):
            assert value in known or (value > 200 and known[-1] == 200)


def test_what_is_hidden_for_others_is_never_small() -> None:
    table = {"a": (60, 40), "b": (50, 3), "c": (40, 22), "d": (30, 12)}
    cells, totals = chain_cells(table)
    assert [cells[name][1] for name in "abcd"] == [
        Cell("number", 40),
        Cell("few"),
        Cell("number", 22),
        Cell("hidden"),
    ]
    assert totals[1] == Cell("number", 77)


def test_where_too_much_would_be_hidden_the_total_is() -> None:
    cells, totals = chain_cells({"large": (30, 12), "small": (3, 1)})
    assert cells["large"] == (Cell("number", 30), Cell("number", 12))
    assert cells["small"] == (Cell("few"), Cell("few"))
    assert [total.kind for total in totals] == ["hidden", "hidden"]


def test_everybody_and_nobody() -> None:
    cells, totals = chain_cells({"none": (0, 0), "all": (20, 20), "most": (20, 17)})
    assert cells["none"] == (Cell("number", 0), Cell("number", 0))
    assert cells["all"][1] == cells["most"][1] == Cell("nearly")
    assert totals[0] == Cell("number", 40)
    assert single_cells({})[1] == Cell("number", 0)


@pytest.mark.parametrize("value", range(8))
def test_a_single_number_is_told_if_it_is_none_or_not_small(value: int) -> None:
    cells, _total = single_cells({"this": value, "large": 60, "larger": 90})
    assert cells["this"] == (Cell("few") if 0 < value < FEW else Cell("number", value))


def test_a_total_of_single_numbers_does_not_give_a_small_one_away() -> None:
    cells, total = single_cells({"small": 3, "large": 60})
    assert cells["small"] == Cell("few")
    assert total.kind == "hidden" or cells["large"].kind == "hidden"
    assert single_cells({"one": 2, "other": 1})[1].number is None


# The list


def fill(store: Store, clock: Clock, n: int) -> None:
    """Make providers, in one transaction."""
    with store.write() as unit:
        for number in range(n):
            record = ProviderRecord(f"{number:032x}", f"Care {number:04}", "Ask Sam.")
            unit.providers.add(record, now=clock())


def test_a_search_changes_what_is_listed_and_no_number(
    make_house: Callable[..., House], store: Store, clock: Clock
) -> None:
    for name, number in (("North Care", 12), ("South Care", 3), ("East Homes", 9)):
        house = make_house(name)
        for _ in range(number):
            house.invite()
    pilot = health(store, now=clock())
    lines = found(pilot.lines, " CARE  north")
    assert [line.name for line in lines] == ["North Care"]
    assert lines[0] in pilot.lines
    assert [line.name for line in pilot.lines] == ["East Homes", "North Care", "South Care"]
    assert found(pilot.lines, "", paused=True) == ()
    assert isinstance(pilot, Health)


def test_the_house_is_no_provider(store: Store, clock: Clock, council: Account) -> None:
    assert health(store, now=clock()).lines == ()
    with pytest.raises(NotFound):
        providers.provider_page(store, council.provider_id)
    with pytest.raises(NotFound):
        pausing.pause(store, council.provider_id, reason="x", by=council, now=clock())


@pytest.mark.slow
def test_three_thousand_providers_are_counted_within_seconds(store: Store, clock: Clock) -> None:
    fill(store, clock, 3000)
    begun = perf_counter()
    pilot = health(store, now=clock())
    assert len(pilot.lines) == 3000
    assert perf_counter() - begun < 3


# Opening, inviting, pausing


def opened(store: Store, council: Account, clock: Clock, **more: str) -> providers.Opened:
    given = {
        "name": "Bramble Care",
        "contact": "Bo",
        "manager_name": "Bo Example",
        "manager_email": "bo@bramble.example",
    }
    return providers.open_provider(store, **(given | more), by=council, now=clock())


def test_a_provider_is_opened_with_its_manager_once(
    store: Store, clock: Clock, council: Account
) -> None:
    first = opened(store, council, clock, request_id="form")
    again = opened(store, council, clock, request_id="form")
    assert again.provider_id == first.provider_id
    assert first.token
    assert not again.token
    page = providers.provider_page(store, first.provider_id)
    assert [(one.joined, one.number) for one in page.managers] == [(False, 1)]
    assert {"name", "email"}.isdisjoint(
        field.name for field in dataclasses.fields(providers.Manager)
    )
    with store.read() as unit:
        assert len(unit.outbox.due(now=clock(), most=5)) == 1


def test_every_problem_is_told_at_once(store: Store, clock: Clock, council: Account) -> None:
    opened(store, council, clock)
    with pytest.raises(InvalidForm) as raised:
        opened(
            store, council, clock, name="BRAMBLE care", contact=" ", manager_name="",
            manager_email="no",
        )  # fmt: skip
    assert set(raised.value.fields) == {"name", "contact", "manager_name", "manager_email"}


def test_the_link_is_sent_again_until_the_manager_has_joined(
    house: House, store: Store, clock: Clock, council: Account
) -> None:
    made = opened(store, council, clock)
    token = providers.send_join_again(
        store, made.provider_id, made.manager_id, by=council, now=clock()
    )
    assert token != made.token
    joined = accounts.add_account(
        store,
        made.provider_id,
        name="Ann",
        email="ann@bramble.example",
        password="a long enough pass phrase",
        now=clock(),
        role="manager",
    )
    for account_id in (joined, house.account.id, "nobody"):
        with pytest.raises(NotFound):
            providers.send_join_again(store, made.provider_id, account_id, by=council, now=clock())


def test_a_pause_stops_invitations_and_messages_and_lets_people_finish(
    house: House, store: Store, clock: Clock, council: Account
) -> None:
    started = house.started()
    with store.write() as unit:
        enqueue(
            unit.at(house.provider_id),
            "invitation",
            key="one",
            at=clock(),
            sitting_id=started.sitting_id,
        )
    pausing.pause(store, house.provider_id, reason="Sign first.", by=council, now=clock())
    with store.read() as unit:
        assert unit.outbox.due(now=clock(), most=5) == ()
        with pytest.raises(ProviderPaused):
            pausing.check_not_paused(unit.at(house.provider_id))
    with pytest.raises(ProviderPaused):
        house.invite()
    house.answer_all(started.sitting_id)
    assert sittings.submit_sitting(store, started.sitting_id, now=clock()).outcome == "submitted"
    pausing.resume(store, house.provider_id, by=council, now=clock())
    assert house.invite().token
    with store.read() as unit:
        assert len(unit.outbox.due(now=clock(), most=5)) == 1
    assert [one.what for one in changes_of(store, house.provider_id)] == ["resumed", "paused"]


def test_who_was_invited_cannot_start_in_a_pause(
    house: House, store: Store, clock: Clock, council: Account
) -> None:
    invited = house.invite()
    pausing.pause(store, house.provider_id, reason="Sign first.", by=council, now=clock())
    with pytest.raises(ProviderPaused):
        sittings.start_sitting(store, invited.token, now=clock())
    pausing.resume(store, house.provider_id, by=council, now=clock())
    sittings.start_sitting(store, invited.token, now=clock())
    assert invitations.renew_link(
        store, house.provider_id, invited.sitting_id, by=house.account, now=clock()
    )
