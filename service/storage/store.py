"""The store: units of work over one database, and published banks as engine objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
import structlog

from service.errors import DatabaseError
from service.storage.cipher import Cipher
from service.storage.database import WriteGate, gate_path, open_database
from service.storage.heads import Head, Heads, HeadsFile
from service.storage.ledger import heads_after
from service.storage.tables import accounts
from service.storage.tenants import Tenant, Unit
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import load_bank

__all__ = ["Store", "Tenant", "Unit", "utc_now"]


def utc_now() -> datetime:
    """Return the present time, aware, in UTC."""
    return datetime.now(UTC)


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
        self._owed = path.with_name(f"{path.name}-to-forget")
        self.heads = Heads(ledger_heads or path.with_name("ledger-heads.jsonl"), self._cipher)
        self._engine = open_database(path, self._cipher, moved=self._anchor_moved)
        self._reading = self._engine.execution_options(reading=True)
        self._loaded: dict[str, Bank] = {}
        self._check_secret()
        self._engine.dispose()

    def _check_secret(self) -> None:
        """Refuse another secret than the one that names were sealed with.

        Otherwise what is sealed from now on could not be read together with what is there.
        """
        with self._reading.connect() as connection, connection.begin():
            sealed = connection.execute(sa.select(accounts.c.email).limit(1)).scalar()
        if sealed is not None and not self._cipher.opens(sealed):
            raise DatabaseError(
                f"{self.path} was written with another secret key. Start with the key that it "
                "belongs to (VBR_SECRET_KEY, or secret-key in the data folder)."
            )

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
                content = self.heads.content()
                connection.exec_driver_sql("SELECT 1 FROM providers LIMIT 1").all()
            yield Unit(connection, self._cipher), self.heads.read(content)

    def anchor_late(self) -> None:
        """Anchor what was committed right before an interruption: called at each start.

        Raises
        ------
        DatabaseError
            If the file of heads cannot be read or written.
        """
        try:
            with self._gate(), self._reading.connect() as connection, connection.begin():
                file = self.heads.read(self.heads.content())
                anchored = {one.provider_id: one.number for one in file.anchors}
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

    def forget_erased(self, *, patience: timedelta = timedelta(seconds=1)) -> bool:
        """Empty the ``-wal`` file, where erased pages still stand as they were; return if it was.

        Called after erasing. While somebody reads for longer than `patience` it stays as it is, and
        `forget_owed` empties it.
        """
        self._owed.touch(mode=0o600)
        with self._gate():
            pooled = self._engine.raw_connection()
            try:
                cursor = pooled.cursor()
                usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
                cursor.execute(f"PRAGMA busy_timeout={int(patience.total_seconds() * 1000)}")
                busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                cursor.execute(f"PRAGMA busy_timeout={usual}")
            finally:
                pooled.close()
            if not busy:
                self._owed.unlink(missing_ok=True)
        return not busy

    def forget_owed(self) -> bool:
        """Empty the ``-wal`` file if that could not be done after erasing; return if none is owed.

        The worker calls it every few seconds, so it lets nobody wait.
        """
        return not self._owed.exists() or self.forget_erased(patience=timedelta(milliseconds=50))

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
