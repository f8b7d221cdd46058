"""The languages of the pages, and which one a reader sees."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request
from flask_babel import get_translations
from werkzeug.wrappers import Response

__all__ = [
    "COOKIE",
    "LANGUAGES",
    "Language",
    "in_draft",
    "page_language",
    "reader_locale",
    "remember",
]

COOKIE = "vbr_language"
_HEADER = ""  # gettext keeps a catalogue's header as the translation of nothing
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Language:
    """A language: our code, its own name, the locale of dates, HTML's tag and ``dir``."""

    code: str
    name: str
    locale: str
    tag: str
    direction: str = "ltr"


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


def in_draft() -> bool:
    """Whether nobody has reviewed the translation of this page yet.

    Its catalogue says so: once it is reviewed, ``Language-Team`` begins with "reviewed". English,
    in which the pages are written, has no catalogue.
    """
    header = str(get_translations().gettext(_HEADER))
    return "Language-Team: " in header and "Language-Team: reviewed" not in header


def remember(response: Response, code: str, *, secure: bool) -> None:
    """Keep the language that somebody chose in this browser."""
    response.set_cookie(
        COOKIE, code, max_age=_YEAR, path="/", secure=secure, httponly=True, samesite="Lax"
    )
