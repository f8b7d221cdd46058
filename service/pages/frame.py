"""Whose page it is, for the views and templates of recruiters."""

from __future__ import annotations

from typing import Any

from service.access import current_account
from service.use_cases.views import Account

__all__ = ["frame", "recruiter"]


def recruiter() -> Account:
    """Return who is signed in; only for views with the rule ``recruiter``."""
    account = current_account()
    assert account is not None, "the access rule lets nobody through without an account"
    return account


def frame() -> dict[str, Any]:
    """Return what the layout of recruiter pages reads."""
    return {"account": current_account(), "section": "vacancies"}
