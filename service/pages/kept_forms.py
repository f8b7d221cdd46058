"""Forms that came when a sign-in, or a candidate's link, had ended: nothing typed is lost.

A form of somebody who signs in travels through the sign-in page as one sealed field, and comes
back only for the same account, within an hour, as a page with a button that sends it again. A
candidate's form is kept, sealed, in a cookie of that one page for a day, and stands in the form
when the page opens again. The service itself keeps nothing. Files are left out, and forms with a
password or a code.
"""

from __future__ import annotations

import hmac
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app, render_template, request, session
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from service.access import ROLES, WHOSE, clock, rule_of, settings, sitting_token
from service.pages.frame import frame_of
from service.storage.cipher import Cipher
from service.use_cases.views import Account

__all__ = [
    "KEPT_BY_BROWSER",
    "KEPT_FOR",
    "Kept",
    "again_page",
    "forget_forms",
    "install",
    "keep_answer",
    "keep_form",
    "kept_answer",
    "opened",
]

KEPT_FOR = timedelta(hours=1)
KEPT_BY_BROWSER = timedelta(days=1)
LARGEST_FORM = 60_000
LARGEST_COOKIE = 3_900
EARLIER, COOKIE = "earlier", "vbr_kept"
SECRET = frozenset({"password", "new", "again", "code", "recovery"})
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that could not be taken: its fields, where it was going, and for whom it is kept."""

    whose: str
    address: str
    fields: Pairs

    @property
    def typed(self) -> tuple[str, ...]:
        """What reads like text, to show it."""
        return tuple(value for _name, value in self.fields if " " in value.strip())


def forget_forms() -> None:
    """Clear what the browser keeps between pages, but for whose forms may still be open."""
    whose, token = session.get(WHOSE), session.get("csrf_token")
    earlier = (whose, token) if whose and token else session.get(EARLIER)
    session.clear()
    if earlier:
        session[EARLIER] = earlier


def keep_form() -> str | None:
    """Seal the form that was sent, if this browser got it while somebody was signed in."""
    whose = _whose() if rule_of(current_app, request.endpoint) in ROLES else None
    fields = _fields() if whose else ()
    if not whose or not fields:
        return None
    sealed = _sealed(Kept(whose, _here(), fields), now=clock())
    return sealed if len(sealed) <= LARGEST_FORM else None


def opened(sealed: str, account: Account | None) -> Kept | None:
    """Open what `keep_form` sealed, for the account whose it is."""
    kept = _opened(sealed, within=KEPT_FOR)
    return kept if kept and account and kept.whose == account.id else None


def again_page(kept: Kept, account: Account) -> str:
    """Show what was typed, with a button that sends it."""
    return render_template("account/again.html", kept=kept, **frame_of(account))


def keep_answer(response: Response) -> bool:
    """Keep a candidate's form in a cookie of its own page; say whether it is kept.

    The cookie of the sitting comes only with forms of our own pages, so nobody else's form is kept.
    """
    page = current_app.url_map.bind("").test(request.path, method="GET")
    of_candidate = page and rule_of(current_app, request.endpoint) == "candidate"
    fields = _fields() if of_candidate and sitting_token() else ()
    sealed = _sealed(Kept("", request.path, fields), now=clock()) if fields else ""
    if not 0 < len(sealed) <= LARGEST_COOKIE:
        return False
    response.set_cookie(
        COOKIE,
        sealed,
        max_age=int(KEPT_BY_BROWSER.total_seconds()),
        path=request.path,
        secure=settings().production,
        httponly=True,
        samesite="Lax",
    )
    return True


def kept_answer() -> MultiDict[str, str] | None:
    """Return the fields that `keep_answer` kept for this page."""
    kept = _opened(request.cookies.get(COOKIE, ""), within=KEPT_BY_BROWSER)
    return MultiDict(kept.fields) if kept and kept.address == request.path else None


def install(app: Flask) -> None:
    """Put a kept answer away once its form was taken."""

    @app.after_request
    def taken(response: Any) -> Any:
        if request.method == "POST" and COOKIE in request.cookies and response.status_code < 400:
            response.delete_cookie(
                COOKIE,
                path=request.path,
                secure=settings().production,
                httponly=True,
                samesite="Lax",
            )
        return response


def _whose() -> str | None:
    """Return whose form was sent: its token is of this browser, of now or of the sign-in before."""
    token = _token()
    pairs: Sequence[tuple[Any, Any]] = (
        (session.get(WHOSE), session.get("csrf_token")),
        tuple(session.get(EARLIER, (None, None))),
    )
    for whose, known in pairs:
        if whose and known and token and hmac.compare_digest(str(known), token):
            return str(whose)
    return None


def _token() -> str | None:
    reader = URLSafeTimedSerializer(settings().secret_key, salt="wtf-csrf-token")
    try:
        found = reader.loads(request.form.get("csrf_token", ""))
    except BadData:
        return None
    return str(found)


def _fields() -> Pairs:
    if SECRET & set(request.form):
        return ()
    given = request.form.items(multi=True)
    return tuple((name, value) for name, value in given if name != "csrf_token")


def _here() -> str:
    return request.full_path.rstrip("?")


def _cipher() -> Cipher:
    return Cipher(f"kept forms {settings().secret_key}")


def _sealed(kept: Kept, *, now: datetime) -> str:
    told = json.dumps([kept.whose, kept.address, kept.fields, now.timestamp()])
    packed = urlsafe_b64encode(zlib.compress(told.encode(), 9)).decode()
    return _cipher().seal(packed).decode()


def _opened(sealed: str, *, within: timedelta) -> Kept | None:
    packed = _cipher().read(sealed.encode()) if sealed else None
    if packed is None:
        return None
    whose, address, fields, at = json.loads(zlib.decompress(urlsafe_b64decode(packed)))
    if not 0 <= clock().timestamp() - at <= within.total_seconds():
        return None
    return Kept(whose, address, tuple((name, value) for name, value in fields))
