"""The one way in which something happens in a sitting: event, standing and ledger together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from service.storage import Tenant
from service.storage.cipher import Cipher
from service.storage.ledger import LEDGER_KINDS
from service.storage.records import EVENT_KINDS, Event, SittingRecord
from service.storage.rows import Rows, event_rows, insert_rows, remark_rows, standing_rows
from service.storage.standings import LOCAL, happening_of, standing_from, standing_values
from vbr_engine.funnel import Standing, fold

__all__ = [
    "LOCAL",
    "Happened",
    "What",
    "first_happenings",
    "happen",
    "happen_several",
    "happening_of",
    "stand_anew",
]


@dataclass(frozen=True, slots=True)
class What:
    """One of several things that happen at once; see `happen` for what each part is."""

    sitting_id: str
    kind: str
    body: Mapping[str, Any] = field(default_factory=dict)
    item_id: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Happened:
    """The first events of new sittings, ready to be written."""

    events: Rows
    standings: Rows
    remarks: Rows


def happen(
    tenant: Tenant,
    sitting_id: str,
    kind: str,
    *,
    at: datetime,
    by: str | None = None,
    item_id: str | None = None,
    body: Mapping[str, Any] | None = None,
    text: str | None = None,
) -> Event:
    """Append an event, and whatever follows from it, in the transaction of `tenant`.

    Parameters
    ----------
    tenant : Tenant
        In a transaction that writes.
    sitting_id, kind : str
        `kind` is one of `service.storage.records.EVENT_KINDS`.
    at : datetime
    by : str, optional
        Id of the account that did it; none for the candidate and the service.
    item_id : str, optional
    body : mapping, optional
        What happened, in codes and figures: nothing that names or describes a person.
    text : str, optional
        Free text. It is kept encrypted and deletable; the event names it as ``remark``. An empty
        text is kept as none.

    Returns
    -------
    Event
    """
    told = dict(body or {})
    if by is not None:
        told["by"] = by
    if text is not None:
        told["remark"] = _kept(tenant, sitting_id, text)
    number = tenant.events.append(sitting_id, kind, at=at, item_id=item_id, body=told)
    event = Event(sitting_id, number, kind, item_id, at, told)
    if kind in LEDGER_KINDS:
        tenant.ledger.append(event)
    _stand(tenant, event)
    return event


def happen_several(
    tenant: Tenant, several: Sequence[What], *, at: datetime, by: str | None = None
) -> tuple[Event, ...]:
    """Let many things happen in a few statements, in the transaction of `tenant`.

    It is the same as `happen` for each in turn.

    Parameters
    ----------
    tenant : Tenant
        In a transaction that writes.
    several : sequence of What
        Those of one sitting happen in the order given.
    at : datetime
    by : str, optional
        Id of the account that did it.
    """
    ids = tuple(dict.fromkeys(what.sitting_id for what in several))
    numbers, remarks = tenant.bulk.last_numbers(ids), []
    happened = []
    for what in several:
        number = numbers[what.sitting_id] = numbers.get(what.sitting_id, 0) + 1
        event, kept = _event(what, number, at=at, by=by)
        happened.append(event)
        remarks += kept
    for rows in (remark_rows(tenant.cipher, remarks), event_rows(happened)):
        insert_rows(tenant.connection, tenant.provider_id, rows)
    for event in happened:
        if event.kind in LEDGER_KINDS:
            tenant.ledger.append(event)
    _stand_several(tenant, ids, happened)
    return tuple(happened)


def first_happenings(
    cipher: Cipher,
    sittings: Mapping[str, SittingRecord],
    several: Sequence[What],
    *,
    at: datetime,
    by: str | None = None,
) -> Happened:
    """Make ready what happens first in new sittings, for the transaction that adds them.

    All that takes time is done here, so that the transaction is short. Remarks are written before
    the events that name them.

    Parameters
    ----------
    cipher : Cipher
    sittings : mapping
        The new sittings by their ids.
    several : sequence of What
        No decision is among them: those are chained one by one, see `happen_several`.
    at : datetime
    by : str, optional
    """
    standings: dict[str, Standing] = {}
    numbers: dict[str, int] = {}
    events, remarks = [], []
    for what in several:
        if what.kind in LEDGER_KINDS:
            raise ValueError(f"{what.kind} is not how a sitting begins")
        number = numbers[what.sitting_id] = numbers.get(what.sitting_id, 0) + 1
        event, kept = _event(what, number, at=at, by=by)
        events.append(event)
        remarks += kept
        total = len(sittings[what.sitting_id].form.items)
        before = standings.get(what.sitting_id)
        standings[what.sitting_id] = fold(before, happening_of(event), total=total)
    stood = (
        standing_values(sitting_id, sittings[sitting_id].vacancy_id, standing)
        for sitting_id, standing in standings.items()
    )
    return Happened(event_rows(events), standing_rows(stood), remark_rows(cipher, remarks))


def _event(
    what: What, number: int, *, at: datetime, by: str | None
) -> tuple[Event, list[tuple[str, str, str]]]:
    """Return an event, and its free text with an id."""
    if what.kind not in EVENT_KINDS:
        raise ValueError(f"no such kind of event: {what.kind}")
    told, kept = dict(what.body), []
    if by is not None:
        told["by"] = by
    if what.text is not None:
        told["remark"] = uuid4().hex if what.text else None
    if what.text:
        kept.append((told["remark"], what.sitting_id, what.text))
    return Event(what.sitting_id, number, what.kind, what.item_id, at, told), kept


def _stand_several(tenant: Tenant, ids: Sequence[str], happened: Sequence[Event]) -> None:
    sittings = tenant.bulk.sittings(ids)
    standings: dict[str, Standing | None] = dict(tenant.standings.of_several(tuple(ids)))
    for event in happened:
        sitting = sittings[event.sitting_id]
        before = standings.get(event.sitting_id)
        if event.kind == "undone" or (before is None and event.number > 1):
            standings[sitting.id] = stand_anew(tenant, sitting)
        else:
            total = len(sitting.form.items)
            standings[sitting.id] = fold(before, happening_of(event), total=total)
    tenant.standings.put_several(
        tuple((one, sittings[one].vacancy_id, stood) for one, stood in standings.items() if stood)
    )


def stand_anew(tenant: Tenant, sitting: SittingRecord) -> Standing:
    """Fold the events of a sitting from the first one."""
    return standing_from(tenant.events.of(sitting.id), total=len(sitting.form.items))


def _stand(tenant: Tenant, event: Event) -> None:
    sitting = tenant.sittings.get(event.sitting_id)
    assert sitting is not None, "an event belongs to a sitting"
    before = tenant.standings.get(sitting.id)
    if event.kind == "undone" or (before is None and event.number > 1):
        standing = stand_anew(tenant, sitting)
    else:
        standing = fold(before, happening_of(event), total=len(sitting.form.items))
    tenant.standings.put(sitting.id, sitting.vacancy_id, standing)


def _kept(tenant: Tenant, sitting_id: str, text: str) -> str | None:
    if not text:
        return None
    remark = uuid4().hex
    tenant.remarks.add(sitting_id, id=remark, text=text)
    return remark
