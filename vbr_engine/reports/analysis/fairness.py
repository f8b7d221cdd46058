"""Sections on groups and on rival keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vbr_engine.analysis.result import Analysis
from vbr_engine.charts import PlotRow, Zone
from vbr_engine.reports.analysis.naming import Names
from vbr_engine.reports.analysis.parts import (
    Block,
    Column,
    Picture,
    Section,
    Table,
    interval,
    records,
)
from vbr_engine.reports.analysis.scales import written_interval

__all__ = ["group_section", "key_section"]

SHOWN = 30
FAR = 9.0
ZONES = (
    Zone(-FAR, -0.25, "C", 2),
    Zone(-0.25, -0.17, "B", 1),
    Zone(-0.17, 0.17, "A", 0),
    Zone(0.17, 0.25, "B", 1),
    Zone(0.25, FAR, "C", 2),
)
Rows = Sequence[Mapping[str, Any]]


def group_section(analysis: Analysis, names: Names) -> Section:
    """Say which items work differently for whom."""
    blocks = [block for block in (_groups(analysis),) if block]
    frame = analysis.differential
    pairs = frame[["column", "reference", "focal"]].drop_duplicates().itertuples(index=False)
    for n, (column, reference, focal) in enumerate(pairs, start=1):
        held = frame["column"].eq(column) & frame["reference"].eq(reference)
        rows = list(records(frame[held & frame["focal"].eq(focal)]))
        blocks.append(_comparison(rows, str(column), str(reference), str(focal), names, n))
    if not blocks:
        blocks = [
            Block(
                sentences=(
                    "No groups were given, so nothing is known about how fair the items are. Give "
                    "a file with a column of groups to look for items that work differently.",
                )
            )
        ]
    return Section("groups", "Groups: do items work alike for all?", tuple(blocks))


def _groups(analysis: Analysis) -> Block | None:
    rows = list(records(analysis.groups))
    if not rows:
        return None
    table = Table(
        "Groups and their composite",
        (
            Column("Column and group"),
            Column("Sittings", "count"),
            Column("Mean", "r"),
            Column("SD", "r"),
            Column("Difference d (95% interval)", "r"),
        ),
        tuple(
            (
                f"{row['column']}: {row['group']}",
                row["n"] if row["n"] is not None else "too few to show",
                row["mean"] if row["role"] != "too small" else "",
                row["sd"] if row["role"] != "too small" else "",
                _difference(row),
            )
            for row in rows
        ),
    )
    sentence = (
        "The difference is in standard deviations, the reference group at 0. A difference between "
        "groups is not a fault of the items by itself; what counts below is a difference between "
        "people of the same score."
    )
    return Block("Who was compared", (sentence,), table=table)


def _difference(row: Mapping[str, Any]) -> Any:
    if row["role"] == "reference":
        return "reference"
    return "" if row["role"] == "too small" else interval(row, "d")


def _comparison(rows: Rows, column: str, reference: str, focal: str, names: Names, n: int) -> Block:
    ordered = sorted(rows, key=lambda row: (not row["flagged"], -abs(row["effect"] or 0.0)))
    flagged = [row for row in ordered if row["flagged"]]
    shown = [row for row in ordered if row["effect"] is not None][:SHOWN]
    plotted = tuple(
        PlotRow(names.item(row["item"]), row["effect"], figures=_brief(row), strong=row["flagged"])
        for row in shown
    )
    picture = Picture(
        "forest",
        f"chart-groups-{n}",
        f"Size of the difference of each item between {focal} and {reference}",
        f"{len(flagged)} of {len(rows)} items are flagged. Right of 0 favours {focal}.",
        {
            "rows": plotted,
            "x_label": f"Difference at the same score, in SD (right favours {focal})",
            "zones": ZONES,
            "include": (-0.4, 0.4),
            "limits": (-1.0, 1.0),
        },
    )
    sentences = [
        f"{len(flagged) or 'None'} of {len(rows)} items work differently for {focal} (against "
        f"{reference}) at the same score. Zone A is negligible, B moderate, C large; an item "
        "is flagged if its class is B or C and its adjusted p is under 0.05 (a filled diamond)."
    ]
    sentences += [_in_words(row["sentence"], row["item"], names) for row in flagged]
    table = Table(
        f"Differences at the same score, {focal} against {reference}",
        (
            Column("Item"),
            Column("Answers, reference", "count"),
            Column("Answers, focal", "count"),
            Column("Difference", "r"),
            Column("p", "p"),
            Column("Adjusted p", "p"),
            Column("Class"),
            Column("Favours"),
        ),
        tuple(
            (
                names.item(row["item"]),
                row["n_reference"],
                row["n_focal"],
                row["effect"],
                row["p"],
                row["p_adjusted"],
                row["size"].replace("-", "−") or "none",
                {"focal": focal, "reference": reference}.get(row["favours"], "neither"),
            )
            for row in ordered
        ),
    )
    heading = f"{column}: {focal} against {reference}"
    return Block(heading, tuple(sentences), picture if plotted else None, table, folded=True)


def _brief(row: Mapping[str, Any]) -> str:
    value = f"{row['effect']:+.2f}".replace("-", "−")
    return f"{value}  {row['size'].replace('-', '−')}".strip()


def _in_words(sentence: str, item: str, names: Names) -> str:
    told = sentence.removeprefix(f"{item}: ")
    return f"{names.item(item)}: {told}"


def key_section(analysis: Analysis, names: Names) -> Section:
    """Say what rival keys would change, and where the key is in doubt."""
    blocks = [_rivals(analysis), _ambiguity(analysis, names), _panel(analysis, names)]
    kept = tuple(block for block in blocks if block)
    nothing = Block(sentences=("Not computed: without a bank there is no key to compare.",))
    if names.bank is not None:
        nothing = Block(sentences=("Not computed. The notes say why.",))
    return Section("keys", "Keys: is the scoring right?", kept or (nothing,))


def _rivals(analysis: Analysis) -> Block | None:
    rows = list(records(analysis.keys))
    if not rows:
        return None
    known = any(row["validity"] is not None for row in rows)
    plotted = tuple(_dot(row, known) for row in rows)
    name = "Correlation with the outcome" if known else "Alpha"
    picture = Picture(
        "forest",
        "chart-keys",
        f"{name} under each key",
        "; ".join(f"{row.label}: {row.figures}" for row in plotted),
        {"rows": plotted, "x_label": name, "include": (0.0,), "limits": (-1.0, 1.0)},
    )
    columns = [
        Column("Key"),
        Column("Alpha", "r"),
        Column("Mean", "r"),
        Column("SD", "r"),
        Column("Rank agreement", "r"),
        Column("Change band", "share"),
    ]
    columns += [Column("Validity (95% interval)", "r")] if known else []
    grouped = any(row["group_d"] is not None for row in rows)
    columns += [Column("Largest group difference", "r")] if grouped else []
    table = Table(
        "Rival keys side by side",
        tuple(columns),
        tuple(
            (
                row["key"],
                row["alpha"],
                row["mean"],
                row["sd"],
                row["spearman"],
                row["changed_share"],
                *((interval(row, "validity"),) if known else ()),
                *((interval(row, "group_d"),) if grouped else ()),
            )
            for row in rows
        ),
    )
    sentence = (
        "Each rival key or scoring policy scores the same answers. Rank agreement (Spearman) is "
        "with the present scores; a rival that changes many bands is not better for that. "
        + (
            "Validity of a key made from the outcome is cross-validated."
            if known
            else "There is no outcome, so nothing here says which key is more valid."
        )
    )
    return Block("Rival keys", (sentence,), picture, table)


def _dot(row: Mapping[str, Any], known: bool) -> PlotRow:
    held = interval(row, "validity") if known else interval(row, "alpha")
    return PlotRow(
        row["key"],
        held.value if held else None,
        held.low if held else None,
        held.high if held else None,
        written_interval(held),
        strong=row["key"] == "current",
    )


def _ambiguity(analysis: Analysis, names: Names) -> Block | None:
    rows = list(records(analysis.ambiguity))
    if not rows:
        return None
    doubtful = [row for row in rows if row["ambiguous"]]
    told = f"{len(doubtful)} of {len(rows)} keys are in doubt by what the people highest on the "
    sentence = told + "trait (1.5 standard deviations above the mean) hold to be the best option."
    rows.sort(key=lambda row: not row["ambiguous"])
    table = Table(
        "The best option by the key, and by the people highest on the trait",
        (
            Column("Item"),
            Column("People", "count"),
            Column("Best by key"),
            Column("Share of them", "share"),
            Column("Their choice"),
            Column("Share", "share"),
            Column("In doubt", "text"),
        ),
        tuple(
            (
                names.item(row["item"]),
                row["n"],
                row["keyed"].replace(";", " or "),
                row["keyed_share"],
                row["modal"],
                row["modal_share"],
                row["why"] if row["ambiguous"] else "no",
            )
            for row in rows
        ),
    )
    return Block("Keys in doubt", (sentence,), table=table, folded=not doubtful)


def _panel(analysis: Analysis, names: Names) -> Block | None:
    rows = sorted(records(analysis.panel), key=lambda row: not row["drop"])
    if not rows:
        return None
    dropped = sum(row["drop"] for row in rows)
    table = Table(
        "What the panel holds, options to drop first",
        (
            Column("Item and option"),
            Column("Experts", "count"),
            Column("Mean", "r"),
            Column("SD", "r"),
            Column("Most frequent", "figure"),
            Column("Share", "share"),
            Column("r_wg", "r"),
            Column("Key", "figure"),
            Column("Drop", "text"),
        ),
        tuple(
            (
                f"{names.item(row['item'])}: {row['option']}",
                row["n"],
                row["mean"],
                row["sd"],
                row["mode"] if row["mode"] is not None else "several",
                row["share"],
                row["r_wg"],
                row["key"],
                row["why"] if row["drop"] else "",
            )
            for row in rows
        ),
    )
    sentence = f"The panel speaks for dropping {dropped} of {len(rows)} options."
    return Block("The panel", (sentence,), table=table, folded=True)
