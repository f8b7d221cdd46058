"""Small numbers: what of a table of counts may be shown, so that nothing hidden can be worked out.

A row is an organisation; its columns are steps that follow one another, each with some of the
people of the one before. A number is shown if at least five people stand behind it, and at least
five of those in the last shown column do not. What is not shown is told as a range. Then, column by
column, further numbers are hidden until the total leaves every range as wide as it was told.

Two tables of different days can still be taken from each other; a table is no place for what must
never be known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from vbr_engine.fairness.suppression import Rule

__all__ = ["FEW", "Cell", "Row", "chain_cells", "single_cells"]

FEW = 5
_SHOWN = Rule(least=2 * FEW, cell=FEW)
_MANY = 10**9

Kind = Literal["number", "few", "nearly", "hidden"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A count as it may be shown.

    Parameters
    ----------
    kind : {"number", "few", "nearly", "hidden"}
        The number; fewer than five; all but fewer than five; not shown.
    number : int, optional
        Only where it is shown.
    """

    kind: Kind
    number: int | None = None


@dataclass(slots=True)
class Row:
    """Counts of one row with what may be told of each: its kind, and the range that this says."""

    values: Sequence[int]
    kinds: list[Kind]
    lows: list[int]
    highs: list[int]
    spent: set[int] = field(default_factory=set)  # columns hidden for the sake of others

    def cell(self, at: int) -> Cell:
        """Return a column as it may be shown."""
        return Cell(self.kinds[at], self.values[at] if self.kinds[at] == "number" else None)


def chain_cells(
    table: Mapping[str, Sequence[int]],
) -> tuple[dict[str, tuple[Cell, ...]], tuple[Cell, ...]]:
    """Decide what may be shown of counts that follow one another, and of their totals.

    Parameters
    ----------
    table : mapping of str to sequence of int
        A row for each organisation, none of whose columns is larger than the one before.

    Returns
    -------
    cells : dict of str to tuple of Cell
    totals : tuple of Cell

    Examples
    --------
    >>> cells, totals = chain_cells({"a": (40, 30), "b": (20, 3), "c": (30, 12)})
    >>> [cell.kind for cell in cells["b"]], cells["a"][1].number, totals[1].number
    (['number', 'few'], 30, 45)
    >>> cells["c"][1].kind
    'hidden'
    """
    rows = {name: _chain(values) for name, values in table.items()}
    sums = [sum(column) for column in zip(*table.values(), strict=True)]
    total = _chain(sums)
    return _finished(rows, total)


def single_cells(table: Mapping[str, int]) -> tuple[dict[str, Cell], Cell]:
    """Decide the same for one column in which nobody is told as none.

    Examples
    --------
    >>> cells, total = single_cells({"a": 0, "b": 2, "c": 7})
    >>> cells["a"], cells["b"].kind, cells["c"].number, total.kind
    (Cell(kind='number', number=0), 'few', 7, 'hidden')
    """
    rows = {name: _single(value) for name, value in table.items()}
    cells, total = _finished(rows, _single(sum(table.values())))
    return {name: row[0] for name, row in cells.items()}, total[0]


def _single(value: int) -> Row:
    if value == 0 or value >= FEW:
        return Row((value,), ["number"], [value], [value])
    return Row((value,), ["few"], [1], [FEW - 1])


def _chain(values: Sequence[int]) -> Row:
    row = Row(values, [], [], [])
    base: int | None = None
    for value in values:
        kind, low, high = _told(value, base, nobody=values[0] == 0)
        row.kinds.append(kind)
        row.lows.append(low)
        row.highs.append(high)
        base = value if kind == "number" else base
    return row


def _told(value: int, base: int | None, *, nobody: bool) -> tuple[Kind, int, int]:
    """Say how a count is told beside the last shown one, and the range that says."""
    if nobody or (base is None and value >= FEW):
        return "number", value, value
    if base is None:
        return "few", 0, FEW - 1
    if _SHOWN.allows(base, value):
        return "number", value, value
    if base < _SHOWN.least:
        return "hidden", 0, base
    return ("few", 0, FEW - 1) if value < FEW else ("nearly", base - FEW + 1, base)


def _finished(
    rows: dict[str, Row], total: Row
) -> tuple[dict[str, tuple[Cell, ...]], tuple[Cell, ...]]:
    for at in range(len(total.values)):
        _protect(list(rows.values()), total, at)
    cells = {name: _cells(row) for name, row in rows.items()}
    return cells, _cells(total)


def _cells(row: Row) -> tuple[Cell, ...]:
    return tuple(row.cell(at) for at in range(len(row.values)))


def _protect(rows: list[Row], total: Row, at: int) -> None:
    """Hide the smallest numbers of a column until its total gives no hidden one away.

    Where that would take more than half of the numbers, the total itself is hidden.
    """
    spare = sorted(
        (row for row in rows if row.kinds[at] == "number" and row.values[at]),
        key=lambda row: row.values[at],
        reverse=True,
    )
    most, hidden = len(spare) // 2, list[tuple[Row, list[Kind]]]()
    while _gives_away(rows, total, at):
        if len(hidden) == most:
            for row, kinds in hidden:
                row.kinds, row.lows[at], row.highs[at] = kinds, row.values[at], row.values[at]
                row.spent.discard(at)
            _unshow(total, at)
            return
        row = spare.pop()
        hidden.append((row, list(row.kinds)))
        _hide(row, at)


def _hide(row: Row, at: int) -> None:
    shown = [row.values[n] for n, kind in enumerate(row.kinds) if kind == "number" and n > at]
    before = [row.values[n] for n, kind in enumerate(row.kinds[:at]) if kind == "number"]
    _unshow(row, at)
    row.spent.add(at)
    row.lows[at] = max([FEW, *shown])
    row.highs[at] = before[-1] - FEW if before else _MANY


def _unshow(row: Row, at: int) -> None:
    """Show a number no longer, nor say "all but a few" of it afterwards."""
    row.kinds[at] = "hidden"
    for later in range(at + 1, len(row.kinds)):
        if row.kinds[later] == "number":
            break
        if row.kinds[later] == "nearly":
            row.kinds[later] = "hidden"


def _gives_away(rows: list[Row], total: Row, at: int) -> bool:
    """Whether the total of a column makes the range of a hidden number narrower than told."""
    if total.kinds[at] == "hidden":
        return False
    held = [row for row in rows if row.kinds[at] != "number"]
    if not held:
        return False
    known = sum(row.values[at] for row in rows if row.kinds[at] == "number")
    least, most = total.lows[at] - known, total.highs[at] - known
    lows, highs = sum(row.lows[at] for row in held), sum(row.highs[at] for row in held)
    return any(
        _narrowed(row, at, least - (highs - row.highs[at]), most - (lows - row.lows[at]))
        for row in held
    )


def _narrowed(row: Row, at: int, least: int, most: int) -> bool:
    if at in row.spent:  # it could have been shown: nothing about it is small
        return False
    return least > row.lows[at] or most < row.highs[at]
