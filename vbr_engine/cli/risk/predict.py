"""`vbr risk predict`: what can be said about candidates."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

import click
import pandas as pd

from vbr_engine.cli.arguments import PLACE, output_option
from vbr_engine.cli.risk.tables import is_simulated
from vbr_engine.errors import CareersError, Problem
from vbr_engine.files import check_writable, write_table
from vbr_engine.files.careers import read_candidates
from vbr_engine.files.model_folders import read_models, switched_off
from vbr_engine.files.whole import shown
from vbr_engine.risk.asking import predicted, withheld
from vbr_engine.risk.published_rates import benchmark_for
from vbr_engine.risk.silences import OFF

__all__ = ["check_horizon", "command", "date_option", "named"]

_MOST_TOLD = 5


date_option = click.option(
    "--date",
    "today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Day on which it is asked, today by default: a model past its review says nothing.",
)


@click.command("predict")
@click.argument("model", type=PLACE)
@click.argument("candidates", type=PLACE)
@output_option("what can be said")
@click.option(
    "--horizon",
    type=int,
    default=365,
    show_default=True,
    metavar="DAYS",
    help="Days in the job up to which leaving counts, 1 to 365. Withdrawal has none.",
)
@date_option
def command(model: str, candidates: str, output: str, horizon: int, today: datetime | None) -> None:
    """Say how likely CANDIDATES are to withdraw or to leave early, or why no figure is given.

    The table has a row for each candidate and outcome, in the order of CANDIDATES: never a rank.
    Where there is no figure, `shown` is no and `why_not` holds the reason; that is no error. The
    rates of the provider and, where one is published, of England stand beside each.

    CANDIDATES are a table like the careers, without outcomes: `application`, `provider`, the dates
    of stages reached, and what is known of the job on offer. Whoever has been in the job for a week
    (`started_work`) is told of as one of those who have stayed so long.

    \b
    vbr risk predict model/ candidates.csv -o risk.csv --horizon 90
    """
    check_writable(output)
    check_horizon(horizon)
    stored = read_models(model)
    people = read_candidates(candidates)
    day = today.date() if today else date.today()
    try:
        table = predicted(stored.models, people, horizon, day)
    except CareersError as error:
        raise CareersError(named(error, candidates)) from None
    reason = switched_off(model)
    if reason is not None:
        table = withheld(table, OFF.format(reason=reason))
    write_table(table.assign(shown=table["shown"].map({True: "yes", False: "no"})), output)
    made_up = stored.about.get("simulated") or is_simulated(people["application"])
    for line in _summary(table, simulated=bool(made_up)):
        click.echo(line)
    click.echo(f"{len(table):,} rows written to {output}", err=True)


def check_horizon(horizon: int) -> None:
    """Raise CareersError for a horizon that no model has."""
    if not 1 <= horizon <= 365:
        raise CareersError(f"expected a horizon of 1 to 365 days, got {horizon}")


def named(error: CareersError, path: str) -> list[Problem]:
    """Name the file in each problem."""
    return [
        Problem(file=shown(path), message=p.message, row=p.row, column=p.column, rule=p.rule)
        for p in error.problems
    ]


def _summary(table: pd.DataFrame, *, simulated: bool) -> list[str]:
    lines = ["Simulated data: about nobody."] if simulated else []
    for outcome, rows in table.groupby("outcome", sort=False):
        shown_rows, bands = int(rows["shown"].sum()), int((rows["band"] != "").sum())
        lines.append(
            f"{outcome}: {len(rows):,} candidates; figures for {shown_rows:,}, bands for "
            f"{bands:,}, neither for {int((~rows['shown'] & (rows['band'] == '')).sum()):,}."
        )
        reasons = Counter(rows.loc[~rows["shown"], "why_not"]).most_common(_MOST_TOLD)
        lines += [f"  {count:,}: {reason}" for reason, count in reasons]
        published = benchmark_for(str(outcome), 365)
        if rows["england_rate"].notna().any() and published is not None:
            lines.append(f"  england_rate is {published.sentence}.")
    return lines
