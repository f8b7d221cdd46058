"""How one candidate answers: choosing the way, and the form on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import lazy_gettext, refresh
from werkzeug.wrappers import Response

from service.access import clock, requires, store
from service.errors import InvalidForm
from service.pages.forms import given_fields
from service.pages.frame import frame, recruiter
from service.pages.sections import section
from service.use_cases import adjustments
from service.use_cases.adjustments import Adjustment, adjustment_of
from service.use_cases.entry import paper_form
from service.use_cases.views import Account, CandidatePage
from service.words import gettext as _

__all__ = ["WAY_WORDS", "blueprint"]

blueprint = Blueprint("adjustment", __name__)
blueprint.context_processor(frame)

ONE = "/candidates/<sitting_id>"
WAY_WORDS = {
    "self": lazy_gettext("On the page, themselves"),
    "entered": lazy_gettext("To a colleague, or on paper"),
    "typed": lazy_gettext("In their own words, typed"),
    "spoken": lazy_gettext("In their own words, said to a colleague who writes"),
}
HINTS = {
    "self": lazy_gettext("On a phone, tablet or computer, in their own time."),
    "entered": lazy_gettext(
        "Read the scenarios out by phone or side by side, or print the form. A colleague enters "
        "the answers as they were given."
    ),
    "typed": lazy_gettext(
        "The same scenarios. They write what they would do, and why, in place of choosing between "
        "answers. Two people rate what they wrote."
    ),
    "spoken": lazy_gettext(
        "The same, said aloud or written by hand: a colleague writes down what was said, word for "
        "word. Two other people rate it."
    ),
}
ASKED = {
    "read-aloud": lazy_gettext("somebody reads the questions aloud"),
    "phone": lazy_gettext("by phone"),
    "paper": lazy_gettext("on paper"),
    "own-words": lazy_gettext("in their own words"),
    "other": lazy_gettext("another way"),
}


@section("adjustment")
def way_of(account: Account, page: CandidatePage) -> Mapping[str, Any]:
    """Say on a candidate's page how they answer, and what colleagues can do for it."""
    found = adjustment_of(store(), account.provider_id, page.row.sitting_id)
    return {"adjustment": found, "words": str(WAY_WORDS[found.way])}


@blueprint.route(ONE + "/adjustment", methods=["GET", "POST"])
@requires("recruiter")
def adjustment(sitting_id: str) -> Response | str | tuple[str, int]:
    """Ask in which way a candidate answers; answer what they asked for."""
    account = recruiter()
    found = adjustment_of(store(), account.provider_id, sitting_id)
    if request.method == "GET":
        return _form(found, {}, {"way": found.way, "note": ""})
    given = given_fields("way", "note")
    try:
        done = adjustments.adjust(
            store(), account.provider_id, sitting_id, account=account, now=clock(), **given
        )
    except InvalidForm as error:
        return _form(found, error.fields, given), 422
    if done:
        flash(_("The way to answer is saved."))
    else:
        flash(_("The answers were already sent, so nothing was changed."), "note")
    return redirect(url_for("candidates.candidate", sitting_id=sitting_id), 303)


@blueprint.get(ONE + "/paper")
@requires("recruiter")
def paper(sitting_id: str) -> str:
    """Show the form of a sitting for print, in its own language."""
    form = paper_form(store(), recruiter().provider_id, sitting_id)
    g.sitting_language = form.language
    refresh()
    return render_template(
        "entry/paper.html", form=form, sitting_id=sitting_id, large="large" in request.args
    )


def _form(found: Adjustment, errors: Mapping[str, str], given: Mapping[str, str]) -> str:
    asked = found.asked
    return render_template(
        "entry/adjustment.html",
        found=found,
        ways=[(code, str(words), str(HINTS[code])) for code, words in WAY_WORDS.items()],
        asked_ways=[str(ASKED[way]) for way in asked.ways if way in ASKED] if asked else [],
        errors=errors,
        given=given,
    )
