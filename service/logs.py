"""Logs: one JSON object a line on standard error, without tokens, names or addresses."""

from __future__ import annotations

import logging
import re
import sys
import time
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

__all__ = ["configure", "install", "masked"]

_TOKEN_PATH = re.compile(r"/(i|join|reset)/[^/?#\s<]+")
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def masked(text: str) -> str:
    """Hide the tokens of links in an address.

    Examples
    --------
    >>> masked("GET /i/Zm9vYmFy/practice HTTP/1.1")
    'GET /i/***/practice HTTP/1.1'
    """
    return _TOKEN_PATH.sub(r"/\1/***", text)


def configure(level: str) -> None:
    """Make every logger of this process write JSON lines."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask_everything,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=False,
    )
    logging.getLogger("werkzeug").setLevel(logging.WARNING)


def _to_standard_error(*_: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)


def _mask_everything(_: Any, __: str, event: structlog.typing.EventDict) -> dict[str, Any]:
    return {
        name: masked(value) if isinstance(value, str) else value for name, value in event.items()
    }


def install(app: Flask) -> None:
    """Log each request by its route, never by what stands in its address."""
    log = structlog.get_logger("vbr.request")

    @app.before_request
    def begin() -> None:
        g.request_id, g.began = uuid4().hex[:12], time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        if request.endpoint != "assets.file":
            log.info(
                "request",
                request_id=g.get("request_id"),
                method=request.method,
                route=request.url_rule.rule if request.url_rule else None,
                status=response.status_code,
                ms=round(1000 * (time.perf_counter() - g.get("began", time.perf_counter())), 1),
            )
        return response
