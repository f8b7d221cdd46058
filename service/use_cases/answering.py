"""Answering a task: the words go to the candidate, the event stays, the task is closed."""

from __future__ import annotations

from datetime import datetime

from service.errors import AnotherPersonNeeded, FirstViewNeeded
from service.storage import Store, Tenant
from service.storage.tasks import TaskRecord
from service.use_cases.erasing import erase_in
from service.use_cases.forms import Form
from service.use_cases.happenings import happen
from service.use_cases.messages import enqueue
from service.use_cases.tasks import KINDS, close_task, problem_for, task_of, view_comes_first
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = ["LONGEST_ANSWER", "answer_task"]

LONGEST_ANSWER = 4000
MESSAGES = {
    "adjustment": "adjustment-answered",
    "contest": "contest-answered",
    "person": "request-answered",
    "erasure": "request-answered",
}
SAID_ALREADY = "talked"


def answer_task(
    store: Store, account: Account, task_id: str, *, outcome: str, text: str, now: datetime
) -> str:
    """Answer what a candidate asked for and close the task; return its outcome.

    A task that is closed stays as it is.

    Parameters
    ----------
    store : Store
    account : Account
    task_id : str
    outcome : str
        One of the outcomes of the kind of task.
    text : str
        What the candidate is told.
    now : datetime

    Raises
    ------
    InvalidForm
        With a sentence for ``outcome`` or ``text``.
    AnotherPersonNeeded
        If this account decided what is contested or only reads, or only a manager may do it.
    FirstViewNeeded
        If there is a score, and this person has not noted what they think without it.
    NotFound
    """
    with store.write() as unit:
        tenant = unit.at(account.provider_id)
        task = task_of(tenant, task_id)
        events = tenant.events.of(task.sitting_id)
        problem = problem_for(tenant, account, task, events)
        if problem:
            raise AnotherPersonNeeded(problem)
        if task.closed_at is not None:
            return task.outcome or ""
        if view_comes_first(tenant, account, task, events):
            raise FirstViewNeeded(_("Record your first view before you answer."))
        outcome, text = _checked(task, outcome, text)
        if outcome == "erased":
            erase_in(tenant, task.sitting_id, by=account.id, now=now, why="asked")
        else:
            _answer(tenant, task, account, outcome=outcome, text=text, now=now)
        close_task(tenant, task.id, by=account.id, at=now, outcome=outcome)
    if outcome == "erased":
        store.forget_erased()
    return outcome


def _checked(task: TaskRecord, outcome: str, text: str) -> tuple[str, str]:
    form = Form()
    codes = tuple(code for code, _words in KINDS[task.kind].outcomes)
    outcome = form.choice("outcome", outcome, allowed=codes, missing=_("Choose how it ends."))
    missing = "" if outcome == "erased" else _("Write what the candidate is told.")
    text = form.text("text", text, missing=missing, longest=LONGEST_ANSWER)
    form.done()
    return outcome, text


def _answer(
    tenant: Tenant, task: TaskRecord, account: Account, *, outcome: str, text: str, now: datetime
) -> None:
    contest = task.kind == "contest"
    body = {"task": task.id, "request": task.kind, "outcome": outcome}
    if contest and task.body.get("event"):
        body["event"] = task.body["event"]
    kind = "contest-answered" if contest else "request-answered"
    event = happen(tenant, task.sitting_id, kind, at=now, by=account.id, body=body, text=text)
    if outcome != SAID_ALREADY:
        enqueue(
            tenant,
            MESSAGES[task.kind],
            key=f"answer:{task.id}",
            at=now,
            sitting_id=task.sitting_id,
            fields={"remark": event.body["remark"]},
        )
