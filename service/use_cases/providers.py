"""What the council does with the providers of the pilot: open, rename, invite managers.

It never reads a candidate; of a manager it learns whether they have joined.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from service.errors import InvalidForm, NotFound
from service.storage import Store, Unit
from service.storage.records import ProviderRecord
from service.use_cases import people
from service.use_cases.forms import Form, id_of_request
from service.use_cases.settings import note_change, pause_reason
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = [
    "Manager",
    "Opened",
    "ProviderPage",
    "invite_manager",
    "open_provider",
    "provider_in",
    "provider_page",
    "rename",
    "reset_second_factor",
    "send_join_again",
    "told",
]

LONGEST_NAME, LONGEST_CONTACT = 120, 600


@dataclass(frozen=True, slots=True)
class Manager:
    """A manager of a provider, as the council sees one: joined, or not yet; no name, no address.

    `message` says what became of the message with a link: waiting, sent or failed.
    """

    id: str
    number: int
    joined: bool
    disabled: bool
    has_second_factor: bool
    invited_at: datetime | None
    message: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A new provider, and the only copy of the token of its manager's joining link."""

    provider_id: str
    manager_id: str
    token: str


@dataclass(frozen=True, slots=True)
class ProviderPage:
    """A provider as the council sees it."""

    id: str
    name: str
    contact: str
    created_at: datetime | None
    paused_at: datetime | None
    reason: str
    managers: tuple[Manager, ...]


