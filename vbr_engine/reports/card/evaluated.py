"""What an evaluation found, as parts of a page: sentences, calibration, tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vbr_engine.charts import RiskPoint
from vbr_engine.reports.analysis.parts import Picture
from vbr_engine.reports.card.by_group import error_tables, group_sentences, group_tables
from vbr_engine.reports.card.data import share, spanned
from vbr_engine.reports.card.telling import Held, by_horizon, in_words
from vbr_engine.reports.manual.data import ManualPart, ManualTable, count, figure
from vbr_engine.risk.evaluation_wording import ALONE
from vbr_engine.risk.measures import FIGURE_WORDS

__all__ = ["evaluation_parts", "found_part", "short"]

_VIEW_WORDS = {
    "apparent": "on its own people",
    "corrected": "less optimism",
    "held out": "providers left out",
    "as it stands": "as it stands",
}


def short(held: Held) -> str:
    """Say the most important: that something leaks, or how well it tells apart; and on whom.

    Parameters
    ----------
    held : mapping
        An evaluation as plain data.

    Returns
    -------
    str
    """
    apart = [told for told in held["sentences"] if told.startswith("Of a person who")]
    told = held["alarm"] or (apart or held["sentences"])[0]
    return f"{told} {ALONE}" if ALONE in held.get("notes", ()) else str(told)


def found_part(held: Held, title: str) -> ManualPart:
    """Say what was found, with the calibration curve and the table of figures.

    Parameters
    ----------
    held : mapping
        An evaluation as plain data.
    title : str

    Returns
    -------
    ManualPart
    """
    alarm = (held["alarm"],) if held["alarm"] else ()
    rest = tuple(told for told in held["sentences"] if told not in alarm)
    return ManualPart(
        title=title,
        sentences=(*alarm, *rest),
        pictures=tuple(_calibration(held)),
        tables=tuple(_views(held)),
    )


def evaluation_parts(held: Held) -> tuple[ManualPart, ...]:
    """Tell the rest: each horizon, what was seen, how it ended, decisions and groups.

    Parameters
    ----------
    held : mapping
        An evaluation as plain data.

    Returns
    -------
    tuple of ManualPart
    """
    parts = [
        ManualPart(title="By horizon", tables=tuple(_by_horizon(held))),
        ManualPart(title="What was seen", tables=(_rates(held), _ends(held))),
        ManualPart(
            title="What acting on it is worth",
            sentences=(
                "Net benefit: leavers helped for each person, less those helped in vain, weighed "
                "by the share from which on help is given. Above nought, the model does better "
                "than helping everybody, or nobody; where its interval holds nought, it is not "
                "known to.",
            ),
            tables=tuple(_decisions(held)),
        ),
    ]
    groups = (*group_tables(held), *error_tables(held))
    parts.append(ManualPart(title="By group", sentences=group_sentences(held), tables=groups))
    return tuple(part for part in parts if part.tables)


def _table(
    rows: Sequence[Held], across: str, names: Mapping[Any, str], caption: str
) -> ManualTable | None:
    """Lay figures out, a column for each view or horizon."""
    columns = [held for held in names if any(row[across] == held for row in rows)]
    cells = {(row["figure"], row[across]): in_words(row) for row in rows}
    told = tuple(
        (words[0].upper() + words[1:], *(cells.get((name, column), "") for column in columns))
        for name, words in FIGURE_WORDS.items()
        if any((name, column) in cells for column in columns)
    )
    if not told:
        return None
    return ManualTable(caption, ("Figure", *(names[column] for column in columns)), told)


def _views(held: Held) -> Iterator[ManualTable]:
    if not held["horizons"]:
        return
    last = held["horizons"][-1]
    rows = [row for row in held["figures"] if row["horizon"] == last]
    caption = f"Figures by {by_horizon(last)}, with {held['interval']:.0%} intervals"
    table = _table(rows, "view", _VIEW_WORDS, caption)
    if table:
        yield table


def _by_horizon(held: Held) -> Iterator[ManualTable]:
    if len(held["horizons"]) < 2:
        return
    rows = [row for row in held["figures"] if row["view"] == held["judged"]]
    names = {horizon: f"By {by_horizon(horizon)}" for horizon in held["horizons"]}
    table = _table(rows, "horizon", names, f"Each horizon, {_VIEW_WORDS[held['judged']]}")
    if table:
        yield table


def _calibration(held: Held) -> Iterator[Picture]:
    # What was seen against what was predicted, at the last horizon.
    if not held["horizons"]:
        return
    last = held["horizons"][-1]
    rows = [
        row
        for row in held["curve"]
        if row["horizon"] == last and None not in (row["observed"], row["low"], row["high"])
    ]
    if not rows:
        return
    smooth = rows[0]["kind"] == "curve"
    points = tuple(
        RiskPoint(*(row[name] for name in ("predicted", "observed", "low", "high"))) for row in rows
    )
    what = "A curve between its bounds" if smooth else "Dots of thirds of the people"
    yield Picture(
        "risk",
        f"calibration-{held['outcome']}",
        f"Seen against predicted by {by_horizon(last)}",
        f"{what}; on the dashed line as many drop out as were predicted.",
        {
            "points": points,
            "x_label": "Predicted",
            "y_label": "Seen",
            "diagonal": "dashed: as predicted",
            "smooth": smooth,
        },
    )


_GONE = {"leaving": "Have left", "withdrawal": "Have withdrawn"}


def _rates(held: Held) -> ManualTable:
    rows = tuple(
        (
            by_horizon(row["horizon"]),
            count(row["left"]),
            count(round(row["at_risk"])),
            _rate(row, "rate"),
        )
        for row in held["rates"]
    )
    return ManualTable(
        "Net of other ends (Kaplan-Meier)",
        ("By", _GONE[held["outcome"]], "Still there and seen", "Rate"),
        rows,
    )


def _ends(held: Held) -> ManualTable:
    rows = tuple(
        (
            f"{by_horizon(row['horizon'])}, by {row['end']}".replace("by otherwise", "otherwise"),
            _rate(row, "incidence"),
        )
        for row in held["ends"]
    )
    return ManualTable(
        "How it ended in fact, where one end keeps out the other", ("By", "Share"), rows
    )


def _rate(row: Held, name: str) -> str:
    if row[name] is None:
        return "not known"
    if row["low"] is None or row["high"] is None:
        return share(row[name])
    return f"{share(row[name])} ({spanned(row['low'], row['high'])})"


def _decisions(held: Held) -> Iterator[ManualTable]:
    rows = tuple(
        (
            share(row["threshold"]),
            share(row["supported"]),
            figure(row["gain"], 3),
            f"{figure(row['gain_low'], 3)} to {figure(row['gain_high'], 3)}".replace(" ", "\u00a0"),
        )
        for row in held["decisions"]
        if None not in (row["gain"], row["gain_low"], row["gain_high"])
    )
    if rows:
        yield ManualTable(
            "Net benefit over helping everybody or nobody, whichever is better",
            ("Help from a risk of", "People helped", "Gain", "Interval"),
            rows,
        )
