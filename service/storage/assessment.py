"""Repositories of sittings: the sitting, its links, its events, its profile, who sits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.storage.cipher import Cipher
from service.storage.records import EVENT_KINDS, Event, Identity, SittingRecord
from service.storage.tables import events, identities, links, profiles, remarks, sittings
from vbr_engine.bank.form import Form

__all__ = [
    "OF_EVENT",
    "Events",
    "Identities",
    "Links",
    "Profiles",
    "Remarks",
    "Sittings",
    "sitting_of",
]

# The columns of an event, in the order of its fields.
OF_EVENT = tuple(
    events.c[name] for name in ("sitting_id", "number", "kind", "item_id", "at", "body")
)


class Sittings:
    """Sittings of a provider."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def add(self, sitting: SittingRecord) -> None:
        """Add a sitting."""
        form = sitting.form
        self._connection.execute(
            sittings.insert().values(
                provider_id=self._provider_id,
                id=sitting.id,
                vacancy_id=sitting.vacancy_id,
                bank_id=sitting.bank_id,
                bank_version=sitting.bank_version,
                bank_sha256=sitting.bank_sha256,
                language=sitting.language,
                form={
                    "bank": form.bank,
                    "seed": form.seed,
                    "items": form.items,
                    "options": form.options,
                },
                simulated=int(sitting.simulated),
                created_at=sitting.created_at,
                import_id=sitting.import_id,
            )
        )

    def get(self, sitting_id: str) -> SittingRecord | None:
        """Find a sitting of a provider."""
        return self._one(
            (sittings.c.provider_id == self._provider_id) & (sittings.c.id == sitting_id)
        )

    def of_vacancy(self, vacancy_id: str) -> tuple[SittingRecord, ...]:
        """List the sittings of a vacancy, oldest first."""
        rows = self._connection.execute(
            sa.select(sittings)
            .where(sittings.c.provider_id == self._provider_id, sittings.c.vacancy_id == vacancy_id)
            .order_by(sittings.c.created_at, sittings.c.id)
        )
        return tuple(sitting_of(row) for row in rows)

    def speak(self, sitting_id: str, language: str) -> None:
        """Change the language of a sitting."""
        self._connection.execute(
            sittings.update()
            .where(sittings.c.provider_id == self._provider_id, sittings.c.id == sitting_id)
            .values(language=language)
        )

    def _one(self, condition: sa.ColumnElement[bool]) -> SittingRecord | None:
        row = self._connection.execute(sa.select(sittings).where(condition)).one_or_none()
        return None if row is None else sitting_of(row)


def sitting_of(row: Any) -> SittingRecord:
    """Read a row of sittings."""
    form = row.form
    return SittingRecord(
        provider_id=row.provider_id,
        id=row.id,
        vacancy_id=row.vacancy_id,
        bank_id=row.bank_id,
        bank_version=row.bank_version,
        bank_sha256=row.bank_sha256,
        language=row.language,
        form=Form(
            bank=form["bank"],
            seed=form["seed"],
            items=tuple(form["items"]),
            options=tuple(tuple(options) for options in form["options"]),
        ),
        simulated=bool(row.simulated),
        created_at=row.created_at,
        import_id=row.import_id,
    )


