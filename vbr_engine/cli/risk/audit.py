"""`vbr risk audit`: whether people or outcomes have changed since the models were trained."""

from __future__ import annotations

import click

from vbr_engine.cli.arguments import PLACE
from vbr_engine.cli.risk.tables import applications_option, cut_option
from vbr_engine.errors import CareersError
from vbr_engine.files.careers import read_careers
from vbr_engine.files.model_folders import StoredModels, read_models, write_models
from vbr_engine.risk import Careers
from vbr_engine.risk.drift import Drift, drift_of, silence
from vbr_engine.risk.outcomes import OUTCOME_WORDS

__all__ = ["command"]


@click.command("audit")
@click.argument("model", type=PLACE)
@click.argument("careers", type=PLACE)
@cut_option
@applications_option
@click.option("--dry-run", is_flag=True, help="Only tell; leave the models as they are.")
def command(
    model: str, careers: str, cut: str | None, applications: str | None, dry_run: bool
) -> None:
    """Hold later CAREERS against the models in the folder MODEL.

    It is looked at whether the people are others than those that the models know, and whether more
    or fewer drop out than expected. An alarm silences a model until an audit finds none, or it is
    trained again: `vbr risk predict` then gives the reason in place of figures. To raise an alarm
    is no error: the status is 0.

    \b
    vbr risk audit model/ later.csv --cut 2027-03-31
    """
    stored = read_models(model)
    held = read_careers(careers, cut, applications)
    for note in held.notes:
        click.echo(note, err=True)
    found = _audited(stored, held)
    changed = [name for name in found if stored.models[name].alarms_ != found[name].alarms]
    for outcome, drift in found.items():
        click.echo("\n".join(_told(outcome, drift)))
    if dry_run or not changed:
        return
    for outcome in changed:
        silence(stored.models[outcome], found[outcome])
    write_models(stored.models, model, about=stored.about)
    click.echo(f"{' and '.join(changed)}: written to {model}; evaluate again", err=True)


def _audited(stored: StoredModels, careers: Careers) -> dict[str, Drift]:
    """Hold careers against each model; one that nobody is at risk of is told and left out."""
    found = {}
    for outcome, model in stored.models.items():
        try:
            found[outcome] = drift_of(model, careers)
        except CareersError as error:
            if len(stored.models) == 1:
                raise
            click.echo(f"{outcome}: nothing to compare, because {error}", err=True)
    return found


def _told(outcome: str, drift: Drift) -> list[str]:
    chart = drift.chart
    lines = [
        f"{OUTCOME_WORDS[outcome].name}: {int(chart['people'].sum()):,} people in "
        f"{len(chart):,} months; {chart['observed'].sum():,.0f} dropped out, "
        f"{chart['expected'].sum():,.0f} were expected."
    ]
    lines += [f"  Alarm: {alarm}" for alarm in drift.alarms]
    return lines if drift.alarms else [*lines, "  No alarm."]
