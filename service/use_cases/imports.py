"""Lists of people: uploaded or pasted, checked, kept sealed as a draft, and looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import BinaryIO

from service.errors import InvalidForm, TooManyAttempts
from service.memory import give_back
from service.storage import Store
from service.storage.imports import ImportRecord, seal_rows
from service.use_cases.forms import id_of_request
from service.use_cases.import_lists import (
    ImportPage,
    content_of,
    gather,
    no_such_list,
    told_of,
)
from service.use_cases.invitations import check_may_invite
from service.use_cases.known_people import lookup
from service.use_cases.throttle import attempted
from service.use_cases.views import Account
from service.words import gettext as _
from vbr_engine.errors import FileError, Problem
from vbr_engine.files import read_sheet, write_sheet
from vbr_engine.intake import Limits, check_people

__all__ = [
    "LIMITS",
    "UPLOADS",
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
        sealed, number = _read(store, provider_id, vacancy_id, content, name, language)
    except FileError as error:
        raise InvalidForm({where: _sentences(error.problems, str(error))}) from error
    give_back()
    with store.write() as unit:
        tenant = unit.at(provider_id)
        tenant.imports.forget_drafts(before=now - KEPT)
        if tenant.imports.get(import_id) is None:
            tenant.imports.add(
                id=import_id,
                vacancy_id=vacancy_id,
                sealed=sealed,
                summary={"rows": number},
                by=by.id,
                now=now,
            )
    return import_id


def _read(
    store: Store,
    provider_id: str,
    vacancy_id: str,
    content: bytes | str | BinaryIO,
    name: str,
    language: str,
) -> tuple[bytes, int]:
    """Read and check a list; return it sealed, and how many rows it has."""
    sheet = read_sheet(content, name=name, limits=LIMITS, language=language)
    check = check_people(sheet, known=lookup(store, provider_id, vacancy_id), language=language)
    if not check.rows:
        raise FileError([*check.errors] or [Problem(message=_("Nobody is in this list."))])
    with store.read() as unit:
        return seal_rows(unit.cipher, content_of(check, name)), len(check.rows)


def import_page(store: Store, provider_id: str, import_id: str) -> ImportPage:
    """Gather an import for its page, and its rows as long as they can be chosen from.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        page = gather(unit, provider_id, import_id, rows=False)
        return gather(unit, provider_id, import_id) if page.record.state == "draft" else page


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
            raise no_such_list()
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


def _sentences(problems: Sequence[Problem], otherwise: str) -> str:
    """Return the first few problems as one paragraph."""
    told = list(dict.fromkeys(one.message for one in problems))[:3] or [otherwise]
    whole = (one[:1].upper() + one[1:].rstrip(".") + "." for one in told)
    return " ".join(whole)
