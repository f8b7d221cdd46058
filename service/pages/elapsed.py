"""How long something is ago, or lasts, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.words import gettext as _
from service.words import ngettext

__all__ = ["how_long", "how_long_ago"]

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def how_long_ago(since: datetime, now: datetime) -> str:
    """Say how long `since` is before `now`, coarsely: nobody needs minutes after a day.

    Parameters
    ----------
    since, now : datetime
        Both aware, or both naive.

    Returns
    -------
    str
        Such as ``3 days ago``; ``less than an hour ago`` at the least.
    """
    passed = now - since
    if passed < HOUR:
        return _("less than an hour ago")
    if passed < DAY:
        return ngettext("%(num)d hour ago", "%(num)d hours ago", passed // HOUR)
    return ngettext("%(num)d day ago", "%(num)d days ago", passed // DAY)


def how_long(since: datetime, now: datetime) -> str:
    """Say for how long something has lasted, as coarsely: ``3 days``."""
    passed = now - since
    if passed < HOUR:
        return _("less than an hour")
    if passed < DAY:
        return ngettext("%(num)d hour", "%(num)d hours", passed // HOUR)
    return ngettext("%(num)d day", "%(num)d days", passed // DAY)
