"""Messages: put in the queue with what happened, in the same transaction; sent by the worker."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext

from service.errors import NotFound
from service.storage import Store, Tenant
from service.storage.records import Identity, MessageRecord
from service.use_cases.forms import id_of_request
from service.use_cases.message_kinds import KINDS, REMINDERS
from service.use_cases.quiet import next_loud, quiet_of
from service.words import gettext as _

__all__ = [
    "REMIND_AFTER",
    "Delivery",
    "cancel_messages",
    "deliveries",
    "delivery",
    "enqueue",
    "plan_reminders",
    "sealed_person",
    "send_again",
]

REMIND_AFTER = (timedelta(hours=48), timedelta(days=5))


def enqueue(
    tenant: Tenant,
    kind: str,
    *,
    key: str,
    at: datetime,
    sitting_id: str | None = None,
    account_id: str | None = None,
    language: str | None = None,
    fields: Mapping[str, Any] | None = None,
    to: Identity | None = None,
    due: datetime | None = None,
) -> str | None:
    """Put a message into the queue, in the transaction of `tenant`.

    Whoever gets it, the text and the link are looked up when it is sent; none of them is kept here.

    Parameters
    ----------
    tenant : Tenant
        In a transaction that writes.
    kind : str
        One of `service.use_cases.message_kinds.KINDS`.
    key : str
        What the message is for, such as ``"invitation:<sitting>"``: the same key again, in the same
        organisation, adds nothing.
    at : datetime
        Now.
    sitting_id, account_id : str, optional
        Whom it goes to: one of the two.
    language : str, optional
        ``en`` or ``cy``; if not given, the one that the candidate or the account has when it goes.
    fields : mapping, optional
        Codes and figures for the wording. ``remark`` names a text in the remarks, which the
        wording has as ``{answer}``.
    to : Identity, optional
        Whom it goes to, if the identity is erased before it is sent: kept sealed until then.
    due : datetime, optional
        When it may go at the earliest.

    Returns
    -------
    str or None
        The message's id; None if there is no address to send it to.
    """
    person = to or _person(tenant, sitting_id, account_id)
    channel = _channel(person)
    if channel is None:
        return None
    message_id = id_of_request(tenant.provider_id, "message", key)
    body: dict[str, Any] = {"fields": dict(fields or {})}
    if to is not None:
        body["to"] = base64.b64encode(tenant.cipher.seal(json.dumps(asdict(to)))).decode()
    tenant.messages.add(
        id=message_id,
        key=key,
        kind=KINDS[kind].code,
        channel=channel,
        language=language or "",
        sitting_id=sitting_id,
        account_id=account_id,
        body=body,
        run_at=due or at,
        now=at,
    )
    return message_id


def sealed_person(tenant: Tenant, message: MessageRecord) -> Identity | None:
    """Return who was sealed into a message, if anybody."""
    if "to" not in message.body:
        return None
    return Identity(**json.loads(tenant.cipher.open(base64.b64decode(message.body["to"]))))


def plan_reminders(tenant: Tenant, sitting_id: str, *, at: datetime, key: str = "") -> None:
    """Plan the two reminders of a sitting, outside quiet hours.

    When one is due the worker looks again: it waits while the candidate is at it, and is cancelled
    when the candidate has finished, the application has ended or a message came back.

    Parameters
    ----------
    tenant : Tenant
        In a transaction that writes.
    sitting_id : str
    at : datetime
        When the invitation went.
    key : str, optional
        Tells this invitation from an earlier one, so that a new link brings new reminders.
    """
    quiet = quiet_of(tenant.provider.settings)
    for number, after in enumerate(REMIND_AFTER, start=1):
        enqueue(
            tenant,
            "reminder",
            key=f"reminder:{sitting_id}:{key}:{number}",
            at=at,
            sitting_id=sitting_id,
            fields={"number": number},
            due=next_loud(at + after, quiet),
        )


def cancel_messages(
    tenant: Tenant, sitting_id: str, *, at: datetime, reminders_only: bool = False
) -> int:
    """Cancel what still waits to be sent for a sitting, and return how many there were."""
    kinds = REMINDERS if reminders_only else None
    return tenant.messages.cancel(sitting_id=sitting_id, now=at, kinds=kinds)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the last message to a candidate, for the recruiter.

    Parameters
    ----------
    state : str
        ``waiting``, ``sent``, ``failed`` or ``unsure``.
    at : datetime
        When it was sent or failed, or when it is due.
    kind : str
    channel : str
        ``email`` or ``sms``.
    problem : str
        A sentence, or nothing.
    message_id : str
    """

    state: str
    at: datetime
    kind: str
    channel: str
    problem: str = ""
    message_id: str = ""


