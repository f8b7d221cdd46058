"""Verifying the ledger: is every decision still what it was when it was recorded?

Each provider's entries form a chain of codes that only the service's secret key can make; the
head of each chain is anchored in a file outside the database. What does not fit is told in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from service.storage import Store, Unit
from service.storage.heads import Anchor, HeadsFile
from service.storage.ledger import (
    START,
    Linked,
    missing_guards,
    providers_with_entries,
)

__all__ = ["Verification", "verify"]

NAMED = 3  # how many of many are named


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at and found; `notes` are worth reading but break nothing."""

    providers: int
    entries: int
    anchors: int
    findings: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify(store: Store, *, only: str | None = None) -> Verification:
    """Check every entry of every provider against its event, the chain, and the anchored heads.

    Parameters
    ----------
    store : Store
        Writing goes on meanwhile: one state of the database and of the file is looked at.
    only : str, optional
        Id of the one provider whose entries are looked at; all of them if not given.
    only : str, optional
        Look at the entries of one provider; nothing is told of another one.
    """
    with store.standstill() as (unit, file):
        findings, notes = _about_the_file(file, only)
        findings += [_unguarded(name) for name in missing_guards(unit.connection)]
        owners = (only,) if only else providers_with_entries(unit.connection)
        entries = 0
        for owner in owners:
            chain = _Chain(unit, owner, [one for one in file.anchors if one.provider_id == owner])
            told = list(chain.check())
            name = _name(unit, owner)
            findings += [f"{name}: {sentence}" for sentence in told]
            notes += [f"{name}: {sentence}" for sentence in chain.notes]
            entries += chain.entries
        findings += [] if only else _of_nobody(file, owners)
    if entries and not file.exists:
        findings.append("The file of heads is missing, although there are entries.")
    anchors = sum(only in (None, one.provider_id) for one in file.anchors)
    return Verification(len(owners), entries, anchors, tuple(findings), tuple(notes))


def _about_the_file(file: HeadsFile, only: str | None) -> tuple[list[str], list[str]]:
    findings = [f"File of heads: {problem}" for problem in file.problems]
    notes = [
        f"File of heads: line {line} was cut off while it was written, and cannot be read."
        for line in file.cut_lines
    ]
    notes += [
        f"File of heads: line {one.line} was written at a start, for entries {one.first} to "
        f"{one.number} of provider {one.provider_id[:8]}: the service was interrupted right after "
        "they were recorded, or lines were taken off the end of the file before."
        for one in file.anchors
        if one.late and only in (None, one.provider_id)
    ]
    return findings, notes


def _of_nobody(file: HeadsFile, owners: Sequence[str]) -> list[str]:
    lost = sorted({one.provider_id for one in file.anchors} - set(owners))
    return [
        f"Provider {owner} was anchored but is not in the database: an older copy of the database "
        "was put in its place, or the provider was removed."
        for owner in lost
    ]


def _unguarded(name: str) -> str:
    return f"The guard {name}, which keeps a table from being changed, is missing."


def _name(unit: Unit, owner: str) -> str:
    found = unit.providers.get(owner)
    return f"{found.name} ({owner[:8]})" if found else owner


