"""What a system administrator does by hand, each with a sentence and a status."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.commands import COMMANDS, run
from service.start import STATUSES
from service.storage import Store
from service.storage.cipher import sha256
from service.storage.database import HEAD, driver, open_database
from service.use_cases.happenings import happen
from service.use_cases.ledger import verify

ROOT = Path(__file__).parents[2]
DUMP = ROOT / "tests" / "golden" / "service" / "first-release.sql"
SECRET = "a secret for tests, 32 characters"


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("VBR_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("VBR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VBR_SECRET_KEY", SECRET)


@pytest.fixture
def decided(store: Store, house: Any) -> Any:
    house.people.append(house.submitted().sitting_id)
    with store.write() as unit:
        tenant = unit.at(house.provider_id)
        for number in range(3):
            body = {"step": "called", "outcome": "reached", "n": number}
            happen(tenant, house.people[0], "step", at=house.clock(), body=body)
    return house


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "vbr.sqlite3"
    connection = driver.connect(str(path), isolation_level=None)
    connection.executescript(DUMP.read_text(encoding="utf-8"))
    connection.close()
    return path


Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            status = run(arguments)
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        return (status, *capsys.readouterr())

    return call


def test_a_sound_ledger_is_status_0(decided: Any, told: Told) -> None:
    assert told("verify") == (
        0,
        "The ledger is sound: 3 entries of 1 organisation, 1 anchored head.\n",
        "",
    )


def test_a_changed_event_is_status_1_and_a_sentence(decided: Any, told: Told) -> None:
    connection = driver.connect(str(decided.store.path), isolation_level=None)
    (guard,) = connection.execute(
        "SELECT sql FROM sqlite_master WHERE name = 'events_no_update'"
    ).fetchone()
    connection.execute("DROP TRIGGER events_no_update")
    connection.execute("UPDATE events SET body = '{}' WHERE kind = 'step'")
    connection.execute(guard)
    connection.close()
    status, words, _ = told("verify")
    assert status == 1
    assert words.startswith("The ledger is NOT sound: 3 findings.\n  - Meadow Care (")
    assert "is not what it was when it was recorded." in " ".join(words.split())
    assert max(map(len, words.splitlines())) <= 100


def test_a_copy_of_the_heads_may_be_compared(decided: Any, told: Told, tmp_path: Path) -> None:
    copy = Path(shutil.copy(decided.store.heads.path, tmp_path / "elsewhere.jsonl"))
    with decided.store.write() as unit:
        happen(unit.at(decided.provider_id), decided.people[0], "rated", at=decided.clock())
    decided.store.heads.path.unlink()
    assert told("verify")[0] == 1
    status, words, _ = told("verify", "--heads", str(copy))
    assert status == 0
    assert "4 is not anchored" in words or "Entries 4 to 4 are not anchored yet" in words
    assert not decided.store.heads.path.exists()
    assert told("verify", "--heads", str(tmp_path / "none"))[0] == 4


def test_verifying_leaves_no_trace(decided: Any, told: Told, tmp_path: Path) -> None:
    heads = decided.store.heads.path
    before = heads.read_bytes()
    heads.write_bytes(b"")
    told("verify")
    assert heads.read_bytes() == b""
    heads.write_bytes(before)
    assert told("verify")[0] == 0


@pytest.mark.parametrize("command", ["verify", "rebuild"])
def test_nothing_is_made_where_nothing_is(told: Told, tmp_path: Path, command: str) -> None:
    status, _, words = told(command)
    assert (status, words) == (4, f"There is no database at {tmp_path / 'vbr.sqlite3'}.\n")
    assert not (tmp_path / "vbr.sqlite3").exists()


@pytest.mark.parametrize("command", ["verify", "rebuild"])
def test_an_earlier_releases_database_is_to_be_moved_first(
    old: Path, told: Told, command: str
) -> None:
    status, _, words = told(command)
    assert status == 4
    assert words.endswith("Move it first: python -m service migrate\n")


def test_migrate_moves_once_and_names_the_copy(old: Path, told: Told) -> None:
    status, words, _ = told("migrate")
    (copy,) = old.parent.glob("vbr.sqlite3.0001-*")
    assert status == 0
    assert words == (
        f"{old} was moved from revision 0001 to {HEAD}.\nA copy of what it was: {copy}\n"
    )
    assert told("migrate")[1] == f"{old} has the tables of this release (revision {HEAD}).\n"
    assert told("verify")[:2] == (
        0,
        "The ledger is sound: 8 entries of 2 organisations, 2 anchored heads.\n",
    )


def test_migrate_says_when_there_is_nothing(told: Told) -> None:
    status, words, _ = told("migrate")
    assert status == 0
    assert "The first start makes it." in words


def test_rebuild_puts_right_what_was_changed(decided: Any, told: Told) -> None:
    decided.invite()
    assert told("rebuild")[1].endswith("worked out; 0 had another standing and were put right.\n")
    connection = driver.connect(str(decided.store.path), isolation_level=None)
    connection.execute("DELETE FROM standings WHERE stage = 'invited'")
    connection.close()
    status, words, _ = told("rebuild")
    assert status == 0
    assert words == "2 applications worked out; 1 had another standing and was put right.\n"
    with decided.store.read() as unit:
        assert len(unit.at(decided.provider_id).standings.all()) == 2


def test_a_backup_is_restored_and_verified(
    decided: Any, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, elsewhere = tmp_path / "copy.sqlite3", tmp_path / "elsewhere"
    with decided.store.read() as reading:  # in use, and its newest pages in the -wal file
        status, words, more = told("backup", str(copy))
        names = reading.at(decided.provider_id).identities.of(tuple(decided.people))
    assert status == 0
    assert words == f"{copy}: {copy.stat().st_size:,} bytes, checked.\n"
    assert "ledger-heads.jsonl and the secret key as well" in more
    assert copy.stat().st_mode & 0o777 == 0o600
    assert told("backup", str(copy))[0] == 1
    elsewhere.mkdir()
    shutil.copy(copy, elsewhere / "vbr.sqlite3")
    shutil.copy(decided.store.heads.path, elsewhere)
    monkeypatch.setenv("VBR_DATA_DIR", str(elsewhere))
    assert told("verify")[:2] == (
        0,
        "The ledger is sound: 3 entries of 1 organisation, 1 anchored head.\n",
    )
    restored = Store(elsewhere / "vbr.sqlite3", secret=SECRET)
    with restored.read() as unit:
        assert unit.at(decided.provider_id).identities.of(tuple(decided.people)) == names != {}
    restored.close()


@pytest.mark.parametrize(("target", "expected"), [("no/folder/copy", 4), ("vbr.sqlite3", 1)])
def test_a_backup_that_cannot_be_written_is_a_sentence(
    decided: Any, told: Told, tmp_path: Path, target: str, expected: int
) -> None:
    before = sorted(tmp_path.iterdir())
    status, _, words = told("backup", str(tmp_path / target))
    assert (status, words.count("\n")) == (expected, 1)
    assert sorted(tmp_path.iterdir()) == before


def test_an_administrator_gets_a_link_that_works_once(
    store: Store, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VBR_PUBLIC_URL", "https://recruit.example")
    add = ("create-administrator", "--name", "Ada Sample", "--email", "ada@example.org")
    status, words, more = told(*add)
    found = re.fullmatch(r"https://recruit\.example/join/([\w-]{43})\n", words)
    assert (status, found is not None) == (0, True)
    assert "works once, for 7 days" in more
    assert found is not None
    with store.read() as unit:
        account = unit.doors.account("ada@example.org")
        house = unit.providers.house()
        assert account is not None
        assert house is not None
        assert (account.role, account.password, account.provider_id) == (
            "administrator",
            None,
            house.id,
        )
        links = unit.connection.exec_driver_sql("SELECT token_sha256, purpose FROM account_links")
        assert [tuple(row) for row in links] == [(sha256(found[1]), "join")]
    assert told(*add)[0] == 0  # the first link was lost: another one
    with store.read() as unit:
        assert len(unit.at(house.id).accounts.list()) == 1


def test_an_address_that_is_taken_is_refused(house: Any, told: Told) -> None:
    status, words, more = told(
        "create-administrator", "--name", "Rae", "--email", house.account.email
    )
    assert (status, words) == (1, "")
    assert more == "There is an account with this email address.\n"


@pytest.mark.parametrize(("name", "email"), [("", "a@b.example"), ("Ada", "nobody")])
def test_a_name_and_an_address_are_needed(told: Told, name: str, email: str) -> None:
    assert told("create-administrator", "--name", name, "--email", email)[0] == 1


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path, told: Told) -> None:
    (tmp_path / "vbr.sqlite3").write_bytes(b"a letter to my aunt" * 1000)
    for command in ("verify", "migrate", "rebuild"):
        status, _, words = told(command)
        assert status == 4
        assert "cannot be used: file is not a database." in words


def test_wrong_settings_are_a_sentence(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VBR_THREADS", "none")
    status, _, words = told("verify")
    assert status == 4
    assert "VBR_THREADS must be a whole number" in words


@pytest.mark.parametrize("name", COMMANDS)
def test_the_statuses_are_the_same_in_help_and_documentation(told: Told, name: str) -> None:
    def plain(text: str) -> str:
        return " ".join(text.split())

    assert plain(STATUSES) in plain(told(name, "--help")[1])
    assert plain(STATUSES) in plain(Path("docs/operating.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(told: Told, name: str) -> None:
    status, words, _ = told(name, "--help")
    assert status == 0
    assert words.startswith(f"usage: python -m service {name}")


@pytest.mark.slow
def test_the_help_lists_the_commands_and_the_server_stays_the_default(tmp_path: Path) -> None:
    open_database(tmp_path / "vbr.sqlite3").dispose()
    help, wrong, sound = (
        subprocess.run(
            [sys.executable, "-m", "service", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        for arguments in (["--help"], ["verfy"], ["verify"])
    )
    for name, words in COMMANDS.items():
        assert re.search(rf"^  {name} +{words}$", help.stdout, re.M)
    assert "--port PORT" in help.stdout
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr
    assert (sound.returncode, sound.stderr) == (0, "")
    assert verify(Store(tmp_path / "vbr.sqlite3", secret=SECRET)).is_sound


def test_a_file_that_cannot_be_read_is_a_sentence(
    decided: Any, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied", "ledger-heads.jsonl")

    monkeypatch.setattr("service.storage.heads.Heads.content", refuse)
    status, _, words = told("verify")
    assert (status, words) == (4, "ledger-heads.jsonl: Permission denied.\n")
