"""Tasks: what candidates ask of people, seen to by a person, answered in words and closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from service.errors import NotFound
from service.storage import Store, Tenant
from service.storage.records import Event, Identity
from service.storage.tasks import TaskRecord
from service.use_cases.contesting import Contested, contested_in, deciders_in, may_answer
from service.use_cases.first_views import needs_view, why_not_judge
from service.use_cases.task_kinds import KINDS, Kind
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = [
    "KINDS",
    "Asked",
    "Line",
    "TaskView",
    "close_task",
    "list_tasks",
    "open_task",
    "show_task",
    "take_task",
    "tasks_about",
    "view_comes_first",
]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list of tasks."""

    task: TaskRecord
    kind: Kind
    name: str
    vacancy: str
    taken_by: str
    closed_by: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the candidate asked for, in their words, and how to reach them."""

    text: str = ""
    reach: str = ""
    ways: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task: `problem` says why this account cannot see to it, or is empty.

    `needs_view` says that it can once a first view is noted.
    """

    line: Line
    asked: Asked
    identity: Identity | None
    contested: Contested | None
    answer: str
    outcome: str
    problem: str
    needs_view: bool
    events: tuple[Event, ...] = field(default=(), repr=False)


def open_task(
    tenant: Tenant,
    sitting_id: str,
    kind: str,
    *,
    at: datetime,
    body: Mapping[str, Any] | None = None,
    id: str | None = None,
) -> str:
    """Open a task, in the transaction of `tenant`, and return its id.

    Parameters
    ----------
    tenant : Tenant
    sitting_id : str
    kind : str
        One of `KINDS`.
    at : datetime
    body : mapping, optional
        Codes and numbers of events; nothing that a person wrote.
    id : str, optional
        A task of this id that is there already is left as it is.
    """
    task_id = id or uuid4().hex
    if tenant.tasks.get(task_id) is None:
        tenant.tasks.add(task_id, sitting_id, KINDS[kind].code, body=body or {}, now=at)
    return task_id


def close_task(tenant: Tenant, task_id: str, *, by: str | None, at: datetime, outcome: str) -> None:
    """Close a task, in the transaction of `tenant`; one that is closed stays as it is."""
    tenant.tasks.close(task_id, by=by, now=at, outcome=outcome)


def list_tasks(store: Store, account: Account) -> tuple[Line, ...]:
    """List the open tasks of an organisation, longest open first."""
    with store.read() as unit:
        tenant = unit.at(account.provider_id)
        return _lines(tenant, tenant.tasks.open())


def tasks_about(store: Store, provider_id: str, sitting_id: str) -> tuple[Line, ...]:
    """List the tasks about one candidate, oldest first."""
    with store.read() as unit:
        tenant = unit.at(provider_id)
        return _lines(tenant, tenant.tasks.of(sitting_id))


def show_task(store: Store, account: Account, task_id: str) -> TaskView:
    """Show one task with everything that is needed to see to it.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        tenant = unit.at(account.provider_id)
        task = task_of(tenant, task_id)
        events, texts = tenant.events.of(task.sitting_id), tenant.remarks.of(task.sitting_id)
        answered = answer_to(events, task.id)
        return TaskView(
            line=_lines(tenant, (task,))[0],
            asked=asked_in(events, task.id, texts),
            identity=tenant.identities.get(task.sitting_id),
            contested=contested_in(tenant, events, task, texts),
            answer=texts.get(answered.body.get("remark") or "", "") if answered else "",
            outcome=task.outcome or "",
            problem=problem_for(tenant, account, task, events),
            needs_view=view_comes_first(tenant, account, task, events),
            events=events,
        )


def take_task(store: Store, account: Account, task_id: str, *, give_back: bool = False) -> None:
    """Note who sees to a task, so that two do not; or let others take it again.

    Raises
    ------
    NotFound
    """
    with store.write() as unit:
        tenant = unit.at(account.provider_id)
        task = task_of(tenant, task_id)
        if not give_back or task.taken_by == account.id:
            tenant.tasks.take(task.id, by=None if give_back else account.id)


def task_of(tenant: Tenant, task_id: str) -> TaskRecord:
    """Find a task.

    Raises
    ------
    NotFound
    """
    task = tenant.tasks.get(task_id)
    if task is None:
        raise NotFound(_("There is no such task."))
    return task


def problem_for(tenant: Tenant, account: Account, task: TaskRecord, events: Sequence[Event]) -> str:
    """Say why somebody cannot see to a task, or nothing."""
    if KINDS[task.kind].manager and account.role != "manager":
        return _("A manager sees to this.")
    if task.kind == "contest":
        deciders = deciders_in(events, task)
        return may_answer(tenant, account, deciders) or why_not_judge(
            tenant, account, events, but=deciders
        )
    return ""


def asked_in(events: Sequence[Event], task_id: str, texts: Mapping[str, str]) -> Asked:
    """Find what the candidate asked for in the event that opened a task."""
    for event in events:
        if event.body.get("task") == task_id and event.kind not in ANSWERS:
            return Asked(
                text=texts.get(event.body.get("remark") or "", ""),
                reach=texts.get(event.body.get("reach") or "", ""),
                ways=tuple(event.body.get("ways", ())),
                about=event.body.get("about", ""),
            )
    return Asked()


def view_comes_first(
    tenant: Tenant, account: Account, task: TaskRecord, events: Sequence[Event]
) -> bool:
    """Whether somebody has to note a first view before they answer: where there is a score."""
    return (
        task.kind == "contest"
        and tenant.profiles.get(task.sitting_id) is not None
        and needs_view(events, account)
    )


ANSWERS = ("request-answered", "contest-answered", "adjusted")


def answer_to(events: Sequence[Event], task_id: str) -> Event | None:
    """Find the answer to what opened a task."""
    found = (
        event for event in events if event.kind in ANSWERS and event.body.get("task") == task_id
    )
    return next(found, None)


def _lines(tenant: Tenant, several: Sequence[TaskRecord]) -> tuple[Line, ...]:
    people = tenant.identities.of(tuple({task.sitting_id for task in several}))
    names = {account.id: account.name for account in tenant.accounts.list()} if several else {}
    return tuple(
        Line(
            task=task,
            kind=KINDS[task.kind],
            name=people[task.sitting_id].name if task.sitting_id in people else _("Name erased"),
            vacancy=_vacancy(tenant, task.sitting_id),
            taken_by=_name(names, task.taken_by),
            closed_by=_name(names, task.closed_by),
        )
        for task in several
    )


def _name(names: Mapping[str, str], account_id: str | None) -> str:
    return names.get(account_id, _("a former colleague")) if account_id else ""


def _vacancy(tenant: Tenant, sitting_id: str) -> str:
    sitting = tenant.sittings.get(sitting_id)
    vacancy = tenant.vacancies.get(sitting.vacancy_id) if sitting else None
    return vacancy.title if vacancy else ""
