"""`vbr plan`: how large a study has to be, and what one of a given size can see."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from vbr_engine.errors import FileError, Problem
from vbr_engine.files import write_table, write_text
from vbr_engine.files.parameter_files import read_parameters
from vbr_engine.files.whole import check_place
from vbr_engine.psychometrics.plan import Plan
from vbr_engine.psychometrics.planning import MEASURES, plan_precision
from vbr_engine.psychometrics.planning_dif import plan_dif
from vbr_engine.psychometrics.planning_items import plan_items
from vbr_engine.psychometrics.planning_retention import plan_retention
from vbr_engine.psychometrics.planning_validity import plan_validity

__all__ = ["command"]

ENDINGS = (".csv", ".parquet", ".json")


class Share(click.ParamType[float]):
    """A share of all, written as 0.3 or as 30%."""

    name = "share"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read 30% as 0.3; refuse 30, which could be either."""
        if isinstance(value, float):
            return value
        text = str(value).strip().replace("−", "-")
        try:
            number = float(text.removesuffix("%"))
        except ValueError:
            self.fail(f"expected a share such as 30% or 0.3, got {value!r}", param, ctx)
        if text.endswith("%"):
            return number / 100
        if number > 1:
            self.fail(f"expected a share such as 0.3: write {text}% if you mean that", param, ctx)
        return number


SHARE = Share()


@click.group("plan")
def command() -> None:
    """Say how large a study has to be, and what one of a given size can see.

    Each answer is a few sentences, a table over several sizes, the formula and where it is from.
    Shares are written as 30% or 0.3.

    \b
    vbr plan retention --leaving 30% --difference 5.6%
    vbr plan validity 0.2 -n 60
    vbr plan precision facility --se 0.03
    vbr plan items --reliability 0.6 --items 16 --target 0.8
    vbr plan dif 1.5
    """


