"""From a message in the queue to words for one person: names and links are looked up here."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.mail_settings import MailSettings
from service.outbox.envelope import Envelope
from service.storage import Store, Tenant, Unit
from service.storage.cipher import sha256
from service.storage.records import Identity, MessageRecord
from service.storage.standings import LOCAL
from service.use_cases.message_kinds import KINDS
from service.use_cases.messages import sealed_person
from service.use_cases.settings import settings_of
from service.use_cases.wordings import LANGUAGES, contact_of, day_in, fill, usual, wording_of

__all__ = ["Link", "Prepared", "keep_link", "prepare"]

ACCOUNT_LINKS = {
    "account-join": ("join", timedelta(days=7)),
    "account-reset": ("reset", timedelta(hours=2)),
}


_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is in the message, and is kept as a hash when the message is handed over."""

    token: str
    path: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message in words, and the link in it, if it has one."""

    envelope: Envelope
    link: Link | None


def prepare(
    store: Store, unit: Unit, message: MessageRecord, settings: MailSettings, *, now: datetime
) -> Prepared | None:
    """Put a message into words, or None if there is nobody to send it to.

    Nothing is written: the link works once `keep_link` was called.
    """
    tenant = unit.at(message.provider_id)
    person = person_of(tenant, message)
    channel, to = _reach(person, message.channel)
    if person is None or not to:
        return None
    link, language = _new_link(store, message, now), _language(tenant, message)
    fields = {
        "name": person.name,
        "provider": tenant.provider.name,
        "contact": tenant.provider.contact,
        **_of_sitting(store, unit, message),
        **_of_link(settings, link, language),
    }
    if message.sitting_id is None:
        wording = usual(message.kind, language)
    else:
        wording = wording_of(tenant, message.kind, language, channel)
    words = fill(wording, fields)
    envelope = Envelope(
        id=message.id,
        channel=channel,
        to=to,
        name=person.name,
        subject=words.subject,
        text=words.body,
        language=language,
        at=now,
        reply_to=_reply_to(fields["contact"]) if message.sitting_id else "",
    )
    return Prepared(envelope, link)


def keep_link(tenant: Tenant, message: MessageRecord, link: Link, *, now: datetime) -> None:
    """Let the link of a message work from now on; older ones keep working."""
    if message.sitting_id is not None:
        tenant.links.add(
            message.sitting_id,
            token_sha256=sha256(link.token),
            now=now,
            expires_at=link.expires_at,
            replace=False,
        )
    elif message.account_id is not None:
        purpose, _lifetime = ACCOUNT_LINKS[message.kind]
        tenant.account_links.add(
            message.account_id,
            purpose,
            token_sha256=sha256(link.token),
            now=now,
            expires_at=link.expires_at,
        )


def person_of(tenant: Tenant, message: MessageRecord) -> Identity | None:
    """Return whom a message goes to, if that is known still."""
    if message.account_id is not None:
        account = tenant.accounts.get(message.account_id)
        gone = account is None or account.disabled_at is not None
        return None if account is None or gone else Identity(account.name, account.email)
    sealed = sealed_person(tenant, message)
    return sealed or tenant.identities.get(message.sitting_id or "")


def _reply_to(contact: str) -> str:
    """Return the address in the words of whom to turn to, if there is just one."""
    found = _EMAIL.findall(contact)
    return found[0].rstrip(".") if len(found) == 1 and found[0].isascii() else ""


def _reach(person: Identity | None, channel: str) -> tuple[str, str]:
    """Return the way to somebody: the one that was meant, or the only one that is left."""
    ways = {"email": person.email, "sms": person.phone} if person else {}
    found = [(way, to) for way, to in ways.items() if to]
    return next((one for one in found if one[0] == channel), found[0] if found else (channel, ""))


def _language(tenant: Tenant, message: MessageRecord) -> str:
    """Return the language that was asked for, or that the reader has now."""
    said = message.language
    if not said and message.sitting_id is not None:
        sitting = tenant.sittings.get(message.sitting_id)
        said = sitting.language if sitting else ""
    elif not said:
        account = tenant.accounts.get(message.account_id or "")
        said = account.language if account else ""
    return said if said in LANGUAGES else LANGUAGES[0]


def _new_link(store: Store, message: MessageRecord, now: datetime) -> Link | None:
    if "link" not in KINDS[message.kind].fields:
        return None
    token = secrets.token_urlsafe(32)
    if message.account_id is not None:
        purpose, lifetime = ACCOUNT_LINKS[message.kind]
        return Link(token, f"/{purpose}/{token}", now + lifetime)
    return Link(token, f"/i/{token}", now + store.link_lifetime)


def _of_link(settings: MailSettings, link: Link | None, language: str) -> dict[str, str]:
    if link is None:
        return {}
    local = link.expires_at.astimezone(LOCAL)
    day = day_in(language, local.date())
    soon = link.path.startswith("/reset/")
    return {
        "link": settings.address + link.path,
        "expires": f"{local:%H:%M}, {day}" if soon else day,
    }


def _of_sitting(store: Store, unit: Unit, message: MessageRecord) -> dict[str, str]:
    tenant = unit.at(message.provider_id)
    sitting = tenant.sittings.get(message.sitting_id or "")
    vacancy = tenant.vacancies.get(sitting.vacancy_id) if sitting else None
    if sitting is None or vacancy is None:
        return {}
    bank = store.bank(unit, sitting.bank_id, sitting.bank_version, sitting.bank_sha256)
    remark = message.body.get("fields", {}).get("remark")
    held = settings_of(tenant.provider)
    return {
        "provider": held.shown_name,
        "vacancy": vacancy.title,
        "contact": contact_of(held, message.kind) or vacancy.contact or tenant.provider.contact,
        "minutes": str(bank.blueprint.minutes),
        "answer": tenant.remarks.of(sitting.id).get(remark, "") if remark else "",
    }