def provider_page(store: Store, provider_id: str) -> ProviderPage:
    """Return one provider with its managers.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        provider = provider_in(unit, provider_id)
        tenant = unit.at(provider_id)
        managers = [one for one in tenant.accounts.list() if one.role == "manager"]
        messages = {one.id: people.message_to(tenant, one.id) for one in managers}
    return ProviderPage(
        id=provider.id,
        name=provider.name,
        contact=provider.contact,
        created_at=provider.created_at,
        paused_at=provider.paused_at,
        reason=pause_reason(provider),
        managers=tuple(
            Manager(
                account.id,
                number,
                account.password is not None,
                account.disabled_at is not None,
                account.second_factor is not None,
                account.created_at,
                messages[account.id],
            )
            for number, account in enumerate(managers, start=1)
        ),
    )


def open_provider(
    store: Store,
    *,
    name: str,
    contact: str,
    manager_name: str,
    manager_email: str,
    by: Account,
    now: datetime,
    request_id: str = "",
    by_hand: bool = True,
) -> Opened:
    """Open a provider and invite its first manager.

    The same form again opens nothing new, and has no token.

    Raises
    ------
    InvalidForm
        With a sentence for each of ``name``, ``contact``, ``manager_name``, ``manager_email``.
    """
    form = Form()
    name, contact = _names(form, name, contact)
    _manager(form, manager_name, manager_email)
    provider_id = id_of_request(by.provider_id, "provider", request_id)
    with store.write() as unit:
        known = unit.providers.get(provider_id) is not None
        if not known:
            _check_new_name(unit, form, name)
        form.done()
        if not known:
            record = ProviderRecord(provider_id, name, contact)
            unit.providers.add(record, now=now)
    if known:
        return Opened(provider_id, "", "")
    told("opened", provider_id, by)
    manager_id, token = invite_manager(
        store,
        provider_id,
        name=manager_name,
        email=manager_email,
        by=by,
        now=now,
        request_id=request_id,
        by_hand=by_hand,
    )
    return Opened(provider_id, manager_id, token)


def invite_manager(
    store: Store,
    provider_id: str,
    *,
    name: str,
    email: str,
    by: Account,
    now: datetime,
    request_id: str = "",
    by_hand: bool = True,
) -> tuple[str, str]:
    """Invite a manager by a link that works once; return the account's id and the link's token.

    The token is empty unless it is to be handed over, `by_hand`.

    Raises
    ------
    InvalidForm
        With a sentence for ``manager_name`` or ``manager_email``.
    NotFound
    """
    form = Form()
    _manager(form, name, email)
    form.done()
    with store.read() as unit:
        provider_in(unit, provider_id)
    try:
        made = people.invite(
            store,
            provider_id,
            name=name,
            email=email,
            role="manager",
            by=by,
            now=now,
            request_id=request_id,
            by_hand=by_hand,
        )
    except InvalidForm as error:
        raise InvalidForm({f"manager_{k}": said for k, said in error.fields.items()}) from error
    return made.account_id, made.token


def send_join_again(
    store: Store,
    provider_id: str,
    account_id: str,
    *,
    by: Account,
    now: datetime,
    by_hand: bool = True,
) -> str:
    """Send a manager who has not joined a new link.

    The token comes back if it is to be handed over: see `people.renew_join`.

    Raises
    ------
    NotFound
        If there is no such manager, or they have joined already.
    """
    _check_manager(store, provider_id, account_id)
    return people.renew_join(store, provider_id, account_id, by=by, now=now, by_hand=by_hand)


def reset_second_factor(
    store: Store, provider_id: str, account_id: str, *, by: Account, now: datetime
) -> None:
    """Take the second step away from a manager who has lost it.

    Raises
    ------
    NotFound
    """
    _check_manager(store, provider_id, account_id)
    people.reset_second_factor(store, provider_id, account_id, by=by, now=now)


def rename(
    store: Store, provider_id: str, *, name: str, contact: str, by: Account, now: datetime
) -> None:
    """Change a provider's name and contact.

    Raises
    ------
    InvalidForm
        With a sentence for ``name`` or ``contact``.
    NotFound
    """
    form = Form()
    name, contact = _names(form, name, contact)
    with store.write() as unit:
        provider = provider_in(unit, provider_id)
        _check_new_name(unit, form, name, but=provider_id)
        form.done()
        if (provider.name, provider.contact) == (name, contact):
            return
        settings = note_change(provider.settings, "renamed", by=by.id, now=now)
        unit.providers.change(provider_id, name=name, contact=contact, settings=settings)
    told("renamed", provider_id, by)


def _check_manager(store: Store, provider_id: str, account_id: str) -> None:
    with store.read() as unit:
        provider_in(unit, provider_id)
        account = unit.at(provider_id).accounts.get(account_id)
    if account is None or account.role != "manager":
        raise NotFound(_("There is no such manager."))


def provider_in(unit: Unit, provider_id: str) -> ProviderRecord:
    """Return a provider, but not the house.

    Raises
    ------
    NotFound
    """
    provider = unit.providers.get(provider_id)
    if provider is None or provider.kind != "provider":
        raise NotFound(_("There is no such provider."))
    return provider


def _names(form: Form, name: str, contact: str) -> tuple[str, str]:
    return (
        form.line("name", name, missing=_("Enter the provider’s name."), longest=LONGEST_NAME),
        form.text(
            "contact",
            contact,
            missing=_("Enter whom people can turn to."),
            longest=LONGEST_CONTACT,
        ),
    )


def _manager(form: Form, name: str, email: str) -> None:
    form.line("manager_name", name, missing=_("Enter the manager’s name."), longest=LONGEST_NAME)
    if not form.email("manager_email", email):
        form.problems.setdefault("manager_email", _("Enter the manager’s email address."))


def _check_new_name(unit: Unit, form: Form, name: str, *, but: str = "") -> None:
    taken = any(
        one.name.casefold() == name.casefold() for one in unit.providers.list() if one.id != but
    )
    if name and taken:
        form.problems.setdefault("name", _("There is a provider of this name."))


def told(what: str, provider_id: str, by: Account) -> None:
    """Write into the log what the council did with a provider."""
    log = structlog.get_logger("vbr.providers")
    log.info("provider", what=what, provider=provider_id, account=by.id)
