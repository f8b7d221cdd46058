"""`vbr revise`: write the draft of a bank's next version from an analysis."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from vbr_engine.bank.revise import Draft, revise_bank
from vbr_engine.cli.arguments import PLACE, bank_argument
from vbr_engine.files import read_proposals, read_source, write_draft

__all__ = ["command"]


@click.command("revise")
@bank_argument
@click.option(
    "--from",
    "analysis",
    type=PLACE,
    required=True,
    metavar="ANALYSIS.json",
    help="The analysis whose proposals to carry out.",
)
@click.option(
    "-o",
    "output",
    type=PLACE,
    required=True,
    metavar="FOLDER",
    help="Where to write the draft: a folder that is new or empty.",
)
def command(bank: str, analysis: str, output: str) -> None:
    """Write the draft of the next version of BANK.

    Carries out what the analysis proposes, one reason for each change in the draft's CHANGELOG.md,
    and raises the version number as the changes need. What it cannot carry out, or what is a
    person's to decide, such as other words, is listed there too. BANK itself is never changed.

    \b
    vbr revise question_banks/homecare-values --from analysis.json \\
        -o question_banks/homecare-values-next
    vbr diff question_banks/homecare-values question_banks/homecare-values-next
    """
    source = read_source(bank)
    proposals = read_proposals(analysis, source.bank)
    catalogues = {tag: held for tag, held in source.documents.items() if tag is not None}
    draft = revise_bank(source.documents[None], catalogues, proposals)
    _tell(draft)
    if not draft.applied:
        click.echo(_why_not(analysis, draft), err=True)
        sys.exit(1)
    write_draft(draft, source, output)
    click.echo(f"draft of {draft.bank.label} written to {output}", err=True)


def _why_not(analysis: str, draft: Draft) -> str:
    """Say why there is no draft, and what to do."""
    if draft.undecided:
        return (
            "Nothing was changed, so no draft was written: everything that is proposed is for a "
            "person to decide. Change the bank by hand, and check it with `vbr check`."
        )
    return (
        f"{Path(analysis).name} proposes nothing, so nothing was changed and no draft was written. "
        "Keep the bank as it is. If you expected changes, read the notes of the analysis: too few "
        "sittings propose nothing. Then analyse more of them, or the answers of experts with "
        "`vbr panel BANK EXPERTS --proposals FILE`."
    )


def _tell(draft: Draft) -> None:
    for change in draft.applied:
        click.echo(f"changed: {change.path}: {change.what}")
    for waiting in draft.undecided:
        click.echo(f"for a person to decide: {waiting.path}: {waiting.what}. {waiting.why}")
