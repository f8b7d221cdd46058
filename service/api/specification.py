"""Registering the JSON interface, its specification and its reference page."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, cast

from flask import Blueprint, Flask, Response, jsonify, render_template
from flask_smorest import Api

from service.access import Services, csrf, requires
from service.api.schemas import ProblemSchema, name_properties
from service.api.views import blueprints
from service.problems import PROBLEM

__all__ = ["install"]

ABOUT = """Banks and stateless scoring for values-based recruitment.

A draft bank has no norms: its scores say how close answers are to the authors' proposal, not how
good a candidate is, and no score may reject anybody by itself. `POST /api/v1/score` needs a
bearer token (`VBR_API_TOKENS`), because scores of chosen answers would give the key away; a
development server without tokens is open to its own machine only. Errors are problem documents
(RFC 9457)."""


def install(app: Flask) -> None:
    """Register the operations, ``/api/v1/openapi.json`` and ``/api/v1/docs``."""
    services = cast(Services, app.extensions["vbr"])
    app.config.update(
        API_TITLE="VBR Engine", API_VERSION=version("vbr-engine"), OPENAPI_VERSION="3.1.0"
    )
    api = Api(app, spec_kwargs={"info": {"description": ABOUT}})
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for blueprint in blueprints(most_sittings=services.settings.max_sittings):
        csrf.exempt(blueprint)
        api.register_blueprint(blueprint)
    needed = services.settings.production or bool(services.settings.api_tokens)
    document = _finished(api, token_needed=needed)
    app.register_blueprint(_documentation(document))


def _finished(api: Api, *, token_needed: bool) -> dict[str, Any]:
    """Say of every error that it is a problem document, and which operation needs a token."""
    document = cast("dict[str, Any]", api.spec.to_dict())
    document["servers"] = [{"url": "/"}]
    document["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    schema = {"$ref": f"#/components/schemas/{_name(ProblemSchema, document)}"}
    error = {"description": "Something went wrong.", "content": {PROBLEM: {"schema": schema}}}
    document["components"].pop("responses", None)
    for unused in ("Error", "PaginationMetadata"):
        document["components"]["schemas"].pop(unused, None)
    for path in document["paths"].values():
        for operation in path.values():
            told = {s: r for s, r in operation["responses"].items() if "$ref" not in r}
            operation["responses"] = {**dict(sorted(told.items())), "default": error}
    name_properties(document["components"]["schemas"]["ScoreRequest"])
    score = document["paths"]["/api/v1/score"]["post"]
    score["security"] = [{"token": []}] if token_needed else [{"token": []}, {}]
    return document


def _name(schema: type[ProblemSchema], document: dict[str, Any]) -> str:
    name = schema.__name__.removesuffix("Schema")
    assert name in document["components"]["schemas"]
    return name


def _documentation(document: dict[str, Any]) -> Blueprint:
    blueprint = Blueprint("api", __name__)

    @blueprint.get("/api/v1/openapi.json")
    @requires("public")
    def specification() -> Response:
        return jsonify(document)

    @blueprint.get("/api/v1/docs")
    @requires("public")
    def reference() -> str:
        return render_template("api/reference.html", document=document)

    return blueprint
