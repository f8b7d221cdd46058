"""A list of people as it is kept between its upload and the invitations, and as pages show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.errors import NotFound
from service.storage import Unit
from service.storage.imports import ImportRecord
from service.words import gettext as _
from vbr_engine.errors import Problem
from vbr_engine.intake import PeopleCheck, PersonRow

__all__ = ["Choice", "ImportPage", "ImportRow", "content_of", "gather", "no_such_list", "told_of"]

_TOLD = 20  # problems of a whole file that are shown


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row of a list, as the preview shows it.

    Parameters
    ----------
    row : int
        As the spreadsheet numbers it.
    problems : tuple of (str, str)
        Severity (error, warning, note) and sentence.
    same : str
        A sentence about whom it repeats, or nothing.
    certain : bool
        Whether it surely repeats somebody.
    same_as : str
        The sitting of whom it repeats, or nothing.
    """

    row: int
    name: str
    email: str
    phone: str
    language: str
    source: str
    source_words: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[tuple[str, str], ...] = ()
    same: str = ""
    certain: bool = False
    same_as: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether nothing stops it."""
        return all(severity != "error" for severity, _sentence in self.problems)

    @property
    def is_new(self) -> bool:
        """Whether nothing stops it and it repeats nobody."""
        return self.is_ready and not self.same


@dataclass(frozen=True, slots=True)
class ImportPage:
    """An import as its page shows it; `rows` are there until it is over."""

    record: ImportRecord
    vacancy_title: str
    made_by: str
    file: str
    rows: tuple[ImportRow, ...]
    problems: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]

    @property
    def ready(self) -> tuple[ImportRow, ...]:
        """Whom a click invites."""
        return tuple(row for row in self.rows if row.is_new)

    @property
    def repeated(self) -> tuple[ImportRow, ...]:
        """Who is here already, or in the list twice, and can be invited all the same."""
        return tuple(row for row in self.rows if row.is_ready and row.same)

    @property
    def stopped(self) -> tuple[ImportRow, ...]:
        """Rows that cannot be invited."""
        return tuple(row for row in self.rows if not row.is_ready)

    @property
    def troubled(self) -> tuple[ImportRow, ...]:
        """Rows of which something is told."""
        return tuple(row for row in self.rows if row.problems or row.same)

    @property
    def is_usable(self) -> bool:
        """Whether the whole list can be read."""
        return all(severity != "error" for severity, _sentence in self.problems)


@dataclass(frozen=True, slots=True)
class Choice:
    """How a list is imported.

    Parameters
    ----------
    send : bool
        By message, now. Else links are made later, to hand over.
    language : {"en", "cy"}
        For those for whom the list names none.
    also : frozenset of int
        Rows to invite although they repeat somebody.
    all_repeated : bool
        All of those rows.
    """

    send: bool
    language: str = "en"
    also: frozenset[int] = frozenset()
    all_repeated: bool = False

    def rows(self, page: ImportPage) -> tuple[ImportRow, ...]:
        """Return the rows to invite."""
        return tuple(
            row
            for row in page.rows
            if row.is_ready and (not row.same or self.all_repeated or row.row in self.also)
        )

    def kept(self) -> dict[str, Any]:
        """Return what is kept with the import."""
        return {
            "send": self.send,
            "language": self.language,
            "also": sorted(self.also),
            "all_repeated": self.all_repeated,
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Choice:
        """Read back what was kept."""
        return cls(kept["send"], kept["language"], frozenset(kept["also"]), kept["all_repeated"])


def gather(unit: Unit, provider_id: str, import_id: str, *, rows: bool = True) -> ImportPage:
    """Gather an import in a transaction that is open; without its `rows` that is quick.

    Raises
    ------
    NotFound
    """
    tenant = unit.at(provider_id)
    record = tenant.imports.get(import_id)
    vacancy = tenant.vacancies.get(record.vacancy_id) if record else None
    if record is None or vacancy is None or record.state == "discarded":
        raise no_such_list()
    held = tenant.imports.content(import_id) if rows else {}
    account = tenant.accounts.get(record.made_by)
    return ImportPage(
        record=record,
        vacancy_title=vacancy.title,
        made_by=account.name if account else "",
        file=held.get("file", ""),
        rows=tuple(_row(one) for one in held.get("rows", ())),
        problems=tuple((severity, words) for severity, words in held.get("problems", ())),
        notes=tuple(held.get("notes", ())),
    )


def told_of(row: ImportRow) -> list[str]:
    """Return every sentence about a row."""
    return [words for _severity, words in row.problems] + ([row.same] if row.same else [])


def no_such_list() -> NotFound:
    """Return what is told about a list that is not there."""
    return NotFound(_("There is no such list. It may have been put away after a day."))


def content_of(check: PeopleCheck, name: str) -> dict[str, Any]:
    """Return what is kept of a list that was checked; `gather` reads it."""
    problems = [[one.severity, _placed(one)] for one in check.problems]
    return {
        "file": name[:200],
        "rows": [_kept(row) for row in check.rows],
        "problems": problems[:_TOLD],
        "notes": list(check.notes[:_TOLD]),
    }


def _placed(one: Problem) -> str:
    return f"{one.column}: {one.message}" if one.column else one.message


def _kept(row: PersonRow) -> dict[str, Any]:
    same = row.duplicate_of
    return {
        "row": row.row,
        "name": row.name,
        "email": row.email,
        "phone": row.phone,
        "language": row.language,
        "source": row.source,
        "source_words": row.source_words,
        "facts": dict(row.facts),
        "problems": [(one.severity, _placed(one)) for one in row.problems],
        "same": same.sentence if same else "",
        "certain": bool(same and same.certain),
        "same_as": same.known.reference if same and same.known else "",
    }


def _row(kept: Mapping[str, Any]) -> ImportRow:
    return ImportRow(**{**kept, "problems": tuple((s, words) for s, words in kept["problems"])})
