"""Erasing what names or describes a candidate; the events stay, under a number."""

from __future__ import annotations

from datetime import datetime

from service.errors import NotFound
from service.storage import Store, Tenant
from service.use_cases.happenings import happen, stand_anew
from service.use_cases.messages import cancel_messages, enqueue
from service.words import gettext as _
from vbr_engine.funnel import STAGES

__all__ = ["ASKED", "RETENTION", "erase", "erase_in"]

ASKED, RETENTION = "asked", "retention"
HIRED = STAGES.index("started_work")


def erase(
    store: Store,
    provider_id: str,
    sitting_id: str,
    *,
    by: str | None = None,
    now: datetime,
    why: str = RETENTION,
) -> bool:
    """Erase name, contact details, remarks, own words, filled-in messages and links of a candidate.

    What stays is under a number that names nobody: the events with codes and figures, the answers,
    the profile and the ledger.

    Parameters
    ----------
    store : Store
    provider_id, sitting_id : str
    by : str, optional
        Id of the account that does it; none for the clock.
    now : datetime
    why : str
        ``asked`` by the candidate, who then gets a last message; or ``retention``.

    Returns
    -------
    bool
        False if it was erased before.

    Raises
    ------
    NotFound
    """
    with store.write() as unit:
        erased = erase_in(unit.at(provider_id), sitting_id, by=by, now=now, why=why)
    store.forget_erased()
    return erased


def erase_in(
    tenant: Tenant, sitting_id: str, *, by: str | None, now: datetime, why: str = RETENTION
) -> bool:
    """Do the same in a transaction that is open; then comes `Store.forget_erased`."""
    sitting = tenant.sittings.get(sitting_id)
    if sitting is None:
        raise NotFound(_("There is no such candidate."))
    if any(event.kind == "erased" for event in tenant.events.of(sitting_id)):
        return False
    if why == ASKED:
        _end(tenant, sitting_id, now)
    identity = tenant.identities.get(sitting_id)
    cancel_messages(tenant, sitting_id, at=now)
    tenant.messages.forget(sitting_id)
    tenant.identities.erase(sitting_id)
    tenant.remarks.erase(sitting_id)
    tenant.links.erase(sitting_id)
    for task in tenant.tasks.of(sitting_id):
        tenant.tasks.close(task.id, by=by, now=now, outcome="erased")
    happen(tenant, sitting_id, "erased", at=now, by=by, body={"why": why})
    if why == ASKED and identity is not None:
        enqueue(
            tenant,
            "erasure-done",
            key=f"erasure-done:{sitting_id}",
            at=now,
            sitting_id=sitting_id,
            to=identity,
        )
    return True


def _end(tenant: Tenant, sitting_id: str, now: datetime) -> None:
    """Nobody can be reached any more, so an open application ends; a job goes on."""
    sitting = tenant.sittings.get(sitting_id)
    assert sitting is not None
    standing = tenant.standings.get(sitting_id) or stand_anew(tenant, sitting)
    if standing.ended is None and STAGES.index(standing.stage) < HIRED:
        happen(tenant, sitting_id, "withdrawn", at=now, body={"reason": "not-said"})
