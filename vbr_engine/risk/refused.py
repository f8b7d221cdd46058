"""Fields that have no place in a table of careers, known by their names.

Protected characteristics and health belong into the monitoring store; what is known only after
somebody has started or left cannot foretell that they leave.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pkgutil import get_data
from typing import Any

import yaml

from vbr_engine.errors import Problem

__all__ = ["protected_topic", "refused_columns", "refused_table"]


@cache
def refused_table() -> dict[str, Any]:
    """Read the declared list that comes with the package.

    Returns
    -------
    dict
        As it stands in ``refused.yaml``.

    Examples
    --------
    >>> "religion or belief" in refused_table()["protected"]
    True
    """
    held: dict[str, Any] = yaml.safe_load(get_data("vbr_engine.risk", "refused.yaml") or b"")
    return held


def refused_columns(names: Iterable[str]) -> list[Problem]:
    """Find the columns that may not stand in a table of careers, and those worth a warning.

    Parameters
    ----------
    names : iterable of str
        Columns that would be taken as known beforehand.

    Returns
    -------
    list of Problem
        With the rule ``protected``, ``afterwards`` or ``proxy``.

    Examples
    --------
    >>> [(one.column, one.rule) for one in refused_columns(["travel_minutes", "AgeBand", "page"])]
    [('AgeBand', 'protected')]
    """
    return [problem for name in names for problem in _refused(str(name))]


def protected_topic(name: str) -> str | None:
    """Say what a column is about that nobody may be chosen by, going by its name.

    Parameters
    ----------
    name : str

    Returns
    -------
    str or None
        A topic of ``refused.yaml``, such as ``religion or belief``.

    Examples
    --------
    >>> protected_topic("Date of birth"), protected_topic("Travel minutes")
    ('age', None)
    """
    table, words = refused_table(), _words(name)
    return _topic(words, table["protected"], _set_aside(words, table))


def _refused(name: str) -> list[Problem]:
    table, words = refused_table(), _words(name)
    topic = protected_topic(name)
    if topic:
        message = f"says something about {topic}, which may not be used: take it out of this table"
        message += " and keep it in the monitoring store, where only fairness is worked out from it"
        return [Problem(message=message, column=name, rule="protected")]
    topic = _topic(words, table["afterwards"])
    if topic:
        message = f"looks like {topic}, which is not known when the risk is worked out: take it out"
        message += " (or give it a name that says what was known beforehand)"
        return [Problem(message=message, column=name, rule="afterwards")]
    topic = _topic(words, table["proxies"])
    if topic:
        return [Problem(message=topic, column=name, severity="warning", rule="proxy")]
    return []


def _words(name: str) -> str:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return re.sub(r"[^a-z0-9]+", " ", apart.lower()).strip()


def _topic(
    words: str, topics: Mapping[str, Iterable[str]], set_aside: Iterable[str] = ()
) -> str | None:
    for topic, phrases in topics.items():
        if topic not in set_aside and any(_found(phrase, words) for phrase in phrases):
            return topic
    return None


def _found(phrase: str, words: str) -> bool:
    return words == phrase[1:] if phrase.startswith("=") else f" {phrase} " in f" {words} "


def _set_aside(words: str, table: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the topics that are about the work here, not about the person."""
    about_work = any(_found(word, words) for word in table["about-work"])
    return tuple(table["work-topics"]) if about_work else ()
