"""`vbr report`: one sitting's report as HTML, PDF or JSON."""

from __future__ import annotations

import json
import re
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import click

from vbr_engine.bank.model import Bank
from vbr_engine.cli.arguments import PLACE, bank_argument, responses_argument
from vbr_engine.errors import FileError, Problem, ResponsesError
from vbr_engine.files import read_bank, read_responses, write_bytes, write_text
from vbr_engine.rendering import report_html, report_pdf
from vbr_engine.reports import (
    CandidateFeedback,
    RecruiterReport,
    candidate_feedback,
    recruiter_report,
)
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring import score

__all__ = ["command"]

ENDINGS = (".html", ".pdf", ".json")
NEAR, SEARCHED = 5, 10_000


@click.command("report")
@bank_argument
@responses_argument
@click.option("--sitting", required=True, help="Whose report: a name from the column `sitting`.")
@click.option(
    "-o",
    "output",
    type=PLACE,
    required=True,
    help="Where to write: .html, .pdf or .json.",
)
@click.option(
    "--for",
    "reader",
    type=click.Choice(["recruiter", "candidate"]),
    default="recruiter",
    show_default=True,
    help="The recruiter's report, or the candidate's feedback: no number and no key in it.",
)
@click.option(
    "--language",
    default="en",
    show_default=True,
    help="Of the report, and of the bank's texts where it has them: en or cy.",
)
@click.option("--candidate", help="Name to show at the head.")
@click.option("--vacancy", help="Vacancy to show at the head.")
@click.option("--provider", help="Provider to show at the head.")
@click.option("--contact", help="Whom a candidate can ask, shown in the feedback.")
def command(
    bank: str,
    responses: str,
    sitting: str,
    output: str,
    reader: str,
    language: str,
    candidate: str | None,
    vacancy: str | None,
    provider: str | None,
    contact: str | None,
) -> None:
    """Write one sitting's report: bands, what to talk about and an interview guide.

    The kind of file comes from the ending of its name. The JSON holds everything that the page
    does. Sittings whose names begin with `simulated-` are marked as made up.
    """
    ending = _ending(output)
    questions = read_bank(bank)
    table = read_responses(responses, questions)
    one = _one_sitting(table, questions, sitting)
    profile = score(one, questions).profile(sitting)
    report: RecruiterReport | CandidateFeedback
    if reader == "candidate":
        report = candidate_feedback(profile, questions, language=language, contact=contact)
    else:
        report = recruiter_report(
            profile,
            questions,
            one.answers(sitting),
            language=language,
            candidate=candidate,
            vacancy=vacancy,
            provider=provider,
            simulated=sitting.startswith("simulated-"),
            prepared=date.today(),
        )
    _write(report, output, ending)
    click.echo(f"report on {sitting} written to {output}", err=True)


def _ending(output: str) -> str:
    ending = Path(output).suffix.lower()
    if ending not in ENDINGS:
        message = f"a report's name ends in .html, .pdf or .json, not {ending or 'nothing'!r}"
        raise FileError([Problem(file=output, message=message)])
    return ending


def _one_sitting(responses: ResponseMatrix, bank: Bank, sitting: str) -> ResponseMatrix:
    if sitting not in responses.sittings:
        raise ResponsesError(_unknown(sitting, list(responses.sittings)))
    return ResponseMatrix.from_answers({sitting: responses.answers(sitting)}, bank)


def _unknown(sitting: str, known: list[str]) -> str:
    if not known:
        return f"there is no sitting {sitting!r}: the table is empty"
    plain = {_plain(name): name for name in reversed(known[:SEARCHED])}
    near = [plain[name] for name in get_close_matches(_plain(sitting), plain, n=NEAR, cutoff=0.6)]
    words = "near ones" if near else "the first ones"
    return (
        f"there is no sitting {sitting!r} among the {len(known):,} in the table; "
        f"{words}: {', '.join(near or known[:NEAR])}"
    )


def _plain(name: str) -> str:
    """Leave out case and leading noughts: `Simulated-7` is near `simulated-000007`."""
    return re.sub(r"0+(?=\d)", "", name.casefold())


def _write(report: RecruiterReport | CandidateFeedback, output: str, ending: str) -> None:
    if ending == ".pdf":
        write_bytes(report_pdf(report), output)
    elif ending == ".html":
        write_text(report_html(report), output)
    else:
        write_text(json.dumps(report.to_dict(), ensure_ascii=False, indent=2) + "\n", output)
