"""What a candidate can ask and say beside the answers: each is an event, and a person's task."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from service.errors import InvalidForm, NotFound
from service.storage import Store, Tenant, Unit
from service.storage.records import Event, SittingRecord
from service.use_cases.candidate import follow
from service.use_cases.contesting import last_decision
from service.use_cases.forms import Form, id_of_request
from service.use_cases.happenings import happen, stand_anew
from service.use_cases.holding_words import REASONS
from service.use_cases.messages import cancel_messages, enqueue, plan_reminders
from service.use_cases.tasks import open_task
from service.words import gettext as _
from vbr_engine.funnel import STAGES, Standing

__all__ = [
    "WAYS",
    "ask_adjustment",
    "ask_erasure",
    "ask_person",
    "choose_language",
    "consent",
    "consents",
    "contest",
    "is_hired",
    "may_come_back",
    "sitting_behind",
    "take_back_withdrawal",
    "withdraw",
]

WAYS = ("read-aloud", "phone", "paper", "own-words", "other")
LONGEST_TEXT = 2000
LONGEST_REACH = 200
# What the service does by itself after a withdrawal: nobody has acted.
BY_ITSELF = frozenset({"message-sent", "reminded", "bounced", "data-downloaded", "consented"})


def sitting_behind(store: Store, token: str) -> str:
    """Return the sitting behind a link; nothing changes.

    Raises
    ------
    UnknownLink
    """
    with store.read() as unit:
        return follow(unit, token, now=store.clock()).sitting_id


def choose_language(store: Store, token: str, language: str, *, now: datetime) -> bool:
    """Set the language of a sitting that has not started; say whether that was still possible.

    Raises
    ------
    InvalidForm
        If the bank does not have the language.
    UnknownLink
    """
    with store.write() as unit:
        link = follow(unit, token, now=now)
        tenant, sitting = _found(unit, link.sitting_id)
        bank = store.bank(unit, sitting.bank_id, sitting.bank_version, sitting.bank_sha256)
        if language not in bank.catalogues:
            raise InvalidForm({"language": _("Choose one of the languages.")})
        if any(event.kind == "started" for event in tenant.events.of(sitting.id)):
            return False
        if language != sitting.language:
            tenant.sittings.speak(sitting.id, language)
            happen(tenant, sitting.id, "language-chosen", at=now, body={"language": language})
    return True


def consent(store: Store, sitting_id: str, *, research: bool, now: datetime) -> None:
    """Say yes or no to research with the answers; the last word holds.

    Raises
    ------
    NotFound
    """
    with store.write() as unit:
        tenant, sitting = _found(unit, sitting_id)
        if consents(tenant.events.of(sitting.id)) != research:
            happen(tenant, sitting.id, "consented", at=now, body={"research": research})


def consents(events: Iterable[Event]) -> bool:
    """Whether the candidate agrees to research: no, unless they said yes last."""
    said = [event.body.get("research") for event in events if event.kind == "consented"]
    return bool(said and said[-1] is True)


def ask_adjustment(
    store: Store,
    sitting_id: str,
    *,
    ways: Iterable[str],
    text: str,
    reach: str,
    now: datetime,
    request_id: str = "",
) -> None:
    """Ask to answer in another way. Nobody has to say why.

    Raises
    ------
    InvalidForm
        With a sentence for ``ways``, ``text`` or ``reach``.
    NotFound
    """
    form = Form()
    chosen = tuple(way for way in WAYS if way in set(ways))
    text = form.text("text", text, missing="", longest=LONGEST_TEXT)
    reach = form.line("reach", reach, missing="", longest=LONGEST_REACH)
    if not chosen and not text:
        form.problems["ways"] = _("Choose what would help, or write it in your own words.")
    form.done()
    with store.write() as unit:
        tenant, sitting = _found(unit, sitting_id)
        task = _task_id(sitting, "adjustment", request_id)
        if tenant.tasks.get(task) is not None:
            return
        body = {"task": task, "ways": chosen, "reach": _kept(tenant, sitting, reach)}
        happen(tenant, sitting.id, "adjustment-asked", at=now, body=body, text=text)
        open_task(tenant, sitting.id, "adjustment", at=now, id=task)


def ask_person(
    store: Store, sitting_id: str, *, text: str, reach: str, now: datetime, request_id: str = ""
) -> None:
    """Ask to talk with a person.

    Raises
    ------
    InvalidForm
        With a sentence for ``text`` or ``reach``.
    NotFound
    """
    form = Form()
    text = form.text("text", text, missing="", longest=LONGEST_TEXT)
    reach = form.line("reach", reach, missing="", longest=LONGEST_REACH)
    form.done()
    with store.write() as unit:
        tenant, sitting = _found(unit, sitting_id)
        task = _task_id(sitting, "person", request_id)
        if tenant.tasks.get(task) is not None:
            return
        body = {"task": task, "reach": _kept(tenant, sitting, reach)}
        happen(tenant, sitting.id, "person-asked", at=now, body=body, text=text)
        open_task(tenant, sitting.id, "person", at=now, id=task)


def contest(
    store: Store, sitting_id: str, *, text: str, now: datetime, request_id: str = ""
) -> None:
    """Say that a decision, or the result, is not right: somebody who did not decide looks at it.

    Raises
    ------
    InvalidForm
        With a sentence for ``text``.
    NotFound
    """
    form = Form()
    missing = _("Tell us what is not right, in your own words.")
    text = form.text("text", text, missing=missing, longest=LONGEST_TEXT)
    form.done()
    with store.write() as unit:
        tenant, sitting = _found(unit, sitting_id)
        task = _task_id(sitting, "contest", request_id)
        if tenant.tasks.get(task) is not None:
            return
        decided = last_decision(tenant.events.of(sitting.id))
        body = {
            "task": task,
            "about": "decision" if decided else "result",
            "event": decided.number if decided else None,
        }
        event = happen(tenant, sitting.id, "contested", at=now, body=body, text=text)
        about = {"event": body["event"], "before": event.number}
        open_task(tenant, sitting.id, "contest", at=now, body=about, id=task)
        enqueue(tenant, "contest-received", key=f"contest:{task}", at=now, sitting_id=sitting.id)


def withdraw(store: Store, sitting_id: str, *, reason: str, now: datetime) -> bool:
    """End the application at the candidate's own wish; say whether it was open still.

    Leaving a job after the first day is not withdrawing: that changes nothing here.

    Raises
    ------
    InvalidForm
        If `reason` is neither empty nor one of `service.use_cases.holding_words.REASONS`.
    NotFound
    """
    if reason and reason not in REASONS:
        raise InvalidForm({"reason": _("Choose a reason, or none.")})
    with store.write() as unit:
        tenant, sitting = _found(unit, sitting_id)
        standing = _standing(tenant, sitting)
        if standing.ended is not None or is_hired(standing):
            return False
        body = {"reason": reason or "not-said"}
        happen(tenant, sitting.id, "withdrawn", at=now, body=body)
        cancel_messages(tenant, sitting.id, at=now, reminders_only=True)
    return True


def may_come_back(events: tuple[Event, ...]) -> bool:
    """Whether the candidate withdrew in person, and nobody has acted since."""
    last = next((event for event in reversed(events) if event.kind not in BY_ITSELF), None)
    return last is not None and last.kind == "withdrawn"


def take_back_withdrawal(store: Store, sitting_id: str, *, now: datetime) -> bool:
    """Take a withdrawal back while nobody has acted; say whether that was still possible.

    Raises
    ------
    NotFound
    """
    with store.write() as unit:
        tenant, sitting = _found(unit, sitting_id)
        events = tenant.events.of(sitting.id)
        if not may_come_back(events):
            return False
        event = happen(tenant, sitting.id, "step", at=now, body={"step": "reopened"})
        if not any(each.kind == "submitted" for each in events):
            plan_reminders(tenant, sitting.id, at=now, key=str(event.number))
    return True


def is_hired(standing: Standing) -> bool:
    """Whether somebody has started work: leaving a job is not withdrawing an application."""
    return STAGES.index(standing.stage) >= STAGES.index("started_work")


def ask_erasure(
    store: Store, sitting_id: str, *, text: str, now: datetime, request_id: str = ""
) -> None:
    """Ask for everything that names the candidate to be erased; a manager carries it out.

    Raises
    ------
    InvalidForm
        With a sentence for ``text``.
    NotFound
    """
    form = Form()
    text = form.text("text", text, missing="", longest=LONGEST_TEXT)
    form.done()
    with store.write() as unit:
        tenant, sitting = _found(unit, sitting_id)
        waiting = (task for task in tenant.tasks.of(sitting.id) if task.closed_at is None)
        if any(task.kind == "erasure" for task in waiting):
            return
        task = _task_id(sitting, "erasure", request_id)
        happen(tenant, sitting.id, "erasure-asked", at=now, body={"task": task}, text=text)
        open_task(tenant, sitting.id, "erasure", at=now, id=task)


def _found(unit: Unit, sitting_id: str) -> tuple[Tenant, SittingRecord]:
    sitting = unit.doors.sitting(sitting_id)
    if sitting is None:
        raise NotFound(_("There is no such candidate."))
    return unit.at(sitting.provider_id), sitting


def _standing(tenant: Tenant, sitting: SittingRecord) -> Standing:
    return tenant.standings.get(sitting.id) or stand_anew(tenant, sitting)


def _task_id(sitting: SittingRecord, kind: str, request_id: str) -> str:
    return id_of_request(sitting.provider_id, sitting.id, kind, request_id)


def _kept(tenant: Tenant, sitting: SittingRecord, text: str) -> str | None:
    if not text:
        return None
    remark = uuid4().hex
    tenant.remarks.add(sitting.id, id=remark, text=text)
    return remark
