"""The store: units of work over one database, and published banks as engine objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa
import structlog

from service.errors import DatabaseError
from service.storage.account_links import AccountLinks
from service.storage.answering import Answering
from service.storage.assessment import (
    Events,
    Identities,
    Links,
    Profiles,
    Remarks,
    Sittings,
)
from service.storage.boards import Boards
from service.storage.bulk import Bulk
from service.storage.cipher import Cipher
from service.storage.database import WriteGate, gate_path, open_database
from service.storage.doors import Doors
from service.storage.heads import Head, Heads, HeadsFile
from service.storage.imports import Imports
from service.storage.jobs import Jobs
from service.storage.ledger import Ledger, heads_after
from service.storage.messages import Messages, Outbox
from service.storage.models import Models, RiskFigures
from service.storage.people import Accounts, Attempts, Providers, Sessions
from service.storage.pooled import Pooled
from service.storage.records import ProviderRecord
from service.storage.recovery_codes import RecoveryCodes
from service.storage.recruitment import Banks, Vacancies
from service.storage.retained import Retained
from service.storage.standings import Standings
from service.storage.tasks import Tasks
from service.storage.wordings import Wordings
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import load_bank

__all__ = ["Store", "Tenant", "Unit", "utc_now"]


def utc_now() -> datetime:
    """Return the present time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Tenant:
    """What belongs to one organisation, in one transaction: no other one can be reached."""

    connection: sa.Connection
    cipher: Cipher
    provider_id: str
    heads: dict[str, Head] = field(default_factory=dict)

    @property
    def provider(self) -> ProviderRecord:
        """The organisation itself."""
        found = Providers(self.connection).get(self.provider_id)
        assert found is not None, "a tenant is opened by the id of a provider that is there"
        return found

    @cached_property
    def accounts(self) -> Accounts:
        """Who may sign in."""
        return Accounts(self.connection, self.provider_id, self.cipher)

    @cached_property
    def sessions(self) -> Sessions:
        """Signed-in browsers."""
        return Sessions(self.connection, self.provider_id)

    @cached_property
    def vacancies(self) -> Vacancies:
        """Posts."""
        return Vacancies(self.connection, self.provider_id)

    @cached_property
    def sittings(self) -> Sittings:
        """Sittings."""
        return Sittings(self.connection, self.provider_id)

    @cached_property
    def links(self) -> Links:
        """Invitation links."""
        return Links(self.connection, self.provider_id)

    @cached_property
    def identities(self) -> Identities:
        """Who sits."""
        return Identities(self.connection, self.provider_id, self.cipher)

    @cached_property
    def remarks(self) -> Remarks:
        """Free text about candidates."""
        return Remarks(self.connection, self.provider_id, self.cipher)

    @cached_property
    def events(self) -> Events:
        """What happened in sittings."""
        return Events(self.connection, self.provider_id)

    @cached_property
    def profiles(self) -> Profiles:
        """Computed profiles."""
        return Profiles(self.connection, self.provider_id)

    @cached_property
    @cached_property
    def answering(self) -> Answering:
        """Sittings that colleagues enter or rate."""
        return Answering(self.connection, self.provider_id)

    def standings(self) -> Standings:
        """Where applications stand."""
        return Standings(self.connection, self.provider_id)

    @cached_property
    def boards(self) -> Boards:
        """Many applications at a time."""
        return Boards(self.connection, self.provider_id, self.cipher)

    @cached_property
    def bulk(self) -> Bulk:
        """Many rows at a time."""
        return Bulk(self.connection, self.provider_id, self.cipher)

    @cached_property
    def imports(self) -> Imports:
        """Lists of people, before they are invited."""
        return Imports(self.connection, self.provider_id, self.cipher)

    @cached_property
    def risk_figures(self) -> RiskFigures:
        """What models said about candidates."""
        return RiskFigures(self.connection, self.provider_id)

    @cached_property
    def ledger(self) -> Ledger:
        """Decisions, chained."""
        return Ledger(self.connection, self.provider_id, self.cipher, self.heads)

    @cached_property
    def account_links(self) -> AccountLinks:
        """Links by which accounts are opened."""
        return AccountLinks(self.connection, self.provider_id)

    @cached_property
    def recovery_codes(self) -> RecoveryCodes:
        """Codes for whoever has lost the second factor."""
        return RecoveryCodes(self.connection, self.provider_id)

    @cached_property
    def messages(self) -> Messages:
        """Messages to candidates and accounts."""
        return Messages(self.connection, self.provider_id)

    @cached_property
    def tasks(self) -> Tasks:
        """What somebody has to see to."""
        return Tasks(self.connection, self.provider_id)

    @cached_property
    def retained(self) -> Retained:
        """Whose names and words are still kept."""
        return Retained(self.connection, self.provider_id)

    @cached_property
    def wordings(self) -> Wordings:
        """Messages in the organisation's own words."""
        return Wordings(self.connection, self.provider_id)