class _Chain:
    """The chain of one provider, walked once."""

    def __init__(self, unit: Unit, owner: str, anchors: Sequence[Anchor]) -> None:
        self._ledger = unit.at(owner).ledger
        self._link = unit.cipher.link
        self._anchors = anchors
        self._anchored: Mapping[int, Anchor] = {one.number: one for one in anchors}
        self.entries = 0
        self.notes: list[str] = []

    def check(self) -> Iterator[str]:
        """Say what is wrong, in the order of the chain."""
        last, previous, is_whole = 0, START, True
        wrong = 0
        for entry in self._ledger.linked():
            self.entries += 1
            if entry.number != last + 1:
                is_whole = False
                yield _missing(last + 1, entry.number - 1)
            elif entry.mac != self._link(previous, entry.text):
                wrong += 1
                is_whole = False
                yield f"Entry {entry.number} is not as it was written: its code is not right."
            yield from self._against_event(entry)
            yield from self._against_anchor(entry)
            last, previous = entry.number, entry.mac
        if wrong and wrong == self.entries:
            yield "No code is right: is this the secret key with which the entries were written?"
        yield from self._unchained()
        yield from self._beyond(last)
        yield from self._anchored_again()
        self._note_gaps(last if is_whole else 0)

    def _against_event(self, entry: Linked) -> Iterator[str]:
        event = f"event {entry.event_number} of application {entry.sitting_id}"
        if entry.event_kind is None:
            yield f"Entry {entry.number}: {event} ({entry.kind}, {_day(entry.at)}) is gone."
        elif entry.event_hash != entry.event_sha256:
            yield (
                f"Entry {entry.number}: {event} ({entry.kind}, {_day(entry.at)}) is not what it "
                "was when it was recorded."
            )

    def _against_anchor(self, entry: Linked) -> Iterator[str]:
        anchor = self._anchored.get(entry.number)
        if anchor is not None and anchor.mac != entry.mac:
            yield (
                f"Entry {entry.number} is not the one that was anchored on {_day(anchor.at)} "
                f"(line {anchor.line} of the file of heads): the chain was written anew, or an "
                "older copy of the database was put in place and used further."
            )

    def _unchained(self) -> Iterator[str]:
        loose = self._ledger.unchained()
        for sitting, number, kind in loose[:NAMED]:
            yield f"Event {number} of application {sitting} ({kind}) has no entry."
        if len(loose) > NAMED:
            yield f"{len(loose) - NAMED:,} more events have no entry."
        holes = self._ledger.gaps()
        for sitting in holes[:NAMED]:
            yield f"An event of application {sitting} is gone: its events do not count up from 1."
        if len(holes) > NAMED:
            yield f"The same is true of {len(holes) - NAMED:,} more applications."

    def _beyond(self, last: int) -> Iterator[str]:
        beyond = [one for one in self._anchors if one.number > last]
        if beyond:
            end = max(beyond, key=lambda one: one.number)
            yield (
                f"The entries end with {last}, but entry {end.number} was anchored on "
                f"{_day(end.at)} (line {end.line} of the file of heads): entries were removed from "
                "the end, or an older copy of the database was put in place."
            )

    def _anchored_again(self) -> Iterator[str]:
        furthest: Anchor | None = None
        for one in self._anchors:
            if furthest is not None and one.number <= furthest.number:
                yield (
                    f"Line {one.line} of the file of heads anchors entry {one.number} on "
                    f"{_day(one.at)}, although entry {furthest.number} had been anchored before "
                    f"(line {furthest.line}): an older copy of the database was put in place and "
                    "used further."
                )
            else:
                furthest = one

    def _note_gaps(self, last: int) -> None:
        newest = max((one.number for one in self._anchors), default=0)
        if last > newest > 0:
            self.notes.append(
                f"Entries {newest + 1} to {last} are not anchored yet: the service was interrupted "
                "right after they were recorded, or lines were taken off the end of the file of "
                "heads. The next start anchors them."
            )
        known = 0
        for one in self._anchors:
            if one.first > known + 1 and not one.late:
                self.notes.append(
                    f"Entries {known + 1} to {one.first - 1} were not anchored when they were "
                    f"recorded (before line {one.line} of the file of heads): the service was "
                    "interrupted there, or lines were taken off the end of the file."
                )
            known = max(known, one.number)


def _missing(first: int, last: int) -> str:
    if last < first:
        return f"Entry {last + 1} stands where entry {first} should: entries are repeated."
    if first == last:
        return f"Entry {first} is missing."
    return f"Entries {first} to {last} are missing."


def _day(moment: str) -> str:
    return f"{moment[:10]} {moment[11:16]} UTC"
