"""Vacancies: opening and closing them, and how many applications are where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from service.errors import NotFound
from service.storage import Store, Unit
from service.storage.records import VacancyRecord
from service.use_cases.calls import calls_of
from service.use_cases.forms import Form, id_of_request
from service.use_cases.happenings import LOCAL
from service.use_cases.views import Vacancy, VacancyCounts, VacancyLine
from service.words import gettext as _
from vbr_engine.funnel import STAGES, Standing

__all__ = [
    "AvailableBank",
    "available_banks",
    "close_vacancy",
    "counts_of",
    "create_vacancy",
    "is_ready",
    "list_vacancies",
    "vacancy_of",
]


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


def list_vacancies(store: Store, provider_id: str, *, now: datetime) -> tuple[VacancyLine, ...]:
    """List a provider's vacancies, newest first and closed ones last, with how many are where."""
    now = now.astimezone(LOCAL)
    with store.read() as unit:
        tenant = unit.at(provider_id)
        records, tally = tenant.vacancies.list(), tenant.boards.tally()
        going: dict[str, dict[str, Standing]] = {record.id: {} for record in records}
        for vacancy_id, sitting_id, standing in tenant.boards.going():
            going[vacancy_id][sitting_id] = standing
    lines = (_line(record, going[record.id], tally.get(record.id), now) for record in records)
    return tuple(sorted(lines, key=lambda line: line.closed_on is not None))


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


def close_vacancy(
    store: Store, provider_id: str, vacancy_id: str, *, closed: bool, now: datetime
) -> None:
    """Close a vacancy, or open it again; nobody's application is ended by it.

    Raises
    ------
    NotFound
    """
    with store.write() as unit:
        vacancies = unit.at(provider_id).vacancies
        record = vacancies.get(vacancy_id)
        if record is None:
            raise NotFound(_("There is no such vacancy."))
        if (record.closed_at is not None) != closed:
            vacancies.close(vacancy_id, at=now if closed else None)


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
        opened_on=record.opened_at.astimezone(LOCAL).date(),
        closed_on=_local_day(record.closed_at),
    )


def counts_of(
    standings: Iterable[Standing], *, n_calls: int, now: datetime, ended: int = 0
) -> VacancyCounts:
    """Count applications; `ended` ones that are not among them are counted as well."""
    held = tuple(standings)
    going = [standing for standing in held if not standing.ended]
    ended += len(held) - len(going)
    return VacancyCounts(
        total=len(going) + ended,
        going=len(going),
        ended=ended,
        stuck=sum(standing.is_stuck(now) for standing in going),
        to_call=n_calls,
        ready=sum(map(is_ready, going)),
        decided=sum(standing.decision is not None for standing in going),
    )


def is_ready(standing: Standing) -> bool:
    """Whether the assessment is finished and nobody has decided."""
    return standing.stage == "completed" and standing.decision is None


def _line(
    record: VacancyRecord,
    going: Mapping[str, Standing],
    tally: Mapping[tuple[str, str], int] | None,
    now: datetime,
) -> VacancyLine:
    ended = sum(number for (_stage, how), number in (tally or {}).items() if how)
    stages = Counter(standing.stage for standing in going.values())
    calls = calls_of(going, now, closed=record.closed_at is not None)
    return VacancyLine(
        id=record.id,
        title=record.title,
        opened_on=record.opened_at.astimezone(LOCAL).date(),
        closed_on=_local_day(record.closed_at),
        counts=counts_of(going.values(), n_calls=len(calls), now=now, ended=ended),
        stages=tuple((stage, stages[stage]) for stage in STAGES if stages[stage]),
    )


def _local_day(at: datetime | None) -> date | None:
    return at.astimezone(LOCAL).date() if at else None
