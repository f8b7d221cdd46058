"""Published versions: each pinned by its hash, and what must hold before one is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cmp_to_key
from typing import Any

from vbr_engine.bank.changelog import unfinished
from vbr_engine.bank.compare import compare_banks, required_version
from vbr_engine.bank.document import named
from vbr_engine.bank.fields import Choice, Id, Text
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import shape_findings
from vbr_engine.bank.schema import MONTH_OR_DAY, SEMVER
from vbr_engine.bank.shapes import ListOf, Part, Shape
from vbr_engine.bank.versions import later
from vbr_engine.errors import BankError, Problem

__all__ = ["Pin", "dump_pins", "earlier_pin", "parse_pins", "pinned", "publish_problems"]


@dataclass(frozen=True, slots=True)
class Pin:
    """A published version.

    Parameters
    ----------
    bank, version : str
    sha256 : str
        Hash that the bank has, now and always.
    folder : str
        Where it is kept, from the folder of the list of pins, with forward slashes.
    on : str
        The day it was published.

    Examples
    --------
    >>> Pin("care", "0.2.0", "0f" * 32, "care-2", "2026-11-22").label
    'care 0.2.0'
    """

    bank: str
    version: str
    sha256: str
    folder: str
    on: str

    @property
    def label(self) -> str:
        """Name and version."""
        return f"{self.bank} {self.version}"


class PinSchema(Shape):
    """A published version of a bank."""

    bank = Id(about="Id of the bank.")
    version = Text(pattern=SEMVER, wants="a semantic version", about="Its version.")
    sha256 = Text(pattern=r"[0-9a-f]{64}", wants="a SHA-256", about="Its hash.")
    folder = Text(about="Where it is kept.")
    on = Text(pattern=MONTH_OR_DAY, wants="a day such as 2026-11-22", about="The day.")


class PinsSchema(Shape):
    """Every published version."""

    format = Choice((1,), about="Version of this file format.")
    published = ListOf(Part(PinSchema), about="Published versions, in the order of publishing.")


def parse_pins(document: Any) -> tuple[Pin, ...]:
    """Read the list of published versions from plain data; `dump_pins` is the inverse.

    Parameters
    ----------
    document : object

    Returns
    -------
    tuple of Pin

    Raises
    ------
    BankError
        With every problem.
    """
    problems = [
        Problem(message=message, path=named(path, document))
        for path, message in shape_findings(PinsSchema(), document)
    ]
    if problems:
        raise BankError(problems)
    return tuple(Pin(**held) for held in PinsSchema().load(document)["published"])


def dump_pins(pins: Iterable[Pin]) -> dict[str, Any]:
    """Write published versions as plain data.

    Examples
    --------
    >>> parse_pins(dump_pins([]))
    ()
    """
    return {"format": 1, "published": [asdict(pin) for pin in pins]}


def pinned(bank: Bank, pins: Iterable[Pin]) -> Pin | None:
    """Return the pin of this version, whatever its hash; None if it is not published."""
    return next((p for p in pins if (p.bank, p.version) == (bank.id, bank.version)), None)


def earlier_pin(bank: Bank, pins: Iterable[Pin]) -> Pin | None:
    """Return the last published version before this one; None if it is the first."""
    before = [p for p in pins if p.bank == bank.id and later(p.version, bank.version)]
    order = cmp_to_key(_compared)
    return max(before, key=order, default=None)


def _compared(one: Pin, other: Pin) -> int:
    return later(other.version, one.version) - later(one.version, other.version)


def publish_problems(
    bank: Bank,
    pins: Sequence[Pin],
    *,
    changelog: str,
    findings: Iterable[Problem],
    earlier: Bank | None,
) -> list[Problem]:
    """List what stands against publishing a version.

    Parameters
    ----------
    bank : Bank
    pins : sequence of Pin
        What is published.
    changelog : str
        The bank's CHANGELOG.md.
    findings : iterable of Problem
        What the check of the bank found; warnings do not stand against it.
    earlier : Bank or None
        The last version published before it.

    Returns
    -------
    list of Problem
    """
    there = pinned(bank, pins)
    if there is not None and there.sha256 != bank.sha256:
        message = (
            f"{bank.label} was published on {there.on} with hash {there.sha256[:12]}, and this has "
            f"{bank.sha256[:12]}: a published version never changes; give it a new version number"
        )
        return [Problem(message=message, path="version")]
    problems = [problem for problem in findings if problem.severity == "error"]
    problems += [
        Problem(message=message, path=f"CHANGELOG.md, {bank.version}")
        for message in unfinished(changelog, bank.version)
    ]
    return problems + ([] if earlier is None else _number_problems(earlier, bank))


def _number_problems(earlier: Bank, bank: Bank) -> list[Problem]:
    difference = compare_banks(earlier, bank)
    if difference.enough:
        return []
    largest = max(difference.changes, key=lambda change: change.level)
    message = (
        f"expected {required_version(earlier, difference)} at least, got {bank.version}: "
        f"after {earlier.version} a {largest.level} change was made, {largest.path}"
    )
    return [Problem(message=message, path="version")]
