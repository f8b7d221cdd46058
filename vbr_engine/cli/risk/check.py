"""`vbr risk check`: what is wrong with a table of careers, and what is in it."""

from __future__ import annotations

from math import ceil, floor

import click
import pandas as pd

from vbr_engine.cli.arguments import PLACE
from vbr_engine.cli.risk.monitoring import monitoring_option, read_monitoring
from vbr_engine.cli.risk.soundness import check_sound
from vbr_engine.cli.risk.tables import applications_option, cut_option, is_simulated
from vbr_engine.files.careers import read_careers
from vbr_engine.risk import OUTCOMES, Careers, spells_of
from vbr_engine.risk.conversion import funnel, retention
from vbr_engine.risk.proxies import proxy_report
from vbr_engine.risk.stages import STAGE_WORDS

__all__ = ["command"]

_SHARE = ["onward", "low", "high"]
_STAY = ["retained", "low", "high"]


@click.command("check")
@click.argument("careers", type=PLACE)
@cut_option
@applications_option
@monitoring_option
def command(
    careers: str, cut: str | None, applications: str | None, monitoring: tuple[str, ...]
) -> None:
    """Check a table of CAREERS: every problem at once, with its row and its column.

    The table has a row for each application: `application`, `provider`, a date for each stage
    reached (applied, invited, started, completed, interviewed, offered, accepted, started_work),
    `ended` and `ended_by` (candidate, employer, transfer or contract-end), and what was known
    beforehand. The status is 1 where something is wrong; warnings alone leave it at 0.

    With --monitoring it is said which facts tell who belongs to a group: such a fact can carry a
    protected characteristic into a model that never saw it. Nothing about a person comes out.

    \b
    vbr risk check careers.csv --cut 2026-03-31
    vbr risk check careers.csv --monitoring monitoring.csv:ethnicity
    """
    held = read_careers(careers, cut, applications)
    for told in (*held.notes, *check_sound(held, careers)):
        click.echo(told, err=True)
    for line in (*_inside(held), *_proxies(held, monitoring)):
        click.echo(line)


def _proxies(careers: Careers, places: tuple[str, ...]) -> list[str]:
    """Say which facts tell who belongs to a group."""
    if not places:
        return []
    groups, notes = read_monitoring(places, careers.frame["application"])
    for note in notes:
        click.echo(note, err=True)
    report = proxy_report(careers, groups)
    flagged = report.loc[report["flagged"], "sentence"].tolist()
    return ["", *(flagged or ["No fact tells who belongs to a group better than a weak hint."])]


def _inside(careers: Careers) -> list[str]:
    frame = careers.frame
    lines = [
        f"{len(frame):,} applications to {frame['provider'].nunique():,} providers, known up to "
        f"{careers.cut.date()}."
    ]
    if is_simulated(frame["application"]):
        lines.append("They are simulated: practise on them, and conclude nothing from them.")
    for outcome in OUTCOMES:
        spells = spells_of(careers, outcome)
        who = "applied" if outcome == "withdrawal" else "started work"
        what = "withdrew" if outcome == "withdrawal" else "left by themselves within 12 months"
        lines.append(f"{outcome}: {len(spells):,} {who}, {spells.n_events:,} {what}.")
    return [*lines, *_steps(careers), *_days(careers)]


def _steps(careers: Careers) -> list[str]:
    """Say how many reached each stage, and how many of those at risk went on."""
    table = funnel(careers)
    told = pd.DataFrame(
        {
            "stage": table["stage"].map(STAGE_WORDS),
            "reached": table["reached"],
            "withdrew": table["withdrew"],
            "declined": table["declined"] + table["otherwise"],
            "still open": table["open"],
            "go on": [_share(*row) for row in table[_SHARE].itertuples(index=False)],
        }
    )
    last = table["stage"].eq("started_work")
    return ["", told[~last].to_string(index=False)]


def _days(careers: Careers) -> list[str]:
    """Say how many are still in the job after so many days."""
    table = retention(careers)
    if table.empty or not table["started"].max():
        return []
    told = pd.DataFrame(
        {
            "day in the job": table["day"],
            "left": table["left"],
            "seen until then": table["followed"],
            "stay": [_share(*row) for row in table[_STAY].itertuples(index=False)],
        }
    )
    return ["", told.to_string(index=False)]


def _share(value: float, low: float, high: float) -> str:
    if value != value:
        return "not known"
    if low != low:
        return f"{value:.0%} (how far off, not known)"
    # The interval becomes no narrower.
    bottom, top = floor(100 * low + 1e-9), ceil(100 * high - 1e-9)
    return f"{value:.0%} ({bottom}% to {top}%)"
