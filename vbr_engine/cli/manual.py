"""`vbr manual`: the technical manual of a bank as HTML, PDF or JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from vbr_engine.analysis import Analysis, parse_analysis
from vbr_engine.bank.model import Bank
from vbr_engine.cli.arguments import PLACE, bank_argument, file_option, output_option
from vbr_engine.errors import BankError, FileError, InvalidInput, Problem
from vbr_engine.files import (
    read_bank,
    read_changelog,
    read_responses,
    write_bytes,
    write_text,
)
from vbr_engine.files.drafts import read_json
from vbr_engine.files.whole import check_place, shown
from vbr_engine.psychometrics.panel import PanelStatistics, panel_statistics
from vbr_engine.rendering import report_html, report_pdf
from vbr_engine.reports.manual.data import TechnicalManual
from vbr_engine.reports.manual.make import mismatch, technical_manual

__all__ = ["command"]

ENDINGS = (".html", ".pdf", ".json")
MADE_UP = "simulated-"


@click.command("manual")
@bank_argument
@output_option(endings=".html, .pdf or .json")
@click.option(
    "--analysis",
    "analyses",
    type=PLACE,
    multiple=True,
    metavar="FILE",
    help="Evidence: an analysis of this version's sittings (JSON). May be given again.",
)
@file_option("--panel", "Ratings of an expert panel: a table of responses.")
@click.option("--language", default="en", show_default=True, help="Of the bank's own texts.")
@click.option("--with-key", is_flag=True, help="Print the key: not for candidates.")
def command(
    bank: str,
    output: str,
    analyses: tuple[str, ...],
    panel: str | None,
    language: str,
    with_key: bool,
) -> None:
    """Write the technical manual of BANK: what is known about this version, and what is not yet.

    What nobody knows yet stays visible as 'Not yet established', with the study that would
    establish it and its size. Analyses of simulated sittings are named and not used.

    \b
    vbr manual question_banks/homecare-values -o manual.pdf
    """
    ending = _ending(output)
    questions = read_bank(bank)
    held = [_read_analysis(path) for path in analyses]
    experts, made_up = _read_panel(panel, questions)
    _check_each(held, analyses, questions)
    manual = technical_manual(
        questions,
        analyses=held,
        panel=experts,
        panel_simulated=made_up,
        changelog=read_changelog(bank),
        language=language,
        with_key=with_key,
        prepared=date.today(),
    )
    _write(manual, output, ending)
    click.echo(
        f"manual of {manual.bank} written to {output}; not yet established: {len(manual.gaps)} "
        "things",
        err=True,
    )


def _ending(output: str) -> str:
    ending = Path(output).suffix.lower()
    if ending not in ENDINGS:
        message = f"a manual's name ends in .html, .pdf or .json, not {ending or 'nothing'!r}"
        raise FileError([Problem(file=output, message=message)])
    check_place(Path(output))
    return ending


def _read_analysis(path: str) -> Analysis:
    try:
        return parse_analysis(read_json(path))
    except BankError as error:
        raise BankError(_named(error, path)) from None


def _check_each(held: list[Analysis], paths: tuple[str, ...], bank: Bank) -> None:
    """Raise BankError with the file of every analysis that is of another version."""
    problems: list[Problem] = []
    for analysis, path in zip(held, paths, strict=True):
        told = mismatch(analysis, bank)
        problems += [Problem(message=told, file=shown(path))] if told else []
    if problems:
        raise BankError(problems)


def _named(error: InvalidInput, path: str) -> list[Problem]:
    return [replace(problem, file=shown(path)) for problem in error.problems]


def _read_panel(path: str | None, bank: Bank) -> tuple[PanelStatistics | None, bool]:
    if path is None:
        return None, False
    ratings = read_responses(path, bank)
    made_up = any(str(name).startswith(MADE_UP) for name in ratings.sittings)
    return panel_statistics(ratings, bank), made_up


def _write(manual: TechnicalManual, output: str, ending: str) -> None:
    if ending == ".pdf":
        write_bytes(report_pdf(manual), output)
    elif ending == ".html":
        write_text(report_html(manual), output)
    else:
        write_text(json.dumps(manual.to_dict(), ensure_ascii=False, indent=2) + "\n", output)
