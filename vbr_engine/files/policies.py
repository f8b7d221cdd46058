"""Rival scoring policies on disk: a YAML file of its own, tried on a bank."""

from __future__ import annotations

import os
from pathlib import Path

from vbr_engine.bank.document import Path as Inside
from vbr_engine.bank.document import named, read_document
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import dump_bank, parse_bank
from vbr_engine.errors import BankError, FileError, Problem
from vbr_engine.files.whole import cannot, shown

__all__ = ["read_policy"]

_MOST_BYTES = 2**20


def read_policy(path: str | os.PathLike[str], bank: Bank) -> Bank:
    """Read a scoring policy and give the bank under it.

    Parameters
    ----------
    path : path-like
        YAML: the fields of a bank's ``policy``, with or without that word above them.
    bank : Bank

    Returns
    -------
    Bank
        Everything but the policy as in `bank`, and its rubric where the policy says nothing of
        one; the hash is one of its own.

    Raises
    ------
    FileError
        If it cannot be read.
    BankError
        With every problem, by file, line and path; also where a policy that differs has the
        bank's own policy's name, since scores are stamped with it.
    """
    place, dump = Path(path), dump_bank(bank)
    data, lines, above = _read(place)

    def locate(tag: str | None, inside: Inside) -> tuple[str, int | None]:
        if inside[:1] != ("policy",):
            return shown(place), None
        wanted = inside if above else inside[1:]
        while wanted and wanted not in lines:
            wanted = wanted[:-1]
        return shown(place), lines.get(wanted)

    held = {**dump["bank"], "policy": _with_rubric(data, bank)}
    rival = parse_bank(held, dump["catalogues"], locate=locate)
    if rival.policy != bank.policy and rival.policy.id == bank.policy.id:
        message = f"{rival.policy.id} is the name of the bank's own policy, and this one differs"
        file, line = locate(None, ("policy", "id"))
        raise BankError([Problem(message=message, path="policy.id", file=file, line=line)])
    return rival


def _with_rubric(policy: object, bank: Bank) -> object:
    if bank.policy.rubric is None or not isinstance(policy, dict):
        return policy
    return {"rubric": bank.policy.rubric.to_plain()} | policy


def _read(place: Path) -> tuple[object, dict[Inside, int], bool]:
    """Read the file: what it holds, the lines of its paths, whether `policy` stands above."""
    try:
        if place.stat().st_size > _MOST_BYTES:
            raise ValueError(f"it is larger than {_MOST_BYTES // 2**20} MB")
        document = read_document(place.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise cannot("read", place, error) from error
    if document.problems:
        raise FileError(
            Problem(message=message, path=named(path, document.data), file=shown(place), line=line)
            for path, line, message in document.problems
        )
    above = isinstance(document.data, dict) and "policy" in document.data
    return document.data["policy"] if above else document.data, dict(document.lines), above
