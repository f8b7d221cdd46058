"""Inviting one candidate, and making links: a new one for a lost one, or one more."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from service.errors import InvalidForm, NotFound, ProviderPaused
from service.storage import Store, Tenant, Unit
from service.storage.cipher import sha256
from service.storage.records import Identity, SittingRecord, VacancyRecord
from service.use_cases.facts import read_facts, record_facts
from service.use_cases.forms import Form, id_of_request
from service.use_cases.happenings import happen
from service.use_cases.known_people import AlreadyHere, same_people
from service.use_cases.messages import enqueue, plan_reminders
from service.use_cases.views import Account, Invited
from service.words import gettext as _
from vbr_engine.bank.form import draw_forms
from vbr_engine.bank.model import Bank
from vbr_engine.intake import normal_phone

__all__ = [
    "another_link",
    "bank_of",
    "check_may_invite",
    "drawn",
    "invite",
    "new_link",
    "renew_link",
]

LANGUAGES = ("en", "cy")


def invite(
    store: Store,
    provider_id: str,
    vacancy_id: str,
    *,
    name: str,
    email: str = "",
    phone: str = "",
    by: Account,
    now: datetime,
    simulated: bool = False,
    language: str = "en",
    facts: Mapping[str, str] | None = None,
    send: bool = False,
    anyway: bool = True,
    request_id: str = "",
) -> Invited:
    """Draw a form for a candidate, and send the invitation or make the link to hand over.

    The token is in what this returns and nowhere else: the database holds its hash. The same
    `request_id` again, from a form that was sent twice, makes no second candidate: it renews the
    link of the first, so that whichever answer the browser shows has a link that works.

    Parameters
    ----------
    language : {"en", "cy"}
        Of the sitting and of the messages.
    facts : mapping, optional
        What is known beside, as typed, by the names of `service.use_cases.facts.FACTS`.
    send : bool
        Send a message with the link, and reminders. Without it the link is returned.
    anyway : bool
        Invite also somebody who seems to be here already.

    Raises
    ------
    InvalidForm
        With a sentence for each of ``name``, ``email``, ``phone``, ``language`` and the facts.
    AlreadyHere
        If it is not to be `anyway`.
    ProviderPaused, NotFound
    """
    form = Form()
    identity = _read(form, name, email, phone, language, send=send)
    known = {
        name: value for name, value in read_facts(form, facts or {}).items() if value is not None
    }
    form.done()
    new_id = id_of_request(provider_id, vacancy_id, request_id)
    with store.read() as unit:
        tenant = unit.at(provider_id)
        again = tenant.sittings.get(new_id) is not None
        vacancy = check_may_invite(tenant, vacancy_id)
        _check_new(tenant, vacancy_id, identity, anyway=anyway or again)
        bank = bank_of(store, unit, vacancy)
        sitting = next(drawn(bank, vacancy, (new_id,), (language,), simulated=simulated, now=now))
    with store.write() as unit:
        tenant = unit.at(provider_id)
        if tenant.sittings.get(sitting.id) is not None:
            token = "" if send else _renewed(store, unit, sitting, by=by, now=now)
            return Invited(sitting.id, token)
        check_may_invite(tenant, vacancy_id)
        _add(tenant, sitting, identity, known, at=now, by=by)
        if send:
            _send(tenant, sitting.id, at=now)
        token = "" if send else new_link(store, tenant, sitting.id, now=now)
    return Invited(sitting.id, token)


def renew_link(
    store: Store, provider_id: str, sitting_id: str, *, by: Account, now: datetime
) -> str:
    """Make a new link; the old ones stop working, the answers are kept.

    Raises
    ------
    NotFound
    ProviderPaused
        If the candidate has not started: whoever has may finish.
    """
    with store.write() as unit:
        sitting = _sitting(unit.at(provider_id), sitting_id)
        return _renewed(store, unit, sitting, by=by, now=now)


def another_link(
    store: Store, provider_id: str, sitting_id: str, *, by: Account, now: datetime
) -> str:
    """Make one more link, to be shown as a QR code; those that are out keep working.

    Raises
    ------
    NotFound
    ProviderPaused
        If the candidate has not started: whoever has may finish.
    """
    with store.write() as unit:
        tenant = unit.at(provider_id)
        _check_not_paused(tenant, _sitting(tenant, sitting_id))
        happen(tenant, sitting_id, "link-renewed", at=now, by=by.id, body={"older_work": True})
        token = base64.b32encode(secrets.token_bytes(20)).decode().lower()  # easy to type
        return new_link(store, tenant, sitting_id, now=now, replace=False, token=token)


def check_may_invite(tenant: Tenant, vacancy_id: str, *, field: str = "name") -> VacancyRecord:
    """Return a vacancy to which people may be invited.

    Raises
    ------
    NotFound
    ProviderPaused
    InvalidForm
        With a sentence beside `field`, if the vacancy is closed.
    """
    vacancy = tenant.vacancies.get(vacancy_id)
    if vacancy is None:
        raise NotFound(_("There is no such vacancy."))
    if tenant.provider.paused_at is not None:
        raise ProviderPaused(_paused())
    if vacancy.closed_at is not None:
        closed = _("This vacancy is closed. Open it again before you invite anybody.")
        raise InvalidForm({field: closed})
    return vacancy


def bank_of(store: Store, unit: Unit, vacancy: VacancyRecord) -> Bank:
    """Return the bank of a vacancy.

    Raises
    ------
    NotFound
    """
    published = unit.banks.get(vacancy.bank_id, vacancy.bank_version)
    if published is None:
        raise NotFound(_("There is no such vacancy."))
    return store.bank(unit, published.id, published.version, published.sha256)


def drawn(
    bank: Bank,
    vacancy: VacancyRecord,
    ids: Sequence[str],
    languages: Sequence[str],
    *,
    now: datetime,
    simulated: bool = False,
    import_id: str | None = None,
) -> Iterator[SittingRecord]:
    """Draw the sittings of several candidates, one by one."""
    forms = draw_forms(bank, seeds=[secrets.randbits(31) for _id in ids])
    for sitting_id, language, form in zip(ids, languages, forms, strict=True):
        yield SittingRecord(
            provider_id=vacancy.provider_id,
            id=sitting_id,
            vacancy_id=vacancy.id,
            bank_id=bank.id,
            bank_version=bank.version,
            bank_sha256=bank.sha256,
            language=language,
            form=form,
            simulated=simulated,
            created_at=now,
            import_id=import_id,
        )


def new_link(
    store: Store,
    tenant: Tenant,
    sitting_id: str,
    *,
    now: datetime,
    replace: bool = True,
    token: str = "",
) -> str:
    """Make a link, with `replace` the only one that works, and return its token."""
    token = token or secrets.token_urlsafe(32)
    tenant.links.add(
        sitting_id,
        token_sha256=sha256(token),
        now=now,
        expires_at=now + store.link_lifetime,
        replace=replace,
    )
    return token


def _read(form: Form, name: str, email: str, phone: str, language: str, *, send: bool) -> Identity:
    name = form.line("name", name, missing=_("Enter the candidate’s name."), longest=120)
    email = form.email("email", email)
    number = form.line("phone", phone, missing="", longest=40)
    normal = normal_phone(number) if number else ""
    if number and not normal and "phone" not in form.problems:
        form.problems["phone"] = _("Enter a phone number such as 07700 900123.")
    form.choice("language", language, allowed=LANGUAGES, missing=_("Choose a language."))
    if send and not (email or normal or form.problems):
        form.problems["email"] = _(
            "Enter an email address or a phone number, or choose to hand the link over yourself."
        )
    return Identity(name, email, normal)


def _check_new(tenant: Tenant, vacancy_id: str, identity: Identity, *, anyway: bool) -> None:
    if anyway:
        return
    same = same_people(
        tenant, vacancy_id, name=identity.name, email=identity.email, phone=identity.phone
    )
    if same:
        raise AlreadyHere(same)


def _add(
    tenant: Tenant,
    sitting: SittingRecord,
    identity: Identity,
    known: Mapping[str, Any],
    *,
    at: datetime,
    by: Account,
) -> None:
    """Write somebody who is invited, and what is known beside."""
    tenant.sittings.add(sitting)
    tenant.identities.add(sitting.id, identity)
    happen(tenant, sitting.id, "invited", at=at, by=by.id)
    if known:
        record_facts(tenant, sitting.id, known, at=at, by=by.id)


def _sitting(tenant: Tenant, sitting_id: str) -> SittingRecord:
    sitting = tenant.sittings.get(sitting_id)
    if sitting is None:
        raise NotFound(_("There is no such candidate."))
    return sitting


def _check_not_paused(tenant: Tenant, sitting: SittingRecord) -> None:
    if tenant.provider.paused_at is None:
        return
    standing = tenant.standings.get(sitting.id)
    if standing is None or standing.started_at is None:
        raise ProviderPaused(_paused())


def _paused() -> str:
    return _(
        "Your organisation is paused, so nobody can be invited now. Candidates who have started "
        "can finish."
    )


def _renewed(
    store: Store, unit: Unit, sitting: SittingRecord, *, by: Account, now: datetime
) -> str:
    tenant = unit.at(sitting.provider_id)
    _check_not_paused(tenant, sitting)
    happen(tenant, sitting.id, "link-renewed", at=now, by=by.id)
    return new_link(store, tenant, sitting.id, now=now)


def _send(tenant: Tenant, sitting_id: str, *, at: datetime) -> None:
    enqueue(tenant, "invitation", key=f"invitation:{sitting_id}", at=at, sitting_id=sitting_id)
    plan_reminders(tenant, sitting_id, at=at)
