"""Who may sign in for an organisation: invited, changed and stopped by those who look after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.errors import InvalidForm, NotFound
from service.storage import Store, Tenant, Unit
from service.storage.records import AccountRecord
from service.use_cases.accounts import house
from service.use_cases.forms import Form, id_of_request
from service.use_cases.joining import LONGEST_NAME, is_elsewhere, new_link
from service.use_cases.messages import enqueue
from service.use_cases.proof import tell_changed
from service.use_cases.second_factor import remove
from service.use_cases.security import note
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = [
    "KEEPER",
    "ROLES",
    "Invitation",
    "Person",
    "change_role",
    "create_administrator",
    "disable",
    "enable",
    "find_person",
    "invite",
    "list_people",
    "message_to",
    "renew_join",
    "reset_link",
    "reset_second_factor",
]

# The roles of each kind of organisation, and the one that looks after its people.
ROLES = {
    "provider": ("recruiter", "manager"),
    "house": ("council", "researcher", "administrator"),
}
KEEPER = {"provider": "manager", "house": "administrator"}
_JOIN = "account-join"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in; `state` is invited, active or disabled.

    `link_until` is until when the newest link works that was not used yet; `message` says of
    somebody invited what became of the message with a link: waiting, sent or failed.
    """

    id: str
    name: str
    email: str
    role: str
    state: str
    has_second_factor: bool
    signed_in_at: datetime | None
    link_until: datetime | None
    message: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who was invited, and the token of the link, if it is to be handed over."""

    account_id: str
    token: str


def list_people(store: Store, provider_id: str) -> tuple[Person, ...]:
    """List an organisation's people: those who can sign in, the invited, the disabled."""
    with store.read() as unit:
        tenant = unit.at(provider_id)
        people = [_person(tenant, record) for record in tenant.accounts.list()]
    order = ("active", "invited", "disabled")
    return tuple(sorted(people, key=lambda one: (order.index(one.state), one.name.casefold())))


