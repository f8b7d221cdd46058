"""From the database that the first release wrote to the present tables, without a loss."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from service.errors import DatabaseError
from service.storage import Store
from service.storage.cipher import Cipher
from service.storage.database import HEAD, REVISIONS, driver, open_database
from service.storage.progress import Progress
from service.use_cases import application
from service.use_cases.happenings import happen
from service.use_cases.ledger import verify

ROOT = Path(__file__).parents[2]
DUMP = ROOT / "tests" / "golden" / "service" / "first-release.sql"
SECRET = "a secret for tests, 32 characters"
KEPT = ("banks", "providers", "accounts", "vacancies", "sittings", "links", "identities")
OPENING = """
import sys
from pathlib import Path
from service.storage import Store
Store(Path(sys.argv[1]), secret=sys.argv[2]).close()
"""
# Kills itself at a statement of the move; says how many there were if it got to the end.
KILLING = """
import os, signal, sys
from pathlib import Path
import sqlalchemy as sa
from service.storage import Store
count, at = 0, int(sys.argv[3])
@sa.event.listens_for(sa.Engine, "before_cursor_execute")
def die(*_):
    global count
    count += 1
    if count == at:
        os.kill(os.getpid(), signal.SIGKILL)
@sa.event.listens_for(sa.Engine, "commit")
def die_before_the_end(*_):
    if at < 0 and count > -at:
        os.kill(os.getpid(), signal.SIGKILL)
Store(Path(sys.argv[1]), secret=sys.argv[2]).close()
print(count)
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("written") / "vbr.sqlite3"
    connection = driver.connect(str(path), isolation_level=None)
    connection.executescript(DUMP.read_text(encoding="utf-8"))
    connection.close()
    return path


@pytest.fixture
def old(written: Path, tmp_path: Path) -> Path:
    path = tmp_path / "data" / "vbr.sqlite3"
    path.parent.mkdir()
    return Path(shutil.copy(written, path))


@pytest.fixture
def moved(old: Path) -> Iterator[Store]:
    store = Store(old, secret=SECRET)
    yield store
    store.close()


def asked(path: Path, statement: str) -> list[tuple[Any, ...]]:
    connection = driver.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return [tuple(row) for row in connection.execute(statement).fetchall()]
    finally:
        connection.close()


def content(path: Path) -> str:
    """Return a hash over every row of every table."""
    found = hashlib.sha256()
    for (table,) in asked(path, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"):
        found.update(table.encode())
        for row in sorted(asked(path, f"SELECT * FROM {table}"), key=repr):
            found.update(repr(row).encode())
    return found.hexdigest()


def schema(path: Path) -> dict[str, Any]:
    """Return every table, index and trigger, without order and spelling."""
    found: dict[str, Any] = {}
    for kind, name, sql in asked(path, "SELECT type, name, sql FROM sqlite_master"):
        if sql is not None:
            plain = " ".join(sql.replace('"', "").split())
            found[f"{kind} {name}"] = _parts(plain) if kind == "table" else plain
    strict = asked(path, "SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")
    return found | {f"strict {name}": strict for name, strict in strict}


def _parts(sql: str) -> tuple[str, ...]:
    head, _, rest = sql.partition("(")
    body, _, tail = rest.rpartition(")")
    depth, parts = 0, [""]
    for letter in body:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return (head.strip(), *sorted(part.strip() for part in parts), tail.strip())


def test_the_revisions_are_one_row() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "service" / "storage" / "migrations"))
    found = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS
    assert found[0] == HEAD


