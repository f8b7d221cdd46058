"""Recording steps, with one tap or on a form, for one or several; and taking them back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import clock, requires, store
from service.errors import InvalidForm, NotFound
from service.pages.addresses import own_address
from service.pages.board_page import board_page, filters_given
from service.pages.forms import given_fields, request_id
from service.pages.frame import frame, recruiter
from service.pages.undo import offer_undo, undo_offered
from service.use_cases import steps as use_cases
from service.use_cases.application import candidate_page
from service.use_cases.funnel_words import (
    ender_words,
    outcome_words,
    problem_words,
    reason_words,
    stage_words,
    step_words,
)
from service.use_cases.happenings import LOCAL
from service.use_cases.reminders import invite_again_several, remind_several
from service.use_cases.undoing import recorded_together, undo_step, undo_together
from service.use_cases.views import CandidatePage
from service.words import gettext as _
from service.words import ngettext
from vbr_engine.funnel import CALL_OUTCOMES, REASONS, STEPS, check_step, skipped_stages

__all__ = ["blueprint"]

blueprint = Blueprint("steps", __name__)
blueprint.context_processor(frame)
blueprint.app_context_processor(lambda: {"undo_offered": lambda: undo_offered(clock())})

ONE = "/candidates/<sitting_id>"
FIELDS = ("on", "time", "outcome", "reason", "text")
MOST_NAMED = 5
SENDING = {"reminder": remind_several, "invitation": invite_again_several}


@blueprint.post(ONE + "/step")
@requires("recruiter")
def tap(sitting_id: str) -> Response | tuple[str, int]:
    """Record a step with one tap, as of today; if it needs more, show its form. Or remind."""
    code, _colon, outcome = request.form.get("what", "").partition(":")
    if code == "send" and outcome in SENDING:
        _send(outcome, [sitting_id])
        return redirect(_next(sitting_id), 303)
    return _recorded(sitting_id, code, {"outcome": outcome})


@blueprint.route(ONE + "/step/<code>", methods=["GET", "POST"])
@requires("recruiter")
def one_step(sitting_id: str, code: str) -> Response | str | tuple[str, int]:
    """Ask for the day of a step and whatever else it needs."""
    if request.method == "POST":
        return _recorded(sitting_id, code, given_fields(*FIELDS))
    page, today = _page(sitting_id), clock().astimezone(LOCAL).date()
    problems = check_step(page.standing, code, on=None, today=today)
    misfit = [problem_words(problem) for problem in problems if problem.part == "step"]
    return _not_now(sitting_id, code, misfit[0]) if misfit else _form(page, code, {}, {})


@blueprint.post(ONE + "/undo")
@requires("recruiter")
def undo(sitting_id: str) -> Response:
    """Take the last step of one candidate back."""
    number = request.form.get("number", "")
    try:
        undo_step(
            store(),
            recruiter().provider_id,
            sitting_id,
            account=recruiter(),
            now=clock(),
            number=int(number) if number.isdecimal() else 0,
        )
    except InvalidForm as error:
        flash(" ".join(error.fields.values()), "note")
    else:
        flash(_("Taken back. It stays in the history, marked as taken back."))
    return redirect(_next(sitting_id), 303)


@blueprint.post("/vacancies/<vacancy_id>/steps")
@requires("recruiter")
def several(vacancy_id: str) -> Response | tuple[str, int]:
    """Record a step for everybody who was chosen on the board, or for nobody."""
    who, form_id = request.form.getlist("who"), request_id()
    code, _colon, outcome = request.form.get("what", "").partition(":")
    here = url_for("recruiter.vacancy", vacancy_id=vacancy_id, **filters_given().query)
    try:
        if not code:
            raise InvalidForm({"what": _("Choose what to record.")})
        if code == "send":
            _send(outcome, who)
            return redirect(here, 303)
        recorded = use_cases.record_step(
            store(),
            recruiter().provider_id,
            who,
            code,
            account=recruiter(),
            now=clock(),
            on=request.form.get("on", ""),
            outcome=outcome,
            request_id=form_id,
        )
    except InvalidForm as error:
        errors = {"what" if name == "step" else name: said for name, said in error.fields.items()}
        return board_page(vacancy_id, errors, given=request.form), 422
    said = ngettext(
        "Recorded for %(num)d person: %(step)s.",
        "Recorded for %(num)d people: %(step)s.",
        len(recorded.sittings),
        step=_said(code, outcome),
    )
    undo_at = url_for(".undo_several", vacancy_id=vacancy_id, **filters_given().query)
    said = " ".join(filter(None, (said, _as_well(recorded))))
    offer_undo(said, undo_at, {"request": form_id}, now=clock())
    return redirect(here, 303)


@blueprint.get("/vacancies/<vacancy_id>/several")
@requires("recruiter")
def together(vacancy_id: str) -> str:
    """Show what was recorded for several at once, each with a button that takes it back."""
    vacancy, held = recorded_together(store(), recruiter().provider_id, vacancy_id)
    return render_template(
        "recruiter/together.html",
        vacancy=vacancy,
        held=[(one, _said(one.step, one.outcome)) for one in held],
    )


@blueprint.post("/vacancies/<vacancy_id>/undo")
@requires("recruiter")
def undo_several(vacancy_id: str) -> Response:
    """Take back what was recorded for several at once, for all of them or for nobody."""
    try:
        taken = undo_together(
            store(),
            recruiter().provider_id,
            vacancy_id,
            request.form.get("request", ""),
            account=recruiter(),
            now=clock(),
        )
    except InvalidForm as error:
        flash(" ".join(error.fields.values()), "note")
    else:
        flash(
            ngettext("Taken back for %(num)d person.", "Taken back for %(num)d people.", len(taken))
        )
    here = url_for("recruiter.vacancy", vacancy_id=vacancy_id, **filters_given().query)
    return redirect(here, 303)


def _record(sitting_id: str, code: str, given: dict[str, str]) -> Response:
    ended_by, _colon, reason = given.get("reason", "").rpartition(":")
    recorded = use_cases.record_step(
        store(),
        recruiter().provider_id,
        sitting_id,
        code,
        account=recruiter(),
        now=clock(),
        on=given.get("on", ""),
        at_time=given.get("time", ""),
        reason=reason,
        ended_by=ended_by,
        outcome=given.get("outcome", ""),
        text=given.get("text", ""),
        request_id=request_id(),
    )
    page = _page(sitting_id)
    last = next((entry for entry in page.timeline if entry.can_undo), None)
    said = _(
        "Recorded for %(name)s: %(step)s.",
        name=page.row.name,
        step=_said(code, given.get("outcome", "")),
    )
    said = " ".join(filter(None, (said, _as_well(recorded))))
    fields = {"number": str(last.number) if last else "0", "next": _next(sitting_id)}
    offer_undo(said, url_for(".undo", sitting_id=sitting_id), fields, now=clock())
    return redirect(_next(sitting_id), 303)


def _as_well(recorded: use_cases.Recorded) -> str:
    """Say which stages in between had not been recorded, or nothing."""
    if not recorded.skipped:
        return ""
    stages = ", ".join(map(stage_words, recorded.skipped))
    if len(recorded.sittings) == 1:
        return _("Recorded for the same day as well: %(stages)s.", stages=stages)
    return ngettext(
        "For %(num)d of them recorded for the same day as well, because it was missing: "
        "%(stages)s.",
        "For %(num)d of them recorded for the same day as well, because it was missing: "
        "%(stages)s.",
        recorded.n_skipping,
        stages=stages,
    )


def _send(kind: str, who: list[str]) -> None:
    """Write to everybody who was chosen, and say to whom not and why."""
    if not who:
        raise InvalidForm({"what": _("Choose at least one person.")})
    send = SENDING.get(kind)
    if send is None:
        raise InvalidForm({"what": _("Choose what to record.")})
    told = send(store(), recruiter().provider_id, who, now=clock())
    if told.done:
        flash(
            ngettext(
                "A message goes to %(num)d person.",
                "A message goes to %(num)d people.",
                len(told.done),
            )
        )
    if told.left:
        some = [_name_and_why(sitting_id, why) for sitting_id, why in told.left[:MOST_NAMED]]
        flash(" ".join(some), "note")
        more = len(told.left) - len(some)
        if more:
            flash(ngettext("And %(num)d more.", "And %(num)d more.", more), "note")


def _name_and_why(sitting_id: str, why: str) -> str:
    return _("%(name)s: %(problem)s", name=_page(sitting_id).row.name, problem=why)


def _recorded(sitting_id: str, code: str, given: dict[str, str]) -> Response | tuple[str, int]:
    """Record a step, or show its form with what it lacks."""
    try:
        return _record(sitting_id, code, given)
    except InvalidForm as error:
        if "step" in error.fields:
            return _not_now(sitting_id, code, error.fields["step"])
        return _form(_page(sitting_id), code, error.fields, given), 422


def _not_now(sitting_id: str, code: str, why: str) -> Response:
    """Say why a step does not fit, where there is such a step."""
    if code not in STEPS:
        raise NotFound(_("There is nothing at this address."))
    flash(why, "note")
    return redirect(_next(sitting_id), 303)


def _page(sitting_id: str) -> CandidatePage:
    return candidate_page(store(), recruiter().provider_id, sitting_id, now=clock())


def _form(page: CandidatePage, code: str, errors: dict[str, str], given: dict[str, str]) -> str:
    today = clock().astimezone(LOCAL).date()
    day = use_cases.day_for(page.standing, code, today)
    step = STEPS[code]
    skipped = skipped_stages(page.standing, step.stage) if step.stage else ()
    return render_template(
        "recruiter/step.html",
        page=page,
        step=step,
        title=step_words(code),
        errors=errors,
        given={"on": day.isoformat() if day else "", **given},
        today=today,
        outcomes=[(outcome, outcome_words(outcome)) for outcome in CALL_OUTCOMES],
        reasons=[
            (ender_words(ender), [(f"{ender}:{one}", reason_words(one)) for one in codes])
            for (how, ender), codes in REASONS.items()
            if how == step.ends and ender in step.enders
        ],
        by_employer="employer" in step.enders,
        skipped=[stage_words(stage) for stage in skipped],
        next=_next(page.row.sitting_id),
        request_id=request_id(),
    )


def _said(code: str, outcome: str) -> str:
    if outcome in CALL_OUTCOMES:
        return _("%(what)s: %(details)s", what=step_words(code), details=outcome_words(outcome))
    return step_words(code)


def _next(sitting_id: str) -> str:
    instead = url_for("candidates.candidate", sitting_id=sitting_id)
    return own_address(request.values.get("next", ""), instead=instead)
