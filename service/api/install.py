"""Registering the JSON interface."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify

from service.access import csrf, requires, store
from service.storage.database import sqlite_version

__all__ = ["install"]


def install(app: Flask) -> None:
    """Register the routes; forms' tokens are for pages, so the interface is exempt."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    @requires("public")
    def healthz() -> Response:
        with store().read() as unit:
            number = len(unit.banks.list())
        version = ".".join(map(str, sqlite_version()))
        return jsonify(status="ok", sqlite=version, banks=number)

    csrf.exempt(blueprint)
    app.register_blueprint(blueprint)
