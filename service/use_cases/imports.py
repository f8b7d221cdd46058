"""Lists of people: uploaded or pasted, checked, kept sealed as a draft, and looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from service.errors import InvalidForm, NotFound, TooManyAttempts
from service.storage import Store, Unit
from service.storage.imports import ImportRecord, seal_rows
from service.use_cases.forms import id_of_request
from service.use_cases.invitations import check_may_invite
from service.use_cases.known_people import lookup
from service.use_cases.throttle import attempted
from service.use_cases.views import Account
from service.words import gettext as _
from vbr_engine.errors import FileError, Problem
from vbr_engine.files import read_sheet, write_sheet
from vbr_engine.intake import Limits, PeopleCheck, PersonRow, check_people

__all__ = [
    "LIMITS",
    "UPLOADS",
    "ImportPage",
    "ImportRow",
    "count_upload",
    "discard",
    "draft",
    "import_page",
    "imports_of",
    "problem_list",
]

LIMITS = Limits(rows=10_000)
UPLOADS = 30  # of one account in the window of `throttle`
KEPT = timedelta(hours=24)
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


def count_upload(store: Store, account: Account, *, now: datetime) -> None:
    """Count an upload of an account, before anything is read.

    Raises
    ------
    TooManyAttempts
    """
    with store.write() as unit:
        wait = attempted(unit, "upload", account.id, most=UPLOADS, now=now)
    if wait:
        raise TooManyAttempts(wait)


def draft(
    store: Store,
    provider_id: str,
    vacancy_id: str,
    *,
    content: bytes | str | BinaryIO,
    name: str,
    by: Account,
    now: datetime,
    language: str = "en",
    request_id: str = "",
) -> str:
    """Read and check a list, keep it sealed, and return the id of the import.

    Nobody is invited yet. The same `request_id` again makes nothing new.

    Parameters
    ----------
    content : bytes, binary file or str
        The file; as str what was pasted.
    name : str
        Of the file.
    language : {"en", "cy"}
        Of the sentences about it.

    Raises
    ------
    InvalidForm
        With a sentence for ``file`` (or ``pasted``).
    NotFound, ProviderPaused
    """
    where = "pasted" if isinstance(content, str) else "file"
    import_id = id_of_request(provider_id, "import", request_id)
    with store.read() as unit:
        check_may_invite(unit.at(provider_id), vacancy_id, field=where)
        if unit.at(provider_id).imports.get(import_id) is not None:
            return import_id
    try:
        sheet = read_sheet(content, name=name, limits=LIMITS, language=language)
    except FileError as error:
        raise InvalidForm({where: _sentences(error.problems, str(error))}) from error
    known = lookup(store, provider_id, vacancy_id)
    check = check_people(sheet, known=known, language=language)
    if not check.rows:
        raise InvalidForm({where: _sentences(check.errors, _("Nobody is in this list."))})
    held = _content(check, name)
    with store.write() as unit:
        tenant = unit.at(provider_id)
        tenant.imports.forget_drafts(before=now - KEPT)
        if tenant.imports.get(import_id) is None:
            tenant.imports.add(
                id=import_id,
                vacancy_id=vacancy_id,
                sealed=seal_rows(tenant.cipher, held),
                summary={"rows": len(check.rows)},
                by=by.id,
                now=now,
            )
    return import_id


def import_page(store: Store, provider_id: str, import_id: str) -> ImportPage:
    """Gather an import for its page.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        return gather(unit, provider_id, import_id)


def gather(unit: Unit, provider_id: str, import_id: str) -> ImportPage:
    """Gather an import in a transaction that is open.

    Raises
    ------
    NotFound
    """
    tenant = unit.at(provider_id)
    record = tenant.imports.get(import_id)
    vacancy = tenant.vacancies.get(record.vacancy_id) if record else None
    if record is None or vacancy is None or record.state == "discarded":
        raise NotFound(_("There is no such list. It may have been put away after a day."))
    held = tenant.imports.content(import_id)
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


def imports_of(store: Store, provider_id: str, vacancy_id: str) -> tuple[ImportRecord, ...]:
    """List the latest imports to a vacancy."""
    with store.read() as unit:
        return unit.at(provider_id).imports.of_vacancy(vacancy_id)


def discard(store: Store, provider_id: str, import_id: str, *, now: datetime) -> str:
    """Put a draft away with its rows, and return the id of its vacancy.

    Raises
    ------
    NotFound
    """
    with store.write() as unit:
        imports = unit.at(provider_id).imports
        record = imports.get(import_id)
        if record is None:
            raise NotFound(_("There is no such list. It may have been put away after a day."))
        imports.finish(
            import_id, before=("draft",), state="discarded", summary=record.summary, now=now
        )
    return record.vacancy_id


def problem_list(store: Store, provider_id: str, import_id: str, *, format: str) -> bytes:
    """Write the rows of which something is told as a table that can be put right and sent again.

    Raises
    ------
    NotFound
    """
    page = import_page(store, provider_id, import_id)
    header = [_("Row"), _("Name"), _("Email"), _("Phone"), _("What is wrong")]
    rows = (
        [row.row, row.name, row.email, row.phone, " ".join(told_of(row))] for row in page.troubled
    )
    return write_sheet(rows, header=header, format=format, title=_("To put right"))


def told_of(row: ImportRow) -> list[str]:
    """Return every sentence about a row."""
    return [words for _severity, words in row.problems] + ([row.same] if row.same else [])


def _sentences(problems: Sequence[Problem], otherwise: str) -> str:
    """Return the first few problems as one paragraph."""
    told = list(dict.fromkeys(one.message for one in problems))[:3] or [otherwise]
    whole = (one[:1].upper() + one[1:].rstrip(".") + "." for one in told)
    return " ".join(whole)


def _content(check: PeopleCheck, name: str) -> dict[str, Any]:
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
