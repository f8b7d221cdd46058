"""Counting attempts in the database, for all processes, before anything costly is done."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.storage import Unit

__all__ = ["WINDOW", "attempted", "cleared", "subject", "taken_back"]

WINDOW = timedelta(minutes=15)


def attempted(unit: Unit, kind: str, whose: str, *, most: int, now: datetime) -> int:
    """Count an attempt; return the seconds to wait if there were too many, else 0.

    Parameters
    ----------
    unit : Unit
        Of a transaction that writes.
    kind, whose : str
        What is counted, and of whom; `whose` is kept as a keyed mark.
    most : int
        How many are let through in `WINDOW`.
    now : datetime
    """
    seconds = int(WINDOW.total_seconds())
    window, into = divmod(int(now.timestamp()), seconds)
    unit.attempts.forget_before(window)
    number = unit.attempts.count(subject(unit, kind, whose), window=window)
    return seconds - into if number > most else 0


def cleared(unit: Unit, kind: str, whose: str) -> None:
    """Start afresh: the attempt succeeded."""
    unit.attempts.forget(subject(unit, kind, whose))


def taken_back(unit: Unit, kind: str, whose: str) -> None:
    """Count one attempt less: it succeeded, but others of the same subject may not."""
    unit.attempts.take_back(subject(unit, kind, whose))


def subject(unit: Unit, kind: str, whose: str) -> str:
    """Return how a subject is kept."""
    return f"{kind}:{unit.cipher.mark(whose)}"
