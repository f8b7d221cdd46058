"""`vbr risk train`: a model of each outcome from careers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from vbr_engine.cli.arguments import PLACE, file_option, quiet_option
from vbr_engine.cli.progress import shown_search
from vbr_engine.cli.risk.soundness import check_sound
from vbr_engine.cli.risk.tables import (
    applications_option,
    cut_option,
    hash_of,
    is_simulated,
)
from vbr_engine.cli.risk.telling import evidence_lines
from vbr_engine.errors import CareersError
from vbr_engine.files.careers import read_careers
from vbr_engine.files.model_folders import check_model_folder, write_models
from vbr_engine.files.risk_models import read_effects
from vbr_engine.files.whole import shown
from vbr_engine.risk import OUTCOMES, Careers, DropOutModel
from vbr_engine.risk.careers import EVENT_COLUMNS

__all__ = ["command"]


@click.command("train")
@click.argument("careers", type=PLACE)
@cut_option
@applications_option
@click.option(
    "--outcome",
    type=click.Choice([*OUTCOMES, "both"]),
    default="both",
    show_default=True,
    help="Withdrawing before the first day, leaving within 12 months of it, or a model of each.",
)
@click.option(
    "-o", "output", type=PLACE, required=True, metavar="FOLDER", help="Where to write the models."
)
@file_option("--priors", "YAML: a table of priors of your own, in the form of the engine's.")
@quiet_option("what the models may say")
def command(
    careers: str,
    cut: str | None,
    applications: str | None,
    outcome: str,
    output: str,
    priors: str | None,
    quiet: bool,
) -> None:
    """Fit a model of each outcome to CAREERS, and say what it may be used for.

    How much a model may say depends on how many events there are and on its own checks: only
    rates, or bands, or figures with intervals. To say little is no error: the status is 0.

    The folder holds text that can be read and compared, each file known by its hash; an edited
    file is refused later.

    \b
    vbr risk train careers.csv --cut 2026-03-31 -o model/
    """
    check_model_folder(output)
    held = read_careers(careers, cut, applications)
    warned = check_sound(held, careers)
    for told in (*held.notes, *warned):
        click.echo(told, err=True)
    chosen = OUTCOMES if outcome == "both" else (outcome,)
    models = _fitted(held, chosen, priors)
    for told in _lacking(held, models):
        click.echo(told, err=True)
    stored = write_models(models, output, about=_about(held, careers, warned))
    if not quiet:
        for model in models.values():
            click.echo("\n".join(evidence_lines(model)))
    click.echo(
        f"{' and '.join(models)} trained on {len(held):,} "
        f"{'simulated ' if stored.about['simulated'] else ''}"
        f"application{'' if len(held) == 1 else 's'}, written to {output}",
        err=True,
    )


def _fitted(
    careers: Careers, outcomes: Sequence[str], priors: str | None
) -> dict[str, DropOutModel]:
    """Fit each outcome; one of two that nobody was at risk of is told and left out."""
    models = {}
    declared = {name: None if priors is None else read_effects(priors, name) for name in outcomes}
    for outcome in outcomes:
        try:
            with shown_search(f"Fitting {outcome}"):
                models[outcome] = DropOutModel(outcome, effects=declared[outcome]).fit(careers)
        except CareersError as error:
            if len(outcomes) == 1:
                raise
            click.echo(f"{outcome}: no model, because {error}", err=True)
    if not models:
        raise CareersError("no outcome could be fitted: nothing was written")
    return models


def _lacking(careers: Careers, models: dict[str, DropOutModel]) -> list[str]:
    """Name the facts that the models know of and that nobody has written down."""
    known = {
        name: effect
        for model in models.values()
        for effect in model.effects_
        for name in effect.columns
    }
    return [
        f"no column {name}: nothing can be learned about {effect.label}"
        for name, effect in known.items()
        if name not in careers.frame
    ]


def _about(careers: Careers, path: str, warned: Sequence[str]) -> dict[str, Any]:
    frame = careers.frame
    facts = [name for name in frame.columns if name not in EVENT_COLUMNS]
    first = frame["applied"].min()
    if first != first:
        first = frame["started_work"].min()
    return {
        "simulated": is_simulated(frame["application"]),
        "careers": shown(Path(path).name),
        "careers_sha256": hash_of(path),
        "applications": len(frame),
        "providers": int(frame["provider"].nunique()),
        "first": None if first != first else str(first.date()),
        "cut": str(careers.cut.date()),
        "trained": str(date.today()),
        "missing": {name: float(frame[name].isna().mean()) for name in facts},
        "notes": [*careers.notes, *warned],
    }
