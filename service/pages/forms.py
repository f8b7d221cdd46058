"""What every recruiter form needs: its fields, trimmed, and an id of its own."""

from __future__ import annotations

from uuid import uuid4

from flask import request

__all__ = ["given_fields", "request_id"]


def given_fields(*names: str) -> dict[str, str]:
    """Return the named fields of the submitted form without the space around them."""
    return {name: request.form.get(name, "").strip() for name in names}


def request_id() -> str:
    """Return the form's own id, by which a second submit of the same form is recognised."""
    return request.form.get("request_id", "")[:64] or str(uuid4())
