"""The way in which somebody answers: what they asked for, what holds, changing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.storage import Store, Tenant
from service.storage.records import Event
from service.storage.tasks import TaskRecord
from service.use_cases.candidate import Sat, gather
from service.use_cases.forms import Form
from service.use_cases.happenings import happen
from service.use_cases.messages import enqueue
from service.use_cases.progress import OWN_WORDS, WAYS
from service.use_cases.tasks import Asked, asked_in, close_task
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = ["Adjustment", "adjust", "adjustment_of", "reference"]

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Adjustment:
    """How one candidate answers.

    Parameters
    ----------
    way : str
        One of `service.use_cases.progress.WAYS`.
    reference : str
        What stands on the paper form, in place of a name.
    asked : Asked or None
        What the candidate asked for and nobody has answered yet.
    note : str
        What was agreed when the way was chosen last.
    by_staff : bool
        Whether colleagues enter what the candidate answers.
    being_rated : bool
        Whether the answers are sent and wait for people to rate them.
    """

    sitting_id: str
    name: str
    way: str
    reference: str
    state: str
    n_answered: int
    total: int
    asked: Asked | None
    note: str
    changed: bool
    by_staff: bool
    in_words: bool
    being_rated: bool
    simulated: bool


def adjustment_of(store: Store, provider_id: str, sitting_id: str) -> Adjustment:
    """Show how one candidate answers, and what they asked for.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        tenant = unit.at(provider_id)
        sat = gather(store, unit, tenant.sittings.get(sitting_id))
        identity = tenant.identities.get(sitting_id)
        texts, events = tenant.remarks.of(sitting_id), sat.progress.events
        open_tasks = _asked(tenant, sitting_id)
        rated = tenant.profiles.get(sitting_id) is not None
    changes = [event for event in events if event.kind == "adjusted"]
    progress = sat.progress
    return Adjustment(
        sitting_id=sitting_id,
        name=identity.name if identity else _("Name erased"),
        way=progress.way,
        reference=reference(sitting_id),
        state=progress.state,
        n_answered=sat.n_answered,
        total=len(sat.items),
        asked=asked_in(events, open_tasks[0].id, texts) if open_tasks else None,
        note=texts.get(changes[-1].body.get("remark") or "", "") if changes else "",
        changed=bool(changes),
        by_staff=progress.way in ("entered", "spoken"),
        in_words=progress.in_words,
        being_rated=progress.submitted_at is not None and not rated,
        simulated=sat.sitting.simulated,
    )


def adjust(
    store: Store,
    provider_id: str,
    sitting_id: str,
    *,
    account: Account,
    way: str,
    note: str,
    now: datetime,
) -> bool:
    """Choose the way in which a candidate answers; every answer given so far is kept.

    What the candidate asked for is answered with it, and `note` is sent to them.

    Returns
    -------
    bool
        False if the answers were sent already, so that nothing was changed.

    Raises
    ------
    InvalidForm
        With a sentence for ``way`` or ``note``.
    NotFound
    """
    with store.write() as unit:
        tenant = unit.at(provider_id)
        sat = gather(store, unit, tenant.sittings.get(sitting_id))
        asked = _asked(tenant, sitting_id)
        form = Form()
        way = form.choice("way", way, allowed=WAYS, missing=_("Choose a way to answer."))
        wanted = _("Write what you answer to the candidate.") if asked else ""
        note = form.text("note", note, missing=wanted, longest=LONGEST)
        form.done()
        if sat.progress.submitted_at is not None:
            return False
        if way != sat.progress.way or note or asked:
            _note(tenant, sat, asked, by=account.id, way=way, note=note, at=now)
    return True


def reference(sitting_id: str) -> str:
    """Return the code that stands for a sitting on paper.

    Examples
    --------
    >>> reference("3f9a01bc77d24e5a")
    '3F9A-01BC'
    """
    code = sitting_id[:8].upper()
    return f"{code[:4]}-{code[4:]}"


def _note(
    tenant: Tenant,
    sat: Sat,
    asked: Sequence[TaskRecord],
    *,
    by: str,
    way: str,
    note: str,
    at: datetime,
) -> None:
    given = sat.progress.words if way in OWN_WORDS else sat.progress.answers
    body: dict[str, object] = {"mode": way, "answered": len(given)}
    if asked:
        body["task"] = asked[0].id
    event = happen(tenant, sat.sitting.id, "adjusted", at=at, by=by, body=body, text=note)
    for task in asked:
        close_task(tenant, task.id, by=by, at=at, outcome=way)
    if asked:
        _answer(tenant, event)


def _answer(tenant: Tenant, event: Event) -> None:
    enqueue(
        tenant,
        "adjustment-answered",
        key=f"adjusted:{event.sitting_id}:{event.number}",
        at=event.at,
        sitting_id=event.sitting_id,
        fields={"remark": event.body["remark"]},
    )


def _asked(tenant: Tenant, sitting_id: str) -> list[TaskRecord]:
    return [
        task
        for task in tenant.tasks.of(sitting_id)
        if task.kind == "adjustment" and task.closed_at is None
    ]
