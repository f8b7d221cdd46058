"""`vbr ratings`: how far raters of answers in candidates' own words agree."""

from __future__ import annotations

import click
import pandas as pd
from rich.console import Console

from vbr_engine.bank.model import Bank
from vbr_engine.cli.arguments import PLACE, bank_argument, output_option, quiet_option
from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.files import check_writable, read_bank, read_table, write_table
from vbr_engine.psychometrics.raters import RaterAgreement, rater_agreement
from vbr_engine.scoring.guide import rubric_of

__all__ = ["command"]


@click.command("ratings")
@bank_argument
@click.argument("ratings", type=PLACE)
@output_option("the figures")
@quiet_option("the summary")
def command(bank: str, ratings: str, output: str, quiet: bool) -> None:
    """Say how far raters agree on answers in candidates' own words.

    RATINGS has a row for each rating: `sitting`, `item`, `rater`, `level`, in the order in which
    an answer was rated; `level` is empty where a rater could not rate it. The first two ratings of
    an answer are compared, over all, by item, by pair of raters and by rater: exact and adjacent
    agreement, quadratic kappa, ICC(2,1) and ICC(2,k), bias, and the share sent to a third.

    \b
    vbr ratings question_banks/homecare-values ratings.csv -o agreement.csv
    """
    check_writable(output)
    questions = read_bank(bank)
    table = read_table(ratings)
    found = rater_agreement(table, limit=rubric_of(questions).limit)
    _check(table, questions)
    write_table(found.to_frame(), output)
    if not quiet:
        _summarise(found, output)


def _check(table: pd.DataFrame, bank: Bank) -> None:
    """Refuse items that the bank does not have, and levels that its rubric does not have."""
    top = rubric_of(bank).n_levels - 1
    problems = []
    for row, (item, level) in enumerate(zip(table["item"], table["level"], strict=True), start=1):
        if item not in bank.item_by_id:
            message = f"{bank.label} has no item {item}"
            problems.append(Problem(message=message, row=row, column="item"))
        if level == level and level is not None and not 0 <= level <= top:
            message = f"expected a level from 0 to {top}, got {level:g}"
            problems.append(Problem(message=message, row=row, column="level"))
    if problems:
        raise ResponsesError(problems)


def _summarise(found: RaterAgreement, output: str) -> None:
    told = [
        f"{found.compared} of {found.answers} answers have two levels to compare.",
        f"The same level: {_share(found.exact)}; the same or the next: {_share(found.adjacent)}; "
        f"sent to a third rater: {_share(found.third)}.",
        f"Kappa, quadratic weights: {_figure(found.kappa)}.",
    ]
    icc = found.intraclass
    if icc is not None:
        told.append(
            f"The {icc.raters} raters who rated everything: one of them ICC(2,1) "
            f"{_figure(icc.single)} ({_figure(icc.single_low)} to {_figure(icc.single_high)}), "
            f"their mean ICC(2,k) {_figure(icc.average)} "
            f"({_figure(icc.average_low)} to {_figure(icc.average_high)})."
        )
    console = Console(stderr=True, highlight=False)
    for sentence in [*told, f"Written to {output}"]:
        console.print(sentence, markup=False, soft_wrap=True)


def _share(number: float) -> str:
    return f"{number:.0%}" if number == number else "-"


def _figure(number: float) -> str:
    return f"{number:.2f}" if number == number else "-"
