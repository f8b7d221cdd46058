"""Invitations and their reminders for many candidates at once, made ready to be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from service.storage.records import Identity, ProviderRecord
from service.storage.rows import Rows, message_rows
from service.use_cases.forms import id_of_request
from service.use_cases.messages import REMIND_AFTER
from service.use_cases.quiet import next_loud, quiet_of

__all__ = ["Invitee", "invitation_rows", "reminder_rows"]

Invitee = tuple[str, Identity]


def invitation_rows(provider: ProviderRecord, several: Iterable[Invitee], *, at: datetime) -> Rows:
    """Make ready the invitation that `enqueue` would queue for each new candidate.

    Parameters
    ----------
    provider : ProviderRecord
    several : iterable of (str, Identity)
        Id of the sitting, and who sits.
    at : datetime

    Returns
    -------
    Rows
        Nothing for those who have no address.
    """
    return message_rows(
        _message(provider.id, one, channel, f"invitation:{one[0]}", "invitation", {}, at, at)
        for one, channel in _reachable(several)
    )


def reminder_rows(provider: ProviderRecord, several: Iterable[Invitee], *, at: datetime) -> Rows:
    """Make ready what `plan_reminders` would queue for each of them."""
    quiet = quiet_of(provider.settings)
    due = [next_loud(at + after, quiet) for after in REMIND_AFTER]
    return message_rows(
        _message(
            provider.id,
            one,
            channel,
            f"reminder:{one[0]}::{number}",
            "reminder",
            {"number": number},
            day,
            at,
        )
        for one, channel in _reachable(several)
        for number, day in enumerate(due, start=1)
    )


def _reachable(several: Iterable[Invitee]) -> Iterator[tuple[Invitee, str]]:
    for one in several:
        channel = "email" if one[1].email else "sms" if one[1].phone else ""
        if channel:
            yield one, channel


def _message(
    provider_id: str,
    one: Invitee,
    channel: str,
    key: str,
    kind: str,
    fields: Mapping[str, Any],
    due: datetime,
    at: datetime,
) -> Mapping[str, Any]:
    return {
        "id": id_of_request(provider_id, "message", key),
        "key": key,
        "kind": kind,
        "channel": channel,
        "language": "",  # the sitting's, when it is sent
        "sitting_id": one[0],
        "account_id": None,
        "body": {"fields": dict(fields)},
        "state": "ready",
        "run_at": due,
        "attempts": 0,
        "created_at": at,
    }
