"""Invitations and their reminders for many candidates at once, made ready to be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from service.storage.bulk import Rows, message_rows
from service.storage.records import Identity, ProviderRecord
from service.use_cases.forms import id_of_request
from service.use_cases.messages import REMIND_AFTER
from service.use_cases.quiet import next_loud, quiet_of

__all__ = ["invitation_rows"]

Invitee = tuple[str, Identity, str]


def invitation_rows(provider: ProviderRecord, several: Iterable[Invitee], *, at: datetime) -> Rows:
    """Make ready what `enqueue` and `plan_reminders` would queue for each new candidate.

    Parameters
    ----------
    provider : ProviderRecord
    several : iterable of (str, Identity, str)
        Id of the sitting, who sits, and the language of the sitting.
    at : datetime

    Returns
    -------
    Rows
        Nothing for those who have no address.
    """
    quiet = quiet_of(provider.settings)
    due = [next_loud(at + after, quiet) for after in REMIND_AFTER]
    return message_rows(row for one in several for row in _messages(provider.id, one, due, at=at))


def _messages(
    provider_id: str, one: Invitee, reminders: list[datetime], *, at: datetime
) -> Iterator[Mapping[str, Any]]:
    sitting_id, identity, language = one
    channel = "email" if identity.email else "sms" if identity.phone else None
    if channel is None:
        return
    planned: list[tuple[str, str, dict[str, int], datetime]] = [
        (f"invitation:{sitting_id}", "invitation", {}, at)
    ]
    planned += [
        (f"reminder:{sitting_id}::{number}", "reminder", {"number": number}, due)
        for number, due in enumerate(reminders, start=1)
    ]
    for key, kind, fields, due in planned:
        yield {
            "id": id_of_request(provider_id, "message", key),
            "key": key,
            "kind": kind,
            "channel": channel,
            "language": language,
            "sitting_id": sitting_id,
            "account_id": None,
            "body": {"fields": fields},
            "state": "ready",
            "run_at": due,
            "attempts": 0,
            "created_at": at,
        }
