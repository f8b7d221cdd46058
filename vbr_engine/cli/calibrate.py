"""`vbr calibrate`: estimate the items of a bank, or of any table, by an item response model."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import pandas as pd

from vbr_engine.bank.model import Bank
from vbr_engine.cli.arguments import bank_or_matrix, file_option, output_option, quiet_option
from vbr_engine.cli.calibration_output import (
    Source,
    figures_of,
    items_of,
    people_of,
    shown_category,
    summarise,
)
from vbr_engine.cli.in_parts import calibrated, cluster_option, is_partitioned, partitions_option
from vbr_engine.cli.progress import shown_search
from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.files import check_writable, read_bank, read_matrix, read_responses, write_table
from vbr_engine.files.parameter_files import check_parameters_writable, write_parameters
from vbr_engine.psychometrics import (
    GeneralizedPartialCreditModel,
    GradedResponseModel,
    NominalResponseModel,
    Rasch,
    TwoParameterLogistic,
)
from vbr_engine.psychometrics.score_classes import MOST, score_classes

__all__ = ["command"]

MODELS: dict[str, Callable[..., Any]] = {
    "graded": GradedResponseModel,
    "gpcm": GeneralizedPartialCreditModel,
    "nominal": NominalResponseModel,
    "rasch": Rasch,
    "2pl": TwoParameterLogistic,
}
FEWEST_SITTINGS = 10


@dataclass(frozen=True, eq=False)
class Answers:
    """What is calibrated: categories by sitting and item."""

    table: pd.DataFrame
    source: Source


@click.command("calibrate")
@bank_or_matrix
@click.option("--weights", metavar="COLUMN", help="With --matrix, the column of sample weights.")
@partitions_option
@cluster_option
@output_option("the items", endings=".csv, .parquet, or .json with the figures of the fit")
@click.option("--model", type=click.Choice(list(MODELS)), default="graded", show_default=True)
@click.option("--value", metavar="VALUE", help="Calibrate the items of this value of the bank.")
@file_option(
    "--scores", "Where to write everybody's theta and its standard error: .csv or .parquet."
)
@click.option(
    "--max-iter",
    type=click.IntRange(1),
    default=500,
    show_default=True,
    help="Most passes over the answers.",
)
@quiet_option("the figures of the fit")
def command(
    bank: str | None,
    responses: str | None,
    matrix: str | None,
    weights: str | None,
    partitions: bool,
    cluster: str | None,
    output: str,
    model: str,
    value: str | None,
    scores: str | None,
    max_iter: int,
    quiet: bool,
) -> None:
    """Estimate slopes and intercepts of items by marginal maximum likelihood.

    With a bank, an item's categories are the points that its answers earn by the bank's rules,
    rounded to at most 8 evenly spaced levels (2 for `2pl`); a level that fewer than 10 sittings
    reach is joined to a neighbour. All items measure one trait, unless --value picks those of one.
    With --matrix, the categories are the values in the cells, and the first column may name the
    rows (`sitting`, `row`, `id` or `rownames`); an empty cell is no answer. `rasch` is the partial
    credit model for items of more than two categories; `nominal` takes words too.

    A folder of Parquet files, a pattern such as 'answers/2026-*.parquet', or with --partitions one
    file, may be larger than memory: it is read in parts, and --scores names a folder then. With
    --cluster the parts are read and gone over by the workers of a Dask cluster, who must see the
    same files; only sums travel.

    The status is 1 where the search did not converge; what was reached is written all the same.

    \b
    vbr calibrate question_banks/homecare-values responses.csv -o items.csv
    vbr calibrate --matrix answers.csv --model gpcm -o items.json --scores theta.csv
    vbr calibrate --matrix answers/ -o items.json --scores theta/ --cluster local:2
    """
    check_parameters_writable(output)
    _check_usage(bank, responses, matrix, value, weights)
    place = str(matrix or responses)
    chosen = MODELS[model](standard_errors="observed", max_iter=max_iter)
    if partitions or cluster is not None or is_partitioned(place):
        options = {"scores": scores, "cluster": cluster, "weights": weights}
        fitted, source = _in_parts(chosen, bank, place, model, value, options)
    else:
        if scores is not None:
            check_writable(scores)
        fitted, source = _in_memory(chosen, bank, place, model, value, scores, weights)
    figures = figures_of(fitted, source)
    write_parameters(items_of(fitted, source), output, about={"calibration": figures})
    if source.people is not None:
        write_table(source.people, str(scores))
    if not quiet:
        summarise(fitted, source, output)
    if not fitted.converged_:
        print("The search did not converge: what was written is unfinished.", file=sys.stderr)
        sys.exit(1)


def _check_usage(
    bank: str | None,
    responses: str | None,
    matrix: str | None,
    value: str | None,
    weights: str | None,
) -> None:
    if matrix is None and (bank is None or responses is None):
        raise click.UsageError("expected BANK and RESPONSES, or --matrix TABLE")
    if matrix is not None and (bank is not None or value is not None):
        raise click.UsageError("--matrix takes the place of BANK, RESPONSES and --value")
    if weights is not None and matrix is None:
        raise click.UsageError("--weights goes with --matrix")


def _in_memory(
    chosen: Any,
    bank: str | None,
    place: str,
    model: str,
    value: str | None,
    scores: str | None,
    weights: str | None,
) -> tuple[Any, Source]:
    answers = _answers(bank, place, model, value)
    table, given = answers.table, None
    if weights is not None:
        table, given = _weighed(answers, weights)
    _check(table, answers.source.file, model)
    with shown_search("Calibrating") as tell:
        fitted = chosen.fit(table, sample_weight=given, on_pass=tell)
        people = None if scores is None else people_of(fitted.transform(table), table)
    return fitted, replace(answers.source, people=people)


def _in_parts(
    chosen: Any, bank: str | None, place: str, model: str, value: str | None, options: Any
) -> tuple[Any, Source]:
    questions = None if bank is None else read_bank(bank)
    found = calibrated(
        chosen,
        place,
        bank=questions,
        value=value,
        most=_most(model),
        words=model == "nominal",
        two=model == "2pl",
        fewest=FEWEST_SITTINGS,
        **options,
    )
    about = {} if questions is None else _about(questions, value)
    return found.model, Source(place, found.starts, found.notes, about)


def _weighed(answers: Answers, column: str) -> tuple[pd.DataFrame, Any]:
    if column not in answers.table:
        message = f"there is no column {column!r} of weights"
        raise ResponsesError([Problem(file=answers.source.file, message=message)])
    given = answers.table[column]
    wrong = given.index[~(given >= 0)]
    if len(wrong):
        problems = [
            Problem(row=str(at), column=column, message="expected a weight of 0 or more")
            for at in wrong[:20]
        ]
        raise _in_file(problems, answers.source.file)
    return answers.table.drop(columns=column), given.to_numpy(dtype=float)


def _most(model: str) -> int:
    return 2 if model == "2pl" else MOST


def _about(bank: Bank, value: str | None) -> dict[str, Any]:
    return {"bank": bank.label, "policy": bank.policy.id, "value": value or "all"}


def _answers(place: str | None, responses: str, model: str, value: str | None) -> Answers:
    file = Path(responses).name
    if place is None:
        return Answers(_matrix(responses, words=model == "nominal"), Source(file))
    bank = read_bank(place)
    given = read_responses(responses, bank)
    found = score_classes(given, bank, value=value, most=_most(model))
    notes = tuple(f"{item} is left out: {why}." for item, why in found.left_out.items())
    return Answers(found.table, Source(file, found.starts, notes, _about(bank, value)))


def _matrix(place: str, *, words: bool) -> pd.DataFrame:
    try:
        return read_matrix(place, words=words)
    except ResponsesError as error:
        if not any("expected a number" in one.message for one in error.problems):
            raise
        hint = "answers in words have no order: use --model nominal, or write numbers"
        raise ResponsesError([*error.problems, Problem(message=hint)]) from error


def _in_file(problems: Any, name: str) -> ResponsesError:
    return ResponsesError(
        Problem(file=name, row=one.row, column=one.column, message=one.message) for one in problems
    )


def _check(table: pd.DataFrame, file: str, model: str) -> None:
    """Refuse what no model can be estimated from, every reason at once."""
    problems = []
    if len(table) < FEWEST_SITTINGS:
        told = f"expected at least {FEWEST_SITTINGS} sittings, got {len(table)}"
        problems.append(Problem(message=told))
    elif table.shape[1] == 0:
        problems.append(Problem(message="there is no item on which the sittings differ"))
    for name, n in table.nunique().items():
        if n < 2:
            held = table[name].dropna()
            said = (
                f"everybody who answered has {shown_category(held.iloc[0])}"
                if n
                else "nobody answered"
            )
            problems.append(Problem(column=str(name), message=f"{said}; leave this column out"))
        elif n > 2 and model == "2pl":
            told = f"expected two categories for 2pl, got {n}; graded takes any number"
            problems.append(Problem(column=str(name), message=told))
    if problems:
        raise _in_file(problems, file)
