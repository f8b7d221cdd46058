"""What is told about a list of people, in English and in Welsh (a draft translation)."""

from __future__ import annotations

from functools import cache
from pkgutil import get_data
from typing import Any

import yaml

from vbr_engine.errors import Problem

__all__ = ["month", "problem", "say", "sentences"]


@cache
def _table() -> dict[str, Any]:
    held: dict[str, Any] = yaml.safe_load(get_data("vbr_engine.intake", "words.yaml") or b"")
    return held


def sentences() -> dict[str, dict[str, str]]:
    """Give every sentence, by rule and language."""
    found: dict[str, dict[str, str]] = _table()["sentences"]
    return found


def say(rule: str, language: str, **values: Any) -> str:
    """Write the sentence of a rule.

    Parameters
    ----------
    rule : str
    language : {"en", "cy"}
    **values
        What the sentence leaves open.

    Returns
    -------
    str

    Examples
    --------
    >>> say("same-email-row", "en", row=7)
    'The same email address as in row 7.'
    """
    sentence: str = sentences()[rule]["cy" if language == "cy" else "en"]
    return sentence.format(**values)


def month(number: int, language: str) -> str:
    """Name a month, from 1."""
    return str(_table()["months"]["cy" if language == "cy" else "en"][number - 1])


def problem(
    rule: str,
    language: str,
    *,
    row: int | None = None,
    column: str = "",
    severity: str = "error",
    **values: Any,
) -> Problem:
    """Make a problem whose message is the sentence of a rule.

    Parameters
    ----------
    rule : str
    language : {"en", "cy"}
    row : int, optional
    column : str
    severity : {"error", "warning", "note"}
    **values
        What the sentence leaves open.

    Returns
    -------
    Problem

    Examples
    --------
    >>> str(problem("no-name", "en", row=4))
    'row 4: Give a name.'
    """
    message = say(rule, language, **values)
    return Problem(message=message, row=row, column=column, severity=severity, rule=rule)
