"""What the risk commands ask of the tables that they read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from vbr_engine.cli.arguments import file_option
from vbr_engine.errors import CareersError, Problem
from vbr_engine.files.whole import cannot, shown
from vbr_engine.risk import Careers
from vbr_engine.risk.validation import require_sound

__all__ = ["applications_option", "check_sound", "cut_option", "hash_of", "is_simulated"]

MADE_UP = "simulated-"

cut_option = click.option(
    "--cut",
    metavar="DATE",
    help="Last day that the table knows about, such as 2026-03-31; else its column `cut`.",
)

applications_option = file_option(
    "--applications", "Where CAREERS has a row for each event: the table of applications."
)


def check_sound(careers: Careers, path: str | os.PathLike[str]) -> tuple[str, ...]:
    """Refuse careers in which a fact was known only afterwards; return what is worth a warning."""
    try:
        warned = require_sound(careers)
    except CareersError as error:
        raise CareersError(_in_file(error.problems, path)) from None
    return tuple(map(str, _in_file(warned, path)))


def _in_file(problems: Iterable[Problem], path: str | os.PathLike[str]) -> list[Problem]:
    return [replace(problem, file=shown(path)) for problem in problems]


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
