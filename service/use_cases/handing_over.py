"""Links for several candidates, to hand over as printed cards or a list.

Nothing of a link is kept but its hash. All links of one batch follow from one secret, which only
the browser that asked for them holds: from it they can be shown again for a short while.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.errors import InvalidForm, NotFound
from service.storage import Store, Tenant
from service.storage.cipher import sha256
from service.storage.rows import insert_rows, link_rows
from service.use_cases.happenings import What, happen_several
from service.use_cases.invitations import bank_of, check_may_invite
from service.use_cases.settings import settings_of
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = [
    "MOST",
    "Batch",
    "Card",
    "card_of",
    "cards_of",
    "hand_over",
    "hand_over_import",
    "new_secret",
    "token_of",
]

MOST = 200  # links in one batch


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a candidate's card."""

    sitting_id: str
    name: str
    token: str
    language: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Cards of one vacancy."""

    vacancy_id: str
    vacancy: str
    provider: str
    contact: str
    minutes: int
    cards: tuple[Card, ...]


def new_secret() -> str:
    """Return what the links of a batch follow from."""
    return secrets.token_urlsafe(32)


def token_of(secret: str, sitting_id: str) -> str:
    """Return the token of a candidate's link: small letters and digits, so that it can be typed.

    Examples
    --------
    >>> token_of("a secret", "one") == token_of("a secret", "one") != token_of("a secret", "two")
    True
    >>> len(token_of("a secret", "one"))
    32
    """
    code = hmac.new(secret.encode(), sitting_id.encode(), hashlib.sha256).digest()[:20]
    return base64.b32encode(code).decode().lower()


def hand_over(
    store: Store,
    provider_id: str,
    vacancy_id: str,
    sitting_ids: Sequence[str],
    *,
    secret: str,
    by: Account,
    now: datetime,
) -> tuple[str, ...]:
    """Make a link for each of several candidates; earlier links keep working.

    Returns
    -------
    tuple of str
        The sittings that got one: those who have finished or ended, or are erased, do not.

    Raises
    ------
    InvalidForm
        With a sentence for ``sitting``.
    NotFound, ProviderPaused
    """
    wanted = tuple(dict.fromkeys(sitting_ids))
    if not 1 <= len(wanted) <= MOST:
        raise InvalidForm({"sitting": _("Choose from 1 to %(most)s people.", most=MOST)})
    with store.write() as unit:
        tenant = unit.at(provider_id)
        check_may_invite(tenant, vacancy_id, field="sitting")
        sittings = tenant.bulk.sittings(wanted)
        if any(one not in sittings or sittings[one].vacancy_id != vacancy_id for one in wanted):
            raise NotFound(_("There is no such candidate."))
        open_ones = _open(tenant, wanted)
        if not open_ones:
            raise InvalidForm({"sitting": _("Nobody of them still needs a link.")})
        _make(store, tenant, open_ones, secret=secret, by=by, now=now)
    return open_ones


def hand_over_import(
    store: Store,
    provider_id: str,
    import_id: str,
    *,
    part: int,
    secret: str,
    by: Account,
    now: datetime,
) -> tuple[str, tuple[str, ...]]:
    """Make links for one part of the people of an import, `MOST` at a time, by name.

    Returns
    -------
    str, tuple of str
        The vacancy and the sittings.

    Raises
    ------
    InvalidForm, NotFound, ProviderPaused
    """
    with store.read() as unit:
        tenant = unit.at(provider_id)
        record = tenant.imports.get(import_id)
        if record is None or record.state != "done":
            raise NotFound(_("There is no such list. It may have been put away after a day."))
        ids = _by_name(tenant, _open(tenant, tenant.bulk.imported(import_id)))
    chosen = ids[(part - 1) * MOST : part * MOST] if part >= 1 else ()
    made = hand_over(store, provider_id, record.vacancy_id, chosen, secret=secret, by=by, now=now)
    return record.vacancy_id, made


def cards_of(
    store: Store,
    provider_id: str,
    *,
    secret: str,
    now: datetime,
    import_id: str = "",
    sitting_ids: Sequence[str] = (),
) -> Batch:
    """Gather the cards of a batch, by name: of everybody whose link from it still works.

    Raises
    ------
    NotFound
        If there is none.
    """
    with store.read() as unit:
        tenant = unit.at(provider_id)
        wanted = tenant.bulk.imported(import_id) if import_id else tuple(sitting_ids)
        tokens = {one: token_of(secret, one) for one in wanted}
        hashes = {one: sha256(token) for one, token in tokens.items()}
        working = tenant.bulk.working_links(tuple(hashes.values()), now=now)
        ids = tuple(one for one in wanted if hashes[one] in working)
        sittings = tenant.bulk.sittings(ids)
        first = next(iter(sittings.values()), None)
        vacancy = tenant.vacancies.get(first.vacancy_id) if first else None
        if vacancy is None:
            raise NotFound(_("There are no cards to show."))
        people = tenant.identities.of(ids)
        bank = bank_of(store, unit, vacancy)
        shown_name = settings_of(tenant.provider).shown_name
    cards = (
        Card(one, people[one].name, tokens[one], sittings[one].language)
        for one in ids
        if one in people
    )
    return Batch(
        vacancy.id,
        vacancy.title,
        shown_name,
        vacancy.contact,
        bank.blueprint.minutes,
        tuple(sorted(cards, key=lambda card: (card.name.casefold(), card.sitting_id))),
    )


def card_of(store: Store, provider_id: str, sitting_id: str, *, token: str) -> Batch:
    """Gather the card of one candidate, whose link was just made.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        tenant = unit.at(provider_id)
        sitting, person = tenant.sittings.get(sitting_id), tenant.identities.get(sitting_id)
        vacancy = tenant.vacancies.get(sitting.vacancy_id) if sitting else None
        if sitting is None or person is None or vacancy is None:
            raise NotFound(_("There is no such candidate."))
        bank = bank_of(store, unit, vacancy)
        shown_name = settings_of(tenant.provider).shown_name
    card = Card(sitting.id, person.name, token, sitting.language)
    minutes = bank.blueprint.minutes
    return Batch(vacancy.id, vacancy.title, shown_name, vacancy.contact, minutes, (card,))


def _open(tenant: Tenant, ids: Sequence[str]) -> tuple[str, ...]:
    """Return those who can still use a link to answer."""
    found: list[str] = []
    for at in range(0, len(ids), MOST):
        block = tuple(ids[at : at + MOST])
        standings = tenant.standings.of_several(block)
        for one in block:
            standing = standings.get(one)
            over = standing and (standing.ended or standing.erased or standing.submitted_at)
            if not over:
                found.append(one)
    return tuple(found)


def _by_name(tenant: Tenant, ids: Sequence[str]) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for at in range(0, len(ids), MOST):
        found = tenant.identities.of(tuple(ids[at : at + MOST]))
        names |= {one: person.name.casefold() for one, person in found.items()}
    return tuple(sorted(names, key=lambda one: (names[one], one)))


def _make(
    store: Store, tenant: Tenant, ids: Sequence[str], *, secret: str, by: Account, now: datetime
) -> None:
    several = [What(one, "link-renewed", {"older_work": True}) for one in ids]
    happen_several(tenant, several, at=now, by=by.id)
    rows = link_rows(
        {
            "token_sha256": sha256(token_of(secret, one)),
            "sitting_id": one,
            "created_at": now,
            "expires_at": now + store.link_lifetime,
        }
        for one in ids
    )
    insert_rows(tenant.connection, tenant.provider_id, rows)
