"""The languages of the pages, and which one a reader sees."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request
from werkzeug.wrappers import Response

__all__ = ["COOKIE", "LANGUAGES", "Language", "page_language", "reader_locale", "remember"]

COOKIE = "vbr_language"
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Language:
    """A language: our code, its own name, the locale of dates and numbers, and HTML's tag."""

    code: str
    name: str
    locale: str
    tag: str


LANGUAGES = {
    "en": Language("en", "English", "en_GB", "en-GB"),
    "cy": Language("cy", "Cymraeg", "cy", "cy"),
}


def page_language() -> Language:
    """Return the language of this page.

    The sitting's, on a candidate's pages; else the one chosen in this browser; else the account's;
    else the browser's own, if we have it.
    """
    account = g.get("account")
    chosen = (
        g.get("sitting_language"),
        request.cookies.get(COOKIE),
        account.language if account else None,
        request.accept_languages.best_match(LANGUAGES),
    )
    return next((LANGUAGES[code] for code in chosen if code in LANGUAGES), LANGUAGES["en"])


def reader_locale() -> str:
    """Return the locale for Flask-Babel."""
    return page_language().locale


def remember(response: Response, code: str, *, secure: bool) -> None:
    """Keep the language that somebody chose in this browser."""
    response.set_cookie(
        COOKIE, code, max_age=_YEAR, path="/", secure=secure, httponly=True, samesite="Lax"
    )
