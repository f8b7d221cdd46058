"""`vbr analyse`: every statistic of a set of sittings, as a report and as figures."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import pandas as pd
from rich.console import Console

from vbr_engine.analysis.result import Analysis
from vbr_engine.analysis.study import STEPS, analyse, analyse_table
from vbr_engine.bank.model import Bank
from vbr_engine.cli.answer_key import read_key
from vbr_engine.cli.arguments import PLACE, bank_or_matrix, file_option, output_option, quiet_option
from vbr_engine.cli.joined_column import read_column
from vbr_engine.cli.progress import shown_progress
from vbr_engine.errors import FileError, InvalidInput, Problem
from vbr_engine.files import read_bank, read_matrix, read_responses, write_bytes, write_text
from vbr_engine.files.whole import check_place, shown
from vbr_engine.rendering import report_html, report_pdf
from vbr_engine.reports.analysis import analysis_report

__all__ = ["command"]

ENDINGS = (".html", ".pdf", ".json")
BESIDE = "analysis.json"
_LISTED = 20  # notes that are printed


@dataclass
class _Reading:
    """Reads every input, and keeps what is wrong with each until all were tried."""

    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def part(self) -> Iterator[None]:
        try:
            yield
        except InvalidInput as error:
            self.problems.extend(error.problems)

    def column(self, place: str, sittings: list[str]) -> pd.Series[Any] | None:
        found = None
        with self.part():
            found, notes = read_column(place, sittings)
            self.notes.extend(notes)
            if found.empty:
                raise FileError(f"{place}: none of its sittings is among the responses")
        return found

    def groups(self, places: tuple[str, ...], sittings: list[str]) -> dict[str, Any]:
        found = {}
        for place in places:
            name = place.rpartition(":")[2]
            if name in found:
                self.problems.append(Problem(message=f"group {name} is given twice"))
            found[name] = self.column(place, sittings)
        return found

    def end(self) -> None:
        """Stop if anything was wrong."""
        if self.problems:
            raise InvalidInput(dict.fromkeys(self.problems))


@click.command("analyse")
@bank_or_matrix
@output_option("the report", endings=".html or .pdf; .json writes the figures alone")
@click.option(
    "--json",
    "figures",
    type=PLACE,
    metavar="FILE",
    help=f"Where to write the figures; by default {BESIDE} beside the report.",
)
@click.option(
    "--key",
    metavar="ANSWERS",
    help="With --matrix: the right answers, 4,4,6,... or a file of them; answers may be words.",
)
@click.option(
    "--reverse",
    metavar="ITEM,...",
    help="With --matrix: items whose numbers count the other way round.",
)
@click.option(
    "--groups",
    multiple=True,
    metavar="FILE:COLUMN",
    help="Groups by `sitting`, joined in memory; may be given several times.",
)
@click.option(
    "--outcome",
    metavar="FILE:COLUMN",
    help="What is known later, a number by `sitting`, higher is better.",
)
@file_option("--retest", "Second sittings of the same people, under the same names.")
@file_option("--panel", "Answers of experts, as `vbr panel` reads them.")
@click.option(
    "--date",
    "made",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The date on the report, such as 2026-11-22; today by default.",
)
@quiet_option("the summary")
def command(
    bank: str | None,
    responses: str | None,
    matrix: str | None,
    output: str,
    figures: str | None,
    key: str | None,
    reverse: str | None,
    groups: tuple[str, ...],
    outcome: str | None,
    retest: str | None,
    panel: str | None,
    made: datetime | None,
    quiet: bool,
) -> None:
    """Analyse RESPONSES to BANK, or any table, and write a report with pictures.

    The report says how reliable the scores are, which items and options work, for whom, and what
    the answers speak against; and proposes changes, each with its figures, which `vbr revise`
    carries out for a person to review. The same figures are written as JSON.

    Sittings are named in neither file. Groups are joined by sitting in memory: written are their
    labels and figures, and of a group of fewer than 20 the label alone. What the answers do not
    allow is left out, and the report says why. The status is 1 where a search did not converge.

    \b
    vbr analyse question_banks/homecare-values responses.csv -o report.html
    vbr analyse --matrix answers.csv --key 4,4,6,2 -o report.html
    """
    ending = _check_places(output, figures)
    today = (made.date() if made else date.today()).isoformat()
    work = _Table(key, reverse) if matrix is not None else _Sittings(outcome, panel)
    _check_usage(bank, responses, matrix, key, reverse, outcome, panel)
    reading = _Reading()
    prepared = work.read(reading, bank, responses or matrix or "", groups, retest)
    reading.end()
    with shown_progress("Analysing", STEPS) as progress:
        analysis = prepared(today, progress)
    analysis = replace(analysis, notes=(*dict.fromkeys(reading.notes), *analysis.notes))
    _write(analysis, work.bank, output, ending, figures)
    if not quiet:
        _summarise(analysis, output)
    if not analysis.converged:
        print("The search did not converge: what was written is unfinished.", file=sys.stderr)
        sys.exit(1)


def _check_places(output: str, figures: str | None) -> str:
    ending = Path(output).suffix.lower()
    problems = []
    if ending not in ENDINGS:
        message = f"a report's name ends in .html, .pdf or .json, not {ending or 'nothing'!r}"
        problems.append(Problem(file=shown(output), message=message))
    if figures is not None and Path(figures).suffix.lower() != ".json":
        message = "the name of the file of figures ends in .json"
        problems.append(Problem(file=shown(figures), message=message))
    if problems:
        raise FileError(problems)
    for place in (output, figures):
        if place is not None:
            check_place(Path(place))
    return ending


def _check_usage(
    bank: str | None,
    responses: str | None,
    matrix: str | None,
    key: str | None,
    reverse: str | None,
    outcome: str | None,
    panel: str | None,
) -> None:
    if matrix is None:
        if bank is None or responses is None:
            raise click.UsageError("expected BANK and RESPONSES, or --matrix TABLE")
        if key is not None or reverse is not None:
            raise click.UsageError("--key and --reverse go with --matrix: a bank has its own key")
    elif bank is not None:
        raise click.UsageError("--matrix takes the place of BANK and RESPONSES")
    elif outcome is not None or panel is not None:
        raise click.UsageError("--outcome and --panel need a bank: they are about its key")


Prepared = Callable[[str, Callable[[int], None]], Analysis]


@dataclass
class _Sittings:
    """Responses to a bank."""

    outcome: str | None
    panel: str | None
    bank: Bank | None = None

    def read(
        self,
        reading: _Reading,
        bank: str | None,
        place: str,
        groups: tuple[str, ...],
        retest: str | None,
    ) -> Prepared:
        self.bank = questions = read_bank(bank or "")
        sat = again = experts = None
        with reading.part():
            sat = read_responses(place, questions)
        with reading.part():
            again = read_responses(retest, questions) if retest else None
        with reading.part():
            experts = read_responses(self.panel, questions) if self.panel else None
        reading.end()
        names = list(sat.sittings) if sat is not None else []
        joined = reading.groups(groups, names)
        later = reading.column(self.outcome, names) if self.outcome else None

        def prepared(made: str, on_step: Callable[[int], None]) -> Analysis:
            assert sat is not None
            return analyse(
                sat,
                questions,
                groups=joined,
                outcome=later,
                retest=again,
                panel=experts,
                made=made,
                on_step=on_step,
            )

        return prepared


@dataclass
class _Table:
    """A plain table of answers."""

    key: str | None
    reverse: str | None
    bank: Bank | None = None

    def read(
        self,
        reading: _Reading,
        bank: str | None,
        place: str,
        groups: tuple[str, ...],
        retest: str | None,
    ) -> Prepared:
        right = table = again = None
        with reading.part():
            right = None if self.key is None else read_key(self.key)
        with reading.part():
            table = _matrix(place, words=self.key is not None)
        with reading.part():
            again = _matrix(retest, words=self.key is not None) if retest else None
        reading.end()
        turned = [name.strip() for name in (self.reverse or "").split(",") if name.strip()]
        joined = reading.groups(groups, [] if table is None else list(table.index))

        def prepared(made: str, on_step: Callable[[int], None]) -> Analysis:
            assert table is not None
            return analyse_table(
                table,
                key=right,
                reverse=turned,
                groups=joined,
                retest=again,
                made=made,
                on_step=on_step,
            )

        return prepared


def _matrix(place: str, *, words: bool) -> pd.DataFrame:
    try:
        table = read_matrix(place, words=words)
    except InvalidInput as error:
        if words or not any("expected a number" in one.message for one in error.problems):
            raise
        hint = "answers in words have no order: name the right ones with --key"
        raise FileError([*error.problems, Problem(file=shown(place), message=hint)]) from error
    return table.set_axis(pd.Index([str(name) for name in table.index]), axis=0)


def _write(
    analysis: Analysis, bank: Bank | None, output: str, ending: str, figures: str | None
) -> None:
    text = json.dumps(analysis.to_dict(), ensure_ascii=False, allow_nan=False) + "\n"
    if ending != ".json":
        report = analysis_report(analysis, bank)
        if ending == ".pdf":
            write_bytes(report_pdf(report), output)
        else:
            write_text(report_html(report), output)
        figures = figures or str(Path(output).with_name(BESIDE))
    for place in {output if ending == ".json" else figures, figures} - {None}:
        write_text(text, str(place))


def _summarise(analysis: Analysis, output: str) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    for note in analysis.notes[:_LISTED]:
        console.print(note)
    if len(analysis.notes) > _LISTED:
        console.print(f"and {len(analysis.notes) - _LISTED} more notes in the report")
    whole = analysis.values.iloc[0] if len(analysis.values) else None
    if whole is not None and pd.notna(whole["alpha"]):
        console.print(
            f"alpha {whole['alpha']:.2f} ({whole['alpha_low']:.2f} to {whole['alpha_high']:.2f}) "
            f"over {whole['items']} items"
        )
    for proposal in analysis.proposals:
        console.print(f"proposed: {proposal.path}: {proposal.change}. {proposal.reason}")
    about = analysis.about
    what = about["bank"] or "a table without a bank"
    console.print(
        f"{about['sittings']:,} sittings of {what}, {len(analysis.proposals)} proposals, "
        f"written to {output}"
    )
