"""Whom to call today, over all vacancies of a provider: by what is waited for, never by a score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from service.storage import Store
from service.use_cases.happenings import LOCAL
from service.words import gettext as _
from vbr_engine.funnel import Call, Standing, call_list

__all__ = ["PAGE", "CallList", "CallRow", "calls_for_today", "calls_of"]

PAGE = 50


@dataclass(frozen=True, slots=True)
class CallRow:
    """Somebody to call, why, and about which vacancy."""

    sitting_id: str
    name: str
    phone: str
    email: str
    vacancy_id: str
    vacancy_title: str
    call: Call
    standing: Standing
    simulated: bool


@dataclass(frozen=True, slots=True)
class CallList:
    """One page of the calls of a day; `any_vacancy` tells an empty list from an empty house."""

    rows: tuple[CallRow, ...]
    total: int
    page: int
    n_pages: int
    today: date
    any_vacancy: bool


def calls_for_today(store: Store, provider_id: str, *, now: datetime, page: int = 1) -> CallList:
    """Return one page of whom to call today, what cannot wait first."""
    now = now.astimezone(LOCAL)
    with store.read() as unit:
        tenant = unit.at(provider_id)
        records = {record.id: record for record in tenant.vacancies.list()}
        due = tenant.boards.due(now)
        homes = {sitting_id: vacancy_id for vacancy_id, sitting_id, _standing in due}
        standings = {sitting_id: standing for _vacancy, sitting_id, standing in due}
        closed = {record.id for record in records.values() if record.closed_at}
        calls = _calls(standings, homes, closed, now)
        n_pages = max(1, -(-len(calls) // PAGE))
        page = min(max(page, 1), n_pages)
        shown = calls[(page - 1) * PAGE : page * PAGE]
        ids = tuple(call.key for call in shown)
        people, made_up = tenant.identities.of(ids), tenant.boards.simulated(ids)
    rows = tuple(
        CallRow(
            sitting_id=call.key,
            name=people[call.key].name if call.key in people else _("Name erased"),
            phone=people[call.key].phone if call.key in people else "",
            email=people[call.key].email if call.key in people else "",
            vacancy_id=homes[call.key],
            vacancy_title=records[homes[call.key]].title,
            call=call,
            standing=standings[call.key],
            simulated=call.key in made_up,
        )
        for call in shown
    )
    return CallList(rows, len(calls), page, n_pages, now.date(), bool(records))


def calls_of(
    standings: Mapping[str, Standing], now: datetime, *, closed: bool = False
) -> dict[str, Call]:
    """Return whom to call, by sitting, in the order of the call list.

    Of a closed vacancy only those who have the job: they still need looking after.

    Parameters
    ----------
    standings : mapping of str to Standing
    now : datetime
        In local time.
    closed : bool
    """
    if closed:
        standings = {one: held for one, held in standings.items() if held.has_come_to("accepted")}
    return {call.key: call for call in call_list(standings, now)}


def _calls(
    standings: Mapping[str, Standing], homes: Mapping[str, str], closed: set[str], now: datetime
) -> tuple[Call, ...]:
    asked = {
        one: held
        for one, held in standings.items()
        if homes[one] not in closed or held.has_come_to("accepted")
    }
    return call_list(asked, now)
