"""`vbr score`: score a table of responses."""

from __future__ import annotations

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from vbr_engine.files import check_writable, read_bank, read_responses, write_table
from vbr_engine.scoring import Scores, score
from vbr_engine.scoring.quality import FLAGS

__all__ = ["command"]


@click.command("score")
@click.argument("bank", type=click.Path(readable=False))
@click.argument("responses", type=click.Path(readable=False))
@click.option(
    "-o",
    "output",
    type=click.Path(readable=False),
    required=True,
    metavar="FILE",
    help="Where to write: .csv or .parquet.",
)
@click.option("--quiet", "-q", is_flag=True, help="Do not print the summary.")
def command(bank: str, responses: str, output: str, quiet: bool) -> None:
    """Score RESPONSES to BANK as the bank's policy declares.

    RESPONSES has a row for each sitting: `sitting`, then a column for each `item.option`; an empty
    cell is not answered. Responses that do not belong to the bank are refused, with every row and
    column that is wrong. A score of 0 is what guessing earns on average, 1 is the key.

    \b
    vbr score question_banks/homecare-values responses.csv -o scores.csv
    """
    check_writable(output)
    questions = read_bank(bank)
    scores = score(read_responses(responses, questions), questions)
    write_table(scores.to_frame(), output)
    if not quiet:
        _summarise(scores, output)


def _summarise(scores: Scores, output: str) -> None:
    console = Console(stderr=True, highlight=False)
    stamps = scores.stamps
    table = Table(box=None, pad_edge=False)
    for heading in ("", "measured", "mean", "sd", "mean error"):
        table.add_column(heading, justify="left" if not heading else "right")
    for row, name in enumerate(scores.names):
        table.add_row(name, *_figures(scores.score[row], scores.se[row]))
    console.print(table)
    for bit, flag in enumerate(FLAGS):
        flagged = int((scores.flags >> bit & 1).sum())
        if flagged:
            console.print(f"{flag}: {flagged:,}", markup=False)
    console.print(
        f"{len(scores):,} sittings of {stamps['bank']}, policy {stamps['policy']}, "
        f"engine {stamps['engine']}, written to {output}",
        markup=False,
        soft_wrap=True,
    )
    console.print(f"The bank's status: {scores.bank.status}.", markup=False)


def _figures(score: np.ndarray, se: np.ndarray) -> tuple[str, str, str, str]:
    told = score[score == score]
    if len(told) == 0:
        return "0", "", "", ""
    spread = f"{told.std(ddof=1):.2f}" if len(told) > 1 else ""
    return f"{len(told):,}", f"{told.mean():.2f}", spread, f"{se[se == se].mean():.2f}"
