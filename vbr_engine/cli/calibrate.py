"""`vbr calibrate`: estimate the items of a bank, or of any table, by an item response model."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any

import click
import pandas as pd
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from vbr_engine.cli.progress import PATIENCE
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
    """What is calibrated: categories by sitting and item, and where they come from."""

    table: pd.DataFrame
    file: str
    starts: dict[str, tuple[float, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    about: dict[str, Any] = field(default_factory=dict)


@click.command("calibrate")
@click.argument("bank", required=False, type=click.Path(readable=False))
@click.argument("responses", required=False, type=click.Path(readable=False))
@click.option(
    "--matrix",
    type=click.Path(readable=False),
    metavar="TABLE",
    help="Any table of answers in place of a bank and its responses: a column for each item.",
)
@click.option(
    "-o",
    "output",
    type=click.Path(readable=False),
    required=True,
    metavar="FILE",
    help="Where to write the items: .csv, .parquet, or .json with the figures of the fit.",
)
@click.option("--model", type=click.Choice(list(MODELS)), default="graded", show_default=True)
@click.option("--value", metavar="VALUE", help="Calibrate the items of this value of the bank.")
@click.option(
    "--scores",
    type=click.Path(readable=False),
    metavar="FILE",
    help="Where to write everybody's theta and its standard error: .csv or .parquet.",
)
@click.option(
    "--max-iter",
    type=click.IntRange(1),
    default=500,
    show_default=True,
    help="Most passes over the answers.",
)
@click.option("--quiet", "-q", is_flag=True, help="Do not print the figures of the fit.")
def command(
    bank: str | None,
    responses: str | None,
    matrix: str | None,
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
    rows (`sitting`, `row` or `id`); an empty cell is no answer. `rasch` is the partial credit model
    for items of more than two categories; `nominal` takes words too.

    The status is 1 where the search did not converge; what was reached is written all the same.

    \b
    vbr calibrate question_banks/homecare-values responses.csv -o items.csv
    vbr calibrate --matrix answers.csv --model gpcm -o items.json --scores theta.csv
    """
    check_parameters_writable(output)
    if scores is not None:
        check_writable(scores)
    answers = _answers(bank, responses, matrix, model, value)
    _check(answers, model)
    with _patience("Calibrating"):
        fitted = MODELS[model](standard_errors="observed", max_iter=max_iter).fit(answers.table)
        theta = None if scores is None else fitted.transform(answers.table)
    figures = _figures(fitted, answers)
    write_parameters(_items(fitted, answers), output, about={"calibration": figures})
    if scores is not None and theta is not None:
        write_table(_people(theta, answers.table), scores)
    if not quiet:
        _summarise(fitted, answers, output)
    if not fitted.converged_:
        print("The search did not converge: what was written is unfinished.", file=sys.stderr)
        sys.exit(1)


def _answers(
    bank: str | None, responses: str | None, matrix: str | None, model: str, value: str | None
) -> Answers:
    if matrix is None:
        if bank is None or responses is None:
            raise click.UsageError("expected BANK and RESPONSES, or --matrix TABLE")
        return _of_bank(bank, responses, value, most=2 if model == "2pl" else MOST)
    if bank is not None or value is not None:
        raise click.UsageError("--matrix takes the place of BANK, RESPONSES and --value")
    return Answers(read_matrix(matrix, words=model == "nominal"), Path(matrix).name)


def _of_bank(place: str, responses: str, value: str | None, *, most: int) -> Answers:
    bank = read_bank(place)
    found = score_classes(read_responses(responses, bank), bank, value=value, most=most)
    notes = tuple(f"{item} is left out: {why}." for item, why in found.left_out.items())
    about = {"bank": bank.label, "policy": bank.policy.id, "value": value or "all"}
    return Answers(found.table, Path(responses).name, found.starts, notes, about)


def _in_file(problems: Any, name: str) -> ResponsesError:
    return ResponsesError(
        Problem(file=name, row=one.row, column=one.column, message=one.message) for one in problems
    )


def _check(answers: Answers, model: str) -> None:
    """Refuse what no model can be estimated from, every reason at once."""
    table = answers.table
    problems = []
    if len(table) < FEWEST_SITTINGS:
        told = f"expected at least {FEWEST_SITTINGS} sittings, got {len(table)}"
        problems.append(Problem(message=told))
    elif table.shape[1] == 0:
        problems.append(Problem(message="there is no item on which the sittings differ"))
    for name, n in table.nunique().items():
        if n < 2:
            held = table[name].dropna()
            said = f"everybody who answered has {_shown(held.iloc[0])}" if n else "nobody answered"
            problems.append(Problem(column=str(name), message=f"{said}; leave this column out"))
        elif n > 2 and model == "2pl":
            told = f"expected two categories for 2pl, got {n}; graded takes any number"
            problems.append(Problem(column=str(name), message=told))
    if problems:
        raise _in_file(problems, answers.file)


def _shown(category: Any) -> str:
    return f"{category:g}" if isinstance(category, float) else str(category)


def _items(fitted: Any, answers: Answers) -> pd.DataFrame:
    """Parameters by item, with how many answered and what the categories are."""
    known = fitted.categories_
    labels = {
        item: answers.starts.get(item, told)
        for item, told in zip(known.items, known.labels, strict=True)
    }
    items: pd.DataFrame = fitted.parameters_.copy()
    items["n"] = (known.codes >= 0).sum(axis=0)
    items["categories"] = ["/".join(_shown(one) for one in labels[item]) for item in items.index]
    return items


def _people(theta: Any, table: pd.DataFrame) -> pd.DataFrame:
    name = str(table.index.name or "row")
    return pd.DataFrame({name: table.index, "theta": theta[:, 0], "se": theta[:, 1]})


def _figures(fitted: Any, answers: Answers) -> dict[str, Any]:
    return {
        **answers.about,
        "log-likelihood": float(fitted.log_likelihood_),
        "n": len(answers.table),
        "parameters": int(fitted.n_parameters_),
        "iterations": int(fitted.n_iter_),
        "converged": bool(fitted.converged_),
        "aic": float(fitted.aic_),
        "bic": float(fitted.bic_),
        "theta-sd": float(fitted.group_parameters_["sd"].iloc[0]),
        "advice": [*answers.notes, *fitted.advice_],
    }


def _summarise(fitted: Any, answers: Answers, output: str) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    figures = _figures(fitted, answers)
    for advice in figures.pop("advice"):
        console.print(advice)
    for name, figure in figures.items():
        if isinstance(figure, bool):
            shown = "yes" if figure else "no"
        else:
            shown = f"{figure:.3f}" if isinstance(figure, float) else str(figure)
        console.print(f"{name:<15} {shown}")
    console.print(f"{len(fitted.parameters_):,} items written to {output}")


@contextmanager
def _patience(words: str) -> Iterator[None]:
    """Show on a terminal that work goes on, if it takes long."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    bar.add_task(words, total=None)
    later = Timer(PATIENCE, bar.start)
    later.daemon = True
    later.start()
    try:
        yield
    finally:
        later.cancel()
        later.join()
        bar.stop()