class Links:
    """Invitation links: several of a sitting may work, until they are replaced."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def add(
        self,
        sitting_id: str,
        *,
        token_sha256: str,
        now: datetime,
        expires_at: datetime,
        replace: bool = True,
    ) -> None:
        """Add a link; with `replace`, the only one that works for this sitting from now on."""
        if replace:
            self.revoke(sitting_id, now=now)
        self._connection.execute(
            links.insert().values(
                token_sha256=token_sha256,
                provider_id=self._provider_id,
                sitting_id=sitting_id,
                created_at=now,
                expires_at=expires_at,
            )
        )

    def revoke(self, sitting_id: str, *, now: datetime) -> None:
        """Let no link of a sitting work any more."""
        self._connection.execute(
            links.update()
            .where(
                links.c.provider_id == self._provider_id,
                links.c.sitting_id == sitting_id,
                links.c.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )

    def erase(self, sitting_id: str) -> None:
        """Forget every link of a sitting."""
        self._connection.execute(
            links.delete().where(
                links.c.provider_id == self._provider_id, links.c.sitting_id == sitting_id
            )
        )


class Identities:
    """Names and addresses of candidates, encrypted."""

    def __init__(self, connection: sa.Connection, provider_id: str, cipher: Cipher) -> None:
        self._connection, self._provider_id = connection, provider_id
        self._cipher = cipher

    def add(self, sitting_id: str, identity: Identity) -> None:
        """Keep who sits."""
        self._connection.execute(
            identities.insert().values(
                provider_id=self._provider_id,
                sitting_id=sitting_id,
                name=self._cipher.seal(identity.name),
                email=self._cipher.seal(identity.email),
                phone=self._cipher.seal(identity.phone),
                email_mark=self._cipher.mark(identity.email) if identity.email else None,
                phone_mark=self._cipher.mark(identity.phone) if identity.phone else None,
            )
        )

    def get(self, sitting_id: str) -> Identity | None:
        """Find who sits."""
        return self.of((sitting_id,)).get(sitting_id)

    def of(self, sitting_ids: tuple[str, ...]) -> dict[str, Identity]:
        """Find who sits in each of several sittings."""
        rows = self._connection.execute(
            sa.select(
                identities.c.sitting_id, identities.c.name, identities.c.email, identities.c.phone
            ).where(
                identities.c.provider_id == self._provider_id,
                identities.c.sitting_id.in_(sitting_ids),
            )
        )
        return {
            row.sitting_id: Identity(*(self._cipher.open(sealed) for sealed in row[1:]))
            for row in rows
        }

    def erase(self, sitting_id: str) -> None:
        """Forget who sat; events keep the pseudonymous id only."""
        self._connection.execute(
            identities.delete().where(
                identities.c.provider_id == self._provider_id, identities.c.sitting_id == sitting_id
            )
        )


class Remarks:
    """Free text that people write about a candidate: encrypted, deletable, named by events."""

    def __init__(self, connection: sa.Connection, provider_id: str, cipher: Cipher) -> None:
        self._connection, self._provider_id = connection, provider_id
        self._cipher = cipher

    def add(self, sitting_id: str, *, id: str, text: str) -> None:
        """Keep a text."""
        self._connection.execute(
            remarks.insert().values(
                provider_id=self._provider_id,
                id=id,
                sitting_id=sitting_id,
                text=self._cipher.seal(text),
            )
        )

    def of(self, sitting_id: str) -> dict[str, str]:
        """Return the texts about a sitting by their ids."""
        rows = self._connection.execute(
            sa.select(remarks.c.id, remarks.c.text).where(
                remarks.c.provider_id == self._provider_id, remarks.c.sitting_id == sitting_id
            )
        )
        return {row.id: self._cipher.open(row.text) for row in rows}

    def erase(self, sitting_id: str) -> None:
        """Forget every text about a sitting."""
        self._connection.execute(
            remarks.delete().where(
                remarks.c.provider_id == self._provider_id, remarks.c.sitting_id == sitting_id
            )
        )


class Events:
    """What happened in sittings: can only grow."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def append(
        self,
        sitting_id: str,
        kind: str,
        *,
        at: datetime,
        item_id: str | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> int:
        """Append an event and return its number in the sitting."""
        if kind not in EVENT_KINDS:
            raise ValueError(f"no such kind of event: {kind}")
        number = 1 + int(
            self._connection.execute(
                sa.select(sa.func.coalesce(sa.func.max(events.c.number), 0)).where(
                    events.c.provider_id == self._provider_id, events.c.sitting_id == sitting_id
                )
            ).scalar_one()
        )
        self._connection.execute(
            events.insert().values(
                provider_id=self._provider_id,
                sitting_id=sitting_id,
                number=number,
                kind=kind,
                item_id=item_id,
                at=at,
                body=dict(body or {}),
            )
        )
        return number

    def of(self, sitting_id: str) -> tuple[Event, ...]:
        """Return the events of a sitting in order."""
        return self.of_several((sitting_id,))[sitting_id]

    def of_several(self, sitting_ids: tuple[str, ...]) -> dict[str, tuple[Event, ...]]:
        """Return the events of several sittings, each in order."""
        found: dict[str, list[Event]] = defaultdict(list)
        rows = self._connection.execute(
            sa.select(*OF_EVENT)
            .where(events.c.provider_id == self._provider_id, events.c.sitting_id.in_(sitting_ids))
            .order_by(events.c.sitting_id, events.c.number)
        )
        for row in rows:
            found[row.sitting_id].append(Event(*row))
        return {sitting_id: tuple(found[sitting_id]) for sitting_id in sitting_ids}


class Profiles:
    """Profiles as they were computed at submission; they can be computed again."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def add(
        self,
        sitting_id: str,
        *,
        bank_sha256: str,
        policy: str,
        engine: str,
        body: Mapping[str, Any],
        now: datetime,
    ) -> None:
        """Keep a profile with the bank, policy and engine that made it; the newest holds."""
        of_sitting = (profiles.c.provider_id == self._provider_id) & (
            profiles.c.sitting_id == sitting_id
        )
        number = self._connection.execute(
            sa.select(sa.func.coalesce(sa.func.max(profiles.c.number), 0) + 1).where(of_sitting)
        ).scalar_one()
        self._connection.execute(
            profiles.insert().values(
                provider_id=self._provider_id,
                sitting_id=sitting_id,
                number=number,
                bank_sha256=bank_sha256,
                policy=policy,
                engine=engine,
                body=dict(body),
                computed_at=now,
            )
        )

    def get(self, sitting_id: str) -> Mapping[str, Any] | None:
        """Return the profile that holds, as a mapping."""
        found: Mapping[str, Any] | None = self._connection.execute(
            sa.select(profiles.c.body)
            .where(profiles.c.provider_id == self._provider_id, profiles.c.sitting_id == sitting_id)
            .order_by(profiles.c.number.desc())
            .limit(1)
        ).scalar_one_or_none()
        return found
