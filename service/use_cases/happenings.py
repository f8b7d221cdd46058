"""The one way in which something happens in a sitting: event, standing and ledger together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from service.storage import Tenant
from service.storage.ledger import LEDGER_KINDS
from service.storage.records import Event, SittingRecord
from service.storage.standings import LOCAL, happening_of, standing_from
from vbr_engine.funnel import Standing, fold

__all__ = ["LOCAL", "happen", "happening_of", "stand_anew"]


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
