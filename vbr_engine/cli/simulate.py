"""`vbr simulate`: make up sittings to practise on."""

from __future__ import annotations

import click

from vbr_engine.cli.progress import shown_progress
from vbr_engine.files import check_writable, read_bank, write_table
from vbr_engine.simulate import MOST, simulate_responses

__all__ = ["command"]


@click.command("simulate")
@click.argument("bank", type=click.Path(readable=False))
@click.option(
    "-n", "n", type=click.IntRange(1, MOST), required=True, metavar="N", help="How many sittings."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    required=True,
    metavar="S",
    help="A whole number: the same seed, the same sittings.",
)
@click.option(
    "-o",
    "output",
    type=click.Path(readable=False),
    required=True,
    metavar="FILE",
    help="Where to write: .csv or .parquet.",
)
@click.option(
    "--form",
    type=click.Choice(["full", "default"]),
    default="full",
    show_default=True,
    help="Answer every item of the bank, or those that its default form draws.",
)
@click.option(
    "--careless",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    default=0.0,
    show_default=True,
    help="Share of candidates who answer without reading, 0 to 1.",
)
def command(bank: str, n: int, seed: int, output: str, form: str, careless: float) -> None:
    """Make up sittings of BANK and write them as a table of responses.

    The answers are drawn from a model, not from people: practise on them, do not draw norms.

    \b
    vbr simulate question_banks/homecare-values -n 200 --seed 1 -o responses.csv
    """
    check_writable(output)
    questions = read_bank(bank)
    with shown_progress("Making up sittings", n) as progress:
        made = simulate_responses(
            questions, n, seed=seed, form=form, careless=careless, progress=progress
        )
    write_table(made.to_frame(), output)
    click.echo(f"{n:,} simulated sittings of {questions.label} written to {output}", err=True)
