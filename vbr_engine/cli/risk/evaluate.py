"""`vbr risk evaluate`: how well models do on careers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click
import pandas as pd

from vbr_engine.cli.arguments import PLACE, output_option
from vbr_engine.cli.progress import shown_progress
from vbr_engine.cli.risk.monitoring import monitoring_option, read_monitoring
from vbr_engine.cli.risk.output import check_ending, write_report
from vbr_engine.cli.risk.predict import check_horizon
from vbr_engine.cli.risk.tables import applications_option, cut_option, hash_of, is_simulated
from vbr_engine.errors import CareersError, FileError
from vbr_engine.files.careers import read_careers
from vbr_engine.files.model_folders import StoredModels, read_models, write_evaluation
from vbr_engine.files.whole import shown
from vbr_engine.reports.card import evaluation_report
from vbr_engine.risk import Careers
from vbr_engine.risk.alike import alike_groups
from vbr_engine.risk.evaluation import HORIZONS, Evaluation, evaluate
from vbr_engine.risk.group_errors import group_errors
from vbr_engine.risk.manifest import frame_hash

__all__ = ["command"]

_FIRST_LOOK = (
    "This was a quick look: few draws, providers left out in groups, no check of optimism. "
    "Do it in full before anything rests on it."
)
# What a first look is content with.
_QUICK = {"n_bootstrap": 40, "refits": 0, "folds": 5}


@click.command("evaluate")
@click.argument("model", type=PLACE)
@click.argument("careers", type=PLACE)
@cut_option
@applications_option
@output_option("what was found", endings=".html, .pdf or .json")
@click.option(
    "--horizon",
    "horizons",
    type=int,
    multiple=True,
    metavar="DAYS",
    help="Days in the job, 1 to 365; may be given again. Default: 30, 90, 180 and 365.",
)
@monitoring_option
@click.option(
    "--external",
    is_flag=True,
    help="The models have learned nothing from these people: judge them as they stand.",
)
@click.option(
    "--quick",
    is_flag=True,
    help="A first look: 5 groups of providers left out, few draws, nothing about optimism.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
def command(
    model: str,
    careers: str,
    cut: str | None,
    applications: str | None,
    output: str,
    horizons: tuple[int, ...],
    monitoring: tuple[str, ...],
    external: bool,
    quick: bool,
    seed: int,
) -> None:
    """Say how well the models in the folder MODEL do on CAREERS, every figure with an interval.

    The models are judged on providers that they have not seen: each is left out in turn and
    predicted by a model of the others. With --external they are judged as they stand. With
    --monitoring, figures are told by group too; small groups are kept back.

    What was found is kept in the models' folder as well, where `vbr risk card` reads it.

    \b
    vbr risk evaluate model/ careers.csv --cut 2026-03-31 -o evaluation.html
    """
    check_ending(output, "an evaluation")
    for horizon in horizons:
        check_horizon(horizon)
    stored = read_models(model)
    held = read_careers(careers, cut, applications)
    _check_new(stored, held, external)
    groups, notes = _groups(monitoring, held)
    for note in (*held.notes, *notes):
        click.echo(note, err=True)
    settings: dict[str, Any] = {"horizons": horizons or HORIZONS, "external": external}
    settings |= {"groups": groups, "seed": seed, "duplicates": alike_groups(held)}
    settings |= _QUICK if quick else {}
    found = _evaluated(stored, held, settings)
    if quick:
        found = {
            outcome: replace(one, notes=(*one.notes, _FIRST_LOOK)) for outcome, one in found.items()
        }
    plain = {outcome: one.to_dict() for outcome, one in found.items()}
    if groups is not None:
        for outcome, one in found.items():
            plain[outcome]["fairness"] = _errors(stored, held, one, settings)
    report = evaluation_report(
        plain,
        about=_about(held, careers, stored),
        sha256=stored.sha256,
        prepared=date.today(),
    )
    write_report(report, output)
    for sentence in report.summary:
        click.echo(sentence)
    _keep(report.figures, model, stored)
    click.echo(f"evaluation written to {output}", err=True)


def _check_new(stored: StoredModels, careers: Careers, external: bool) -> None:
    """Refuse to call people new from whom the models have learned."""
    if not external:
        return
    data = frame_hash(careers.frame)
    if any(model.manifest_.get("data") == data for model in stored.models.values()):
        raise CareersError(
            "the models have learned from this very table, so it cannot judge them as --external: "
            "leave that out, and providers are left out in turn"
        )


def _groups(
    places: tuple[str, ...], careers: Careers
) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
    if not places:
        return None, ()
    return read_monitoring(places, careers.frame["application"])


def _evaluated(
    stored: StoredModels, careers: Careers, settings: Mapping[str, Any]
) -> dict[str, Evaluation]:
    """Evaluate each model; one of two that nobody is at risk of is told and left out."""
    found = {}
    for outcome, model in stored.models.items():
        try:
            with shown_progress(f"Evaluating {outcome}", None) as tell:
                found[outcome] = evaluate(model, careers, on_step=tell, **settings)
        except CareersError as error:
            if len(stored.models) == 1:
                raise
            click.echo(f"{outcome}: no figures, because {error}", err=True)
    if not found:
        raise CareersError("nobody in the table was at risk of anything: nothing was written")
    return found


def _errors(
    stored: StoredModels, careers: Careers, found: Evaluation, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Say by group who is called at risk wrongly, and who is missed, at the last horizon."""
    if not found.horizons:
        return {}
    last = found.horizons[-1]
    kept = ("external", "duplicates", "seed", "groups", "folds")
    options = {name: settings[name] for name in kept if name in settings}
    options["external"] = found.judged != "held out"
    horizon = last if isinstance(last, int) else HORIZONS[-1]
    with shown_progress(f"Comparing groups, {found.outcome}", None) as tell:
        told = group_errors(
            stored.models[found.outcome], careers, horizon=horizon, on_step=tell, **options
        )
    return {by: one.to_dict() for by, one in told.items()}


def _about(careers: Careers, path: str, stored: StoredModels) -> dict[str, Any]:
    applications = careers.frame["application"]
    return {
        "simulated": is_simulated(applications) or bool(stored.about.get("simulated")),
        "careers": shown(Path(path).name),
        "careers_sha256": hash_of(path),
        "applications": len(careers),
        "providers": int(careers.frame["provider"].nunique()),
        "cut": str(careers.cut.date()),
    }


def _keep(found: Mapping[str, Any], folder: str, stored: StoredModels) -> None:
    """Keep it beside the models for their card; where that cannot be, say so."""
    try:
        write_evaluation(found, folder, stored)
    except FileError as error:
        click.echo(f"{error}: the card will not know of this evaluation", err=True)
