"""Days in English words."""

from __future__ import annotations

from datetime import date

__all__ = ["day_in_full", "day_words"]


def day_words(day: date, today: date) -> str:
    """Name a day as in a sentence.

    Parameters
    ----------
    day, today : date

    Returns
    -------
    str
        ``today``, ``yesterday``, ``on Monday`` within a week, else ``on 2 March``, with the year
        where it is another.

    Examples
    --------
    >>> day_words(date(2026, 3, 2), date(2026, 3, 3)), day_words(date(2026, 3, 2), date(2026, 3, 9))
    ('yesterday', 'on 2 March')
    """
    apart = (day - today).days
    if apart in _NEAR:
        return _NEAR[apart]
    if abs(apart) < 7:
        return f"on {_WEEKDAYS[day.weekday()]}"
    words = day_in_full(day)
    return f"on {words if day.year != today.year else words.rsplit(' ', 1)[0]}"


def day_in_full(day: date) -> str:
    """Name a day with its month and year.

    Parameters
    ----------
    day : date

    Returns
    -------
    str

    Examples
    --------
    >>> day_in_full(date(2026, 3, 2))
    '2 March 2026'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
