"""Repositories of research: proposed banks, re-scorings, counts over all organisations.

Counts are numbers of people by bank version and language; no id of a candidate comes out of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.storage.assessment import sitting_of
from service.storage.records import SittingRecord
from service.storage.tables import events, proposed_banks, rescorings, sittings

__all__ = [
    "Completed",
    "ProposalRecord",
    "ProposedBanks",
    "RescoringRecord",
    "Rescorings",
    "Studied",
]


@dataclass(frozen=True, slots=True)
class ProposalRecord:
    """A bank version that somebody wants published; `dump` is its canonical content."""

    id: str
    bank_id: str
    bank_version: str
    sha256: str
    dump: Mapping[str, Any]
    reason: str
    proposed_by: str
    proposed_at: datetime
    state: str = "proposed"
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    review: str | None = None


@dataclass(frozen=True, slots=True)
class RescoringRecord:
    """Another policy for the sittings of a bank version; `bank_sha256` is the bank under it."""

    id: str
    bank_id: str
    bank_version: str
    bank_sha256: str
    policy: Mapping[str, Any]
    reason: str
    state: str
    preview: Mapping[str, Any]
    made_by: str
    made_at: datetime
    applied_by: str | None = None
    applied_at: datetime | None = None


_PROPOSAL = tuple(proposed_banks.c[name] for name in ProposalRecord.__dataclass_fields__)
_RESCORING = tuple(rescorings.c[name] for name in RescoringRecord.__dataclass_fields__)


class ProposedBanks:
    """Bank versions that wait for a second person, and what became of them."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, record: ProposalRecord) -> None:
        """Keep a proposal."""
        fields = ProposalRecord.__dataclass_fields__
        values = {name: getattr(record, name) for name in fields}
        self._connection.execute(proposed_banks.insert().values(values))

    def get(self, proposal_id: str) -> ProposalRecord | None:
        """Find a proposal."""
        row = self._connection.execute(
            sa.select(*_PROPOSAL).where(proposed_banks.c.id == proposal_id)
        ).one_or_none()
        return None if row is None else ProposalRecord(*row)

    def list(self) -> tuple[ProposalRecord, ...]:
        """List the proposals, newest first."""
        rows = self._connection.execute(
            sa.select(*_PROPOSAL).order_by(proposed_banks.c.proposed_at.desc(), proposed_banks.c.id)
        )
        return tuple(ProposalRecord(*row) for row in rows)

    def close(self, proposal_id: str, state: str, *, by: str, at: datetime, note: str) -> bool:
        """Say what became of a proposal that waits; False if it does not wait any more."""
        done = self._connection.execute(
            proposed_banks.update()
            .where(proposed_banks.c.id == proposal_id, proposed_banks.c.state == "proposed")
            .values(state=state, reviewed_by=by, reviewed_at=at, review=note)
        )
        return done.rowcount == 1


class Rescorings:
    """Policies that sittings were, or may be, scored by again."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, record: RescoringRecord) -> None:
        """Keep a re-scoring that is to be looked at first."""
        fields = RescoringRecord.__dataclass_fields__
        values = {name: getattr(record, name) for name in fields}
        self._connection.execute(rescorings.insert().values(values))

    def get(self, rescoring_id: str) -> RescoringRecord | None:
        """Find a re-scoring."""
        return self._one(sa.select(*_RESCORING).where(rescorings.c.id == rescoring_id))

    def list(self) -> tuple[RescoringRecord, ...]:
        """List the re-scorings, newest first."""
        rows = self._connection.execute(
            sa.select(*_RESCORING).order_by(rescorings.c.made_at.desc(), rescorings.c.id)
        )
        return tuple(RescoringRecord(*row) for row in rows)

    def holding(self, bank_id: str, version: str) -> RescoringRecord | None:
        """Find the one that was applied last: its policy holds for a bank version."""
        return self._one(
            sa.select(*_RESCORING)
            .where(
                rescorings.c.bank_id == bank_id,
                rescorings.c.bank_version == version,
                rescorings.c.state == "applied",
            )
            .order_by(rescorings.c.applied_at.desc(), rescorings.c.id.desc())
            .limit(1)
        )

    def under(self, bank_id: str, version: str, sha256: str) -> RescoringRecord | None:
        """Find one by the hash of the bank under its policy."""
        return self._one(
            sa.select(*_RESCORING)
            .where(
                rescorings.c.bank_id == bank_id,
                rescorings.c.bank_version == version,
                rescorings.c.bank_sha256 == sha256,
            )
            .order_by(rescorings.c.made_at)
            .limit(1)
        )

    def keep_preview(self, rescoring_id: str, preview: Mapping[str, Any]) -> None:
        """Keep what a re-scoring would change."""
        self._connection.execute(
            rescorings.update()
            .where(rescorings.c.id == rescoring_id, rescorings.c.state == "preview")
            .values(preview=dict(preview))
        )

    def apply(self, rescoring_id: str, *, by: str, at: datetime, reason: str) -> bool:
        """Let its policy hold from now on; False if it was applied or discarded already."""
        return self._moved(
            rescoring_id, state="applied", applied_by=by, applied_at=at, reason=reason
        )

    def discard(self, rescoring_id: str) -> bool:
        """Put one away that was only looked at."""
        return self._moved(rescoring_id, state="discarded")

    def _moved(self, rescoring_id: str, **values: Any) -> bool:
        done = self._connection.execute(
            rescorings.update()
            .where(rescorings.c.id == rescoring_id, rescorings.c.state == "preview")
            .values(values)
        )
        return done.rowcount == 1

    def _one(self, statement: sa.Select[Any]) -> RescoringRecord | None:
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else RescoringRecord(*row)


class Completed:
    """Counts of completed sittings over all organisations."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def by_language(self, *, simulated: bool) -> dict[tuple[str, str], dict[str, int]]:
        """Count completed sittings by bank version, then by language."""
        found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        rows = self._connection.execute(
            sa.select(
                sittings.c.bank_id, sittings.c.bank_version, sittings.c.language, sa.func.count()
            )
            .join(
                events,
                (events.c.provider_id == sittings.c.provider_id)
                & (events.c.sitting_id == sittings.c.id)
                & (events.c.kind == "submitted"),
            )
            .where(sittings.c.simulated == int(simulated))
            .group_by(sittings.c.bank_id, sittings.c.bank_version, sittings.c.language)
        )
        for bank_id, version, language, number in rows:
            found[bank_id, version][language] = number
        return dict(found)


class Studied:
    """An organisation's completed sittings by bank version."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def completed(self, bank_id: str, bank_version: str) -> tuple[SittingRecord, ...]:
        """List the completed sittings of a bank version."""
        was_sent = sa.exists().where(
            events.c.provider_id == self._provider_id,
            events.c.sitting_id == sittings.c.id,
            events.c.kind == "submitted",
        )
        rows = self._connection.execute(
            sa.select(sittings)
            .where(
                sittings.c.provider_id == self._provider_id,
                sittings.c.bank_id == bank_id,
                sittings.c.bank_version == bank_version,
                was_sent,
            )
            .order_by(sittings.c.id)
        )
        return tuple(sitting_of(row) for row in rows)
