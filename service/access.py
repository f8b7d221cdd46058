"""Who may see what: one rule for each view, the cookies, and what a view reaches for.

A view carries exactly one rule, ``@requires(...)``:

- ``public``: anybody;
- ``link``: whoever holds a link with a token (the view looks it up itself);
- ``candidate``: a browser whose cookie belongs to the view's `sitting_id`;
- ``member``: anybody signed in;
- ``recruiter``, ``manager``, ``council``, ``researcher``, ``administrator``: somebody signed in in
  that role; a manager may all that a recruiter may;
- ``modeller``: a researcher or an administrator, for the models of drop-out risk;
- ``api``: the API, which checks its own tokens.

A route without a rule stops the start. For somebody signed in, the pages of other roles do not
exist: they answer 404, as another provider's ids do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, request, session
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as BaseResponse

from service.config import Settings
from service.errors import NotFound, SecondFactorNeeded, SignInNeeded, SittingClosed
from service.storage import Store
from service.use_cases import accounts, sittings
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = [
    "ROLES",
    "RULES",
    "WHOSE",
    "Services",
    "check_every_route",
    "clear_session_cookie",
    "clock",
    "csrf",
    "current_account",
    "needs_second_factor",
    "requires",
    "rule_of",
    "services",
    "session_token",
    "set_session_cookie",
    "set_sitting_cookie",
    "settings",
    "sitting_token",
    "store",
]

ROLES = {
    "member": frozenset({"recruiter", "manager", "council", "researcher", "administrator"}),
    "recruiter": frozenset({"recruiter", "manager"}),
    "manager": frozenset({"manager"}),
    "council": frozenset({"council"}),
    "researcher": frozenset({"researcher"}),
    "administrator": frozenset({"administrator"}),
    "modeller": frozenset({"researcher", "administrator"}),
}
RULES = ("public", "link", "candidate", *ROLES, "api")
SITTING_COOKIE = "vbr_sitting"
# In the cookie of the forms: the account for which this browser got its last pages.
WHOSE = "whose"
# Every form carries a token; a view that needs none, or checks it itself, says `csrf.exempt`.
csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Services:
    """What the application holds for its views; `notices` are for whoever started it."""

    settings: Settings
    store: Store
    clock: Callable[[], datetime]
    notices: tuple[str, ...] = ()


def services() -> Services:
    """Return what this application holds."""
    return cast(Services, current_app.extensions["vbr"])


def store() -> Store:
    """Return the store."""
    return services().store


def settings() -> Settings:
    """Return the settings."""
    return services().settings


def clock() -> datetime:
    """Return the present time, aware, in UTC."""
    return services().clock()


def requires(rule: str, *, without_second_factor: bool = False) -> Callable[[View], View]:
    """Give a view its access rule.

    Parameters
    ----------
    rule : str
        One of `RULES`.
    without_second_factor : bool
        Only for the pages on which somebody whose role needs a second factor sets it up: any other
        page leads there until it is done.
    """
    if rule not in RULES:
        raise ValueError(f"a rule is one of {RULES}, not {rule!r}")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if rule == "candidate":
                _check_candidate(kwargs["sitting_id"])
            if rule == "link" and "token" in kwargs:
                g.sitting_language = sittings.language_of(store(), kwargs["token"])
            if rule in ROLES:
                _check_role(rule, without_second_factor=without_second_factor)
            return view(*args, **kwargs)

        guarded.access_rule = rule  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate


def rule_of(app: Flask, endpoint: str | None) -> str | None:
    """Return the rule of a view."""
    view = app.view_functions.get(endpoint or "")
    rule = getattr(view, "access_rule", None)
    return rule or getattr(getattr(view, "view_class", None), "access_rule", None)


def check_every_route(app: Flask) -> None:
    """Refuse to start with a route that has no rule.

    Raises
    ------
    RuntimeError
        With the names of such routes.
    """
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    bare = sorted(endpoint for endpoint in endpoints if rule_of(app, endpoint) is None)
    if bare:
        raise RuntimeError(f"no access rule: {', '.join(bare)}; see service.access.requires")


def _check_role(rule: str, *, without_second_factor: bool) -> None:
    account = current_account()
    if account is None:
        raise SignInNeeded(_("Sign in to see this page."))
    if account.role not in ROLES[rule]:
        raise NotFound(_("There is nothing at this address."))
    if needs_second_factor(account) and not without_second_factor:
        raise SecondFactorNeeded(_("Set up the second step first."))
    if session.get(WHOSE) != account.id:
        session[WHOSE] = account.id


def needs_second_factor(account: Account) -> bool:
    """Whether somebody must set up a second factor before anything else."""
    needed = settings().second_factor_roles
    return account.role in needed and not account.has_second_factor


def _check_candidate(sitting_id: str) -> None:
    token = sitting_token()
    if token is None or not sittings.candidate_may(store(), sitting_id, token):
        raise SittingClosed(
            _(
                "Open your invitation link again to go on. If you were sent more than one, use the "
                "newest. Every answer you saved is kept."
            )
        )
    g.sitting_language = sittings.language_of(store(), token)


def sitting_token() -> str | None:
    """Return the invitation token in this browser's cookie."""
    return request.cookies.get(SITTING_COOKIE) or None


def set_sitting_cookie(response: BaseResponse, sitting_id: str, token: str) -> None:
    """Let this browser go on with the sitting, until its link expires."""
    response.set_cookie(
        SITTING_COOKIE,
        token,
        max_age=int(store().link_lifetime.total_seconds()),
        path=f"/sitting/{sitting_id}",
        secure=settings().production,
        httponly=True,
        samesite="Lax",
    )


def current_account() -> Account | None:
    """Return who is signed in, or None."""
    if "account" not in g:
        token = session_token()
        g.account = accounts.account_for(store(), token, now=clock()) if token else None
    return cast("Account | None", g.account)


def session_token() -> str | None:
    """Return the session token in this browser's cookie."""
    return request.cookies.get(_session_cookie()) or None


def set_session_cookie(response: BaseResponse, token: str) -> None:
    """Sign this browser in."""
    response.set_cookie(
        _session_cookie(),
        token,
        max_age=int(store().session_absolute.total_seconds()),
        path="/",
        secure=settings().production,
        httponly=True,
        samesite="Lax",
    )


def clear_session_cookie(response: BaseResponse) -> None:
    """Sign this browser out."""
    response.delete_cookie(
        _session_cookie(),
        path="/",
        secure=settings().production,
        httponly=True,
        samesite="Lax",
    )
    g.pop("account", None)


def _session_cookie() -> str:
    return "__Host-vbr_session" if settings().production else "vbr_session"
