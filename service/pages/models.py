"""Models of drop-out risk: train, read the card, show, let listen, switch off."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from service.access import clock, requires, store
from service.pages.forms import request_id
from service.pages.frame import frame, member
from service.pages.job_pages import job_page
from service.pages.report_pages import style_address
from service.use_cases import risk
from service.use_cases.jobs import job_view
from service.words import gettext as _
from vbr_engine.rendering import report_body

__all__ = ["STATES", "blueprint"]

blueprint = Blueprint("models", __name__, url_prefix="/models")
blueprint.context_processor(lambda: frame("models"))

# What each state is called, its colour, and what changing to it does.
STATES = {
    "shadow": (
        lazy_gettext("Listening"),
        "blue",
        lazy_gettext("It is asked about candidates, what it says is kept, and nobody sees it."),
    ),
    "shown": (
        lazy_gettext("Shown"),
        "green",
        lazy_gettext("Recruiters see what it says, after their first view."),
    ),
    "off": (
        lazy_gettext("Switched off"),
        "grey",
        lazy_gettext("It is not asked any more. Recruiters read that there is no figure."),
    ),
}


@blueprint.get("")
@requires("modeller")
def index() -> str:
    """List the models."""
    return render_template(
        "models/index.html",
        models=risk.list_models(store()),
        states=STATES,
        request_id=request_id(),
    )


@blueprint.post("")
@requires("modeller")
def train() -> Response:
    """Train on everything seen so far."""
    job_id = risk.start_training(store(), member(), now=clock(), request_id=request_id())
    return redirect(url_for(".job", job_id=job_id), 303)


@blueprint.get("/training/<job_id>")
@requires("modeller")
def job(job_id: str) -> Response:
    """Show how far a training is, and what came of it."""
    with store().read() as unit:
        view = job_view(unit, member().provider_id, job_id)
    return job_page("models/job.html", view)


@blueprint.get("/<model_id>")
@requires("modeller")
def card(model_id: str) -> str:
    """Show the card of a model."""
    return render_template(
        "models/card.html",
        body=report_body(risk.model_card_of(store(), model_id, now=clock())),
        model=next(line for line in risk.list_models(store()) if line.id == model_id),
        states=STATES,
        style=style_address(),
    )


@blueprint.route("/<model_id>/change", methods=["GET", "POST"])
@requires("modeller")
def change(model_id: str) -> Response | str:
    """Ask, then show a model, let it listen or switch it off."""
    state = request.values.get("state", "")
    lines = {line.id: line for line in risk.list_models(store())}
    if state not in STATES or model_id not in lines:
        return redirect(url_for(".index"), 303)
    if request.method == "GET":
        return render_template(
            "models/change.html", model=lines[model_id], state=state, states=STATES
        )
    risk.change_model(store(), model_id, state, account=member(), now=clock())
    flash(_("The model is now: %(state)s.", state=STATES[state][0]))
    return redirect(url_for(".index"), 303)
