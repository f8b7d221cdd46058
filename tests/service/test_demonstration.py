"""The sample data: made once, found again, marked as simulated, nothing growing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from service.demo import PEOPLE, fresh_link, prepare
from service.publish import publish_banks
from service.storage import Store
from service.use_cases import accounts, reports, sittings
from service.use_cases import board as boards
from service.use_cases.views import Account

BANKS = Path(__file__).parents[2] / "question_banks"


@pytest.fixture
def path(store: Store, tmp_path: Path) -> Path:
    publish_banks(store, BANKS, replace=True)
    return tmp_path / "demonstration.json"


def test_the_board_shows_every_state_and_says_that_it_is_simulated(
    store: Store, path: Path, clock: Any
) -> None:
    demo = prepare(store, path, now=clock())
    board = boards.vacancy_board(store, demo.provider_id, demo.vacancy_id, now=clock())
    assert Counter(row.state for row in board.rows) == {
        "completed": 4,
        "started": 1,
        "stuck": 2,
        "invited": 1,
    }
    assert all(row.simulated for row in board.rows)
    to_call = [row.call is not None for row in board.rows]
    assert any(to_call)
    assert to_call == sorted(to_call, reverse=True)
    assert len(board.rows) == len(PEOPLE)
    assert sum(row.first_view_recorded for row in board.rows) == 2
    assert board.counts.decided == 1


def test_the_sample_reports_differ_and_one_carries_flags(
    store: Store, path: Path, clock: Any
) -> None:
    demo = prepare(store, path, now=clock())
    account = Account(demo.account_id, demo.provider_id, "", "Rae", demo.email, "recruiter")
    board = boards.vacancy_board(store, demo.provider_id, demo.vacancy_id, now=clock())
    flags, composites = {}, {}
    for row in (row for row in board.rows if row.state == "completed"):
        reports.record_first_view(
            store,
            demo.provider_id,
            row.sitting_id,
            account=account,
            view="unsure",
            note="",
            now=clock(),
        )
        reports.open_report(store, demo.provider_id, row.sitting_id, account=account, now=clock())
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
    board = boards.vacancy_board(store, demo.provider_id, demo.vacancy_id, now=clock())
    assert len(board.rows) == len(PEOPLE) + 1
    assert accounts.sign_in(store, demo.email, demo.password, now=clock(), address="::1")


def test_a_sitting_that_was_started_is_left_alone(store: Store, path: Path, clock: Any) -> None:
    demo = prepare(store, path, now=clock())
    token = fresh_link(store, path, demo, now=clock())
    sittings.start_sitting(store, token, now=clock())
    other = fresh_link(store, path, prepare(store, path, now=clock()), now=clock())
    assert sittings.view_invitation(store, token).state == "started"
    assert sittings.view_invitation(store, other).state == "invited"


def test_a_start_that_was_cut_short_is_taken_up_again(store: Store, path: Path, clock: Any) -> None:
    first = prepare(store, path, now=clock())
    path.write_text("{", encoding="utf-8")
    second = prepare(store, path, now=clock())
    assert second.email != first.email
    assert accounts.sign_in(store, second.email, second.password, now=clock(), address="::1")