def find_person(store: Store, provider_id: str, account_id: str) -> Person:
    """Return one of an organisation's people.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        tenant = unit.at(provider_id)
        return _person(tenant, _record(tenant, account_id))


def invite(
    store: Store,
    provider_id: str,
    *,
    name: str,
    email: str,
    role: str,
    by: Account | None,
    now: datetime,
    request_id: str = "",
    by_hand: bool = True,
) -> Invitation:
    """Invite somebody to sign in for an organisation: a message with a link goes to the address.

    Whoever invites somebody by their address learns nothing about accounts elsewhere: the answer
    is the same, and the message explains it to the one who has that account.

    Parameters
    ----------
    store : Store
    provider_id, name, email : str
    role : str
        One of `ROLES` of the organisation's kind.
    by : Account or None
        Who invites; None for a command on the machine.
    now : datetime
    request_id : str, optional
        The form's own id: the same form again makes nobody new.
    by_hand : bool, optional
        Whether a link is made to be handed over as well; whichever is used first, the other ends.

    Raises
    ------
    InvalidForm
    """
    with store.write() as unit:
        tenant = unit.at(provider_id)
        account = _checked(tenant, name, email, role, by=by, request_id=request_id)
        known = unit.doors.account(account.email)
        elsewhere = known is not None and known.provider_id != provider_id
        held = _of_address(tenant, account.email)
        if (held and (held.id != account.id or held.password)) or (elsewhere and by is None):
            raise InvalidForm({"email": _("There is an account with this email address.")})
        if held is None:
            tenant.accounts.add(account, now=now, elsewhere=elsewhere)
        token = _message_and_link(unit, tenant, account.id, by_hand=by_hand, now=now)
    _noted("invited", provider_id, account.id, by, role=role)
    return Invitation(account.id, token)


def create_administrator(store: Store, *, name: str, email: str, now: datetime) -> str:
    """Add a system administrator and return the token of the joining link.

    Parameters
    ----------
    store : Store
    name, email : str
    now : datetime

    Raises
    ------
    InvalidForm
        If the address is taken by somebody who has joined, or by somebody else.
    """
    house_id = house(store, now=now)
    with store.read() as unit:
        known = unit.doors.account(email.strip())
    waiting = known and known.provider_id == house_id and not known.password
    if known and waiting and known.role == "administrator":
        return renew_join(store, house_id, known.id, by=None, now=now)
    made = invite(store, house_id, name=name, email=email, role="administrator", by=None, now=now)
    return made.token


def renew_join(
    store: Store,
    provider_id: str,
    account_id: str,
    *,
    by: Account | None,
    now: datetime,
    by_hand: bool = True,
) -> str:
    """Send a new joining link; the old ones end. The token comes back if it is to be handed over.

    It is handed over if the caller says so, `by_hand`, or the last message could not be sent.

    Raises
    ------
    NotFound
        Also if the person has joined or is disabled.
    """
    with store.write() as unit:
        tenant = unit.at(provider_id)
        record = _record(tenant, account_id)
        if record.password or record.disabled_at:
            raise NotFound(_("There is nobody with an open invitation at this address."))
        by_hand = by_hand or message_to(tenant, account_id) == "failed"
        token = _message_and_link(unit, tenant, account_id, by_hand=by_hand, now=now)
    _noted("invited-again", provider_id, account_id, by)
    return token


def reset_link(
    store: Store, provider_id: str, account_id: str, *, by: Account, now: datetime
) -> str:
    """Make a link for a new password, to be handed over by the one who asked for it.

    Raises
    ------
    NotFound
        Also if the person has not joined or is disabled.
    """
    with store.write() as unit:
        tenant = unit.at(provider_id)
        record = _record(tenant, account_id)
        if not record.password or record.disabled_at:
            raise NotFound(_("There is nobody who can sign in at this address."))
        token = new_link(tenant, account_id, "reset", now=now)
    _noted("reset-link-made", provider_id, account_id, by)
    return token


def change_role(store: Store, provider_id: str, account_id: str, role: str, *, by: Account) -> None:
    """Give somebody another role of the same organisation; their sessions end.

    Raises
    ------
    NotFound, InvalidForm
        InvalidForm with the field ``role``: the last one who looks after the organisation stays.
    """
    with store.write() as unit:
        tenant = unit.at(provider_id)
        record = _record(tenant, account_id)
        kind = tenant.provider.kind
        if role not in ROLES[kind]:
            raise InvalidForm({"role": _("Choose what the person does.")})
        if role == record.role:
            return
        if record.role == KEEPER[kind]:
            _check_not_last(tenant, record, by, field="role")
        tenant.accounts.change(account_id, role=role)
        tenant.sessions.end_all(account_id)
    _noted("role-changed", provider_id, account_id, by, role=role)


def disable(store: Store, provider_id: str, account_id: str, *, by: Account, now: datetime) -> None:
    """Let somebody sign in no more: sessions and links end at once.

    Raises
    ------
    NotFound, InvalidForm
        InvalidForm with the field ``disable``: not oneself, and not the last who looks after it.
    """
    with store.write() as unit:
        tenant = unit.at(provider_id)
        record = _record(tenant, account_id)
        if record.disabled_at:
            return
        _check_not_last(tenant, record, by, field="disable")
        tenant.accounts.change(account_id, disabled_at=now)
        tenant.sessions.end_all(account_id)
        tenant.account_links.end_all(account_id, now=now)
    _noted("disabled", provider_id, account_id, by)


def enable(store: Store, provider_id: str, account_id: str, *, by: Account) -> None:
    """Let somebody sign in again, with the password they had.

    Raises
    ------
    NotFound
    """
    with store.write() as unit:
        tenant = unit.at(provider_id)
        _record(tenant, account_id)
        tenant.accounts.change(account_id, disabled_at=None)
    _noted("enabled", provider_id, account_id, by)


def reset_second_factor(
    store: Store, provider_id: str, account_id: str, *, by: Account, now: datetime
) -> None:
    """Take the second factor away from somebody who has lost it; their sessions end.

    Raises
    ------
    NotFound
        Also for oneself: one's own is turned off with a code.
    """
    if account_id == by.id:
        raise NotFound(_("You turn your own second step off on the page of your account."))
    with store.write() as unit:
        tenant = unit.at(provider_id)
        _record(tenant, account_id)
        remove(tenant, account_id)
        tenant.sessions.end_all(account_id)
        tell_changed(tenant, account_id, now=now)
    _noted("second-factor-reset", provider_id, account_id, by)


def _checked(
    tenant: Tenant, name: str, email: str, role: str, *, by: Account | None, request_id: str
) -> AccountRecord:
    form = Form()
    name = form.line("name", name, missing=_("Enter a name."), longest=LONGEST_NAME)
    email = form.email("email", email)
    if not email:
        form.problems.setdefault("email", _("Enter an email address."))
    allowed = ROLES[tenant.provider.kind]
    form.choice("role", role, allowed=allowed, missing=_("Choose what the person does."))
    form.done()
    whose = by.id if by else "command"
    account_id = id_of_request(tenant.provider_id, "invited", whose, request_id)
    return AccountRecord(tenant.provider_id, account_id, email, name, role, None)


def _message_and_link(
    unit: Unit, tenant: Tenant, account_id: str, *, by_hand: bool, now: datetime
) -> str:
    """Let a message go; return the token of a link of its own to hand over, or nothing."""
    elsewhere = is_elsewhere(unit, _record(tenant, account_id))
    kind = "account-elsewhere" if elsewhere else _JOIN
    enqueue(
        tenant, kind, key=f"{_JOIN}:{account_id}:{now.isoformat()}", at=now, account_id=account_id
    )
    if by_hand or elsewhere:  # a message without a link must not show in the list as one
        token = new_link(tenant, account_id, "join", now=now)
        return token if by_hand else ""
    tenant.account_links.end_all(account_id, now=now)
    return ""


def message_to(tenant: Tenant, account_id: str) -> str:
    """Say what became of the last message with a joining link: waiting, sent, failed or ""."""
    last = tenant.messages.last_to(account_id, (_JOIN, "account-elsewhere"))
    if last is None:
        return ""
    return {"sent": "sent", "dead": "failed", "cancelled": "failed"}.get(last.state, "waiting")


def _of_address(tenant: Tenant, email: str) -> AccountRecord | None:
    own = (one for one in tenant.accounts.list() if one.email.casefold() == email.casefold())
    return next(own, None)


def _record(tenant: Tenant, account_id: str) -> AccountRecord:
    found = tenant.accounts.get(account_id)
    if found is None:
        raise NotFound(_("There is nobody at this address."))
    return found


def _person(tenant: Tenant, record: AccountRecord) -> Person:
    state = "disabled" if record.disabled_at else "active" if record.password else "invited"
    invited = state == "invited"
    until = tenant.account_links.last_expiry(record.id) if invited else None
    return Person(
        id=record.id,
        name=record.name,
        email=record.email,
        role=record.role,
        state=state,
        has_second_factor=record.second_factor is not None,
        signed_in_at=record.signed_in_at,
        link_until=until,
        message=message_to(tenant, record.id) if invited else "",
    )


def _check_not_last(tenant: Tenant, record: AccountRecord, by: Account, *, field: str) -> None:
    """An organisation keeps somebody who looks after it, and nobody locks themselves out."""
    keeper = KEEPER[tenant.provider.kind]
    others = [
        one
        for one in tenant.accounts.list()
        if one.role == keeper and one.password and not one.disabled_at and one.id != record.id
    ]
    if record.id == by.id:
        raise InvalidForm({field: _("You cannot do this to your own account. Ask a colleague.")})
    if record.role == keeper and record.password and not others:
        sentence = _(
            "This is the last person who looks after the accounts. Invite another one first."
        )
        raise InvalidForm({field: sentence})


def _noted(event: str, provider_id: str, account_id: str, by: Account | None, **more: str) -> None:
    note(event, provider=provider_id, account=account_id, by=by.id if by else "command", **more)
