"""`vbr keys`: rival keys and policies on the same answers."""

from __future__ import annotations

import click
import pandas as pd
from rich.console import Console
from rich.table import Table

from vbr_engine.cli.arguments import (
    bank_argument,
    file_option,
    output_option,
    quiet_option,
    responses_argument,
)
from vbr_engine.cli.joined_column import read_column
from vbr_engine.cli.progress import shown_progress
from vbr_engine.files import check_writable, read_bank, read_responses, write_table
from vbr_engine.psychometrics.key_comparison import KeyComparison, compare_keys
from vbr_engine.psychometrics.panel import panel_statistics
from vbr_engine.psychometrics.rivals import rival_keys

__all__ = ["command"]


@click.command("keys")
@bank_argument
@responses_argument
@output_option("the comparison")
@file_option("--panel", "Answers of experts, as `vbr panel` reads them: adds the panel's keys.")
@click.option(
    "--outcome",
    metavar="FILE:COLUMN",
    help="What is known later, a number by `sitting`, higher is better: adds validity, and keys "
    "made from it.",
)
@click.option(
    "--group",
    metavar="FILE:COLUMN",
    help="Groups by `sitting`, joined in memory and never written: adds their differences.",
)
@file_option("--bands", "Where to write who would move from which band to which, counted.")
@quiet_option("the summary")
def command(
    bank: str,
    responses: str,
    output: str,
    panel: str | None,
    outcome: str | None,
    group: str | None,
    bands: str | None,
    quiet: bool,
) -> None:
    """Compare BANK's key with rival keys and policies on RESPONSES.

    For each key: reliability; validity, where an outcome is given, cross-validated where the key
    was made from it; the difference between groups; how far the rank order agrees with the present
    one; how many candidates would change band.

    \b
    vbr keys question_banks/homecare-values responses.csv --panel experts.csv -o keys.csv
    """
    for place in (output, bands):
        if place is not None:
            check_writable(place)
    questions = read_bank(bank)
    sat = read_responses(responses, questions)
    experts = panel and panel_statistics(read_responses(panel, questions), questions)
    later, notes = read_column(outcome, sat.sittings) if outcome else (None, ())
    groups, more = read_column(group, sat.sittings) if group else (None, ())
    rivals = rival_keys(sat, questions, panel=experts or None, outcome=later)
    with shown_progress("Comparing keys", 1 + len(rivals)) as progress:
        found = compare_keys(sat, questions, rivals, outcome=later, group=groups, progress=progress)
    write_table(found.keys, output)
    if bands is not None:
        write_table(found.bands, bands)
    if not quiet:
        _summarise(found, (*notes, *more), f"{len(sat):,} sittings of {questions.label}", output)


def _summarise(found: KeyComparison, notes: tuple[str, ...], what: str, output: str) -> None:
    console = Console(stderr=True, highlight=False)
    shown = {
        "alpha": "alpha",
        "validity": "validity",
        "group_d": "group d",
        "spearman": "rank agreement",
    }
    there = {name: words for name, words in shown.items() if found.keys[name].notna().any()}
    table = Table(box=None, pad_edge=False)
    table.add_column("key", no_wrap=True)
    for words in (*there.values(), "change band"):
        table.add_column(words, justify="right")
    for _, row in found.keys.iterrows():
        figures = [_figure(row, name) for name in there]
        table.add_row(str(row["key"]), *figures, f"{row['changed']:,} ({row['changed_share']:.0%})")
    console.print(table)
    for note in (*notes, *found.notes):
        console.print(note, markup=False, soft_wrap=True)
    console.print(f"{what}, written to {output}", markup=False, soft_wrap=True)


def _figure(row: pd.Series, name: str) -> str:
    if pd.isna(row[name]):
        return "-"
    if f"{name}_low" not in row:
        return f"{row[name]:.2f}"
    return f"{row[name]:.2f} ({row[f'{name}_low']:.2f} to {row[f'{name}_high']:.2f})"
