"""Arguments that several commands take, written once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

__all__ = [
    "PLACE",
    "Decorator",
    "bank_argument",
    "bank_or_matrix",
    "file_option",
    "output_option",
    "quiet_option",
    "responses_argument",
]

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

# Whether it can be read or written is found out, and said, by who reads or writes it.
PLACE = click.Path(readable=False)

bank_argument = click.argument("bank", type=PLACE)
responses_argument = click.argument("responses", type=PLACE)


def bank_or_matrix(command: Callable[..., Any]) -> Callable[..., Any]:
    """Ask for a bank and its responses, or for any table, ``--matrix``."""
    matrix = click.option(
        "--matrix",
        type=PLACE,
        metavar="TABLE",
        help="Any table of answers in place of a bank and its responses: a column for each item.",
    )
    bank = click.argument("bank", required=False, type=PLACE)
    responses = click.argument("responses", required=False, type=PLACE)
    return bank(responses(matrix(command)))


def output_option(what: str = "", *, endings: str = ".csv or .parquet") -> Decorator:
    """Ask for the place to write to, ``-o``."""
    told = f"Where to write {what}".rstrip() + f": {endings}."
    return click.option("-o", "output", type=PLACE, required=True, metavar="FILE", help=told)


def file_option(name: str, told: str) -> Decorator:
    """Offer to name another file."""
    return click.option(name, type=PLACE, metavar="FILE", help=told)


def quiet_option(what: str) -> Decorator:
    """Offer to leave out what is printed for a person."""
    return click.option("--quiet", "-q", is_flag=True, help=f"Do not print {what}.")