_STATES = {
    "ready": "waiting",
    "leased": "waiting",
    "handed-over": "waiting",
    "sent": "sent",
    "unsure": "unsure",
    "dead": "failed",
}
PROBLEMS: Mapping[str, str] = {
    "refused": lazy_gettext(
        "The message came back. Ask for the right address, or give the link yourself."
    ),
    "no-text-messages": lazy_gettext(
        "This service cannot send text messages. Copy the link and send it yourself."
    ),
    "no-address": lazy_gettext("There is no address any more."),
    "unsure": lazy_gettext(
        "It is not sure that the message went. Ask if it came before you send it again."
    ),
    "failed": lazy_gettext("The message could not be sent. Copy the link and send it yourself."),
}


def delivery(tenant: Tenant, sitting_ids: tuple[str, ...]) -> dict[str, Delivery]:
    """Return what became of the last message to each candidate who was sent any."""
    found: dict[str, Delivery] = {}
    for message in sorted(tenant.messages.of(sitting_ids), key=_moment):
        planned = message.state == "ready" and message.kind in REMINDERS
        if message.sitting_id and message.state in _STATES and not planned:
            found[message.sitting_id] = delivery_of(message)
    return found


def delivery_of(message: MessageRecord) -> Delivery:
    """Say what became of a message."""
    state = _STATES.get(message.state, message.state)
    problem = ""
    if state in ("failed", "unsure"):
        code = "unsure" if state == "unsure" else (message.problem or "").split(":")[0]
        problem = str(PROBLEMS.get(code, PROBLEMS["failed"]))
    return Delivery(state, _moment(message), message.kind, message.channel, problem, message.id)


def deliveries(tenant: Tenant, sitting_id: str) -> tuple[Delivery, ...]:
    """Return what became of every message to a candidate, in the order in which they go."""
    found = (one for one in tenant.messages.of((sitting_id,)) if one.state in _STATES)
    return tuple(delivery_of(message) for message in sorted(found, key=_moment))


def send_again(
    store: Store, provider_id: str, sitting_id: str, message_id: str, *, now: datetime
) -> bool:
    """Let a message go again that failed, or of which nobody knows; False if it needs no help.

    Raises
    ------
    NotFound
    """
    with store.write() as unit:
        message = unit.at(provider_id).messages.get(message_id)
        if message is None or message.sitting_id != sitting_id:
            raise NotFound(_("There is no such message."))
        return bool(unit.outbox.replay((message_id,), now=now))


def _moment(message: MessageRecord) -> datetime:
    return message.done_at or max(message.run_at, message.created_at)


def _person(tenant: Tenant, sitting_id: str | None, account_id: str | None) -> Identity | None:
    if (sitting_id is None) == (account_id is None):
        raise ValueError("a message goes to a sitting or to an account")
    if sitting_id is not None:
        return tenant.identities.get(sitting_id)
    account = tenant.accounts.get(account_id or "")
    return None if account is None else Identity(account.name, account.email)


def _channel(person: Identity | None) -> str | None:
    if person is None:
        return None
    return "email" if person.email else "sms" if person.phone else None
