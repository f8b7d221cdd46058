"""What an evaluation found, as parts of a page: sentences, calibration, tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vbr_engine.charts import RiskPoint
from vbr_engine.reports.analysis.parts import Picture
from vbr_engine.reports.card.data import share, spanned
from vbr_engine.reports.manual.data import ManualPart, ManualTable, count, figure
from vbr_engine.risk.measures import FIGURE_WORDS

__all__ = [
    "error_tables",
    "evaluation_parts",
    "found_part",
    "group_sentences",
    "group_tables",
    "short",
]

Held = Mapping[str, Any]

_AS_SHARES = ("observed", "expected")
_FINE = ("brier", "integrated-brier", "scaled-brier", "log-gain")
_VIEW_WORDS = {
    "apparent": "on its own people",
    "corrected": "less optimism",
    "held out": "providers left out",
    "as it stands": "as it stands",
}

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


def short(held: Held) -> str:
    """Say the most important: that something leaks, else how well it tells apart.

    Parameters
    ----------
    held : mapping
        An evaluation as plain data.

    Returns
    -------
    str
    """
    if held["alarm"]:
        return str(held["alarm"])
    apart = [told for told in held["sentences"] if told.startswith("Of a person who")]
    return str((apart or held["sentences"])[0])


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


def _told(row: Held) -> str:
    """Write a figure with its interval."""
    value, low, high = row["value"], row["low"], row["high"]
    if value is None:
        return "not known"
    if row["figure"] in _AS_SHARES:
        return share(value) if low is None else f"{share(value)} ({spanned(low, high)})"
    digits = 3 if row["figure"] in _FINE else 2
    if low is None:
        return figure(value, digits)
    ends = f"{figure(low, digits)}\u00a0to\u00a0{figure(high, digits)}"
    return f"{figure(value, digits)} ({ends})"


def _by(horizon: int | str) -> str:
    return f"{horizon} days" if isinstance(horizon, int) else "the first day"


def _table(
    rows: Sequence[Held], across: str, names: Mapping[Any, str], caption: str
) -> ManualTable | None:
    """Lay figures out, a column for each view or horizon."""
    columns = [held for held in names if any(row[across] == held for row in rows)]
    cells = {(row["figure"], row[across]): _told(row) for row in rows}
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
    caption = f"Figures by {_by(last)}, with {held['interval']:.0%} intervals"
    table = _table(rows, "view", _VIEW_WORDS, caption)
    if table:
        yield table


def _by_horizon(held: Held) -> Iterator[ManualTable]:
    if len(held["horizons"]) < 2:
        return
    rows = [row for row in held["figures"] if row["view"] == held["judged"]]
    names = {horizon: f"By {_by(horizon)}" for horizon in held["horizons"]}
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
        f"Seen against predicted by {_by(last)}",
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
        (_by(row["horizon"]), count(row["left"]), count(round(row["at_risk"])), _rate(row, "rate"))
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
            f"{_by(row['horizon'])}, by {row['end']}".replace("by otherwise", "otherwise"),
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
            f"By {by}, by {_by(last)}, with {held['interval']:.0%} intervals",
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
        *(_told(cells[name]) if name in cells else "not known" for name in _GROUP_WORDS),
    )
