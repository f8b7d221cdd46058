"""Tasks: what candidates asked of people, one page each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from service.access import clock, requires, store
from service.errors import FirstViewNeeded, InvalidForm
from service.pages.board import DECISIONS
from service.pages.elapsed import how_long_ago
from service.pages.forms import given_fields
from service.pages.frame import frame, recruiter
from service.pages.sections import section
from service.use_cases import tasks as use_cases
from service.use_cases.answering import answer_task
from service.use_cases.funnel_words import step_words
from service.use_cases.holding_words import way_words
from service.use_cases.tasks import Line, TaskView
from service.use_cases.views import Account, CandidatePage
from service.words import gettext as _

__all__ = ["blueprint"]

blueprint = Blueprint("tasks", __name__)
blueprint.context_processor(lambda: frame("tasks"))

# Where else a kind of task is seen to: endpoint, taking the sitting or nothing.
ELSEWHERE = {
    "adjustment": ("adjustment.adjustment", True),
    "third-rating": ("ratings.index", False),
    "rating": ("ratings.index", False),
}


@blueprint.get("/tasks")
@requires("recruiter")
def index() -> str:
    """List the open tasks by kind, longest open first."""
    lines, now = use_cases.list_tasks(store(), recruiter()), clock()
    return render_template(
        "tasks/index.html",
        groups=_grouped(lines),
        n_open=len(lines),
        ago=lambda at: how_long_ago(at, now),
    )


@blueprint.get("/tasks/<task_id>")
@requires("recruiter")
def task(task_id: str) -> str:
    """Show one task with what to do."""
    return _page(use_cases.show_task(store(), recruiter(), task_id), {}, {})


@blueprint.post("/tasks/<task_id>/take")
@requires("recruiter")
def take(task_id: str) -> Response:
    """Take a task, so that colleagues see who is at it."""
    use_cases.take_task(store(), recruiter(), task_id)
    return redirect(url_for("tasks.task", task_id=task_id), 303)


@blueprint.post("/tasks/<task_id>/give-back")
@requires("recruiter")
def give_back(task_id: str) -> Response:
    """Let colleagues take it again."""
    use_cases.take_task(store(), recruiter(), task_id, give_back=True)
    return redirect(url_for("tasks.task", task_id=task_id), 303)


@blueprint.post("/tasks/<task_id>/answer")
@requires("recruiter")
def answer(task_id: str) -> Response | tuple[str, int]:
    """Answer, and close the task."""
    account, given = recruiter(), given_fields("outcome", "text")
    try:
        outcome = answer_task(store(), account, task_id, now=clock(), **given)
    except FirstViewNeeded:
        return redirect(url_for("tasks.task", task_id=task_id), 303)
    except InvalidForm as error:
        view = use_cases.show_task(store(), account, task_id)
        return _page(view, error.fields, given), 422
    task = use_cases.show_task(store(), account, task_id).line.task
    if task.closed_by != account.id:  # a colleague was first: the page says who, and what holds
        return redirect(url_for("tasks.task", task_id=task_id), 303)
    if outcome == "changed":
        flash(_("Your answer is kept and goes to the candidate. Now record the new decision."))
        return redirect(url_for("candidates.decision", sitting_id=task.sitting_id), 303)
    if outcome == "erased":
        flash(_("Name, contact details, remarks and links are erased."))
    elif outcome == "talked":
        flash(_("What you said is kept, and the candidate can read it."))
    else:
        flash(_("Your answer is kept and goes to the candidate."))
    return redirect(url_for("tasks.index"), 303)


@section("tasks")
def about_candidate(account: Account, page: CandidatePage) -> Mapping[str, Any] | None:
    """Show on the candidate's page what they asked for."""
    lines = use_cases.tasks_about(store(), account.provider_id, page.row.sitting_id)
    now = clock()
    return {"lines": lines, "ago": lambda at: how_long_ago(at, now)} if lines else None


def _grouped(lines: tuple[Line, ...]) -> list[tuple[str, list[Line]]]:
    kinds = {line.kind.code: line.kind for line in lines}
    return [
        (str(kind.title), [line for line in lines if line.kind.code == code])
        for code, kind in kinds.items()
    ]


def _page(view: TaskView, errors: dict[str, str], given: dict[str, str]) -> str:
    now = clock()
    return render_template(
        "tasks/task.html",
        view=view,
        line=view.line,
        errors=errors,
        given=given,
        ways=[way_words(way) for way in view.asked.ways],
        outcomes=[(code, str(words)) for code, words in view.line.kind.outcomes],
        outcome_words=str(dict(view.line.kind.outcomes).get(view.outcome, "")),
        decided=_decided(view),
        elsewhere=_elsewhere(view),
        ago=lambda at: how_long_ago(at, now),
        mine=view.line.task.taken_by == recruiter().id,
    )


def _decided(view: TaskView) -> str:
    if view.contested is None:
        return ""
    code = view.contested.code
    return str(DECISIONS[code]) if code in DECISIONS else step_words(code)


def _elsewhere(view: TaskView) -> str:
    endpoint, of_sitting = ELSEWHERE.get(view.line.kind.code, ("", False))
    if endpoint not in current_app.view_functions:
        return ""
    if of_sitting:
        return url_for(endpoint, sitting_id=view.line.task.sitting_id)
    return url_for(endpoint)
