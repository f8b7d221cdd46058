"""Plain documents to a `Bank`, and back: every problem at once, each by its path."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from marshmallow import ValidationError

from vbr_engine.bank.assemble import bank_from, document_of
from vbr_engine.bank.completeness import catalogue_findings
from vbr_engine.bank.consistency import Finding, Soundness, bank_findings
from vbr_engine.bank.document import Path, named
from vbr_engine.bank.form import draw_items
from vbr_engine.bank.model import Bank
from vbr_engine.bank.schema import BankSchema, CatalogueSchema
from vbr_engine.bank.shapes import Shape
from vbr_engine.errors import BankError, Problem

__all__ = ["Locate", "bank_problems", "dump_bank", "load_bank", "parse_bank", "rehashed"]

# Language (None for the bank file) and path -> file and line.
Locate = Callable[[str | None, Path], tuple[str, int | None]]


def parse_bank(
    document: Any, catalogues: Mapping[str, Any], *, locate: Locate | None = None
) -> Bank:
    """Make a bank from plain documents.

    Parameters
    ----------
    document : dict
        What ``bank.yaml`` holds.
    catalogues : mapping of str to dict
        What each catalogue holds, by language.
    locate : callable, optional
        Tells file and line of a path, for the problems' sake.

    Returns
    -------
    Bank

    Raises
    ------
    BankError
        With every problem.
    """
    problems = bank_problems(document, catalogues, locate=locate)
    if problems:
        raise BankError(problems)
    texts = {name: CatalogueSchema().load(held) for name, held in catalogues.items()}
    bank = bank_from(BankSchema().load(document), texts)
    try:
        draw_items(bank)
    except BankError as error:
        file, line = locate(None, ("form",)) if locate else ("", None)
        raise BankError(
            replace(problem, path="form", file=file, line=line) for problem in error.problems
        ) from None
    return rehashed(bank)


def bank_problems(
    document: Any | None, catalogues: Mapping[str, Any], *, locate: Locate | None = None
) -> list[Problem]:
    """List everything wrong with plain documents.

    Parameters
    ----------
    document : dict or None
        None if the bank file could not be read; the catalogues are then checked alone.
    catalogues : mapping of str to dict or None
        None for one that could not be read.
    locate : callable, optional

    Returns
    -------
    list of Problem
    """
    found: list[tuple[str | None, Any, Finding]] = []
    shape = [] if document is None else list(shape_findings(BankSchema(), document))
    found += [(None, document, finding) for finding in shape]
    sound_bank = Soundness([path for path, _ in shape] if document is not None else [()])
    if isinstance(document, dict):
        found += [(None, document, finding) for finding in bank_findings(document, sound_bank)]
    for language, catalogue in catalogues.items():
        if catalogue is None:
            continue
        for finding in _catalogue(catalogue, language, document, sound_bank):
            found.append((language, catalogue, finding))
    if not catalogues:
        found.append(
            (None, document, ((), "there is no catalogue; words go to catalogues/en.yaml"))
        )
    return [_problem(*one, locate) for one in found]


def dump_bank(bank: Bank) -> dict[str, Any]:
    """Write a bank as plain data that JSON can carry; `load_bank` is the inverse.

    Parameters
    ----------
    bank : Bank

    Returns
    -------
    dict
        ``bank`` is what the bank file holds, ``catalogues`` what each language has.
    """
    document, catalogues = document_of(bank)
    return {"format": 1, "bank": document, "catalogues": catalogues}


def load_bank(dump: Mapping[str, Any]) -> Bank:
    """Make a bank from what `dump_bank` gave, also after a trip through JSON.

    Parameters
    ----------
    dump : mapping

    Returns
    -------
    Bank

    Raises
    ------
    BankError
        If it is not such a dump.
    """
    if not isinstance(dump, Mapping) or not isinstance(dump.get("catalogues"), Mapping):
        raise BankError("expected a mapping with bank and catalogues")
    return parse_bank(dump.get("bank"), dump["catalogues"])


def rehashed(bank: Bank) -> Bank:
    """Return the bank with the hash of what it holds now.

    Parameters
    ----------
    bank : Bank

    Returns
    -------
    Bank
    """
    return replace(bank, sha256=_sha256(dump_bank(bank)))


def _catalogue(
    catalogue: Any, language: str, bank: Any, sound_bank: Soundness
) -> Iterator[Finding]:
    shape = list(shape_findings(CatalogueSchema(), catalogue))
    yield from shape
    if not isinstance(catalogue, dict):
        return
    sound = Soundness(path for path, _ in shape)
    if sound(("language",)) and catalogue["language"] != language:
        message = f"expected {language}, as the file is called, got {catalogue['language']}"
        yield ("language",), message
    if isinstance(bank, dict):
        yield from catalogue_findings(catalogue, bank, sound, sound_bank)


def shape_findings(schema: Shape, document: Any) -> Iterator[Finding]:
    """Find what a schema does not take, each by its path."""
    try:
        schema.load(document)
    except ValidationError as error:
        yield from _flat(error.messages, ())


def _flat(messages: Any, path: Path) -> Iterator[Finding]:
    """Flatten marshmallow's nested messages to one finding for each."""
    if isinstance(messages, Mapping):
        for step, inner in messages.items():
            yield from _flat(inner, path if step == "_schema" else (*path, step))
    else:
        yield from ((path, str(message)) for message in messages)


def _problem(language: str | None, data: Any, finding: Finding, locate: Locate | None) -> Problem:
    path, message = finding
    file, line = locate(language, path) if locate else ("" if language is None else language, None)
    return Problem(message=message, path=named(path, data), file=file, line=line)


def _sha256(dump: Mapping[str, Any]) -> str:
    text = json.dumps(dump, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