@dataclass(frozen=True)
class Unit:
    """One transaction: what all share, the doors, and each tenant through `at`."""

    connection: sa.Connection
    cipher: Cipher
    heads: dict[str, Head] = field(default_factory=dict)

    def at(self, provider_id: str) -> Tenant:
        """Open what belongs to one organisation."""
        return Tenant(self.connection, self.cipher, provider_id, self.heads)

    @cached_property
    def doors(self) -> Doors:
        """The ways to learn which tenant something belongs to."""
        return Doors(self.connection, self.cipher)

    @cached_property
    def providers(self) -> Providers:
        """The tenants."""
        return Providers(self.connection)

    @cached_property
    def pooled(self) -> Pooled:
        """Counts over all organisations, for the council."""
        return Pooled(self.connection)

    @cached_property
    def attempts(self) -> Attempts:
        """Attempts to sign in."""
        return Attempts(self.connection)

    @cached_property
    def models(self) -> Models:
        """Drop-out models."""
        return Models(self.connection)

    @cached_property
    def banks(self) -> Banks:
        """Published banks."""
        return Banks(self.connection)

    @cached_property
    def outbox(self) -> Outbox:
        """The queue of messages, for the worker and the administrator."""
        return Outbox(self.connection)

    @cached_property
    def jobs(self) -> Jobs:
        """Work in the background."""
        return Jobs(self.connection)


class Store:
    """The database of one installation.

    Parameters
    ----------
    path : Path
        The SQLite file; it is created when it is new.
    secret : str
        The service's secret, from which the keys for names and addresses are derived.
    link_lifetime, session_idle, session_absolute : timedelta
    clock : callable
        Returns the present time, for reading paths that have no `now`.
    ledger_heads : Path, optional
        The file of ledger heads; ``ledger-heads.jsonl`` beside the database if not given.
    """

    def __init__(
        self,
        path: Path,
        *,
        secret: str,
        link_lifetime: timedelta = timedelta(days=30),
        session_idle: timedelta = timedelta(hours=1),
        session_absolute: timedelta = timedelta(hours=12),
        clock: Callable[[], datetime] = utc_now,
        ledger_heads: Path | None = None,
    ) -> None:
        self.path = path
        self.link_lifetime = link_lifetime
        self.session_idle = session_idle
        self.session_absolute = session_absolute
        self.clock = clock
        self._cipher = Cipher(secret)
        self._gate = WriteGate(gate_path(path))
        self.heads = Heads(ledger_heads or path.with_name("ledger-heads.jsonl"), self._cipher)
        self._engine = open_database(path, self._cipher, moved=self._anchor_moved)
        self._reading = self._engine.execution_options(reading=True)
        self._loaded: dict[str, Bank] = {}
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """Open a transaction that sees one state of the database and writes nothing."""
        with self._reading.connect() as connection, connection.begin():
            yield Unit(connection, self._cipher)

    @contextmanager
    def write(self) -> Iterator[Unit]:
        """Open a transaction that is durable when the block ends, or was never there."""
        with self._gate():
            with self._engine.connect() as connection, connection.begin():
                unit = Unit(connection, self._cipher)
                yield unit
            if unit.heads:
                self._anchor(unit.heads.values())

    @contextmanager
    def standstill(self) -> Iterator[tuple[Unit, HeadsFile]]:
        """Open a reading transaction together with the ledger's heads as of the same moment."""
        with self._reading.connect() as connection, connection.begin():
            with self._gate():
                heads = self.heads.read()
                connection.exec_driver_sql("SELECT 1 FROM providers LIMIT 1").all()
            yield Unit(connection, self._cipher), heads

    def anchor_late(self) -> None:
        """Anchor what was committed right before an interruption: called at each start.

        Raises
        ------
        DatabaseError
            If the file of heads cannot be read or written.
        """
        try:
            with self._gate(), self._reading.connect() as connection, connection.begin():
                anchored = {one.provider_id: one.number for one in self.heads.read().anchors}
                late = heads_after(connection, anchored)
                if late:
                    self.heads.append(late, at=self.clock(), late=True)
        except OSError as error:
            raise DatabaseError(f"{self.heads.path}: {error.strerror}.") from error

    def _anchor_moved(self, engine: sa.Engine) -> None:
        with engine.execution_options(reading=True).begin() as connection:
            heads = heads_after(connection, {})
        if heads:
            self._anchor(heads)

    def _anchor(self, heads: Iterable[Head]) -> None:
        try:
            self.heads.append(heads, at=self.clock())
        except OSError as error:
            # What was decided is kept; the next start anchors it.
            structlog.get_logger("vbr.ledger").error("heads not written", detail=error.strerror)

    def bank(self, unit: Unit, bank_id: str, version: str, sha256: str) -> Bank:
        """Return a published bank as an engine object, checked against its hash.

        Raises
        ------
        LookupError
            If it was never published, or its content is not what the hash says.
        """
        if sha256 not in self._loaded:
            dump = unit.banks.dump(bank_id, version)
            if dump is None:
                raise LookupError(f"{bank_id} {version} is not published")
            bank = load_bank(dump)
            if bank.sha256 != sha256:
                raise LookupError(f"{bank_id} {version} is not the bank of hash {sha256[:12]}")
            self._loaded[sha256] = bank
        return self._loaded[sha256]

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
