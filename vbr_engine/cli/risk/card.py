"""`vbr risk card`: the card of models as HTML, PDF or JSON."""

from __future__ import annotations

from datetime import date

import click

from vbr_engine.cli.arguments import PLACE, output_option
from vbr_engine.cli.risk.output import check_ending, write_report
from vbr_engine.files.model_folders import read_evaluation, read_models
from vbr_engine.reports.card import model_card

__all__ = ["command"]


@click.command("card")
@click.argument("model", type=PLACE)
@output_option("the card", endings=".html, .pdf or .json")
def command(model: str, output: str) -> None:
    """Write the card of the models in the folder MODEL.

    It says what they are for and not for, what they rest on, what they hold, how well they do, and
    what nobody knows yet, with what would establish it. What `vbr risk evaluate` found is read
    from the folder.

    \b
    vbr risk card model/ -o card.html
    """
    check_ending(output, "a card")
    stored = read_models(model)
    found, why_not = read_evaluation(model, stored)
    if why_not:
        click.echo(why_not, err=True)
    card = model_card(
        stored.models,
        about=stored.about,
        sha256=stored.sha256,
        evaluations=found["outcomes"] if found else None,
        prepared=date.today(),
    )
    write_report(card, output)
    things = f"{len(card.gaps)} {'thing' if len(card.gaps) == 1 else 'things'}"
    click.echo(
        f"card written to {output}; not yet established: {things}, "
        "and the fields for your organisation to fill",
        err=True,
    )
