"""The worker: two loops, one for messages and one for jobs, until it is told to stop."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable

import structlog

from service.mail_settings import MailSettings
from service.memory import share_heap
from service.outbox.backends import open_backend
from service.outbox.daily import Daily
from service.outbox.envelope import Backend
from service.outbox.running import Runner
from service.outbox.sending import Sender
from service.storage import Store

__all__ = ["Worker"]

IDLE_SECONDS = 2.0
PAUSE_SECONDS = 30.0  # when no message would go: the mail server is down, the disk is full
GRACE_SECONDS = 35.0  # longer than a mail server may take


class Worker:
    """Sends messages and runs jobs.

    Several at once do no harm: each message and each job is leased by one of them.

    Parameters
    ----------
    store : Store
    settings : MailSettings
    backend : Backend, optional
        The way that is set, if not given.
    """

    def __init__(
        self, store: Store, settings: MailSettings, *, backend: Backend | None = None
    ) -> None:
        owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.stopping = threading.Event()
        way = backend or open_backend(settings)
        self._sender = Sender(store, way, settings, owner=owner) if way else None
        self._daily = Daily(store)
        self._runner = Runner(store, owner=owner, stop=self.stopping)
        self._log = structlog.get_logger("vbr.worker")
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin, in threads that end with the process."""
        share_heap()
        steps = (
            ("messages", self.send_some),
            ("jobs", self._runner.run_one),
            ("days", self._daily.plan),
        )
        for name, step in steps:
            thread = threading.Thread(target=self._loop, args=(step,), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, *, seconds: float = GRACE_SECONDS) -> None:
        """Finish the message that is being sent, give everything else back, and end.

        What takes longer than `seconds` is left as it is: its lease runs out.
        """
        self.stopping.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def wait(self) -> None:
        """Wait until it is told to stop."""
        self.stopping.wait()

    def once(self) -> None:
        """Send and run what is due now, and no more."""
        self._daily.plan()
        while self.send_some():
            pass
        while self._runner.run_one():
            pass

    def send_some(self) -> bool:
        """Send a few messages; False if none was due, or none can go now."""
        if self._sender is None:
            return False
        self._sender.mark_unsure()
        claimed = self._sender.claim()
        goes = bool(claimed)
        for message in claimed:
            if self.stopping.is_set() or not self._sender.send(message):
                goes = False
                self._sender.give_back()
                break
        if not goes:
            self._sender.close()
        if claimed and not goes:
            self.stopping.wait(0 if self._threads == [] else PAUSE_SECONDS)
        return goes

    def _loop(self, step: Callable[[], bool]) -> None:
        while not self.stopping.is_set():
            try:
                busy = step()
            except Exception as error:  # say a full disk: told, and tried again
                self._log.error("worker", exc_info=error)
                busy = False
            if not busy:
                self.stopping.wait(IDLE_SECONDS)
