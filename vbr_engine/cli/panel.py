"""`vbr panel`: what a panel of experts holds, and how far it agrees."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from vbr_engine.cli.arguments import (
    PLACE,
    bank_argument,
    file_option,
    output_option,
    quiet_option,
)
from vbr_engine.files import check_writable, read_bank, read_responses, write_table
from vbr_engine.files.drafts import write_proposals
from vbr_engine.files.whole import check_place
from vbr_engine.psychometrics.key_suggestions import panel_proposals
from vbr_engine.psychometrics.panel import (
    LEAST_AGREEMENT,
    MIDDLE,
    PanelStatistics,
    panel_statistics,
)

__all__ = ["command"]


@click.command("panel")
@bank_argument
@click.argument("ratings", type=PLACE)
@output_option("the options")
@file_option("--items", "Where to write the items as well: .csv or .parquet.")
@file_option(
    "--proposals", "Where to write what the panel would change, as JSON for `vbr revise --from`."
)
@click.option(
    "--least-agreement",
    type=click.FloatRange(max=1),
    default=LEAST_AGREEMENT,
    show_default=True,
    metavar="R",
    help="A rated option with a smaller r_wg is one to drop.",
)
@click.option(
    "--middle",
    type=click.FloatRange(0, 0.5),
    default=MIDDLE,
    show_default="a sixth",
    metavar="SHARE",
    help="How near to the scale's midpoint, as a share of its range, a mean is in the middle.",
)
@quiet_option("the summary")
def command(
    bank: str,
    ratings: str,
    output: str,
    items: str | None,
    proposals: str | None,
    least_agreement: float,
    middle: float,
    quiet: bool,
) -> None:
    """Describe what a panel of experts holds about BANK, option by option.

    RATINGS has a row for each expert, who sat the bank like a candidate: `sitting`, then a column
    for each `item.option`. Written are mean, spread, mode and agreement (r_wg) of every option, and
    why an option should be dropped. Experts are not named in what is written.

    \b
    vbr panel question_banks/homecare-values experts.csv -o panel.csv
    vbr panel question_banks/homecare-values experts.csv -o panel.csv --proposals panel.json
    vbr revise question_banks/homecare-values --from panel.json -o question_banks/next
    """
    for place in (output, items):
        if place is not None:
            check_writable(place)
    if proposals is not None:
        check_place(Path(proposals))
    questions = read_bank(bank)
    panel = panel_statistics(
        read_responses(ratings, questions),
        questions,
        least_agreement=least_agreement,
        middle=middle,
    )
    write_table(panel.options, output)
    if items is not None:
        write_table(panel.items, items)
    if proposals is not None:
        write_proposals(questions, panel_proposals(panel), proposals)
    if not quiet:
        _summarise(panel, output)


def _summarise(panel: PanelStatistics, output: str) -> None:
    console = Console(stderr=True, highlight=False)
    for row in panel.scales.itertuples(index=False):
        console.print(
            f"Scale of {row.scale}, {row.options} options, {row.n} experts who rated them all: "
            f"ICC(2,1) {_figure(row.icc_single)}, ICC(2,k) {_figure(row.icc_average)} "
            f"({_figure(row.icc_average_low)} to {_figure(row.icc_average_high)}).",
            markup=False,
            soft_wrap=True,
        )
    named = panel.options[panel.options["drop"]]
    if len(named):
        console.print(f"{len(named)} of {len(panel.options)} options should be dropped:")
        table = Table("item", "option", "why", box=None, pad_edge=False)
        for row in named.itertuples(index=False):
            table.add_row(str(row.item), str(row.option), str(row.why))
        console.print(table)
    for row in panel.items[panel.items["why"] != ""].itertuples(index=False):
        console.print(f"{row.item}: {row.why}", markup=False, soft_wrap=True)
    for note in panel.notes:
        console.print(note, markup=False, soft_wrap=True)
    console.print(
        f"{panel.experts} experts on {panel.bank.label}, written to {output}",
        markup=False,
        soft_wrap=True,
    )


def _figure(number: object) -> str:
    return f"{number:.2f}" if isinstance(number, float) and number == number else "-"
