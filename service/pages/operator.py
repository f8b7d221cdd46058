"""What the administrator sees: messages that wait or need a person, and work in the background."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from service.access import clock, requires, settings, store
from service.errors import NotFound
from service.outbox.backends.file import kept_mail, kept_mails
from service.pages.elapsed import how_long_ago
from service.pages.frame import frame
from service.pages.job_pages import STATES
from service.use_cases import operating
from service.use_cases.jobs import view_of
from service.use_cases.message_kinds import KINDS
from service.words import gettext as _
from service.words import ngettext

__all__ = ["blueprint"]

blueprint = Blueprint("operator", __name__, url_prefix="/operator")
blueprint.context_processor(lambda: frame("operator"))

MESSAGE_STATES = (
    ("ready", lazy_gettext("waiting")),
    ("leased", lazy_gettext("in hand")),
    ("handed-over", lazy_gettext("on their way")),
    ("sent", lazy_gettext("sent")),
    ("unsure", lazy_gettext("unsure")),
    ("dead", lazy_gettext("given up")),
    ("cancelled", lazy_gettext("cancelled")),
)
PROBLEMS = {
    "interrupted": lazy_gettext("The worker stopped in the moment of sending."),
    "no-address": lazy_gettext("There is no address any more."),
    "no-text-messages": lazy_gettext("Text messages are not set up."),
}
JOBS = {
    "import": lazy_gettext("Invite people from a file"),
    "import-taken-back": lazy_gettext("Take an import back"),
    "train-risk": lazy_gettext("Train a model"),
    "retention": lazy_gettext("Erase what is no longer needed"),
    "research-export": lazy_gettext("Export for research"),
    "rescoring-preview": lazy_gettext("Look at a re-scoring"),
    "rescoring": lazy_gettext("Score again by another policy"),
}


@blueprint.get("")
@requires("administrator")
def index() -> str:
    """Show the queue and the jobs."""
    now = clock()
    found = operating.overview(store(), now=now)
    return render_template(
        "operator/index.html",
        overview=found,
        message_states=MESSAGE_STATES,
        waits_since=how_long_ago(found.oldest_due, now) if found.oldest_due else None,
        kinds=KINDS,
        problem_words=problem_words,
        job_states=STATES,
        job_kinds=JOBS,
        way=settings().mail.way,
        has_mails=_mails_are_shown() and bool(kept_mails(settings().mail)),
        most=operating.MOST,
        people_href=_people_href(),
    )


@blueprint.get("/messages/<message_id>/again")
@requires("administrator")
def ask_again(message_id: str) -> str:
    """Ask before a message is sent again."""
    return _ask("again", message_id)


@blueprint.post("/messages/<message_id>/again")
@requires("administrator")
def again(message_id: str) -> Response:
    """Let a message, or all, go again."""
    number = operating.replay_messages(store(), message_id, now=clock())
    flash(
        ngettext("%(num)s message goes again.", "%(num)s messages go again.", number)
        if number
        else _("There was nothing to send again.")
    )
    return redirect(url_for("operator.index"), 303)


@blueprint.get("/messages/<message_id>/cancel")
@requires("administrator")
def ask_cancel(message_id: str) -> str:
    """Ask before a message is cancelled."""
    return _ask("cancel", message_id)


@blueprint.post("/messages/<message_id>/cancel")
@requires("administrator")
def cancel(message_id: str) -> Response:
    """Cancel a message, or all."""
    number = operating.drop_messages(store(), message_id, now=clock())
    flash(
        ngettext("%(num)s message is cancelled.", "%(num)s messages are cancelled.", number)
        if number
        else _("There was nothing to cancel.")
    )
    return redirect(url_for("operator.index"), 303)


@blueprint.post("/jobs/<job_id>/again")
@requires("administrator")
def job_again(job_id: str) -> Response:
    """Let a job that failed run again."""
    operating.find_job(store(), job_id)
    if operating.retry_job(store(), job_id, now=clock()):
        flash(_("The task runs again."))
    return redirect(url_for("operator.index"), 303)


@blueprint.get("/jobs/<job_id>/cancel")
@requires("administrator")
def ask_cancel_job(job_id: str) -> str:
    """Ask before a job is stopped."""
    job = view_of(operating.find_job(store(), job_id))
    return render_template("operator/cancel_job.html", job=job, job_kinds=JOBS)


@blueprint.post("/jobs/<job_id>/cancel")
@requires("administrator")
def cancel_job(job_id: str) -> Response:
    """Stop a job."""
    operating.find_job(store(), job_id)
    if operating.cancel_job(store(), job_id, now=clock()):
        flash(_("The task is stopped. What it has done stays done."))
    return redirect(url_for("operator.index"), 303)


@blueprint.get("/mail")
@requires("administrator")
def mails() -> str:
    """List the messages that were written to files; not in production, where they are private."""
    if not _mails_are_shown():
        raise NotFound(_("There is nothing at this address."))
    return render_template("operator/mails.html", mails=kept_mails(settings().mail))


@blueprint.get("/mail/<name>")
@requires("administrator")
def mail(name: str) -> str:
    """Show one of them."""
    found = kept_mail(settings().mail, name) if _mails_are_shown() else None
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return render_template("operator/mail.html", mail=found)


def problem_words(problem: str) -> str:
    """Say a problem that has a code in words; what a server answered stays as it is."""
    return str(PROBLEMS.get(problem, problem.removeprefix("refused: ")))


def _ask(action: str, message_id: str) -> str:
    message = operating.stuck_message(store(), message_id)
    number = operating.overview(store(), now=clock()).n_stuck if message is None else 1
    if not number:
        raise NotFound(_("No message needs a person now."))
    return render_template(
        "operator/ask.html",
        action=action,
        message=message,
        message_id=message_id,
        number=number,
        kinds=KINDS,
        problem_words=problem_words,
    )


def _people_href() -> str | None:
    there = "house_people.index" in current_app.view_functions
    return url_for("house_people.index") if there else None


def _mails_are_shown() -> bool:
    return settings().mail.way == "file" and not settings().production
