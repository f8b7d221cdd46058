"""Pages for everybody: what this is, privacy, accessibility."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from service.access import csrf, requires, settings
from service.languages import LANGUAGES, remember
from service.pages.addresses import own_address

__all__ = ["blueprint"]

blueprint = Blueprint("public", __name__)


@blueprint.get("/about")
@requires("public")
def about() -> str:
    """Say what the assessment is, and what it is not."""
    return render_template("public/about.html")


@blueprint.get("/privacy")
@requires("public")
def privacy() -> str:
    """Say what is kept, for whom and how long."""
    return render_template("public/privacy.html")


@blueprint.get("/accessibility")
@requires("public")
def accessibility() -> str:
    """Say how the pages can be used, what was tested and how to get help."""
    return render_template("public/accessibility.html")


@blueprint.post("/language")
@requires("public")
@csrf.exempt
def choose_language() -> Response:
    """Show the pages in another language from now on; nothing else changes, so no token."""
    response = redirect(own_address(request.form.get("next", ""), instead="/"), 303)
    code = request.form.get("language", "")
    if code in LANGUAGES:
        remember(response, code, secure=settings().production)
    return response
