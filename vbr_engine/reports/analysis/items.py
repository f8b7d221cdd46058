"""Section on items: all of them worst first, a picture of all, and a card for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vbr_engine.analysis.result import Analysis
from vbr_engine.charts import Point
from vbr_engine.reports.analysis.categories import category_panel
from vbr_engine.reports.analysis.flags import WEAK, item_flags
from vbr_engine.reports.analysis.naming import Names
from vbr_engine.reports.analysis.parts import (
    Block,
    Column,
    ItemCard,
    ItemFlag,
    Picture,
    Section,
    Table,
    TracePanel,
    interval,
    records,
)
from vbr_engine.reports.analysis.scales import NOTHING
from vbr_engine.reports.analysis.traces import ItemAnswers, answer_table, trace_panels

__all__ = ["item_section", "worst_first"]

NAMED, PICTURED = 12, 100
_HOW_TO_READ = (
    "Each picture shows how often an answer is given: on the left by the people lowest on the "
    "other items, on the right by those highest, in five groups. "
)
_KEYED = "The keyed answer is drawn thick: it should rise, the others should fall."
_PLAIN = "High answers should rise and low ones fall, if the item goes with the others."
Rows = Sequence[Mapping[str, Any]]
Flags = Mapping[str, tuple[ItemFlag, ...]]


def item_section(analysis: Analysis, names: Names) -> Section:
    """Say how each item works."""
    flags = item_flags(analysis, names)
    rows = worst_first(analysis, flags)
    if not rows:
        return Section("items", "Items", (NOTHING,))
    numbers = {row["item"]: n for n, row in enumerate(records(analysis.items), start=1)}
    anchors = tuple(f"item-{numbers[row['item']]}" for row in rows)
    blocks = (_scatter(rows, flags, names), _table(rows, flags, names, anchors))
    answers = ItemAnswers.of(analysis)
    cards = tuple(
        _card(answers, row, flags, names, numbers[row["item"]], pictured=place < PICTURED)
        for place, row in enumerate(rows)
    )
    note = _HOW_TO_READ + (_KEYED if _keyed(analysis, names) else _PLAIN)
    if len(rows) > PICTURED:
        note += f" The first {PICTURED} items have pictures, the others only their figures."
    return Section("items", "Items: which work, which do not?", blocks, cards, note)


def worst_first(analysis: Analysis, flags: Flags) -> list[dict[str, Any]]:
    """Order the items by serious signs, then by correlation, a little less for each sign."""

    def trouble(row: Mapping[str, Any]) -> tuple[int, float]:
        held = flags.get(row["item"], ())
        r = row["item_rest_r"]
        serious = sum(flag.serious for flag in held)
        return -serious, (r if r is not None else -1.0) - 0.05 * len(held)

    return sorted(records(analysis.items), key=trouble)


def _keyed(analysis: Analysis, names: Names) -> bool:
    """Whether the pictures have a keyed answer: by a bank, or by a key to a table."""
    return names.bank is not None or bool(analysis.options["keyed"].eq(True).any())


def _scatter(rows: Rows, flags: Flags, names: Names) -> Block:
    named = {row["item"] for row in rows if any(flag.serious for flag in flags[row["item"]])}
    named |= {row["item"] for row in _outermost(rows)}
    shown = [row["item"] for row in rows if row["item"] in named][:NAMED]
    points = tuple(
        Point(names.item(row["item"]), row["facility"], row["item_rest_r"], row["item"] in shown)
        for row in rows
        if row["facility"] is not None and row["item_rest_r"] is not None
    )
    below = sum(point.y < WEAK for point in points)
    label = "Facility (0: guessing, 1: the key)" if names.bank else "Facility (share of the range)"
    picture = Picture(
        "scatter",
        "chart-items",
        "Facility and item-rest correlation of every item",
        f"{len(points)} items; {below} have a correlation under {WEAK}. Items named in the "
        "picture come first in the table below.",
        {
            "points": points,
            "x_label": label,
            "y_label": "Item-rest correlation",
            "lines_at": ((WEAK, "below: adds little"),),
        },
    )
    sentences = (
        "Facility is how near the answers come to the most that can be earned. The item-rest "
        "correlation says how well an item goes with all the others.",
    )
    return Block("All items", sentences, picture if points else None)


def _outermost(rows: Rows) -> list[Mapping[str, Any]]:
    """The lowest three by correlation, and the hardest and the easiest."""
    held = [row for row in rows if row["facility"] is not None and row["item_rest_r"] is not None]
    by_facility = sorted(held, key=lambda row: row["facility"])
    return sorted(held, key=lambda row: row["item_rest_r"])[:3] + by_facility[:1] + by_facility[-1:]


def _table(rows: Rows, flags: Flags, names: Names, anchors: tuple[str, ...]) -> Block:
    table = Table(
        "Items, those that most need a look first",
        (
            Column("Item"),
            Column("Value"),
            Column("Answers", "count"),
            Column("Missing", "share"),
            Column("Facility", "r"),
            Column("SD", "r"),
            Column("Item-rest r (95% interval)", "r"),
            Column("Alpha without it", "fine"),
            Column("Signs", "text"),
        ),
        tuple(
            (
                names.item(row["item"]),
                names.scale(row["value"]) if row["value"] else "",
                row["n"],
                row["missing"],
                row["facility"],
                row["sd"],
                interval(row, "item_rest_r", "item_rest"),
                row["alpha_if_deleted"],
                ". ".join(flag.title for flag in flags[row["item"]]),
            )
            for row in rows
        ),
        anchors,
    )
    if names.bank is None:
        table = _without(table, 1)
    return Block(table=table)


def _without(table: Table, column: int) -> Table:
    columns = table.columns[:column] + table.columns[column + 1 :]
    rows = tuple(row[:column] + row[column + 1 :] for row in table.rows)
    return Table(table.caption, columns, rows, table.anchors)


def _card(
    answers: ItemAnswers,
    row: Mapping[str, Any],
    flags: Flags,
    names: Names,
    number: int,
    *,
    pictured: bool,
) -> ItemCard:
    item = row["item"]
    about = [names.scale(row["value"])] if row["value"] else []
    about += [names.kind(row["format"])] if row["format"] else []
    title = names.item(item)
    about += [item] if title != item else []
    return ItemCard(
        id=item,
        anchor=f"item-{number}",
        title=title,
        about=", ".join(about),
        scenario=names.scenario(item),
        figures=(
            ("Facility", "r", row["facility"]),
            ("Item-rest r", "r", interval(row, "item_rest_r", "item_rest")),
            ("SD", "r", row["sd"]),
            ("Answers", "count", row["n"]),
        ),
        flags=flags[item],
        options=_options(item, row["format"], names),
        panels=_panels(answers, item, names, number) if pictured else (),
        table=answer_table(answers, item, names),
    )


def _panels(answers: ItemAnswers, item: str, names: Names, number: int) -> tuple[TracePanel, ...]:
    curves = category_panel(answers.parameters.get(item, []), f"model-{number}")
    return trace_panels(answers, item, names, f"trace-{number}") + curves


def _options(item: str, response_format: str, names: Names) -> tuple[tuple[str, str], ...]:
    """The options in words, for pictures that have a line for each."""
    if names.bank is None or response_format not in ("pick", "most-least"):
        return ()
    held = names.bank.item_by_id[item].options
    return tuple((option, names.option(item, option)) for option in held)
