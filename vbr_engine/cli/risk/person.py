"""`vbr risk person`: what a recruiter reads about one candidate."""

from __future__ import annotations

from datetime import date, datetime
from difflib import get_close_matches

import click
import pandas as pd

from vbr_engine.cli.arguments import PLACE, output_option
from vbr_engine.cli.risk.output import check_ending, write_report
from vbr_engine.cli.risk.predict import check_horizon, date_option, named
from vbr_engine.cli.risk.tables import is_simulated
from vbr_engine.errors import CareersError, Problem
from vbr_engine.files.careers import read_candidates
from vbr_engine.files.model_folders import StoredModels, read_models, switched_off
from vbr_engine.files.whole import shown
from vbr_engine.reports.person_risk import HORIZONS, person_risk
from vbr_engine.reports.risk import RiskPanel
from vbr_engine.risk.silences import OFF

__all__ = ["command"]

_NEAR = 3


@click.command("person")
@click.argument("model", type=PLACE)
@click.argument("candidates", type=PLACE)
@click.option("--application", required=True, help="Whose: a name from the column `application`.")
@output_option("the page", endings=".html, .pdf or .json")
@click.option(
    "--horizon",
    "horizons",
    type=int,
    multiple=True,
    default=HORIZONS,
    show_default=True,
    metavar="DAYS",
    help="Days in the job up to which leaving counts; may be given again.",
)
@date_option
@click.option("--candidate", help="Name to show at the head.")
@click.option("--language", default="en", show_default=True, help="Of the page: en or cy.")
def command(
    model: str,
    candidates: str,
    application: str,
    output: str,
    horizons: tuple[int, ...],
    today: datetime | None,
    candidate: str | None,
    language: str,
) -> None:
    """Write what a recruiter reads about one of CANDIDATES.

    Withdrawing and leaving early are told apart, as people out of 100, with what they rest on, at
    most three reasons and what the employer can do; or a sentence why there is no figure.

    \b
    vbr risk person model/ candidates.csv --application a17 -o a17.html
    """
    check_ending(output, "a page")
    for horizon in horizons:
        check_horizon(horizon)
    stored = read_models(model)
    person = _one(read_candidates(candidates), application, candidates)
    day = today.date() if today else date.today()
    try:
        page = _page(stored, person, horizons, day, switched_off(model), candidate, language)
    except CareersError as error:
        raise CareersError(named(error, candidates)) from None
    write_report(page, output)
    click.echo(f"page about {application} written to {output}", err=True)


def _one(people: pd.DataFrame, application: str, path: str) -> pd.DataFrame:
    known = people["application"].astype(str)
    chosen = people[known == application].reset_index(drop=True)
    if len(chosen):
        return chosen
    near = get_close_matches(application, known.tolist()[:10_000], n=_NEAR)
    words = f"; near ones: {', '.join(near)}" if near else ""
    message = f"there is no application {application!r} in the table{words}"
    raise CareersError([Problem(file=shown(path), message=message)])


def _page(
    stored: StoredModels,
    person: pd.DataFrame,
    horizons: tuple[int, ...],
    today: date,
    off: str | None,
    candidate: str | None,
    language: str,
) -> RiskPanel:
    panel, _ = person_risk(
        stored.models,
        person,
        today=today,
        horizons=horizons,
        language=language,
        off=None if off is None else OFF.format(reason=off),
        candidate=candidate,
        provider=str(person["provider"].iloc[0]),
        trained=date.fromisoformat(str(stored.about["cut"])),
        model=stored.sha256,
        simulated=bool(stored.about.get("simulated")) or is_simulated(person["application"]),
    )
    return panel
