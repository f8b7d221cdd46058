"""What an evaluation found for each group of people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from vbr_engine.reports.card.data import share, spanned
from vbr_engine.reports.card.telling import Held, by_horizon, in_words
from vbr_engine.reports.manual.data import ManualTable

__all__ = ["error_tables", "group_sentences", "group_tables"]

_TWO_WAYS = (
    "What was expected and seen is counted in two ways, so the sentences and the table can be a "
    "point or two apart. The sentences count only those who were followed to the end, and let them "
    "stand for the others by weights; so do the tables of who is called at risk. The table of seen "
    "and predicted counts everybody in a group for as long as they were followed (Kaplan-Meier), "
    "with the mean risk of them all. Neither is wrong; where the two are further apart, few were "
    "followed to the end."
)
_CUT_WORDS = "the mean risk"
_ERROR_WORDS = {
    "fpr": "Of those who stayed, called at risk",
    "fnr": "Of those who went, not called",
    "ppv": "Of those called, went",
}
_GROUP_WORDS = {
    "observed": "Seen",
    "expected": "Predicted",
    "observed/expected": "Seen for each predicted",
    "auc": "Area under the curve",
}


def group_tables(held: Held) -> Iterator[ManualTable]:
    """Lay out each kind of group at the last horizon; what is kept back stays kept back.

    Parameters
    ----------
    held : mapping
        An evaluation as plain data.

    Yields
    ------
    ManualTable
    """
    if not held["groups"]:
        return
    last = held["horizons"][-1]
    rows = [row for row in held["groups"] if row["horizon"] == last]
    for by in dict.fromkeys(row["by"] for row in rows):
        mine = [row for row in rows if row["by"] == by]
        yield ManualTable(
            f"By {by}, by {by_horizon(last)}, with {held['interval']:.0%} intervals",
            ("Group", *(_GROUP_WORDS.values())),
            tuple(_group(mine, group) for group in dict.fromkeys(row["group"] for row in mine)),
        )


def group_sentences(held: Held) -> tuple[str, ...]:
    """Say of each group how right its risks are, and what differs clearly.

    Parameters
    ----------
    held : mapping

    Returns
    -------
    tuple of str
        At last, where there is a table too, why its figures are not quite the same.
    """
    told = tuple(
        f"By {by}. {' '.join((*found['sentences'], *found['notes']))}"
        for by, found in held.get("fairness", {}).items()
    )
    return (*told, _TWO_WAYS) if told and held["groups"] else told


def error_tables(held: Held) -> Iterator[ManualTable]:
    """Lay out who is called at risk wrongly, and who is missed, by group.

    Parameters
    ----------
    held : mapping
        An evaluation as plain data, with what `group_errors` found under ``fairness``.

    Yields
    ------
    ManualTable
    """
    for by, found in held.get("fairness", {}).items():
        cut = found["about"]["threshold"]
        above = "" if cut is None else f", called at risk from {share(cut)}, {_CUT_WORDS}"
        yield ManualTable(
            f"By {by}{above}",
            ("Group", *_ERROR_WORDS.values(), "Verdict"),
            tuple(_errors(row) for row in found["groups"]),
        )


def _errors(row: Held) -> tuple[str, ...]:
    cells = (_error(row, name) for name in _ERROR_WORDS)
    return (str(row["group"]), *cells, str(row["verdict"]))


def _error(row: Held, name: str) -> str:
    value, low, high = (row[name + end] for end in ("", "_low", "_high"))
    if value is None:
        return "not shown"
    return share(value) if low is None else f"{share(value)} ({spanned(low, high)})"


def _group(rows: Sequence[Held], group: Any) -> tuple[str, ...]:
    cells = {row["figure"]: row for row in rows if row["group"] == group}
    if None in cells:
        return (str(group), str(cells[None]["why_not"]), *("",) * (len(_GROUP_WORDS) - 1))
    return (
        str(group),
        *(in_words(cells[name]) if name in cells else "not known" for name in _GROUP_WORDS),
    )
