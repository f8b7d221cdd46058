"""Inviting a candidate, and renewing a link that was lost."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import uuid4

from service.errors import NotFound
from service.storage import Store, Unit
from service.storage.cipher import sha256
from service.storage.records import Identity, SittingRecord, VacancyRecord
from service.use_cases.forms import Form
from service.use_cases.views import Account, Invited
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
) -> Invited:
    """Draw a form for a candidate and make the link to send.

    The token is in what this returns and nowhere else: the database holds its hash.

    Raises
    ------
    InvalidForm
        With a sentence for each of ``name``, ``email``.
    NotFound
    """
    form = Form()
    identity = Identity(
        form.line("name", name, name="the candidate's name", longest=120),
        form.email("email", email),
    )
    form.done()
    with store.read() as unit:
        sitting = _draw(
            store, unit, unit.vacancies.get(provider_id, vacancy_id), now, simulated, language
        )
    with store.write() as unit:
        unit.sittings.add(provider_id, sitting)
        unit.identities.add(provider_id, sitting.id, identity)
        unit.events.append(provider_id, sitting.id, "invited", at=now, body={"by": by.id})
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
        sitting = unit.sittings.get(provider_id, sitting_id)
        if sitting is None:
            raise NotFound("There is no such candidate.")
        unit.events.append(provider_id, sitting_id, "link-renewed", at=now, body={"by": by.id})
        return _new_link(store, unit, sitting, now=now)


def _draw(
    store: Store,
    unit: Unit,
    vacancy: VacancyRecord | None,
    now: datetime,
    simulated: bool,
    language: str,
) -> SittingRecord:
    published = vacancy and unit.banks.get(vacancy.bank_id, vacancy.bank_version)
    if vacancy is None or published is None:
        raise NotFound("There is no such vacancy.")
    bank = store.bank(unit, published.id, published.version, published.sha256)
    return SittingRecord(
        provider_id=vacancy.provider_id,
        id=uuid4().hex,
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
    unit.links.add(
        sitting.provider_id,
        sitting.id,
        token_sha256=sha256(token),
        now=now,
        expires_at=now + store.link_lifetime,
    )
    return token