def test_the_first_revision_is_the_first_release(written: Path, tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite3"
    file = ROOT / "service/storage/migrations/versions/0001_first_release.sql"
    connection = driver.connect(str(path))
    for statement in file.read_text(encoding="utf-8").split("\n\n"):
        connection.execute(statement)
    connection.close()
    assert schema(path) == schema(written)


def test_a_moved_database_has_the_tables_of_a_new_one(moved: Store, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.sqlite3"
    open_database(fresh).dispose()
    one, other = schema(moved.path), schema(fresh)
    assert set(one) == set(other)
    for name in one:
        assert one[name] == other[name], name
    for path in (moved.path, fresh):
        assert asked(path, "PRAGMA user_version") == [(2,)]
        assert asked(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_the_comparison_sees_every_difference(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.sqlite3"
    open_database(fresh).dispose()
    before = schema(fresh)
    for change in (
        "ALTER TABLE tasks ADD COLUMN more TEXT",
        "DROP INDEX tasks_open",
        "DROP TRIGGER ledger_no_update",
    ):
        connection = driver.connect(str(fresh))
        connection.execute(change)
        connection.close()
        assert schema(fresh) != before
        before = schema(fresh)


@pytest.mark.parametrize("table", [*KEPT, "events", "remarks", "profiles", "attempts"])
def test_every_row_and_every_value_comes_over(moved: Store, written: Path, table: str) -> None:
    columns = [row[1] for row in asked(written, f"PRAGMA table_info({table})")]
    chosen = f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1, 2"
    before = asked(written, chosen)
    assert before
    assert asked(moved.path, chosen) == before


def test_what_is_new_is_filled_in(moved: Store, written: Path) -> None:
    assert asked(moved.path, "SELECT DISTINCT kind, settings, paused_at FROM providers") == [
        ("provider", "{}", None)
    ]
    assert asked(moved.path, "SELECT DISTINCT role, language, disabled_at FROM accounts") == [
        ("recruiter", "en", None)
    ]
    assert asked(moved.path, "SELECT DISTINCT number FROM profiles") == [(1,)]
    assert asked(written, "SELECT count(*) FROM sessions") == [(2,)]
    assert asked(moved.path, "SELECT count(*) FROM sessions") == [(0,)]


def test_people_are_found_by_their_addresses(moved: Store) -> None:
    with moved.read() as unit:
        (provider, _) = unit.providers.list()
        assert unit.doors.account("recruiter@larkfield.example") is not None
        tenant = unit.at(provider.id)
        (vacancy,) = tenant.vacancies.list()
        for sitting in tenant.sittings.of_vacancy(vacancy.id):
            identity = tenant.identities.get(sitting.id)
            assert identity is not None
            assert identity.name
            assert identity.phone == ""
            mark = Cipher(SECRET).mark(identity.email)
            chosen = f"SELECT email_mark FROM identities WHERE sitting_id = '{sitting.id}'"
            assert asked(moved.path, chosen) == [(mark,)]


def test_every_application_stands_where_it_stood(moved: Store) -> None:
    with moved.read() as unit:
        stages = [
            standing.stage
            for provider in unit.providers.list()
            for standing in unit.at(provider.id).standings.all().values()
        ]
        before = {
            name: unit.connection.exec_driver_sql(
                f"SELECT count(DISTINCT sitting_id) FROM events WHERE kind = '{name}'"
            ).scalar_one()
            for name in ("invited", "started", "submitted")
        }
    assert len(stages) == before["invited"] == 18
    assert stages.count("completed") == before["submitted"] == 8
    assert stages.count("started") == before["started"] - before["submitted"] == 4


def test_the_pages_of_the_present_read_what_was_written_then(moved: Store) -> None:
    told = []
    with moved.read() as unit:
        known = [
            (one.id, sitting.id)
            for one in unit.providers.list()
            for vacancy in unit.at(one.id).vacancies.list()
            for sitting in unit.at(one.id).sittings.of_vacancy(vacancy.id)
        ]
    for owner, sitting in known:
        page = application.candidate_page(moved, owner, sitting, now=moved.clock())
        told += [(page.row.name, decision.reason) for decision in page.decisions]
    assert (
        told
        == [("Cal Sample", "Evidence is mixed on two values; the interview will ask about both.")]
        * 2
    )


def test_a_copy_is_kept_beside_it(moved: Store, written: Path) -> None:
    (copy,) = moved.path.parent.glob("vbr.sqlite3.0001-*")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert content(copy) == content(written)
    assert asked(copy, "PRAGMA user_version") == [(1,)]
    assert not list(moved.path.parent.glob("*.copying"))


def test_another_secret_key_stops_it_in_time(old: Path, written: Path) -> None:
    with pytest.raises(DatabaseError, match="No name in the database can be read"):
        Store(old, secret="another secret of 32 characters!")
    assert content(old) == content(written)


def test_one_unreadable_name_does_not_stop_it(old: Path) -> None:
    connection = driver.connect(str(old), isolation_level=None)
    connection.execute("UPDATE identities SET email = x'00' WHERE rowid = 1")
    connection.close()
    Store(old, secret=SECRET).close()
    assert asked(old, "SELECT count(*) FROM identities WHERE email_mark IS NULL") == [(1,)]


def test_the_tables_of_a_later_release_are_refused(moved: Store) -> None:
    with moved.write() as unit:
        unit.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match=r"came later \(revision 9999\).*Start the service"):
        open_database(moved.path)


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "photos.sqlite3"
    connection = driver.connect(str(path), isolation_level=None)
    connection.execute("CREATE TABLE photos (name TEXT)")
    connection.close()
    with pytest.raises(DatabaseError, match="no release has written"):
        open_database(path)
    assert asked(path, "SELECT name FROM sqlite_master") == [("photos",)]


def test_a_failure_in_the_middle_changes_nothing(
    old: Path, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise DatabaseError("in the middle")

    monkeypatch.setattr("service.storage.migrations.moving.stand_all_anew", fail)
    with pytest.raises(DatabaseError, match="in the middle"):
        Store(old, secret=SECRET)
    assert content(old) == content(written)
    assert schema(old) == schema(written)


@pytest.mark.slow
def test_a_kill_at_any_statement_leaves_the_old_database(
    old: Path, written: Path, tmp_path: Path
) -> None:
    whole = Path(shutil.copy(written, tmp_path / "whole.sqlite3"))
    n_statements = int(_killing(whole, 0).stdout)
    assert n_statements > 80
    for at in (*range(6, n_statements, n_statements // 5), -n_statements // 2):
        assert _killing(old, at).returncode == -signal.SIGKILL
        assert content(old) == content(written), f"killed at statement {at}"
        assert schema(old) == schema(written)
    assert _killing(old, 0).returncode == 0
    assert schema(old) == schema(whole)
    for table in KEPT:
        counted = f"SELECT count(*) FROM {table}"
        assert asked(old, counted) == asked(written, counted)


def _killing(path: Path, at: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", KILLING, str(path), SECRET, str(at)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.slow
def test_two_that_start_at_once_move_it_once(old: Path) -> None:
    command = [sys.executable, "-c", OPENING, str(old), SECRET]
    starting = [subprocess.Popen(command) for _ in range(3)]
    assert [one.wait(60) for one in starting] == [0, 0, 0]
    assert len(list(old.parent.glob("vbr.sqlite3.0001-*"))) == 1
    assert asked(old, "SELECT count(*) FROM identities") == [(18,)]


def test_progress_is_told_after_two_seconds_only() -> None:
    now = [0.0]
    told = io.StringIO()
    progress = Progress("Moving it.", stream=told, clock=lambda: now[0])
    progress.tell("events", 1, 3000)
    progress.end()
    assert told.getvalue() == ""
    for seconds in (2.5, 3.0, 5.0):
        now[0] = seconds
        progress.tell("events", int(seconds * 400), 3000)
    progress.end()
    assert told.getvalue().splitlines() == [
        "Moving it.",
        "  events: 1,000 of 3,000",
        "  events: 2,000 of 3,000",
        "Done after 5 seconds.",
    ]


def test_every_file_of_the_migrations_is_in_the_wheel() -> None:
    setup = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    assert re.search(r"service\.storage\.migrations\.versions = \*\.sql", setup)


def test_a_new_database_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store(tmp_path / "vbr.sqlite3", secret=SECRET).close()
    Store(tmp_path / "vbr.sqlite3", secret=SECRET).close()
    assert [p.name for p in tmp_path.glob("*.0*")] == []


def test_an_empty_database_of_the_first_release_is_moved(tmp_path: Path) -> None:
    path, fresh = tmp_path / "vbr.sqlite3", tmp_path / "fresh.sqlite3"
    file = ROOT / "service/storage/migrations/versions/0001_first_release.sql"
    connection = driver.connect(str(path), isolation_level=None)
    for statement in file.read_text(encoding="utf-8").split("\n\n"):
        connection.execute(statement)
    connection.execute("PRAGMA user_version=1")
    connection.close()
    Store(path, secret=SECRET).close()
    open_database(fresh).dispose()
    assert schema(path) == schema(fresh)


def test_a_moved_database_takes_what_happens_next(moved: Store) -> None:
    with moved.write() as unit:
        tenant = unit.at(unit.providers.list()[0].id)
        standings = tenant.standings.all()
        sitting_id = next(one for one in standings if standings[one].stage == "completed")
        happen(tenant, sitting_id, "step", at=moved.clock(), body={"step": "called"})
        happen(tenant, sitting_id, "first-view", at=moved.clock(), body={"view": "unsure"})
    found = verify(moved)
    assert (found.findings, found.entries) == ((), 10)
    assert found.anchors == 3