def _options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def add(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return add


_OUTPUT = click.option(
    "-o",
    "--csv",
    "output",
    type=click.Path(readable=False),
    metavar="FILE",
    help="Write the table as well: .csv, .parquet or .json.",
)
_TEST = _options(
    click.option(
        "--significance", type=SHARE, default=0.05, show_default=True,
        help="Chance of a false alarm, two-sided.",
    ),
    click.option(
        "--power", type=SHARE, default=0.8, show_default=True,
        help="Chance of seeing what is there.",
    ),
)  # fmt: skip
_CLUSTERS = _options(
    click.option(
        "--cluster-size", type=float, default=1.0, show_default=True, metavar="M",
        help="People per provider.",
    ),
    click.option(
        "--icc", type=float, default=0.0, show_default=True,
        help="How alike people of one provider are: intraclass correlation.",
    ),
)  # fmt: skip


@command.command("precision")
@click.argument("measure", type=click.Choice(MEASURES))
@click.option("--se", "standard_error", type=float, help="The standard error wanted.")
@click.option("--width", type=float, help="Instead: the width of the interval wanted.")
@click.option("-n", type=int, help="How sure is it at this number of sittings?")
@click.option("--expected", type=float, help="What the facility, correlation or alpha may be.")
@click.option("--sd", type=float, help="Spread of one sitting's score.")
@click.option("--percentile", type=SHARE, default=0.1, show_default=True)
@click.option("--items", type=int, default=16, show_default=True, help="Items of the test.")
@click.option("--categories", type=int, default=4, show_default=True, help="Answers of an item.")
@click.option(
    "--model",
    type=click.Choice(["graded", "gpcm", "nominal"]),
    default="graded",
    show_default=True,
)
@click.option("--slope", type=float, default=1.0, show_default=True, help="Of a typical item.")
@click.option("--confidence", type=SHARE, default=0.95, show_default=True)
@_CLUSTERS
@_OUTPUT
def precision(output: str | None, **asked: Any) -> None:
    """Say how many sittings make a figure sure enough.

    MEASURE is an item's facility, a norm group's mean or percentile, a correlation (a validity is
    one), alpha, or the slope or intercept of items calibrated together.
    """
    _answer(lambda: plan_precision(**asked), output)


@command.command("items")
@click.option("--reliability", type=float, help="What the present items have.")
@click.option("--items", type=int, help="How many they are.")
@click.option("--target", type=float, help="The reliability wanted.")
@click.option(
    "--sem", type=float,
    help="Instead: the standard error of measurement wanted, in standard deviations.",
)  # fmt: skip
@click.option(
    "--parameters",
    type=click.Path(readable=False),
    metavar="FILE",
    help="Calibrated items (from vbr calibrate), in place of a reliability.",
)
@_OUTPUT
def items(output: str | None, parameters: str | None, **asked: Any) -> None:
    """Say how many items make a score reliable enough."""
    known = None if parameters is None else read_parameters(parameters)
    _answer(lambda: plan_items(parameters=known, **asked), output)


@command.command("retention")
@click.option(
    "--leaving", type=SHARE, default=0.3, show_default=True,
    help="Share that leaves without the programme.",
)  # fmt: skip
@click.option(
    "--difference", type=SHARE, default=0.056, show_default=True,
    help="How much smaller that share is under it.",
)  # fmt: skip
@click.option("-n", type=int, help="What can this many hires under the programme show?")
@click.option(
    "--ratio", type=float, default=1.0, show_default=True,
    help="Hires without the programme for each one under it.",
)  # fmt: skip
@_CLUSTERS
@click.option(
    "--variation", type=float, default=0.0, show_default=True,
    help="Coefficient of variation of providers' sizes.",
)  # fmt: skip
@click.option(
    "--lost", type=SHARE, default=0.0, show_default=True,
    help="Share of whom nobody knows later whether they stayed.",
)  # fmt: skip
@_TEST
@_OUTPUT
def retention(output: str | None, **asked: Any) -> None:
    """Say how many hires show that fewer people leave under a programme."""
    _answer(lambda: plan_retention(**asked), output)


@command.command("validity")
@click.argument("correlation", type=float, default=0.2)
@click.option("-n", type=int, help="What can this many hires with an outcome show?")
@click.option(
    "--selected", type=SHARE, help="Share of applicants hired, from the top of the score."
)
@click.option(
    "--criterion-reliability", type=float, default=1.0, show_default=True,
    help="Of the outcome as it is measured.",
)  # fmt: skip
@_TEST
@_OUTPUT
def validity(output: str | None, **asked: Any) -> None:
    """Say how many hires show that a score goes with an outcome.

    CORRELATION is that between score and outcome among all applicants (0.2 if not given).
    """
    _answer(lambda: plan_validity(**asked), output)


@command.command("dif")
@click.argument("delta", type=float, default=1.5)
@click.option("-n", type=int, help="What can this many people of the smaller group show?")
@click.option(
    "--facility", type=SHARE, default=0.6, show_default=True,
    help="Share of the other group that answers as keyed.",
)  # fmt: skip
@click.option("--slope", type=float, default=1.0, show_default=True, help="Of the item.")
@click.option(
    "--ratio", type=float, default=1.0, show_default=True,
    help="People of the other group for each of the smaller.",
)  # fmt: skip
@click.option(
    "--impact", type=float, default=0.0, show_default=True,
    help="How much lower the smaller group is, in standard deviations.",
)  # fmt: skip
@click.option("--tests", type=int, default=1, show_default=True, help="Items tested at once.")
@_TEST
@_OUTPUT
def dif(output: str | None, **asked: Any) -> None:
    """Say how large a group shows an item that works differently for it.

    DELTA is the size on the ETS scale: 1 begins class B, 1.5 (if none is given) class C.
    """
    _answer(lambda: plan_dif(**asked), output)


def _answer(ask: Callable[[], Plan], output: str | None) -> None:
    if output is not None:
        _check_output(output)
    plan = ask()
    if output is not None:
        _write(plan, output)
    _show(plan)
    if output is not None:
        click.echo(f"table written to {output}", err=True)


def _check_output(output: str) -> None:
    if Path(output).suffix.lower() not in ENDINGS:
        message = "a table's name ends in .csv, .parquet or .json"
        raise FileError([Problem(file=output, message=message)])
    check_place(Path(output))


def _write(plan: Plan, output: str) -> None:
    if not output.lower().endswith(".json"):
        write_table(plan.table, output)
        return
    rows = json.loads(plan.table.to_json(orient="records", double_precision=15))
    told = {
        "question": plan.question,
        "answer": plan.answer,
        "size": plan.size,
        "formula": plan.formula,
        "source": plan.source,
        "table": rows,
    }
    write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", output)


def _show(plan: Plan) -> None:
    console = Console(highlight=False, width=None)
    console.print(plan.question, style="bold", markup=False)
    for sentence in plan.answer:
        console.print(sentence, markup=False)
    table = Table(*map(str, plan.table.columns), box=None, pad_edge=False)
    for column in table.columns:
        column.justify = "right"
    for row in plan.table.itertuples(index=False):
        table.add_row(*map(_figure, row))
    console.print()
    console.print(table)
    console.print()
    console.print(f"Formula: {plan.formula}.", markup=False)
    console.print(f"Source: {plan.source}.", markup=False)


def _figure(number: Any) -> str:
    if number is None or number != number:
        return "none"
    return f"{number:,.3f}" if isinstance(number, float) else f"{number:,}"
