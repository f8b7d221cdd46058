"""`vbr risk simulate`: made-up careers with known risks."""

from __future__ import annotations

from datetime import datetime

import click

from vbr_engine.cli.arguments import file_option, output_option
from vbr_engine.files import check_writable, write_table
from vbr_engine.risk import Faults, simulate_careers

__all__ = ["command"]


@click.command("simulate")
@click.option("-n", type=click.IntRange(1), required=True, help="How many applications.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--providers",
    type=click.IntRange(1),
    default=40,
    show_default=True,
    help="How many providers; their sizes differ.",
)
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    default="2025-01-01",
    show_default=True,
)
@click.option(
    "--months",
    type=click.FloatRange(0, min_open=True),
    default=18.0,
    show_default=True,
    help="From the first application to the day that the table knows about.",
)
@click.option(
    "--provider-sd",
    type=click.FloatRange(0),
    default=0.5,
    show_default=True,
    help="How far providers differ: standard deviation of the log hazard.",
)
@click.option("--starters-only", is_flag=True, help="Only people who start work, no funnel.")
@output_option("the careers")
@file_option("--truth", "Where to write the risks that they were drawn from.")
@file_option("--monitoring", "Where to write monitoring data: a group and a sex for each.")
@click.option(
    "--copies",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="A fault to look for: this share is there twice, nearly the same.",
)
@click.option("--leak", is_flag=True, help="A fault to look for: a fact written down afterwards.")
def command(
    n: int,
    seed: int,
    providers: int,
    start: datetime,
    months: float,
    provider_sd: float,
    starters_only: bool,
    output: str,
    truth: str | None,
    monitoring: str | None,
    copies: float,
    leak: bool,
) -> None:
    """Make up careers and write them as a table, a row for each application.

    Nothing in it is about a person, a provider or a place: practise on it, and conclude nothing
    from it. Every name begins with `simulated-`; what is made from the table says so.

    \b
    vbr risk simulate -n 600 --seed 1 -o careers.csv --truth truth.csv
    """
    for place in (output, truth, monitoring):
        if place is not None:
            check_writable(place)
    made = simulate_careers(
        n,
        seed=seed,
        providers=providers,
        provider_sd=provider_sd,
        start=str(start.date()),
        months=months,
        starters_only=starters_only,
        faults=Faults(duplicates=copies, leak=leak),
    )
    write_table(made.frame.assign(cut=made.cut), output)
    click.echo(
        f"{len(made.frame):,} simulated applications up to {made.cut.date()} written to {output}",
        err=True,
    )
    for place, table, what in (
        (truth, made.truth, "what is true of them"),
        (monitoring, made.monitoring, "their monitoring data"),
    ):
        if place is not None:
            write_table(table, place)
            click.echo(f"{what}, simulated too, written to {place}", err=True)
