"""The list of published versions on disk, `published.json` beside the banks' folders."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

from vbr_engine.bank.model import Bank
from vbr_engine.bank.published import (
    Pin,
    dump_pins,
    earlier_pin,
    parse_pins,
    pinned,
    publish_problems,
)
from vbr_engine.errors import BankError, Problem
from vbr_engine.files.banks import check_bank, read_bank
from vbr_engine.files.drafts import read_changelog, read_json
from vbr_engine.files.whole import shown, write_text

__all__ = ["check_pins", "publish_bank", "read_pins"]


def read_pins(path: str | os.PathLike[str]) -> tuple[Pin, ...]:
    """Read the list of published versions; an absent file is an empty list.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    tuple of Pin

    Raises
    ------
    FileError, BankError
        If it cannot be read, or is something else.
    """
    if not os.path.lexists(path):
        return ()
    try:
        return parse_pins(read_json(path))
    except BankError as error:
        raise BankError(replace(one, file=shown(path)) for one in error.problems) from None


def publish_bank(
    path: str | os.PathLike[str], pins_path: str | os.PathLike[str], *, on: str
) -> tuple[Pin, bool]:
    """Pin a bank's version and hash, if nothing stands against it.

    Parameters
    ----------
    path : path-like
        The bank's folder, or its ``bank.yaml``.
    pins_path : path-like
        The list of published versions; made if it is not there.
    on : str
        The day, such as ``2026-11-22``.

    Returns
    -------
    tuple of (Pin, bool)
        The pin, and whether it is new: publishing the same twice changes nothing.

    Raises
    ------
    BankError
        With everything that stands against it: an error in the bank, this version published with
        another hash, no finished section in CHANGELOG.md, too small a step in the version number.
    """
    bank, pins = read_bank(path), read_pins(pins_path)
    before = earlier_pin(bank, pins)
    problems = publish_problems(
        bank,
        pins,
        changelog=read_changelog(path),
        findings=check_bank(path),
        earlier=None if before is None else _kept(before, pins_path),
    )
    if problems:
        raise BankError(replace(one, file=one.file or shown(path)) for one in problems)
    there = pinned(bank, pins)
    if there is not None:
        return there, False
    pin = Pin(bank.id, bank.version, bank.sha256, _folder(path, pins_path), on)
    text = json.dumps(dump_pins([*pins, pin]), indent=2, ensure_ascii=False)
    write_text(f"{text}\n", pins_path)
    return pin, True


def check_pins(path: str | os.PathLike[str]) -> list[Problem]:
    """List every published version that is not there any more as it was published.

    Parameters
    ----------
    path : path-like
        The list of published versions.

    Returns
    -------
    list of Problem
        Empty if every one still has its hash.
    """
    problems: list[Problem] = []
    for pin in read_pins(path):
        try:
            _kept(pin, path)
        except BankError as error:
            problems += error.problems
    return problems


def _kept(pin: Pin, pins_path: str | os.PathLike[str]) -> Bank:
    """Read a published version from where it is kept, and see that it is the one."""
    place = Path(pins_path).parent / pin.folder
    bank = read_bank(place)
    if (bank.id, bank.version, bank.sha256) != (pin.bank, pin.version, pin.sha256):
        message = (
            f"expected {pin.label} with hash {pin.sha256[:12]}, as it was published on {pin.on}, "
            f"got {bank.label} with hash {bank.sha256[:12]}"
        )
        raise BankError([Problem(message=message, file=shown(place))])
    return bank


def _folder(path: str | os.PathLike[str], pins_path: str | os.PathLike[str]) -> str:
    place = Path(os.path.realpath(path))
    folder = place if place.is_dir() else place.parent
    return Path(os.path.relpath(folder, os.path.realpath(Path(pins_path).parent))).as_posix()
