"""The researchers' pages: banks with their versions, and what differs between them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext

from service.access import requires, store
from service.pages.frame import frame, member
from service.pages.health_words import cell_words
from service.use_cases import banks as use_cases

__all__ = ["PROPOSAL_STATES", "RESCORING_STATES", "blueprint", "research_frame"]

PROPOSAL_STATES = {
    "proposed": (lazy_gettext("Waits for review"), "blue"),
    "published": (lazy_gettext("Published"), "green"),
    "returned": (lazy_gettext("Returned"), "orange"),
    "taken-back": (lazy_gettext("Taken back"), "grey"),
}
RESCORING_STATES = {
    "preview": (lazy_gettext("Only looked at"), "blue"),
    "applied": (lazy_gettext("Applied"), "green"),
    "discarded": (lazy_gettext("Put away"), "grey"),
}


def research_frame() -> dict[str, Any]:
    """Return what every page of research reads."""
    words = {"proposal_states": PROPOSAL_STATES, "rescoring_states": RESCORING_STATES}
    return {**frame("research"), **words, "cell_words": cell_words}


blueprint = Blueprint("research", __name__, url_prefix="/research")
blueprint.context_processor(research_frame)


@blueprint.get("")
@requires("researcher")
def banks() -> str:
    """List the published banks, what waits for review and what was scored again."""
    return render_template("research/banks.html", overview=use_cases.overview(store(), member()))


@blueprint.get("/banks/<bank_id>/<version>")
@requires("researcher")
def version(bank_id: str, version: str) -> str:
    """Show a version with its scenarios and their key."""
    language = request.args.get("in", "")
    page = use_cases.version_page(store(), bank_id, version, language=language)
    return render_template("research/version.html", page=page)


@blueprint.get("/banks/<bank_id>/<version>/differences")
@requires("researcher")
def differences(bank_id: str, version: str) -> str:
    """Show what differs from an earlier version."""
    page = use_cases.difference_page(store(), bank_id, version, before=request.args.get("from", ""))
    return render_template("research/differences.html", page=page)
