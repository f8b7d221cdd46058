"""`vbr link`: put a new calibration on the scale of an old one."""

from __future__ import annotations

from typing import Any, cast

import click
import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from vbr_engine.cli.arguments import PLACE, output_option, quiet_option
from vbr_engine.files.parameter_files import (
    check_parameters_writable,
    read_parameters,
    write_parameters,
)
from vbr_engine.psychometrics.drift import AnchorDrift, anchor_drift
from vbr_engine.psychometrics.linking import METHODS, Link, Method, link

__all__ = ["command"]


@click.command("link")
@click.argument("old", type=PLACE)
@click.argument("new", type=PLACE)
@output_option("NEW on OLD's scale", endings=".csv, .parquet, or .json with the constants")
@click.option("--method", type=click.Choice(METHODS), default=METHODS[0], show_default=True)
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="ITEM",
    help="Rest on this item; repeat it for more. All that both tables have if not given.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.1,
    show_default=True,
    help="Share of answers that may differ before an anchor counts as drifted.",
)
@click.option(
    "--drop-drifted", is_flag=True, help="Do not rest on anchors that changed more than the rest."
)
@quiet_option("the constants and the anchors")
def command(
    old: str,
    new: str,
    output: str,
    method: str,
    anchors: tuple[str, ...],
    threshold: float,
    drop_drifted: bool,
    quiet: bool,
) -> None:
    """Put the item parameters NEW on the scale of the item parameters OLD.

    Both are tables (.csv, .parquet or .json) with a row for each item: `item`, `model`, `a` (or
    `a_1`, `a_2`, ... for nominal), `d_1`, `d_2`, ... Items of the same name tie the scales
    together; those that changed more than the rest are named.

    \b
    vbr link items-2026.csv items-2027.csv -o items-2027-on-2026.csv
    """
    check_parameters_writable(output)
    before, after = read_parameters(old), read_parameters(new)
    options: dict[str, Any] = {"method": cast(Method, method), "anchors": anchors or None}
    drift = anchor_drift(before, after, threshold=threshold, **options)
    found = drift.link if drop_drifted else link(before, after, **options)
    write_parameters(found.transform(after), output, about=_about(found, drift))
    if not quiet:
        _summarise(found, drift, output)


def _about(found: Link, drift: AnchorDrift) -> dict[str, Any]:
    return {
        "link": {
            "method": found.method,
            "slope": found.slope,
            "intercept": found.intercept,
            "anchors": list(found.anchors),
            "left-out": dict(found.left_out),
        },
        "drift": _rows(drift.table),
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give rows for JSON, without what is missing."""
    return [
        {str(name).replace("_", "-"): told for name, told in row.items() if told == told}
        for row in table.reset_index().to_dict("records")
    ]


def _summarise(found: Link, drift: AnchorDrift, output: str) -> None:
    console = Console(stderr=True, highlight=False)
    table = Table(box=None, pad_edge=False)
    table.add_column("anchor")
    for heading in ("distance", "slope ratio", "location shift"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for item, row in drift.table.iterrows():
        figures = (f"{row[name]:.3f}" for name in ("distance", "slope_ratio", "location_shift"))
        table.add_row(Text(str(item)), *figures, "drifted" if row["flagged"] else "")
    console.print(table)
    for item, reason in found.left_out.items():
        console.print(f"{item} is no anchor: {reason}", markup=False, soft_wrap=True)
    console.print(_in_words(found, output), markup=False, soft_wrap=True)
    if set(drift.flagged) & set(found.anchors):
        console.print("Anchors that drifted still pull the link: see --drop-drifted.")


def _in_words(found: Link, output: str) -> str:
    way = " The new trait runs the other way." if found.reflected else ""
    return (
        f"old = {found.slope:.4f} x new {found.intercept:+.4f} ({found.method}, "
        f"{len(found.anchors)} anchors), written to {output}.{way}"
    )
