"""Headers of every response: nothing from elsewhere, nothing inline, nothing personal kept."""

from __future__ import annotations

import gzip
from http import HTTPStatus

from flask import Flask, Response, request

from service.access import rule_of

__all__ = ["install"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HSTS = "max-age=31536000; includeSubDomains"
LEAST_TO_COMPRESS = 1024
# Pages that show nothing anybody typed, and nothing of the address's query, so that compression
# cannot give a form token away.
COMPRESSED_RULES = {"public", "link", "candidate"}


def install(app: Flask, *, production: bool) -> None:
    """Set the headers after every request."""

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if production:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        response.headers.setdefault("Cache-Control", _keeping(app, response))
        return _compressed(app, response)


def _keeping(app: Flask, response: Response) -> str:
    """Say who may keep an answer: nobody, but for a candidate's form that came back.

    The candidate's own browser may, or its way back to that page would show an error instead.
    """
    refused = request.method == "POST" and response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    of_candidate = rule_of(app, request.endpoint) == "candidate"
    return "private, no-cache" if refused and of_candidate else "no-store"


def _compressed(app: Flask, response: Response) -> Response:
    if (
        request.method != "GET"
        or "next" in request.args
        or response.direct_passthrough
        or response.mimetype != "text/html"
        or "Content-Encoding" in response.headers
        or rule_of(app, request.endpoint) not in COMPRESSED_RULES
    ):
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) >= LEAST_TO_COMPRESS and request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(body, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
