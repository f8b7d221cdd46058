"""Repositories of published banks and of vacancies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.storage.records import BankRecord, VacancyRecord
from service.storage.tables import banks, sittings, vacancies

__all__ = ["Banks", "Vacancies"]

_VACANCY = tuple(
    vacancies.c[name]
    for name in (
        "provider_id",
        "id",
        "title",
        "contact",
        "bank_id",
        "bank_version",
        "opened_at",
        "closed_at",
    )
)
_BANK = tuple(banks.c[name] for name in ("id", "version", "sha256", "status", "published_at"))


class Banks:
    """Published banks: the same for every provider, found by id, version and hash."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def publish(self, record: BankRecord, *, dump: Mapping[str, Any]) -> None:
        """Keep a bank; its id and version must be new."""
        self._connection.execute(
            banks.insert().values(
                id=record.id,
                version=record.version,
                sha256=record.sha256,
                status=record.status,
                dump=dump,
                published_at=record.published_at,
            )
        )

    def list(self) -> tuple[BankRecord, ...]:
        """List all published banks, oldest first."""
        rows = self._connection.execute(
            sa.select(*_BANK).order_by(banks.c.id, banks.c.published_at, banks.c.version)
        )
        return tuple(BankRecord(*row) for row in rows)

    def get(self, bank_id: str, version: str) -> BankRecord | None:
        """Find one version."""
        row = self._connection.execute(
            sa.select(*_BANK).where(banks.c.id == bank_id, banks.c.version == version)
        ).one_or_none()
        return None if row is None else BankRecord(*row)

    def newest(self, bank_id: str) -> BankRecord | None:
        """Find the version published last."""
        row = self._connection.execute(
            sa.select(*_BANK)
            .where(banks.c.id == bank_id)
            .order_by(banks.c.published_at.desc(), banks.c.version.desc())
            .limit(1)
        ).one_or_none()
        return None if row is None else BankRecord(*row)

    def dump(self, bank_id: str, version: str) -> Mapping[str, Any] | None:
        """Return the canonical content."""
        found: Mapping[str, Any] | None = self._connection.execute(
            sa.select(banks.c.dump).where(banks.c.id == bank_id, banks.c.version == version)
        ).scalar_one_or_none()
        return found

    def in_use(self, bank_id: str, version: str) -> bool:
        """Whether any sitting, of any provider, was drawn from this version."""
        return bool(
            self._connection.execute(
                sa.select(
                    sa.exists().where(
                        sittings.c.bank_id == bank_id, sittings.c.bank_version == version
                    )
                )
            ).scalar_one()
        )

    def replace_unused(self, record: BankRecord, *, dump: Mapping[str, Any]) -> None:
        """Put new content under a version that no sitting uses: for writing banks, at home."""
        if self.in_use(record.id, record.version):
            raise ValueError(f"{record.id} {record.version} is in use")
        self._connection.execute(
            banks.update()
            .where(banks.c.id == record.id, banks.c.version == record.version)
            .values(sha256=record.sha256, status=record.status, dump=dump)
        )


class Vacancies:
    """The posts of a provider."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def add(self, vacancy: VacancyRecord) -> None:
        """Open a vacancy."""
        self._connection.execute(
            vacancies.insert().values(
                provider_id=self._provider_id,
                id=vacancy.id,
                title=vacancy.title,
                contact=vacancy.contact,
                bank_id=vacancy.bank_id,
                bank_version=vacancy.bank_version,
                opened_at=vacancy.opened_at,
            )
        )

    def list(self) -> tuple[VacancyRecord, ...]:
        """List the vacancies of a provider, newest first."""
        rows = self._connection.execute(
            sa.select(*_VACANCY)
            .where(vacancies.c.provider_id == self._provider_id)
            .order_by(vacancies.c.opened_at.desc(), vacancies.c.id)
        )
        return tuple(VacancyRecord(*row) for row in rows)

    def get(self, vacancy_id: str) -> VacancyRecord | None:
        """Find a vacancy of a provider."""
        row = self._connection.execute(
            sa.select(*_VACANCY).where(
                vacancies.c.provider_id == self._provider_id, vacancies.c.id == vacancy_id
            )
        ).one_or_none()
        return None if row is None else VacancyRecord(*row)

    def close(self, vacancy_id: str, *, at: datetime | None) -> None:
        """Close a vacancy, or with None open it again."""
        self._connection.execute(
            vacancies.update()
            .where(vacancies.c.provider_id == self._provider_id, vacancies.c.id == vacancy_id)
            .values(closed_at=at)
        )
