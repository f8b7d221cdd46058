"""Inviting a candidate, and renewing a link that was lost."""

from __future__ import annotations

import secrets
from datetime import datetime

from service.errors import NotFound
from service.storage import Store, Unit
from service.storage.cipher import sha256
from service.storage.records import Identity, SittingRecord, VacancyRecord
from service.use_cases.forms import Form, id_of_request
from service.use_cases.happenings import happen
from service.use_cases.views import Account, Invited
from service.words import gettext as _
from vbr_engine.bank.form import draw_form

__all__ = ["invite", "renew_link"]


def invite(
    store: Store,
    provider_id: str,
    vacancy_id: str,
    *,
    name: str,
    email: str,
    by: Account,
    now: datetime,
    simulated: bool = False,
    language: str = "en",
    request_id: str = "",
) -> Invited:
    """Draw a form for a candidate and make the link to send.

    The token is in what this returns and nowhere else: the database holds its hash. The same
    `request_id` again, from a form that was sent twice, makes no second candidate: it renews the
    link of the first, so that whichever answer the browser shows has a link that works.

    Raises
    ------
    InvalidForm
        With a sentence for each of ``name``, ``email``.
    NotFound
    """
    form = Form()
    identity = Identity(
        form.line("name", name, missing=_("Enter the candidate’s name."), longest=120),
        form.email("email", email),
    )
    form.done()
    new_id = id_of_request(provider_id, vacancy_id, request_id)
    with store.read() as unit:
        vacancy = unit.at(provider_id).vacancies.get(vacancy_id)
        sitting = _draw(store, unit, vacancy, now, simulated, language, new_id)
    with store.write() as unit:
        if unit.at(provider_id).sittings.get(sitting.id) is not None:
            return Invited(sitting.id, _renewed(store, unit, sitting, by=by, now=now))
        unit.at(provider_id).sittings.add(sitting)
        unit.at(provider_id).identities.add(sitting.id, identity)
        happen(unit.at(provider_id), sitting.id, "invited", at=now, by=by.id)
        token = _new_link(store, unit, sitting, now=now)
    return Invited(sitting.id, token)


def renew_link(
    store: Store, provider_id: str, sitting_id: str, *, by: Account, now: datetime
) -> str:
    """Make a new link; the old one stops working, the answers are kept.

    Raises
    ------
    NotFound
    """
    with store.write() as unit:
        sitting = unit.at(provider_id).sittings.get(sitting_id)
        if sitting is None:
            raise NotFound(_("There is no such candidate."))
        return _renewed(store, unit, sitting, by=by, now=now)


def _renewed(
    store: Store, unit: Unit, sitting: SittingRecord, *, by: Account, now: datetime
) -> str:
    happen(unit.at(sitting.provider_id), sitting.id, "link-renewed", at=now, by=by.id)
    return _new_link(store, unit, sitting, now=now)


def _draw(
    store: Store,
    unit: Unit,
    vacancy: VacancyRecord | None,
    now: datetime,
    simulated: bool,
    language: str,
    new_id: str,
) -> SittingRecord:
    published = unit.banks.get(vacancy.bank_id, vacancy.bank_version) if vacancy else None
    if vacancy is None or published is None:
        raise NotFound(_("There is no such vacancy."))
    bank = store.bank(unit, published.id, published.version, published.sha256)
    return SittingRecord(
        provider_id=vacancy.provider_id,
        id=new_id,
        vacancy_id=vacancy.id,
        bank_id=bank.id,
        bank_version=bank.version,
        bank_sha256=bank.sha256,
        language=language,
        form=draw_form(bank, seed=secrets.randbits(31)),
        simulated=simulated,
        created_at=now,
    )


def _new_link(store: Store, unit: Unit, sitting: SittingRecord, *, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    unit.at(sitting.provider_id).links.add(
        sitting.id,
        token_sha256=sha256(token),
        now=now,
        expires_at=now + store.link_lifetime,
    )
    return token
