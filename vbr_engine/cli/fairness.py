"""`vbr fairness`: whether decisions fall differently on groups."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click
import pandas as pd

from vbr_engine.cli.arguments import PLACE, output_option
from vbr_engine.cli.joined_column import read_column
from vbr_engine.errors import DecisionsError, FileError, Problem
from vbr_engine.fairness.impact import AdverseImpact, adverse_impact
from vbr_engine.files import read_table, write_bytes, write_table, write_text
from vbr_engine.files.whole import check_place
from vbr_engine.rendering import report_html, report_pdf
from vbr_engine.reports.fairness import FairnessReport, fairness_report

__all__ = ["command"]

ENDINGS = (".html", ".pdf", ".json", ".csv")
KEY = "application"


@click.command("fairness")
@click.argument("decisions", type=PLACE)
@click.option(
    "--group",
    "groups",
    multiple=True,
    required=True,
    metavar="COLUMN",
    help="Everybody's group: a column, or FILE:COLUMN joined by `application`. May be repeated.",
)
@click.option(
    "--outcome",
    required=True,
    metavar="COLUMN=VALUE",
    help="What counts as selected; COLUMN alone where it holds yes and no.",
)
@click.option("--score", metavar="COLUMN", help="Compare scores too.")
@click.option("--provider", metavar="COLUMN", help="Compare within each provider too, and pool.")
@click.option(
    "--reference",
    "references",
    multiple=True,
    metavar="LABEL",
    help="Compare with this group; by default the largest. May be given again.",
)
@click.option("--intersect", is_flag=True, help="Look at intersections of the groups too.")
@output_option("the report", endings=".html, .pdf, .json or .csv")
def command(
    decisions: str,
    groups: tuple[str, ...],
    outcome: str,
    score: str | None,
    provider: str | None,
    references: tuple[str, ...],
    intersect: bool,
    output: str,
) -> None:
    """Compare how often groups are selected in DECISIONS, and say how far that is known.

    DECISIONS has a row for each application. A row without an outcome is not decided yet and not
    counted. Groups of under 20 people, or with under 8 selected or not selected, are named and not
    counted, and nothing that is shown gives them away. The CSV has a row for each comparison.

    \b
    vbr fairness decisions.csv --group monitoring.csv:ethnicity --group monitoring.csv:sex \\
        --outcome decision=invite-to-interview --provider provider -o fairness.html
    """
    ending = _ending(output)
    table = read_table(decisions)
    columns: list[str] = []
    notes: list[str] = []
    for place in groups:
        table, column, told = _with_group(table, place, Path(decisions).name)
        columns.append(column)
        notes += told
    impact = adverse_impact(
        table,
        columns,
        outcome=outcome,
        provider=provider,
        score=score,
        reference=list(references),
        intersect=intersect,
    )
    report = fairness_report(impact, prepared=date.today())
    _write(impact, report, output, ending)
    for line in (*notes, *impact.notes, report.summary, f"written to {output}"):
        click.echo(line, err=True)


def _ending(output: str) -> str:
    ending = Path(output).suffix.lower()
    if ending not in ENDINGS:
        message = f"a name ends in .html, .pdf, .json or .csv, not {ending or 'nothing'!r}"
        raise FileError([Problem(file=output, message=message)])
    check_place(Path(output))
    return ending


def _with_group(
    table: pd.DataFrame, place: str, name: str
) -> tuple[pd.DataFrame, str, tuple[str, ...]]:
    """Give the table with the column of groups in it, its name, and what was left out."""
    if place in table.columns or ":" not in place:
        return table, place, ()
    column = place.rpartition(":")[2]
    if KEY not in table.columns:
        message = f"there is no column {KEY!r} to join {place} by"
        raise DecisionsError([Problem(file=name, message=message)])
    if column in table.columns:
        message = "this column is in both files: rename one of them"
        raise DecisionsError([Problem(file=name, column=column, message=message)])
    keys = [_key(cell) for cell in table[KEY]]
    found, notes = read_column(place, [key for key in keys if key], key=KEY, of="a decision")
    return table.assign(**{column: found.reindex(keys).to_numpy()}), column, notes


def _key(cell: object) -> str:
    """Write an application's name as the other file has it."""
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def _write(impact: AdverseImpact, report: FairnessReport, output: str, ending: str) -> None:
    if ending == ".pdf":
        write_bytes(report_pdf(report), output)
    elif ending == ".html":
        write_text(report_html(report), output)
    elif ending == ".csv":
        write_table(impact.to_frame(), output)
    else:
        held = {**impact.to_dict(), "sentences": list(impact.sentences)}
        write_text(json.dumps(held, ensure_ascii=False, indent=2) + "\n", output)
