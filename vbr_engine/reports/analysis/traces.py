"""Trace lines of an item's answers, and the table of the same figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from vbr_engine.analysis.result import Analysis
from vbr_engine.charts import Curve
from vbr_engine.reports.analysis.naming import Names
from vbr_engine.reports.analysis.parts import Cell, Column, Table, TracePanel, records

__all__ = ["ItemAnswers", "answer_table", "trace_panels"]

LINES = 8
GROUPS = 5
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class ItemAnswers:
    """The rows of each item in the tables of options, of traces and of parameters."""

    options: dict[str, Rows]
    traces: dict[str, Rows]
    parameters: dict[str, Rows]

    @classmethod
    def of(cls, analysis: Analysis) -> ItemAnswers:
        """Sort an analysis by item, once."""
        return cls(*map(_by_item, (analysis.options, analysis.traces, analysis.parameters)))


def _by_item(frame: pd.DataFrame) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for row in records(frame):
        found.setdefault(row["item"], []).append(row)
    return found


def trace_panels(
    answers: ItemAnswers, item: str, names: Names, stem: str
) -> tuple[TracePanel, ...]:
    """Divide an item's trace lines among small pictures.

    Ratings and ranks: a picture for each option, a line for each answer. Picks, and best and
    worst: a picture for each kind of answer, a line for each option.
    """
    rows = answers.traces.get(item, [])
    if not rows:
        return ()
    keyed = {
        (row["option"], row["answer"]) for row in answers.options.get(item, []) if row["keyed"]
    }
    choices = sorted({row["answer"] for row in rows}) in (["0", "1"], ["-1", "0", "1"])
    split = _by_answer(rows, names, item) if choices and rows[0]["option"] else None
    found = split or list(_by_option(rows, names, item))
    panels = []
    top = 0.5 if all((row["share"] or 0.0) <= 0.5 for row in rows) else 1.0
    for n, (caption, lines) in enumerate(found, start=1):
        curves = tuple(
            Curve(label, tuple(points), key in keyed) for key, label, points in lines[:LINES]
        )
        told = "; ".join(f"{curve.label} {_ends(curve)}" for curve in curves if curve.drawn)
        alone = len(found) == 1
        panels.append(TracePanel(f"{stem}-{n}", caption, told, curves, top, alone))
    return tuple(panels)


Line = tuple[tuple[str, str], str, list[tuple[float, float | None]]]


def _by_option(rows: Rows, names: Names, item: str) -> Iterator[tuple[str, list[Line]]]:
    for option in dict.fromkeys(row["option"] for row in rows):
        held = [row for row in rows if row["option"] == option]
        lines: list[Line] = [
            ((option, answer), _short(answer), _points(held, option, answer))
            for answer in dict.fromkeys(row["answer"] for row in held)
        ]
        yield (f"{option}. {names.option(item, option)}" if option else "All answers"), lines


def _by_answer(rows: Rows, names: Names, item: str) -> list[tuple[str, list[Line]]]:
    options = list(dict.fromkeys(row["option"] for row in rows))
    answers = [answer for answer in ("1", "-1") if any(row["answer"] == answer for row in rows)]
    return [
        (
            f"{names.answer(item, answer)}, by option",
            [((option, answer), option, _points(rows, option, answer)) for option in options],
        )
        for answer in answers
    ]


def _points(rows: Rows, option: str, answer: str) -> list[tuple[float, float | None]]:
    return [
        (float(row["group"]), row["share"])
        for row in rows
        if row["option"] == option and row["answer"] == answer
    ]


def _short(answer: str) -> str:
    return answer.replace("-", "−") if answer.lstrip("-").isdigit() else answer


def _ends(curve: Curve) -> str:
    first, last = curve.drawn[0][1], curve.drawn[-1][1]
    return f"{first:.0%} to {last:.0%}" + (" (key)" if curve.strong else "")


def answer_table(answers: ItemAnswers, item: str, names: Names) -> Table | None:
    """List every answer to every option of an item with its figures and trace line."""
    rows = answers.options.get(item, [])
    if not rows:
        return None
    shares = {
        (row["option"], row["answer"], row["group"]): row["share"]
        for row in answers.traces.get(item, [])
    }
    groups = range(1, GROUPS + 1) if shares else range(0)
    keyed = any(row["keyed"] for row in rows)
    columns = [Column("Answer"), Column("Share", "share"), Column("r with rest", "r")]
    columns += [Column("Points", "r"), Column("Key")] if keyed else []
    columns += [Column(f"Group {group}", "share") for group in groups]
    told: list[tuple[Cell, ...]] = []
    picked = {row["answer"] for row in rows} == {"0", "1"} and bool(rows[0]["option"])
    for row in rows:
        if picked and row["answer"] == "0":
            continue
        cells: list[Cell] = [_named(row, names), row["share"], row["point_biserial"]]
        cells += [row["points"], "key" if row["keyed"] else ""] if keyed else []
        cells += [shares.get((row["option"], row["answer"], group)) for group in groups]
        told.append(tuple(cells))
    caption = "Answers; group 1 is lowest on the other items, group 5 highest"
    return Table(caption, tuple(columns), tuple(told))


def _named(row: dict[str, Any], names: Names) -> str:
    words = names.answer(row["item"], row["answer"])
    told = _short(row["answer"])
    if words != row["answer"] and words[0].isupper():
        told = words
    return f"{row['option']}: {told}" if row["option"] else told
