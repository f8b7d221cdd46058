"""What a recruiter sees of a vacancy: who is invited, started, stuck, completed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from service.errors import NotFound
from service.storage import Store, Unit
from service.storage.records import Identity, SittingRecord, VacancyRecord
from service.use_cases.forms import Form, id_of_request
from service.use_cases.progress import STUCK_AFTER, Progress, progress_of
from service.use_cases.views import Board, BoardRow, Vacancy, VacancyCounts, VacancyLine
from service.words import gettext as _

__all__ = [
    "AvailableBank",
    "available_banks",
    "board_row",
    "create_vacancy",
    "list_vacancies",
    "vacancy_board",
    "vacancy_of",
]

_ORDER = {"stuck": 0, "completed": 1, "started": 2, "invited": 3}


@dataclass(frozen=True, slots=True)
class AvailableBank:
    """A bank that a new vacancy can use, in its newest version."""

    id: str
    version: str
    title: str
    summary: str
    status: str
    status_note: str
    minutes: int


def available_banks(store: Store) -> tuple[AvailableBank, ...]:
    """List the banks that a new vacancy can use, each in its newest version."""
    with store.read() as unit:
        newest = {record.id: record for record in unit.banks.list()}
        banks = [store.bank(unit, r.id, r.version, r.sha256) for r in newest.values()]
    return tuple(
        AvailableBank(
            id=bank.id,
            version=bank.version,
            title=bank.text().title,
            summary=bank.text().summary,
            status=str(bank.status),
            status_note=bank.text().status_note,
            minutes=bank.blueprint.minutes,
        )
        for bank in banks
    )


def list_vacancies(store: Store, provider_id: str) -> tuple[VacancyLine, ...]:
    """List a provider's vacancies, newest first, with how many candidates are where."""
    now = store.clock()
    with store.read() as unit:
        return tuple(
            VacancyLine(
                id=vacancy.id,
                title=vacancy.title,
                opened_on=vacancy.opened_at.date(),
                counts=_counts(
                    (progress for sitting, progress in _sittings(unit, vacancy)), now=now
                ),
            )
            for vacancy in unit.at(provider_id).vacancies.list()
        )


def create_vacancy(
    store: Store,
    provider_id: str,
    *,
    title: str,
    bank_id: str,
    contact: str,
    now: datetime,
    request_id: str = "",
) -> str:
    """Open a vacancy with the newest version of a bank and return its id.

    The same `request_id` again, from a form that was sent twice, changes nothing.

    Raises
    ------
    InvalidForm
        With a sentence for each of ``title``, ``bank_id``, ``contact``.
    """
    form = Form()
    title = form.line("title", title, missing=_("Enter a title for the vacancy."), longest=120)
    contact = form.text(
        "contact",
        contact,
        missing=_("Enter whom candidates can turn to."),
        longest=500,
    )
    with store.write() as unit:
        bank = unit.banks.newest(bank_id)
        if bank is None:
            form.problems["bank_id"] = _("Choose a question bank.")
        form.done()
        assert bank is not None
        new_id = id_of_request(provider_id, request_id)
        vacancy = VacancyRecord(provider_id, new_id, title, contact, bank.id, bank.version, now)
        if unit.at(provider_id).vacancies.get(new_id) is None:
            unit.at(provider_id).vacancies.add(vacancy)
    return new_id


def vacancy_board(store: Store, provider_id: str, vacancy_id: str, *, now: datetime) -> Board:
    """Show the candidates of a vacancy: the stuck first, because they wait for a person.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        vacancy = vacancy_of(store, unit, provider_id, vacancy_id)
        found = _sittings(unit, unit.at(provider_id).vacancies.get(vacancy_id))
        people = unit.at(provider_id).identities.of(tuple(sitting.id for sitting, _ in found))
    rows = [board_row(s, p, people.get(s.id), now=now) for s, p in found]
    rows.sort(key=lambda row: (_ORDER[row.state], row.last_activity_at))
    return Board(
        vacancy=vacancy,
        rows=tuple(rows),
        counts=_counts((progress for sitting, progress in found), now=now),
        stuck_hours=int(STUCK_AFTER.total_seconds() // 3600),
    )


def vacancy_of(store: Store, unit: Unit, provider_id: str, vacancy_id: str) -> Vacancy:
    """Return a vacancy with its bank's title.

    Raises
    ------
    NotFound
    """
    record = unit.at(provider_id).vacancies.get(vacancy_id)
    published = unit.banks.get(record.bank_id, record.bank_version) if record else None
    if record is None or published is None:
        raise NotFound(_("There is no such vacancy."))
    bank = store.bank(unit, published.id, published.version, published.sha256)
    return Vacancy(
        id=record.id,
        title=record.title,
        contact=record.contact,
        bank_id=bank.id,
        bank_version=bank.version,
        bank_title=bank.text().title,
        opened_on=record.opened_at.date(),
    )


def board_row(
    sitting: SittingRecord, progress: Progress, identity: Identity | None, *, now: datetime
) -> BoardRow:
    """Put one sitting into a row."""
    state = progress.state_at(now)
    last = progress.last_activity_at or sitting.created_at
    return BoardRow(
        sitting_id=sitting.id,
        name=identity.name if identity else _("Name erased"),
        state=state,
        n_answered=len(progress.answers),
        total=len(sitting.form.items),
        invited_at=progress.invited_at or sitting.created_at,
        last_activity_at=last,
        first_view_recorded=progress.has("first-view"),
        decision=_decision(progress),
        simulated=sitting.simulated,
    )


def _sittings(
    unit: Unit, vacancy: VacancyRecord | None
) -> tuple[tuple[SittingRecord, Progress], ...]:
    if vacancy is None:
        return ()
    sittings = unit.at(vacancy.provider_id).sittings.of_vacancy(vacancy.id)
    events = unit.at(vacancy.provider_id).events.of_several(tuple(s.id for s in sittings))
    return tuple((sitting, progress_of(events[sitting.id])) for sitting in sittings)


def _counts(several: Iterable[Progress], *, now: datetime) -> VacancyCounts:
    found = tuple(several)
    states = Counter(progress.state_at(now) for progress in found)
    return VacancyCounts(decided=sum(progress.has("decided") for progress in found), **states)


def _decision(progress: Progress) -> str | None:
    decided = [event for event in progress.events if event.kind == "decided"]
    return str(decided[-1].body["decision"]) if decided else None
