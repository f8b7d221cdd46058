"""How counts of the pilot are told: numbers, ranges, and rough shares."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import format_number, lazy_gettext

from service.use_cases.health import COLUMNS, Line
from service.use_cases.small_numbers import Cell
from service.words import gettext as _

__all__ = ["COLUMN_WORDS", "cell_words", "file_header", "file_row", "last_words", "stuck_words"]

COLUMN_WORDS: Mapping[str, str] = {
    "invited": lazy_gettext("Invited"),
    "started": lazy_gettext("Started"),
    "completed": lazy_gettext("Completed"),
    "interviewed": lazy_gettext("Interviewed"),
    "started_work": lazy_gettext("Started work"),
}
_KINDS: Mapping[str, str] = {
    "few": lazy_gettext("fewer than 5"),
    "nearly": lazy_gettext("all but fewer than 5"),
    "hidden": lazy_gettext("not shown"),
}
_STUCK: Mapping[str, str] = {
    "none": lazy_gettext("nobody under way"),
    "unknown": lazy_gettext("too few to say"),
    "minority": lazy_gettext("half or fewer"),
    "majority": lazy_gettext("more than half"),
}
_LAST: Mapping[str, str] = {
    "never": lazy_gettext("nothing yet"),
    "week": lazy_gettext("in the last 7 days"),
    "month": lazy_gettext("in the last month"),
    "longer": lazy_gettext("longer ago"),
}


def cell_words(cell: Cell) -> str:
    """Tell a count."""
    return str(_KINDS[cell.kind] if cell.number is None else format_number(cell.number))


def stuck_words(stuck: str) -> str:
    """Tell the share of open applications where nothing happens."""
    return str(_STUCK[stuck]) if stuck in _STUCK else _("about %(share)s %%", share=stuck)


def last_words(last: str) -> str:
    """Tell when something happened last."""
    return str(_LAST[last])


def file_header() -> list[str]:
    """Return the header of the table to download."""
    return [
        _("Provider"),
        _("Paused"),
        *(str(COLUMN_WORDS[column]) for column in COLUMNS),
        _("Stuck"),
        _("Messages that came back"),
        _("Open contests older than 5 days"),
        _("Last activity"),
    ]


def file_row(line: Line, stuck: str) -> list[str | int]:
    """Return a line of the table to download: numbers where they are shown, else words."""
    cells = (*line.cells, line.bounced, line.contests)
    told = [cell_words(cell) if cell.number is None else cell.number for cell in cells]
    return [
        line.name,
        _("yes") if line.paused else _("no"),
        *told[:-2],
        stuck_words(stuck),
        *told[-2:],
        last_words(line.last),
    ]
