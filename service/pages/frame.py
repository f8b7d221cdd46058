"""Whose page it is, for the views and templates of everybody who signs in."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for
from flask_babel import lazy_gettext

from service.access import ROLES, current_account
from service.use_cases.views import Account

__all__ = ["frame", "frame_of", "home_of", "member", "recruiter"]

# Section, words and first page of what each role may see; a role's first one is its home.
NAVIGATION = (
    ("recruiter", "vacancies", lazy_gettext("Vacancies"), "recruiter.vacancies"),
    ("recruiter", "calls", lazy_gettext("Call list"), "calls.today"),
    ("recruiter", "tasks", lazy_gettext("Tasks"), "tasks.index"),
    ("manager", "settings", lazy_gettext("Settings"), "settings.index"),
    ("council", "providers", lazy_gettext("Providers"), "council.providers"),
    ("researcher", "research", lazy_gettext("Banks"), "research.banks"),
    ("administrator", "operator", lazy_gettext("Service"), "operator.index"),
    ("modeller", "models", lazy_gettext("Risk models"), "models.index"),
    ("member", "account", lazy_gettext("Your account"), "me.index"),
)


def member() -> Account:
    """Return who is signed in; only for views with the rule of a role."""
    account = current_account()
    assert account is not None, "the access rule lets nobody through without an account"
    return account


recruiter = member


def frame(section: str = "vacancies") -> dict[str, Any]:
    """Return what the layout of signed-in pages reads."""
    return frame_of(current_account(), section)


def frame_of(account: Account | None, section: str = "") -> dict[str, Any]:
    """Return the same for an account that is known already, or for nobody."""
    return {
        "account": account,
        "section": section,
        "navigation": _navigation(account) if account else (),
    }


def home_of(account: Account) -> str:
    """Return the address of the first page for somebody who signed in."""
    return _navigation(account)[0][2]


def _navigation(account: Account) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (section, str(words), url_for(endpoint))
        for rule, section, words, endpoint in NAVIGATION
        if account.role in ROLES[rule] and endpoint in current_app.view_functions
    )
