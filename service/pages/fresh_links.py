"""Candidate links just made, kept in the recruiter's own cookie for a short time.

The server keeps a link's hash only. A phone that drops the page while the recruiter switches to
the messages and back must still be able to show the link, so it stays with the browser that made
it for a quarter of an hour, or until sign-out.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import session

__all__ = ["KEPT", "recall", "remember"]

KEPT = timedelta(minutes=15)
MOST = 5
NAME = "fresh_links"


def remember(sitting_id: str, token: str, *, now: datetime) -> None:
    """Keep a link for `KEPT`; of several, the last few."""
    links = {key: link for key, link in _links().items() if key != sitting_id}
    links[sitting_id] = (token, now.timestamp())
    session[NAME] = dict(list(links.items())[-MOST:])


def recall(sitting_id: str, *, now: datetime) -> str | None:
    """Return a link made in this browser within `KEPT`, or None."""
    if sitting_id not in _links():
        return None
    token, made = _links()[sitting_id]
    return token if now - datetime.fromtimestamp(made, UTC) < KEPT else None


def _links() -> dict[str, tuple[str, float]]:
    return dict(session.get(NAME, {}))
