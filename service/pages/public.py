"""Pages for everybody: what this is, privacy, accessibility."""

from __future__ import annotations

from flask import Blueprint, render_template

from service.access import requires

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
