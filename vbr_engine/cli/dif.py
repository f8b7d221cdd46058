"""`vbr dif`: which items work differently for different groups."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pandas as pd
from rich.console import Console
from rich.markup import escape

from vbr_engine.cli.arguments import PLACE, output_option, responses_argument
from vbr_engine.cli.joined_column import read_column
from vbr_engine.cli.progress import shown_progress
from vbr_engine.errors import ResponsesError
from vbr_engine.files import check_writable, read_bank, read_matrix, read_responses, write_table
from vbr_engine.psychometrics import DIF_METHODS, dif
from vbr_engine.psychometrics.differential import DifResult
from vbr_engine.psychometrics.scored_items import item_scores

__all__ = ["command"]


@click.command("dif")
@responses_argument
@click.option(
    "--group",
    required=True,
    metavar="FILE:COLUMN",
    help="Everybody's group: a file of its own, with a column `sitting` too.",
)
@click.option(
    "--bank",
    type=PLACE,
    metavar="BANK",
    help="Score the items to this bank's key and compare the scores, in 20 classes of the total.",
)
@click.option("--method", type=click.Choice(list(DIF_METHODS)), default="mantel-haenszel")
@click.option(
    "--model",
    type=click.Choice(["graded", "gpcm", "nominal"]),
    default="graded",
    show_default=True,
    help="For the likelihood ratio; nominal for chosen options without an order.",
)
@click.option("--reference", metavar="GROUP", help="Compare with it; by default the largest.")
@click.option("--focal", metavar="GROUP", help="Look at this group only; by default at each other.")
@click.option("--strata", type=click.IntRange(2), help="Match on so many classes of the score.")
@click.option("--purify", is_flag=True, help="Match on the items that do not differ.")
@click.option(
    "--adjust",
    type=click.Choice(["benjamini-hochberg", "holm", "none"]),
    default="benjamini-hochberg",
    show_default=True,
    help="How p is adjusted for the number of items.",
)
@click.option(
    "--criterion",
    type=click.Choice(["r2", "chi2", "beta"]),
    default="r2",
    show_default=True,
    help="What flags by logistic regression: a gain in R squared of 0.02, p alone, or a slope of "
    "the score that moves by a tenth.",
)
@click.option("--min-group", default=20, show_default=True, help="Smaller groups are not compared.")
@click.option(
    "--missing",
    type=click.Choice(["sum", "prorate", "complete"]),
    default="sum",
    show_default=True,
    help="How a missing answer counts in the score that people are matched on.",
)
@output_option()
def command(
    responses: str,
    group: str,
    bank: str | None,
    method: str,
    model: str,
    reference: str | None,
    focal: str | None,
    strata: int | None,
    purify: bool,
    adjust: str,
    criterion: str,
    min_group: int,
    missing: str,
    output: str,
) -> None:
    """Look for items that people with the same score answer differently in different groups.

    RESPONSES has a row for each sitting: `sitting`, then a column for each item (or each
    `item.option`), a number or word in each cell. With a bank, items are scored to its key first;
    without one, the cells count as they are. Groups stand in another file and are joined by
    sitting. They are written nowhere: the table speaks of a reference and a focal group. The
    status is 1 where a search did not converge.

    \b
    vbr dif responses.csv --group people.csv:language --reference welsh -o dif.csv
    """
    check_writable(output)
    table = _answers(responses, bank)
    groups, notes = read_column(group, list(table.index))
    if groups.empty:
        raise ResponsesError(f"{Path(responses).name}: no sitting has a group")
    rounds = len(table.columns) * max(groups.nunique() - 1, 1) * (2 if purify else 1)
    with shown_progress("Comparing groups", rounds) as progress:
        found = dif(
            table,
            groups,
            method=method,
            model=model,
            reference=reference,
            focal=focal,
            strata=strata if strata or not bank else 20,
            purify=purify,
            adjust=adjust,
            criterion=criterion,
            min_group=min_group,
            missing=missing,
            progress=progress,
        )
    write_table(found.table, output)
    _summarise(found, notes, output, chosen=reference is not None)
    if "converged" in found.table and found.table["converged"].isin([False]).any():
        sys.exit(1)


def _answers(place: str, bank: str | None) -> pd.DataFrame:
    if bank is not None:
        questions = read_bank(bank)
        return item_scores(read_responses(place, questions), questions).dropna(axis=1, how="all")
    return read_matrix(place, words=True, needs="sitting")


def _summarise(found: DifResult, notes: tuple[str, ...], output: str, *, chosen: bool) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for line in (*notes, *found.advice, *found.sentences):
        console.print(escape(line))
    if not chosen:
        console.print("The reference group is the largest one.")
    if len(found.focal) > 1:
        console.print("Focal groups are numbered in the order of their names.")
    table = found.table
    short = int((table["verdict"] == "not enough data").sum())
    told = f", {short:,} with not enough data" if short else ""
    console.print(
        f"{len(table):,} comparisons, {int(table['flagged'].sum()):,} flagged{told}; "
        f"written to {output}",
        markup=False,
    )
