"""How messages are worded: the service's own words, or an organisation's, with fields in braces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from babel.dates import format_date

from service.errors import NotFound
from service.storage import Store, Tenant
from service.use_cases.forms import Form, plain_line
from service.use_cases.message_kinds import KINDS, Kind
from service.use_cases.settings import ProviderSettings, settings_of
from service.words import gettext as _

__all__ = [
    "CHANNELS",
    "LANGUAGES",
    "Line",
    "Wording",
    "fill",
    "list_wordings",
    "reset_wording",
    "sample_fields",
    "save_wording",
    "usual",
    "wording_of",
]

LANGUAGES = ("en", "cy")
CHANNELS = ("email", "sms")
LONGEST = {"email": 6000, "sms": 612}
LONGEST_SUBJECT = 120
_FIELD = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a message: `subject` is empty for a text message."""

    subject: str
    body: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list of wordings."""

    kind: Kind
    language: str
    channel: str
    own: bool
    changed_at: datetime | None
    changed_by: str


@cache
def usual(kind: str, language: str, channel: str = "email") -> Wording:
    """Return the service's own words.

    Examples
    --------
    >>> usual("reminder", "en").subject
    'Your questions from {provider} are still waiting'
    """
    folder = files("service") / "templates" / "messages" / language
    text = (folder / f"{_code(kind, channel)}.txt").read_text(encoding="utf-8").strip()
    if channel == "sms":
        return Wording("", text)
    subject, _gap, body = text.partition("\n\n")
    return Wording(subject, body)


def wording_of(tenant: Tenant, kind: str, language: str, channel: str = "email") -> Wording:
    """Return how an organisation words a message: its own words, or else the service's."""
    found = tenant.wordings.get(_code(kind, channel), language)
    if found is None:
        return usual(kind, language, channel)
    return Wording(found.subject, found.body, own=True)


def list_wordings(store: Store, provider_id: str) -> tuple[Line, ...]:
    """List every message that an organisation may word, in each language and for each channel."""
    with store.read() as unit:
        tenant = unit.at(provider_id)
        own = {(one.kind, one.language): one for one in tenant.wordings.list()}
        names = {account.id: account.name for account in tenant.accounts.list()} if own else {}
    lines = []
    for kind, language, channel in _every():
        found = own.get((_code(kind.code, channel), language))
        who = names.get(found.changed_by, "") if found else ""
        at = found.changed_at if found else None
        lines.append(Line(kind, language, channel, found is not None, at, who))
    return tuple(lines)


def save_wording(
    store: Store,
    provider_id: str,
    kind: str,
    language: str,
    channel: str,
    *,
    subject: str,
    body: str,
    by: str,
    now: datetime,
) -> None:
    """Keep an organisation's own words.

    Raises
    ------
    InvalidForm
        With a sentence for each of ``subject``, ``body``: a field that there is not, a link that is
        missing, a lonely brace.
    NotFound
    """
    wording = check_wording(kind, language, channel, subject=subject, body=body)
    with store.write() as unit:
        unit.at(provider_id).wordings.put(
            _code(kind, channel),
            language,
            subject=wording.subject,
            body=wording.body,
            by=by,
            now=now,
        )


def reset_wording(store: Store, provider_id: str, kind: str, language: str, channel: str) -> None:
    """Go back to the service's own words.

    Raises
    ------
    NotFound
    """
    _known(kind, language, channel)
    with store.write() as unit:
        unit.at(provider_id).wordings.reset(_code(kind, channel), language)


def check_wording(kind: str, language: str, channel: str, *, subject: str, body: str) -> Wording:
    """Check what a manager typed.

    Raises
    ------
    InvalidForm, NotFound
    """
    about = _known(kind, language, channel)
    form = Form()
    if channel == "email":
        subject = form.line(
            "subject", subject, missing=_("Enter a subject."), longest=LONGEST_SUBJECT
        )
        _check_fields(form, "subject", subject, about)
    body = form.text("body", body, missing=_("Enter the message."), longest=LONGEST[channel])
    _check_fields(form, "body", body, about)
    for name in about.needed:
        if body and f"{{{name}}}" not in body:
            form.problems.setdefault("body", _missing_field(name))
    form.done()
    return Wording(subject if channel == "email" else "", body, own=True)


