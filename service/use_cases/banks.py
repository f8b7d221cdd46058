"""Published banks for researchers: versions, their sittings in numbers, what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.errors import NotFound
from service.storage import Store, Unit
from service.storage.records import BankRecord
from service.storage.research import ProposalRecord, RescoringRecord
from service.use_cases.policies import holding_bank, own_bank
from service.use_cases.proposals import names_of
from service.use_cases.small_numbers import Cell, single_cells
from service.use_cases.views import Account
from service.words import gettext as _
from vbr_engine.bank.compare import BankDifference, compare_banks
from vbr_engine.bank.model import Bank, Catalogue

__all__ = [
    "DifferencePage",
    "Overview",
    "VersionLine",
    "VersionPage",
    "difference_page",
    "overview",
    "version_page",
]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A published version.

    `languages` says of each language whether its translation is a draft; `sittings` how many
    people completed it in each; `before` is the version published before it.
    """

    id: str
    version: str
    title: str
    status: str
    published_at: datetime
    languages: Mapping[str, bool]
    sittings: Mapping[str, Cell]
    total: Cell
    simulated: int
    before: str
    policy: str
    own_policy: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the first page."""

    versions: tuple[VersionLine, ...]
    proposals: tuple[ProposalRecord, ...]
    rescorings: tuple[RescoringRecord, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class VersionPage:
    """A version with its words in one language."""

    line: VersionLine
    bank: Bank
    text: Catalogue


@dataclass(frozen=True, slots=True)
class DifferencePage:
    """What differs between two published versions; `earlier` are those to compare with."""

    bank: Bank
    before: str
    earlier: tuple[str, ...]
    difference: BankDifference


def overview(store: Store, account: Account) -> Overview:
    """Gather the first page of research, newest first."""
    with store.read() as unit:
        return Overview(
            versions=_lines(store, unit)[::-1],
            proposals=unit.proposed_banks.list(),
            rescorings=unit.rescorings.list(),
            names=names_of(unit, account),
        )


def version_page(store: Store, bank_id: str, version: str, *, language: str = "") -> VersionPage:
    """Return a published version.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        line = next(
            (one for one in _lines(store, unit) if (one.id, one.version) == (bank_id, version)),
            None,
        )
        if line is None:
            raise NotFound(_("There is no such version."))
        bank = own_bank(store, unit, bank_id, version)
    return VersionPage(line, bank, bank.text(language or "en"))


def difference_page(store: Store, bank_id: str, version: str, *, before: str) -> DifferencePage:
    """Compare a version with an earlier one: by default the one published before it.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        versions = [one.version for one in unit.banks.list() if one.id == bank_id]
        earlier = versions[: versions.index(version)] if version in versions else []
        chosen = before or (earlier[-1] if earlier else "")
        if chosen not in earlier:
            raise NotFound(_("There is no such version."))
        new = own_bank(store, unit, bank_id, version)
        difference = compare_banks(own_bank(store, unit, bank_id, chosen), new)
    return DifferencePage(new, chosen, tuple(earlier), difference)


def _lines(store: Store, unit: Unit) -> tuple[VersionLine, ...]:
    counts = unit.completed.by_language(simulated=False)
    made_up = unit.completed.by_language(simulated=True)
    lines: list[VersionLine] = []
    before: dict[str, str] = {}
    for record in unit.banks.list():
        key = record.id, record.version
        simulated = sum(made_up.get(key, {}).values())
        lines.append(_line(store, unit, record, counts.get(key, {}), simulated, before))
        before[record.id] = record.version
    return tuple(lines)


def _line(
    store: Store,
    unit: Unit,
    record: BankRecord,
    counts: Mapping[str, int],
    simulated: int,
    before: Mapping[str, str],
) -> VersionLine:
    bank = own_bank(store, unit, record.id, record.version)
    cells, total = single_cells({code: counts.get(code, 0) for code in bank.catalogues})
    return VersionLine(
        id=bank.id,
        version=bank.version,
        title=bank.text().title,
        status=record.status,
        published_at=record.published_at,
        languages={code: one.is_draft_translation for code, one in bank.catalogues.items()},
        sittings=cells,
        total=total,
        simulated=simulated,
        before=before.get(bank.id, ""),
        policy=holding_bank(unit, bank).policy.id,
        own_policy=bank.policy.id,
    )
