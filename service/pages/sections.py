"""The parts of a candidate's page: each room gives its own, in one order for all.

A room that has something to say about a candidate writes ``recruiter/sections/NAME.html`` and a
function with ``@section("NAME")`` that returns what the template reads, or None for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.use_cases.views import Account, CandidatePage

__all__ = ["ORDER", "section", "sections_of"]

Gather = Callable[[Account, CandidatePage], Mapping[str, Any] | None]
ORDER = ("tasks", "adjustment", "risk", "messages", "facts", "rights")
_GATHER: dict[str, Gather] = {}


def section(name: str) -> Callable[[Gather], Gather]:
    """Give the page of a candidate one of its parts.

    Parameters
    ----------
    name : str
        One of `ORDER`; the template is ``recruiter/sections/NAME.html``.
    """
    if name not in ORDER:
        raise ValueError(f"a section is one of {ORDER}, not {name!r}")

    def register(gather: Gather) -> Gather:
        _GATHER[name] = gather
        return gather

    return register


def sections_of(account: Account, page: CandidatePage) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Return the parts that have something to say: template and what it reads."""
    found = ((name, _GATHER[name](account, page)) for name in ORDER if name in _GATHER)
    return tuple((f"recruiter/sections/{name}.html", held) for name, held in found if held)