def fill(wording: Wording, fields: Mapping[str, str]) -> Wording:
    """Put values into the fields; what a value holds is never read as a field.

    Examples
    --------
    >>> fill(Wording("Hello {name}", "{link}"), {"name": "{link}", "link": "https://x.example"})
    Wording(subject='Hello {link}', body='https://x.example', own=False)
    """

    def value(match: re.Match[str]) -> str:
        return fields.get(match[1], "")

    body = _FIELD.sub(value, wording.body).strip()
    return Wording(plain_line(_FIELD.sub(value, wording.subject)), body, wording.own)


def sample_fields(
    tenant: Tenant, kind: str, language: str, *, today: date, address: str
) -> Mapping[str, str]:
    """Return the fields of a preview: the organisation's own, for a person who is not there."""
    held = settings_of(tenant.provider)
    vacancy = next(iter(tenant.vacancies.list()), None)
    usual_contact = (vacancy.contact if vacancy else "") or tenant.provider.contact
    return {
        "name": "Sam Example",
        "provider": held.shown_name,
        "vacancy": vacancy.title if vacancy else _("Care worker"),
        "contact": contact_of(held, kind) or usual_contact or held.shown_name,
        "link": f"{address}/i/...",
        "expires": day_in(language, today),
        "minutes": "15",
        "answer": _("You can answer by phone. Ring us to choose a time."),
    }


def contact_of(held: ProviderSettings, kind: str) -> str:
    """Return whom to turn to about a kind of message, if it is not the vacancy's contact."""
    if kind.startswith("contest"):
        return held.complaints
    return held.adjustments if kind.startswith("adjustment") else ""


def day_in(language: str, day: date) -> str:
    """Write a day in a language.

    Examples
    --------
    >>> day_in("en", date(2026, 12, 1)), day_in("cy", date(2026, 12, 1))
    ('1 December 2026', '1 Rhagfyr 2026')
    """
    locale = "en_GB" if language == "en" else language
    return format_date(day, "d MMMM y", locale=locale)


def _every() -> tuple[tuple[Kind, str, str], ...]:
    return tuple(
        (kind, language, channel)
        for kind in KINDS.values()
        if kind.about == "sitting"
        for channel in CHANNELS
        for language in LANGUAGES
    )


def _known(kind: str, language: str, channel: str) -> Kind:
    about = KINDS.get(kind)
    known = about is not None and about.about == "sitting"
    if about is None or not known or language not in LANGUAGES or channel not in CHANNELS:
        raise NotFound(_("There is no such message."))
    return about


def known_kind(kind: str, language: str, channel: str) -> Kind:
    """Return a kind of message that can be worded.

    Raises
    ------
    NotFound
    """
    return _known(kind, language, channel)


def _code(kind: str, channel: str) -> str:
    return kind if channel == "email" else f"{kind}.{channel}"


def _check_fields(form: Form, part: str, text: str, about: Kind) -> None:
    unknown = [name for name in _FIELD.findall(text) if name not in about.fields]
    if unknown:
        form.problems[part] = _(
            "There is no field {%(field)s} in this message. You can use %(fields)s.",
            field=unknown[0],
            fields=", ".join(f"{{{name}}}" for name in about.fields),
        )
    elif "{" in _FIELD.sub("", text) or "}" in _FIELD.sub("", text):
        form.problems[part] = _(
            "A curly bracket stands alone. Write fields as {name}, and leave other curly brackets "
            "out."
        )


def _missing_field(name: str) -> str:
    return _(
        "The message needs the field {%(field)s}: without it nobody can follow up.", field=name
    )
