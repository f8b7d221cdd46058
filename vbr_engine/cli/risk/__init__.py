"""`vbr risk`: drop-out risk from tables of careers, as far as the evidence goes."""

from __future__ import annotations

import click

from vbr_engine.cli.lazy import LazyGroup

__all__ = ["command"]

COMMANDS = {
    "simulate": "Make up careers to practise on.",
    "check": "Check a table of careers; report every problem at once.",
    "train": "Fit a model of each outcome, and say what it may be used for.",
    "predict": "Say how likely candidates are to drop out, or why no figure is given.",
    "person": "Write what a recruiter reads about one candidate.",
    "evaluate": "Say how well models do on careers, every figure with an interval.",
    "audit": "Say whether people or outcomes have changed, and silence a model if so.",
    "card": "Write the model card as HTML, PDF or JSON.",
}


@click.group("risk", cls=LazyGroup, told=COMMANDS, room="vbr_engine.cli.risk")
def command() -> None:
    """Say who may withdraw or leave early, as far as the evidence goes.

    Two things are told apart: withdrawing before the first day of work, and leaving within 12
    months of it. A figure is about a situation, which an employer can change, and never a reason
    to turn somebody down. Try it on made-up careers:

    \b
    vbr risk simulate -n 600 --seed 1 -o careers.csv
    vbr risk check careers.csv
    vbr risk train careers.csv -o model/
    vbr risk evaluate model/ careers.csv -o evaluation.html
    vbr risk card model/ -o card.html
    """
