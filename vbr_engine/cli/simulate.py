"""`vbr simulate`: make up sittings to practise on."""

from __future__ import annotations

from typing import Any

import click

from vbr_engine.cli.arguments import Decorator, bank_argument, file_option, output_option
from vbr_engine.cli.named_numbers import named_numbers
from vbr_engine.cli.progress import shown_progress
from vbr_engine.files import check_writable, read_bank, write_table
from vbr_engine.simulate import (
    MOST,
    Population,
    Simulation,
    simulate_panel,
    simulate_retest,
    simulate_sittings,
)
from vbr_engine.simulate.population import CARELESS_KINDS

__all__ = ["command"]

USUAL = Population()
SHARE = click.FloatRange(0, 1)


def _share(flag: str, help: str) -> Decorator:
    return click.option(
        flag, type=SHARE, default=0.0, show_default=True, metavar="SHARE", help=help
    )


def _size(flag: str, usual: float, help: str, type: Any = None) -> Decorator:
    return click.option(
        flag,
        type=type or click.FloatRange(min=0),
        default=usual,
        show_default=True,
        metavar="X",
        help=help,
    )


@click.command("simulate")
@bank_argument
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
@output_option()
@click.option(
    "--form",
    type=click.Choice(["full", "default"]),
    default="full",
    show_default=True,
    help="Answer every item of the bank, or those that its default form draws.",
)
@_share("--careless", "Share of candidates who answer without reading, 0 to 1.")
@click.option(
    "--careless-kind",
    "careless_kinds",
    type=click.Choice(CARELESS_KINDS),
    multiple=True,
    help="How they answer; may be given several times. By default the first two.",
)
@_share("--faking", "Share of candidates who answer what looks best.")
@_size("--faking-strength", USUAL.faking_strength, "How much they do so, 0 to 1.", SHARE)
@_share("--second-language", "Share of candidates who read in a second language.")
@_size(
    "--language-noise",
    USUAL.language_noise,
    "How much noisier an average text makes them; long and hard ones do more.",
)
@_size("--leniency", USUAL.leniency, "How far people differ in leniency, in rating points.")
@_size("--scatter", USUAL.scatter, "How far people differ in how widely they use a scale.")
@_share("--drop-out", "Share of candidates who leave part way.")
@_share("--skip", "Share of items left empty, at random.")
@click.option(
    "--group",
    "groups",
    multiple=True,
    callback=named_numbers,
    metavar="NAME=SHARE",
    help="A group and its share; once for each group.",
)
@click.option(
    "--group-mean",
    "group_means",
    multiple=True,
    callback=named_numbers,
    metavar="NAME=MEAN",
    help="Mean of all traits of a group; 0 where not said.",
)
@click.option(
    "--dif",
    multiple=True,
    callback=named_numbers,
    metavar="ITEM=SIZE",
    help="Plant an item that is unfair to all groups but the first: they answer it as if their "
    "trait were lower by SIZE.",
)
@click.option(
    "--mis-key",
    "mis_keyed",
    multiple=True,
    metavar="ITEM.OPTION",
    help="Plant an option whose key nobody shares: people answer towards another one.",
)
@file_option("--truth", "Where to write what is true of each sitting: kind, group and traits.")
@file_option("--retest", "Where to write a second sitting of the same people.")
@_size("--stability", 0.9, "Correlation of a trait with itself at the retest.", SHARE)
@click.option("--experts", is_flag=True, help="Make up a panel of experts in place of candidates.")
@_size(
    "--accuracy",
    0.85,
    "About how far experts' ratings correlate with the key.",
    click.FloatRange(0, 1, min_open=True, max_open=True),
)
def command(
    bank: str,
    n: int,
    seed: int,
    output: str,
    truth: str | None,
    retest: str | None,
    stability: float,
    experts: bool,
    accuracy: float,
    **who: Any,
) -> None:
    """Make up sittings of BANK and write them as a table of responses.

    The answers are drawn from a model, not from people: practise on them, do not draw norms.
    The table of truth says who was what, so that an analysis can be tried.

    \b
    vbr simulate question_banks/homecare-values -n 200 --seed 1 -o responses.csv
    vbr simulate question_banks/homecare-values -n 2000 --seed 1 --careless 0.1 --faking 0.2 \\
        --group a=0.5 --group b=0.5 --dif sharp-words=2 --mis-key the-cream.a \\
        -o responses.csv --truth truth.csv
    vbr simulate question_banks/homecare-values -n 15 --seed 1 --experts -o experts.csv
    """
    _check(experts, retest, who)
    for place in (output, truth, retest):
        if place is not None:
            check_writable(place)
    population = _population(who)
    questions = read_bank(bank)
    if experts:
        made = simulate_panel(
            questions, n, seed=seed, accuracy=accuracy, mis_keyed=population.mis_keyed
        )
    else:
        with shown_progress("Making up sittings", n) as progress:
            made = simulate_sittings(
                questions, n, seed=seed, population=population, progress=progress
            )
    _write(made, output, truth)
    if retest is not None:
        again = simulate_retest(made, seed=seed + 1, stability=stability)
        write_table(again.responses.to_frame(), retest)
        click.echo(f"their retest, simulated too, written to {retest}", err=True)


def _write(made: Simulation, output: str, truth: str | None) -> None:
    write_table(made.responses.to_frame(), output)
    label = made.responses.bank.label
    click.echo(
        f"{len(made.responses):,} simulated sittings of {label} written to {output}", err=True
    )
    if truth is not None:
        write_table(made.truth, truth)
        click.echo(f"what is true of them written to {truth}", err=True)


def _population(who: dict[str, Any]) -> Population:
    kinds = who["careless_kinds"] or USUAL.careless_kinds
    return Population(**{**who, "careless_kinds": kinds})


def _check(experts: bool, retest: str | None, who: dict[str, Any]) -> None:
    if not experts:
        return
    context = click.get_current_context()
    given = [
        name
        for name in (*who, "retest")
        if name != "mis_keyed"
        and context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    ]
    if given:
        named = ", ".join(_flag(context, name) for name in given)
        raise click.UsageError(f"experts are attentive, and sit the full bank once: not {named}")


def _flag(context: click.Context, name: str) -> str:
    return next(p.opts[0] for p in context.command.params if p.name == name)
