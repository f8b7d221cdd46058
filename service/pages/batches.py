"""The secret of the links just made for several people, kept in the recruiter's own cookie.

As with single links, the server keeps hashes only: the cards can be printed for a quarter of an
hour in the browser that made them.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import session

from service.pages.fresh_links import KEPT

__all__ = ["MOST", "Kept", "recall", "remember"]

MOST = 60  # ids for which a cookie has room
NAME = "batch"


@dataclass(frozen=True, slots=True)
class Kept:
    """A batch of links: its secret, and for whom it was made."""

    secret: str
    import_id: str
    sitting_ids: tuple[str, ...]


def remember(
    secret: str, *, now: datetime, import_id: str = "", sitting_ids: Sequence[str] = ()
) -> None:
    """Keep a batch for `KEPT`, instead of an earlier one; of an import its id is enough."""
    packed = urlsafe_b64encode(bytes.fromhex("".join(sitting_ids))).decode()
    session[NAME] = (secret, now.timestamp(), import_id, packed)


def recall(*, now: datetime) -> Kept | None:
    """Return the batch made in this browser within `KEPT`, or None."""
    if NAME not in session:
        return None
    secret, made, import_id, packed = session[NAME]
    if now - datetime.fromtimestamp(made, UTC) >= KEPT:
        return None
    ids = urlsafe_b64decode(packed).hex()
    return Kept(secret, import_id, tuple(ids[at : at + 32] for at in range(0, len(ids), 32)))
