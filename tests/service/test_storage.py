"""Storage: tenants apart, events that only grow, nothing readable that should not be."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from service.errors import DatabaseError, FirstViewNeeded, InvalidForm, NotFound, NotSubmitted
from service.storage import Store
from service.storage.database import driver, open_database
from service.use_cases import application, board, invitations, reports

APPENDING = """
import sys
from pathlib import Path
from service.storage import Store
store = Store(Path(sys.argv[1]), secret="a secret for tests, 32 characters")
for _ in range(30):
    with store.write() as unit:
        unit.at(sys.argv[2]).events.append(sys.argv[3], "link-renewed", at=store.clock())
"""


@pytest.fixture
def two(make_house: Callable[..., Any]) -> tuple[Any, Any]:
    return make_house("Meadow Care"), make_house("Harbour Care")


def test_use_cases_do_not_find_another_providers_candidate(
    store: Store, two: tuple[Any, Any]
) -> None:
    mine, other = two
    sitting, now = mine.submitted().sitting_id, mine.clock()
    account, owner = other.account, other.provider_id
    tries: list[Callable[[], object]] = [
        lambda: board.vacancy_board(store, owner, mine.vacancy_id, now=now),
        lambda: application.candidate_page(store, owner, sitting, now=now),
        lambda: reports.open_report(store, owner, sitting, account=account, now=now),
        lambda: reports.record_first_view(
            store, owner, sitting, account=account, view="unsure", note="", now=now
        ),
        lambda: reports.record_decision(
            store, owner, sitting, account=account, decision="hold", reason="r", now=now
        ),
        lambda: invitations.renew_link(store, owner, sitting, by=account, now=now),
        lambda: invitations.invite(
            store, owner, mine.vacancy_id, name="A", email="a@b.example", by=account, now=now
        ),
    ]
    for one in tries:
        with pytest.raises(NotFound):
            one()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET at = at",
        "DELETE FROM events",
        "INSERT OR REPLACE INTO events SELECT * FROM events",
        "REPLACE INTO events SELECT * FROM events",
    ],
)
def test_events_can_only_grow(store: Store, house: Any, statement: str) -> None:
    sitting = house.started().sitting_id
    with store.read() as unit:
        before = unit.at(house.provider_id).events.of(sitting)
    with pytest.raises(sa.exc.DatabaseError, match="can only grow"), store.write() as unit:
        unit.connection.exec_driver_sql(statement)
    with store.read() as unit:
        assert unit.at(house.provider_id).events.of(sitting) == before != ()


def test_a_sitting_cannot_be_submitted_twice_even_by_hand(store: Store, house: Any) -> None:
    sitting = house.submitted().sitting_id
    with pytest.raises(sa.exc.IntegrityError), store.write() as unit:
        unit.at(house.provider_id).events.append(sitting, "submitted", at=house.clock())


def test_every_connection_has_the_safe_pragmas(store: Store) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "trusted_schema": 0,
    }
    with store.write() as writing, store.read() as reading:
        for unit in (writing, reading):
            for name, value in wanted.items():
                found = unit.connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                assert found == value, name


def test_no_name_address_or_token_can_be_read_in_the_files(
    store: Store, house: Any, tmp_path: Path
) -> None:
    invited = house.invite("Zebedee Quillfeather")
    house.store.close()
    content = b"".join(p.read_bytes() for p in tmp_path.iterdir() if p.is_file())
    assert invited.sitting_id.encode() in content
    for secret in ("Quillfeather", "ana@example.org", invited.token, house.password):
        assert secret.encode() not in content


def test_an_erased_name_leaves_the_events_and_the_page(store: Store, house: Any) -> None:
    sitting = house.submitted().sitting_id
    with store.write() as unit:
        unit.at(house.provider_id).identities.erase(sitting)
    page = application.candidate_page(store, house.provider_id, sitting, now=house.clock())
    assert (page.row.name, page.email) == ("Name erased", "")
    assert page.state == "completed"


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(DatabaseError, match="version 99"):
        open_database(path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.sqlite3"
    path.write_bytes(b"this is not a database, it is a letter to my aunt" * 100)
    with pytest.raises(DatabaseError, match="cannot be used"):
        open_database(path)


def test_several_processes_write_without_a_locked_database(
    store: Store, house: Any, tmp_path: Path
) -> None:
    sitting = house.started().sitting_id
    store.close()
    command = [sys.executable, "-c", APPENDING, str(tmp_path / "vbr.sqlite3"), house.provider_id]
    writers = [subprocess.Popen([*command, sitting]) for _ in range(2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    with store.read() as unit:
        numbers = [event.number for event in unit.at(house.provider_id).events.of(sitting)]
    assert numbers == list(range(1, 63))


def test_the_driver_is_free_of_the_wal_reset_bug() -> None:
    pytest.importorskip("pysqlite3", reason="pysqlite3 has no wheel for this machine")
    assert driver.__name__ == "pysqlite3.dbapi2"
    assert driver.sqlite_version_info >= (3, 51, 3)


def test_the_order_of_the_recruiters_steps_is_kept(store: Store, house: Any) -> None:
    open_sitting, done = house.started().sitting_id, house.submitted().sitting_id
    now, me, owner = house.clock(), house.account, house.provider_id
    with pytest.raises(NotSubmitted):
        reports.open_report(store, owner, open_sitting, account=me, now=now)
    with pytest.raises(FirstViewNeeded):
        reports.open_report(store, owner, done, account=me, now=now)
    with pytest.raises(InvalidForm, match="Open the report"):
        reports.record_decision(
            store, owner, done, account=me, decision="hold", reason="Later.", now=now
        )
    for view in ("promising", "concerns"):
        reports.record_first_view(store, owner, done, account=me, view=view, note="Calm.", now=now)
    reports.open_report(store, owner, done, account=me, now=now)
    for decision in ("hold", "hold", "invite-to-interview"):
        reports.record_decision(
            store, owner, done, account=me, decision=decision, reason="Later.", now=now
        )
    page = application.candidate_page(store, owner, done, now=now)
    (first,) = page.first_views
    assert (first.view, first.note) == ("promising", "Calm.")
    assert [one.decision for one in page.decisions] == ["invite-to-interview", "hold"]


def test_another_secret_than_the_one_it_was_written_with_is_refused(
    store: Store, house: Any
) -> None:
    with pytest.raises(DatabaseError, match="another secret key"):
        Store(store.path, secret="another secret of 32 characters or so")
    Store(store.path, secret="a secret for tests, 32 characters").close()
