"""The table that people fill in: headings, two rows of example, and what each column is for."""

from __future__ import annotations

from functools import cache
from pkgutil import get_data
from typing import Any

import yaml

__all__ = ["example_rows", "is_example", "template_header", "template_notes"]

_ADDRESS = 1  # which cell of an example holds the address by which it is known again


@cache
def _table() -> dict[str, Any]:
    held: dict[str, Any] = yaml.safe_load(get_data("vbr_engine.intake", "template.yaml") or b"")
    return held


@cache
def _addresses() -> frozenset[str]:
    return frozenset(row[_ADDRESS] for rows in _table()["examples"].values() for row in rows)


def _in(part: str, language: str) -> Any:
    return _table()[part]["cy" if language == "cy" else "en"]


def template_header(language: str = "en") -> tuple[str, ...]:
    """Give the headings.

    Parameters
    ----------
    language : {"en", "cy"}

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> template_header("cy")[:2]
    ('Enw', 'E-bost')
    """
    return tuple(_in("headings", language))


def example_rows(language: str = "en") -> tuple[tuple[str, ...], ...]:
    """Give the two rows of example.

    Parameters
    ----------
    language : {"en", "cy"}

    Returns
    -------
    tuple of tuple of str

    Examples
    --------
    >>> example_rows()[0][0]
    'Ana Beispiel'
    """
    return tuple(tuple(row) for row in _in("examples", language))


def template_notes(language: str = "en") -> tuple[tuple[str, str], ...]:
    """Give the rows of the sheet of notes.

    Parameters
    ----------
    language : {"en", "cy"}

    Returns
    -------
    tuple of (str, str)

    Examples
    --------
    >>> template_notes()[0]
    ('Column', 'What to write')
    """
    return tuple((column, text) for column, text in _in("notes", language))


def is_example(email: str) -> bool:
    """Say whether an address is that of an example row.

    Parameters
    ----------
    email : str

    Returns
    -------
    bool

    Examples
    --------
    >>> is_example("example-row-1@example.org"), is_example("ana@example.org")
    (True, False)
    """
    return email.lower() in _addresses()
