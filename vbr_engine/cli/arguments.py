"""Arguments that several commands take, written once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

__all__ = ["PLACE", "bank_argument", "file_option", "output_option", "quiet_option"]

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

# Whether it can be read or written is found out, and said, by who reads or writes it.
PLACE = click.Path(readable=False)

bank_argument = click.argument("bank", type=PLACE)


def output_option(what: str, *, endings: str = ".csv or .parquet") -> Decorator:
    """Ask for the place to write to, ``-o``."""
    told = f"Where to write {what}: {endings}."
    return click.option("-o", "output", type=PLACE, required=True, metavar="FILE", help=told)


def file_option(name: str, told: str) -> Decorator:
    """Offer to name another file."""
    return click.option(name, type=PLACE, metavar="FILE", help=told)


def quiet_option(what: str) -> Decorator:
    """Offer to leave out what is printed for a person."""
    return click.option("--quiet", "-q", is_flag=True, help=f"Do not print {what}.")
