"""What the risk commands ask of the tables that they read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import click

from vbr_engine.cli.arguments import file_option
from vbr_engine.files.whole import cannot

__all__ = ["applications_option", "cut_option", "hash_of", "is_simulated"]

MADE_UP = "simulated-"

cut_option = click.option(
    "--cut",
    metavar="DATE",
    help="Last day that the table knows about, such as 2026-03-31; else its column `cut`.",
)

applications_option = file_option(
    "--applications", "Where CAREERS has a row for each event: the table of applications."
)


def is_simulated(applications: Iterable[object]) -> bool:
    """Whether anybody in a table was made up."""
    return any(str(name).startswith(MADE_UP) for name in applications)


def hash_of(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file."""
    try:
        with Path(path).open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError as error:
        raise cannot("read", Path(path), error) from error
