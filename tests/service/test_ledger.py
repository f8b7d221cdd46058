"""The ledger: whatever is changed, taken out, moved or rolled back is found and told."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from service.errors import DatabaseError
from service.storage import Store
from service.storage.cipher import Cipher
from service.storage.database import driver
from service.storage.ledger import LEDGER_KINDS, Entry, event_sha256
from service.storage.records import Event
from service.storage.tables import APPEND_ONLY, events, ledger
from service.use_cases.happenings import happen
from service.use_cases.ledger import Verification, verify

ROOT = Path(__file__).parents[2]
SECRET = "a secret for tests, 32 characters"
DECIDING = """
import sys
from pathlib import Path
from service.storage import Store
from service.use_cases.happenings import happen
store = Store(Path(sys.argv[1]), secret=sys.argv[2])
for number in range(int(sys.argv[5])):
    with store.write() as unit:
        happen(unit.at(sys.argv[3]), sys.argv[4], "step", at=store.clock(), body={"step": "called"})
    print(number, flush=True)
"""


# Written out, so that a kind that the service no longer chains is missed here.
CHAINED = (
    "adjusted",
    "contest-answered",
    "contested",
    "decided",
    "erased",
    "first-view",
    "rated",
    "report-opened",
    "report-read",
    "rescored",
    "step",
    "undone",
    "withdrawn",
)


@dataclass
class Kept:
    """A store with decisions of two providers, and how to harm it."""

    store: Store
    providers: list[str] = field(default_factory=list)
    sittings: list[str] = field(default_factory=list)

    def decide(self, provider: int = 0, times: int = 1) -> None:
        for _ in range(times):
            with self.store.write() as unit:
                happen(
                    unit.at(self.providers[provider]),
                    self.sittings[provider],
                    "step",
                    at=self.store.clock(),
                    body={"step": "called", "outcome": "reached"},
                )

    @contextmanager
    def by_hand(self) -> Iterator[Any]:
        """Change tables as somebody who knows SQL would: the guards off, and on again."""
        connection = driver.connect(str(self.store.path), isolation_level=None)
        for statement in APPEND_ONLY:
            connection.execute(f"DROP TRIGGER {statement.split()[5]}")
        yield connection
        for statement in APPEND_ONLY:
            connection.execute(statement)
        connection.close()

    @property
    def lines(self) -> list[str]:
        return self.store.heads.path.read_text(encoding="utf-8").splitlines()

    @lines.setter
    def lines(self, lines: list[str]) -> None:
        self.store.heads.path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def verified(self) -> Verification:
        return verify(self.store)

    def told(self) -> str:
        found = self.verified()
        assert not found.is_sound
        return "\n".join(found.findings)


@pytest.fixture
def kept(store: Store, make_house: Callable[..., Any]) -> Kept:
    made = Kept(store)
    for name in ("Meadow Care", "Harbour Care"):
        house = make_house(name)
        made.providers.append(house.provider_id)
        made.sittings.append(house.started().sitting_id)
    made.decide(0, times=6)
    made.decide(1, times=2)
    return made


def test_an_untouched_ledger_is_sound(kept: Kept) -> None:
    found = kept.verified()
    assert (found.findings, found.notes) == ((), ())
    assert (found.providers, found.entries, found.anchors) == (2, 8, 8)
    assert kept.store.heads.path.name == "ledger-heads.jsonl"
    assert kept.store.heads.path.stat().st_mode & 0o777 == 0o600


def test_one_provider_may_be_looked_at_alone(kept: Kept) -> None:
    with kept.by_hand() as connection:
        connection.execute("DELETE FROM ledger WHERE number = 4")
    harmed, sound = (verify(kept.store, only=one) for one in kept.providers)
    assert (sound.findings, sound.providers, sound.entries, sound.anchors) == ((), 1, 2, 2)
    assert len(harmed.findings) == 2


def test_the_list_of_kinds_that_are_chained_is_whole() -> None:
    assert frozenset(CHAINED) == LEDGER_KINDS


@pytest.mark.parametrize("kind", CHAINED)
def test_every_kind_of_decision_is_chained_and_anchored(kept: Kept, kind: str) -> None:
    body = {"number": 99} if kind == "undone" else {"step": "called"} if kind == "step" else {}
    with kept.store.write() as unit:
        happen(unit.at(kept.providers[1]), kept.sittings[1], kind, at=kept.store.clock(), body=body)
    found = kept.verified()
    assert (found.is_sound, found.entries, found.anchors) == (True, 9, 9)
    assert json.loads(kept.lines[-1])["number"] == 3


def test_several_entries_of_one_commit_are_one_line(kept: Kept) -> None:
    with kept.store.write() as unit:
        for _ in range(3):
            happen(
                unit.at(kept.providers[1]),
                kept.sittings[1],
                "step",
                at=kept.store.clock(),
                body={"step": "called"},
            )
    line = json.loads(kept.lines[-1])
    assert (line["first"], line["number"], line["line"]) == (3, 5, 9)
    assert kept.verified() == Verification(2, 11, 9, (), ())


def test_what_is_rolled_back_is_not_anchored(kept: Kept) -> None:
    before = kept.lines
    with suppress(ZeroDivisionError), kept.store.write() as unit:
        happen(unit.at(kept.providers[0]), kept.sittings[0], "decided", at=kept.store.clock())
        _ = 1 / 0
    assert kept.lines == before
    assert kept.verified().is_sound


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE events SET body = '{\"step\":\"left\"}' WHERE kind = 'step' AND number = 5",
         "event 5 of application"),
        ("UPDATE events SET at = '2026-01-01T00:00:00.000000Z' WHERE number = 5", "is not what it"),
        ("UPDATE events SET kind = 'facts' WHERE number = 5", "is not what it was"),
        ("DELETE FROM events WHERE number = 5", "(step, 2026-11-02 09:00 UTC) is gone"),
        ("DELETE FROM events WHERE number = 2", "do not count up from 1"),
        ("DELETE FROM ledger WHERE number = 4", "Entry 4 is missing"),
        ("DELETE FROM ledger WHERE number IN (3, 4)", "Entries 3 to 4 are missing"),
        ("DELETE FROM ledger WHERE number = 1", "Entry 1 is missing"),
        ("DELETE FROM ledger WHERE number = 6", "The entries end with 5, but entry 6"),
        ("DELETE FROM ledger", "The entries end with 0, but entry 6"),
        ("DELETE FROM ledger WHERE number = 4", "(step) has no entry"),
        ("UPDATE ledger SET at = '2026-01-01T00:00:00.000000Z' WHERE number = 3",
         "Entry 3 is not as it was written"),
        ("UPDATE ledger SET mac = 'f' || substr(mac, 2, 62) || 'x' WHERE number = 3",
         "Entry 3 is not the one that was anchored"),
        ("UPDATE ledger SET kind = 'decided' WHERE number = 3", "Entry 3 is not as it was written"),
        ("UPDATE ledger SET event_sha256 = mac WHERE number = 6", "Entry 6 is not as it was"),
        ("UPDATE ledger SET number = 9 - number - 100 WHERE number IN (4, 5);"
         "UPDATE ledger SET number = number + 100 WHERE number < 0", "Entry 4 is not as it was"),
    ],
)  # fmt: skip
def test_what_was_done_by_hand_is_found(kept: Kept, statement: str, words: str) -> None:
    with kept.by_hand() as connection:
        connection.executescript(statement)
        changed = connection.total_changes
    assert changed > 0
    assert words in kept.told()
    assert "Meadow Care" in kept.told()


def test_a_chain_that_is_written_anew_with_the_key_meets_its_anchors(
    kept: Kept, clock: Any
) -> None:
    with kept.by_hand() as connection:
        connection.execute("DELETE FROM ledger WHERE number > 3")
        connection.execute("DELETE FROM events WHERE kind = 'step' AND number > 5")
        connection.execute("DELETE FROM standings")
    before = kept.lines
    clock.forward(minutes=1)
    kept.decide(0, times=3)
    kept.lines = before
    assert "Entry 4 is not the one that was anchored on" in kept.told()


def test_an_older_copy_of_the_database_is_found(kept: Kept, clock: Any, tmp_path: Path) -> None:
    kept.store.close()
    copy = tmp_path / "copy.sqlite3"
    connection = sqlite3.connect(kept.store.path)
    connection.execute("VACUUM INTO ?", (str(copy),))
    connection.close()
    kept.decide(0, times=2)
    kept.store.close()
    for name in ("-wal", "-shm"):
        kept.store.path.with_name(kept.store.path.name + name).unlink(missing_ok=True)
    shutil.copy(copy, kept.store.path)
    kept.store.anchor_late()  # a start must not hide it
    told = kept.told()
    assert "The entries end with 6, but entry 8 was anchored" in told
    assert "an older copy of the database" in told
    clock.forward(minutes=1)
    kept.decide(0, times=4)  # used further, beyond what was anchored
    assert "although entry 8 had been anchored before" in kept.told()


def test_a_provider_that_is_removed_whole_is_found(kept: Kept) -> None:
    gone = kept.providers[1]
    with kept.by_hand() as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("DELETE FROM ledger WHERE provider_id = ?", (gone,))
        connection.execute("DELETE FROM providers WHERE id = ?", (gone,))
    assert f"Provider {gone} was anchored but is not in the database" in kept.told()


def test_a_missing_guard_is_found(kept: Kept) -> None:
    connection = driver.connect(str(kept.store.path), isolation_level=None)
    connection.execute("DROP TRIGGER ledger_no_delete")
    connection.close()
    assert "The guard ledger_no_delete" in kept.told()


def test_another_secret_key_is_named(kept: Kept) -> None:
    with pytest.raises(DatabaseError, match="another secret key"):
        Store(kept.store.path, secret="another secret of 32 characters!")
    kept.store._cipher = Cipher("another secret of 32 characters!")
    assert any("is this the secret key" in one for one in verify(kept.store).findings)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: [*lines[:2], *lines[3:]], "what was written as line 3 is missing"),
        (lambda lines: lines[4:], "what was written as line 1 to 4 is missing"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "in another order"),
        (lambda lines: [lines[0].replace('"number":1', '"number":0'), *lines[1:]],
         "Line 1 is not as it was written"),
        (lambda lines: [*lines, lines[-1]], "lines are repeated"),
    ],
)  # fmt: skip
def test_a_changed_file_of_heads_is_found(
    kept: Kept, change: Callable[[list[str]], list[str]], words: str
) -> None:
    kept.lines = change(kept.lines)
    assert words in kept.told()


def test_a_missing_file_of_heads_is_found(kept: Kept) -> None:
    kept.store.heads.path.unlink()
    assert "The file of heads is missing" in kept.told()


def test_lines_cut_off_the_end_are_noted_for_good(kept: Kept) -> None:
    kept.lines = kept.lines[:-4]
    found = kept.verified()
    assert found.is_sound
    assert "Entries 5 to 6 are not anchored yet" in "".join(found.notes)
    kept.decide(0)
    noted = "".join(kept.verified().notes)
    assert "Entries 5 to 6 were not anchored when they were recorded (before line 5" in noted
    kept.store.anchor_late()
    assert "line 6 was written at a start, for entries 1 to 2" in "".join(kept.verified().notes)


def test_a_start_anchors_what_an_interruption_left(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "_anchor", lambda *_: None)
    kept.decide(0)
    monkeypatch.undo()
    before = kept.lines
    kept.store.anchor_late()
    assert kept.lines[: len(before)] == before
    line = json.loads(kept.lines[-1])
    assert (line["first"], line["number"], line["late"]) == (7, 7, True)
    kept.store.anchor_late()
    assert len(kept.lines) == len(before) + 1
    assert kept.verified().is_sound


def test_a_line_that_was_cut_off_harms_no_other(kept: Kept) -> None:
    path = kept.store.heads.path
    path.write_bytes(path.read_bytes()[:-30])
    kept.decide(0)
    kept.decide(1)
    found = kept.verified()
    assert found.is_sound
    assert "line 8 was cut off" in "".join(found.notes)


def test_a_full_disk_keeps_the_decision(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept.store.heads, "append", full)
    kept.decide(0)
    monkeypatch.undo()
    found = kept.verified()
    assert (found.is_sound, found.entries) == (True, 9)


def test_the_first_releases_decisions_are_sound_after_the_move(tmp_path: Path) -> None:
    dump = ROOT / "tests" / "golden" / "service" / "first-release.sql"
    path = tmp_path / "vbr.sqlite3"
    connection = driver.connect(str(path), isolation_level=None)
    connection.executescript(dump.read_text(encoding="utf-8"))
    connection.close()
    store = Store(path, secret=SECRET)
    assert verify(store) == Verification(2, 8, 2, (), ())
    store.close()


@pytest.mark.slow
def test_a_hundred_thousand_entries_take_seconds(kept: Kept) -> None:
    count = 100_000
    _append_many(kept, count)
    begun = time.perf_counter()
    found = kept.verified()
    seconds = time.perf_counter() - begun
    print(f"{found.entries:,} entries verified in {seconds:.1f} s")
    assert found.is_sound
    assert found.entries == count + 8
    assert seconds < 20


def _append_many(kept: Kept, count: int) -> None:
    """Append steps as `happen` does, in bulk."""
    owner, sitting = kept.providers[0], kept.sittings[0]
    with kept.store.write() as unit:
        head, first = unit.at(owner).ledger.head(), len(unit.at(owner).events.of(sitting)) + 1
        assert head is not None
        at, body, mac = kept.store.clock(), {"step": "called"}, head.mac
        rows = []
        for n in range(count):
            event = Event(sitting, first + n, "step", None, at, body)
            entry = Entry(
                head.number + 1 + n, sitting, first + n, "step", at, event_sha256(event), ""
            )
            mac = unit.cipher.link(mac, entry.text)
            rows.append({**{f: getattr(entry, f) for f in Entry.__slots__}, "mac": mac})
        common = {"provider_id": owner, "sitting_id": sitting, "at": at}
        made = [{**common, "number": r["event_number"], "kind": "step", "body": body} for r in rows]
        unit.connection.execute(events.insert(), made)
        unit.connection.execute(ledger.insert(), [{**row, **common} for row in rows])


@pytest.mark.slow
def test_kills_of_four_writers_leave_a_sound_ledger(kept: Kept) -> None:
    said = 0
    for turn in range(2):
        command = [sys.executable, "-c", DECIDING, str(kept.store.path), SECRET]
        writers = [
            subprocess.Popen(
                [*command, kept.providers[n % 2], kept.sittings[n % 2], "100000"],
                stdout=subprocess.PIPE,
                text=True,
            )
            for n in range(4)
        ]
        for writer in writers:
            assert writer.stdout is not None
            for _ in range(5 + 3 * turn):
                assert writer.stdout.readline().strip()
        for writer in writers:
            writer.kill()
        said += sum(_last_said(writer) + 5 + 3 * turn for writer in writers)
        found = kept.verified()
        assert found.findings == ()
        kept.store.anchor_late()
    found = kept.verified()
    assert found.findings == ()
    assert found.entries >= 8 + said
    with kept.store.read() as unit:
        for provider in kept.providers:
            head = unit.at(provider).ledger.head()
            assert head is not None
            assert json.loads(
                [one for one in kept.lines if provider in one][-1]
            )["number"] == head.number  # fmt: skip
    print(f"{found.entries} entries, {found.anchors} anchors, {len(found.notes)} notes")


def _last_said(writer: subprocess.Popen[str]) -> int:
    """Return how many more lines a writer had said before it died, and reap it."""
    rest, _ = writer.communicate(timeout=60)
    return len(rest.split())


@pytest.mark.slow
def test_verifying_while_others_decide_tells_nothing_untrue(kept: Kept) -> None:
    stop = threading.Event()

    def decide() -> None:
        while not stop.is_set():
            kept.decide(0)
            kept.decide(1)

    deciding = [threading.Thread(target=decide) for _ in range(2)]
    for thread in deciding:
        thread.start()
    found = [kept.verified() for _ in range(15)]
    stop.set()
    for thread in deciding:
        thread.join(30)
    assert {(one.findings, one.notes) for one in found} == {((), ())}
    assert found[-1].entries > found[0].entries
    assert all(one.entries == one.anchors for one in found)
