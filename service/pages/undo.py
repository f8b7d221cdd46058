"""The notice after something was recorded, with a button that takes it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import session

__all__ = ["KEPT", "offer_undo", "undo_offered"]

KEPT = timedelta(minutes=10)
NAME = "undo"


def offer_undo(
    said: str, address: str, fields: Mapping[str, str | Sequence[str]], *, now: datetime
) -> None:
    """Say on the next page what was done, and offer to take it back.

    Parameters
    ----------
    said : str
        The sentence.
    address : str
        Where the form posts to.
    fields : mapping of str to str or list of str
        What it posts.
    now : datetime
    """
    held = {
        name: [given] if isinstance(given, str) else list(given) for name, given in fields.items()
    }
    session[NAME] = {"said": said, "address": address, "fields": held, "at": now.timestamp()}


def undo_offered(now: datetime) -> Mapping[str, Any] | None:
    """Return what `offer_undo` kept, once."""
    offered: Mapping[str, Any] | None = session.pop(NAME, None)
    if offered is None or now - datetime.fromtimestamp(offered["at"], UTC) > KEPT:
        return None
    return offered
