"""What a candidate does not agree with, who decided it, and so who may look at it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.storage import Tenant
from service.storage.records import Event
from service.storage.tasks import TaskRecord
from service.use_cases.views import Account
from service.words import gettext as _
from vbr_engine.funnel import STEPS

__all__ = ["Contested", "contested_in", "deciders_in", "last_decision", "may_answer"]

RECRUITING = ("recruiter", "manager")


@dataclass(frozen=True, slots=True)
class Contested:
    """The decision that is contested: `code` of a decision or of a step that ended it."""

    kind: str
    code: str
    reason: str
    by: str
    at: datetime
    number: int


def last_decision(events: Sequence[Event]) -> Event | None:
    """Find the last decision that an employer took and did not take back."""
    undone = {event.body.get("number") for event in events if event.kind == "undone"}
    found = [event for event in events if _decides(event) and event.number not in undone]
    return found[-1] if found else None


def deciders_in(events: Sequence[Event], task: TaskRecord) -> frozenset[str]:
    """Return who recorded what is contested: the last decision, and the end that followed it."""
    before = task.body.get("before", len(events) + 1)
    earlier = [event for event in events if event.number < before]
    last = last_decision(earlier)
    decided = [event for event in earlier if event.kind == "decided"][-1:]
    held = [*decided, last] if last is not None else decided
    return frozenset(str(event.body["by"]) for event in held if "by" in event.body)


def may_answer(tenant: Tenant, account: Account, deciders: frozenset[str]) -> str:
    """Say why an account may not answer, or nothing."""
    if account.id not in deciders:
        return ""
    others = [
        other
        for other in tenant.accounts.list()
        if other.role in RECRUITING and other.disabled_at is None and other.id not in deciders
    ]
    if others:
        return _(
            "You recorded what this candidate does not agree with, so somebody else has to look at "
            "it: ask a colleague."
        )
    return _(
        "You recorded what this candidate does not agree with, and nobody else at your "
        "organisation could look at it. Add a colleague in the settings, or ask the council lead "
        "to look at it with you."
    )


def contested_in(
    tenant: Tenant, events: Sequence[Event], task: TaskRecord, texts: Mapping[str, str]
) -> Contested | None:
    """Find the decision that a task is about."""
    if task.kind != "contest":
        return None
    number = task.body.get("event")
    event = next((event for event in events if event.number == number), None)
    if event is None:
        return None
    who = tenant.accounts.get(str(event.body.get("by", "")))
    return Contested(
        kind=event.kind,
        code=event.body.get("decision") or event.body.get("step") or "",
        reason=texts.get(event.body.get("remark") or "", ""),
        by=who.name if who else _("a former colleague"),
        at=event.at,
        number=event.number,
    )


def _decides(event: Event) -> bool:
    if event.kind == "decided":
        return True
    step = STEPS.get(event.body.get("step", "")) if event.kind == "step" else None
    ends = step is not None and step.ends is not None
    return ends and event.body.get("ended_by", "employer") == "employer"
