"""Reminders and invitations that somebody sends by hand, to one candidate or to many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.errors import NotFound
from service.storage import Store, Tenant
from service.storage.records import Identity, SittingRecord
from service.use_cases.happenings import LOCAL, stand_anew
from service.use_cases.messages import enqueue
from service.words import gettext as _
from vbr_engine.funnel import Standing

__all__ = ["AGAIN_AFTER", "Told", "invite_again_several", "remind_several"]

AGAIN_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of messages to several candidates.

    Parameters
    ----------
    done : tuple of str
        Sittings whose candidates are written to.
    left : tuple of (str, str)
        The others: sitting, and the sentence why not.
    """

    done: tuple[str, ...]
    left: tuple[tuple[str, str], ...]


def remind_several(
    store: Store, provider_id: str, sitting_ids: Sequence[str], *, now: datetime
) -> Told:
    """Send a reminder to everybody who can still be reminded, at most one in a day.

    The links that they have keep working, and nothing starts again.

    Raises
    ------
    NotFound
        If one of them is nobody of this provider.
    """
    return _each(store, provider_id, sitting_ids, "reminder", now=now)


def invite_again_several(
    store: Store, provider_id: str, sitting_ids: Sequence[str], *, now: datetime
) -> Told:
    """Send the invitation once more, at most once in a day; earlier links keep working.

    Raises
    ------
    NotFound
        If one of them is nobody of this provider.
    """
    return _each(store, provider_id, sitting_ids, "invitation", now=now)


def _each(
    store: Store, provider_id: str, sitting_ids: Sequence[str], kind: str, *, now: datetime
) -> Told:
    done, left = [], []
    with store.write() as unit:
        tenant = unit.at(provider_id)
        for sitting_id in dict.fromkeys(sitting_ids):
            why = _sent(tenant, sitting_id, kind, now=now)
            if why:
                left.append((sitting_id, why))
            else:
                done.append(sitting_id)
    return Told(tuple(done), tuple(left))


def _sent(tenant: Tenant, sitting_id: str, kind: str, *, now: datetime) -> str:
    """Queue a message, or say why not."""
    sitting = tenant.sittings.get(sitting_id)
    if sitting is None:
        raise NotFound(_("There is no such candidate."))
    standing = tenant.standings.get(sitting_id) or stand_anew(tenant, sitting)
    person = tenant.identities.get(sitting_id)
    why = next(
        (why for why in (check(tenant, sitting, standing, person) for check in CHECKS) if why), ""
    )
    if not why and _recent(tenant, sitting_id, kind, now=now):
        why = _("They were sent this within the last day.")
    if why:
        return why
    day = now.astimezone(LOCAL).isoformat(timespec="seconds")
    number = standing.n_reminders + 1
    enqueue(
        tenant,
        kind,
        key=f"{kind}-by-hand:{sitting_id}:{day}",
        at=now,
        sitting_id=sitting_id,
        fields={"number": number, "by_hand": True} if kind == "reminder" else {},
    )
    return ""


def _recent(tenant: Tenant, sitting_id: str, kind: str, *, now: datetime) -> bool:
    """Whether one of this kind was sent, or waits to be, within a day."""
    return any(
        message.kind == kind
        and message.state != "cancelled"
        and message.run_at <= now
        and now - (message.done_at or message.run_at) < AGAIN_AFTER
        for message in tenant.messages.of((sitting_id,))
    )


Check = Callable[[Tenant, SittingRecord, Standing, "Identity | None"], str]


def _over(
    tenant: Tenant, sitting: SittingRecord, standing: Standing, person: Identity | None
) -> str:
    if standing.submitted_at is not None:
        return _("They have finished the assessment.")
    return _("Their application has ended.") if standing.ended else ""


def _unreachable(
    tenant: Tenant, sitting: SittingRecord, standing: Standing, person: Identity | None
) -> str:
    if person is None:
        return _("Their name and address were erased.")
    if not (person.email or person.phone):
        return _("There is no address and no number.")
    if standing.bounced_at is not None:
        return _("The last message came back: put the address right first.")
    return ""


def _shut(
    tenant: Tenant, sitting: SittingRecord, standing: Standing, person: Identity | None
) -> str:
    if tenant.provider.paused_at is not None:
        return _("Your organisation is paused.")
    vacancy = tenant.vacancies.get(sitting.vacancy_id)
    if vacancy is None or vacancy.closed_at is not None:
        return _("The vacancy is closed.")
    return ""


CHECKS: tuple[Check, ...] = (_over, _unreachable, _shut)
