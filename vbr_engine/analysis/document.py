"""An analysis as a JSON document: read again, with every problem named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from vbr_engine.analysis.result import FORMAT, Analysis
from vbr_engine.analysis.tables import TABLES, typed
from vbr_engine.bank.document import named
from vbr_engine.bank.fields import quoted
from vbr_engine.bank.parse import shape_findings
from vbr_engine.bank.proposals import ProposalSchema, load_proposal
from vbr_engine.errors import BankError, Problem

__all__ = ["parse_analysis"]

_LISTED = 20
_WANTED = {
    "text": "a text",
    "count": "a whole number",
    "number": "a number or null",
    "truth": "true or false",
}
_DICTS = ("about", "factor", "calibration")


def parse_analysis(document: Any) -> Analysis:
    """Read an analysis from what its JSON holds; the inverse of `Analysis.to_dict`.

    Parameters
    ----------
    document : object
        What ``json.load`` gave. A table that is absent is taken to be empty; parts that are not
        known are left alone.

    Returns
    -------
    Analysis

    Raises
    ------
    BankError
        With every problem, up to twenty.

    Examples
    --------
    >>> analysis = Analysis({"bank": None, "sittings": 3}, notes=("Too few sittings.",))
    >>> parse_analysis(analysis.to_dict()).notes
    ('Too few sittings.',)
    """
    problems = [Problem(message=message, path=path) for path, message in _findings(document)]
    if problems:
        more = len(problems) - _LISTED
        told = problems[:_LISTED]
        raise BankError([*told, Problem(message=f"and {more} more")] if more > 0 else told)
    tables = {
        name: typed(name, pd.DataFrame(document.get(name, []), columns=list(columns)))
        for name, columns in TABLES.items()
    }
    held = [ProposalSchema().load(proposal) for proposal in document.get("proposals", [])]
    return Analysis(
        about=document["about"],
        factor=_figures(document, "factor"),
        calibration=_figures(document, "calibration"),
        notes=tuple(document.get("notes", [])),
        proposals=tuple(load_proposal(proposal) for proposal in held),
        **tables,
    )


def _figures(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    held = document.get(name, {})
    return {word: float("nan") if figure is None else figure for word, figure in held.items()}


def _findings(document: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(document, Mapping):
        yield "", f"expected an analysis, got {quoted(document)}"
        return
    if document.get("format") != FORMAT:
        got = quoted(document.get("format"))
        yield "format", f"expected {FORMAT}, got {got}: is this an analysis, of this version?"
        return
    if "about" not in document:
        yield "about", "is missing"
    for name in _DICTS:
        if not isinstance(document.get(name, {}), Mapping):
            yield name, f"expected names with figures, got {quoted(document[name])}"
    notes = document.get("notes", [])
    if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
        yield "notes", f"expected a list of sentences, got {quoted(notes)}"
    yield from _proposal_findings(document.get("proposals", []))
    for name in TABLES:
        yield from _table_findings(name, document.get(name, []))


def _proposal_findings(held: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(held, list):
        yield "proposals", f"expected a list, got {quoted(held)}"
        return
    for place, proposal in enumerate(held, start=1):
        for path, message in shape_findings(ProposalSchema(), proposal):
            inner = named(path, proposal)
            yield ".".join(filter(None, ("proposals", str(place), inner))), message


def _table_findings(name: str, rows: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(rows, list):
        yield name, f"expected a list of rows, got {quoted(rows)}"
        return
    for place, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping):
            yield f"{name}.{place}", f"expected names with figures, got {quoted(row)}"
            continue
        for column, (kind, _) in TABLES[name].items():
            if column not in row:
                yield f"{name}.{place}.{column}", "is missing"
            elif not _fits(row[column], kind):
                wanted = _WANTED[kind]
                yield f"{name}.{place}.{column}", f"expected {wanted}, got {quoted(row[column])}"


def _fits(cell: Any, kind: str) -> bool:
    if kind == "text":
        return isinstance(cell, str)
    if kind == "truth":
        return isinstance(cell, bool)
    if isinstance(cell, bool):
        return False
    if kind == "count":
        return isinstance(cell, int)
    return cell is None or isinstance(cell, int | float)
