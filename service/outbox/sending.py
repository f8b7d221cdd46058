"""One message's way out: leased, put into words, handed over, settled."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import structlog

from service.mail_settings import MailSettings
from service.outbox.envelope import Backend, Refused, Temporary, Unsure
from service.outbox.rendering import Prepared, keep_link, prepare
from service.outbox.still_due import Later, Never, verdict
from service.storage import Store, Unit
from service.storage.records import MessageRecord
from service.use_cases.happenings import happen
from service.use_cases.message_kinds import REMINDERS

__all__ = ["LEASE", "MOST_ATTEMPTS", "Sender", "backoff"]

LEASE = timedelta(seconds=90)
HANDING_OVER = timedelta(seconds=120)  # longer than any back end waits for an answer
BATCH = 10
MOST_ATTEMPTS = 10
FIRST_WAIT, FACTOR, LONGEST_WAIT = timedelta(minutes=1), 3, timedelta(hours=4)


class NotOurs(Exception):
    """The lease is lost, or the message is not wanted any more: it must not be sent."""


def backoff(attempt: int, chance: random.Random) -> timedelta:
    """Return how long to wait after an attempt: threefold each time, up to hours, with jitter.

    Examples
    --------
    >>> waits = [backoff(n, random.Random(1)).total_seconds() for n in (1, 2, 3, 9)]
    >>> [round(wait / 60, 1) for wait in waits]
    [0.6, 1.9, 5.7, 152.2]
    """
    factor: int = FACTOR ** min(attempt - 1, 9)
    return min(FIRST_WAIT * factor, LONGEST_WAIT) * chance.uniform(0.5, 1.5)


class Sender:
    """Sends what is due, for one worker.

    Parameters
    ----------
    store : Store
    backend : Backend
    settings : MailSettings
    owner : str
        Name of the worker, in its leases.
    """

    def __init__(
        self, store: Store, backend: Backend, settings: MailSettings, *, owner: str
    ) -> None:
        self._store, self._backend, self._settings = store, backend, settings
        self._owner = owner
        self._chance = random.Random()
        self._log = structlog.get_logger("vbr.outbox")

    def claim(self) -> tuple[MessageRecord, ...]:
        """Lease a few messages that are due."""
        now = self._store.clock()
        with self._store.read() as unit:
            ids = unit.outbox.due(now=now, most=BATCH)
        if not ids:
            return ()
        with self._store.write() as unit:
            return unit.outbox.claim(ids, owner=self._owner, now=now, until=now + LEASE)

    def mark_unsure(self) -> None:
        """List as unsure what was being sent when its worker died."""
        now = self._store.clock()
        with self._store.read() as unit:
            if not unit.outbox.interrupted(now=now):
                return
        with self._store.write() as unit:
            number = unit.outbox.mark_unsure(now=now)
        self._log.warning("unsure", messages=number)

    def send(self, message: MessageRecord) -> bool:
        """Send one message and note what became of it; False if no other would go now either."""
        handed_over = False
        try:
            prepared = self._prepared(message)
            if prepared is None:
                return True

            def handing_over() -> None:
                nonlocal handed_over
                self._hand_over(message, prepared)
                handed_over = True

            self._backend.send(prepared.envelope, handing_over)
        except NotOurs:
            return True
        except Refused as error:
            self._settle_refused(message, error.problem)
        except Unsure as error:
            self._settle(message, "unsure", error.problem)
        except Temporary as error:
            self._try_later(message, error.problem)
            return not error.everybody
        except Exception as error:  # a fault of ours: told; tried again if it cannot have gone
            self._log.error("sending", message=message.id, exc_info=error)
            self._after_fault(message, type(error).__name__, handed_over=handed_over)
        else:
            # Should this fail, the message stays handed over, and is listed as unsure by and by.
            self._settle_sent(message)
        return True

    def give_back(self) -> None:
        """Give back what was leased and not begun."""
        with self._store.write() as unit:
            unit.outbox.give_back(owner=self._owner)

    def close(self) -> None:
        """Let go of the connection to the mail server."""
        self._backend.close()

    def _prepared(self, message: MessageRecord) -> Prepared | None:
        now = self._store.clock()
        with self._store.read() as unit:
            found = verdict(unit.at(message.provider_id), message, self._settings, now=now)
            prepared = (
                prepare(self._store, unit, message, self._settings, now=now)
                if found is None
                else None
            )
        if found is None and prepared is None:
            self._settle(message, "dead", "no-address")
        elif found is not None:
            with self._store.write() as unit:
                self._obey(unit, message, found, now)
        return prepared

    def _obey(
        self, unit: Unit, message: MessageRecord, found: Later | Never, now: datetime
    ) -> None:
        if isinstance(found, Later):
            unit.outbox.postpone(message.id, owner=self._owner, run_at=found.at, counted=False)
        else:
            unit.outbox.settle(
                message.id, owner=self._owner, state="cancelled", now=now, problem=found.reason
            )

    def _hand_over(self, message: MessageRecord, prepared: Prepared) -> None:
        """Note that the message is on its way, if it is ours and wanted: from here at most once."""
        now = self._store.clock()
        with self._store.write() as unit:
            tenant = unit.at(message.provider_id)
            found = verdict(tenant, message, self._settings, now=now)
            if found is not None:
                self._obey(unit, message, found, now)
            elif unit.outbox.hand_over(
                message.id, owner=self._owner, now=now, until=now + HANDING_OVER
            ):
                if prepared.link is not None:
                    keep_link(tenant, message, prepared.link, now=now)
                return
        raise NotOurs

    def _after_fault(self, message: MessageRecord, problem: str, *, handed_over: bool) -> None:
        if handed_over:
            self._settle(message, "unsure", problem)
        else:
            self._try_later(message, problem)

    def _settle_sent(self, message: MessageRecord) -> None:
        now = self._store.clock()
        with self._store.write() as unit:
            done = unit.outbox.settle(message.id, owner=self._owner, state="sent", now=now)
            if done and message.sitting_id is not None:
                kind = "reminded" if message.kind in REMINDERS else "message-sent"
                happen(
                    unit.at(message.provider_id),
                    message.sitting_id,
                    kind,
                    at=now,
                    body=_told_of(message),
                )
        self._log.info("sent", message=message.id, kind=message.kind, channel=message.channel)

    def _settle_refused(self, message: MessageRecord, problem: str) -> None:
        now = self._store.clock()
        with self._store.write() as unit:
            done = unit.outbox.settle(
                message.id, owner=self._owner, state="dead", now=now, problem=problem
            )
            came_back = problem.startswith("refused") and message.sitting_id is not None
            if done and came_back and message.sitting_id is not None:
                body = {**_told_of(message), "reason": "refused"}
                tenant = unit.at(message.provider_id)
                happen(tenant, message.sitting_id, "bounced", at=now, body=body)
        self._log.warning("refused", message=message.id, kind=message.kind, problem=problem)

    def _settle(self, message: MessageRecord, state: str, problem: str) -> None:
        with self._store.write() as unit:
            unit.outbox.settle(
                message.id,
                owner=self._owner,
                state=state,
                now=self._store.clock(),
                problem=problem,
            )
        self._log.warning(state, message=message.id, kind=message.kind, problem=problem)

    def _try_later(self, message: MessageRecord, problem: str) -> None:
        if message.attempts >= MOST_ATTEMPTS:
            self._settle(message, "dead", problem)
            return
        run_at = self._store.clock() + backoff(message.attempts, self._chance)
        with self._store.write() as unit:
            unit.outbox.postpone(message.id, owner=self._owner, run_at=run_at, problem=problem)
        self._log.info("later", message=message.id, kind=message.kind, problem=problem)


def _told_of(message: MessageRecord) -> dict[str, str]:
    return {"message": message.id, "kind": message.kind, "channel": message.channel}
