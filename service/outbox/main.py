"""``python -m service work``: the worker as a process of its own."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Sequence
from typing import Any

from service import logs
from service.config import Settings
from service.outbox.worker import Worker
from service.start import STATUSES, open_store

__all__ = ["work"]


def work(arguments: Sequence[str] = ()) -> int:
    """Send messages and run jobs until SIGTERM, or with ``--once`` what is due.

    Raises
    ------
    SettingsError, DatabaseError
    """
    parser = argparse.ArgumentParser(
        prog="python -m service work", description=__doc__, epilog=STATUSES
    )
    parser.add_argument("--once", action="store_true", help="send and run what is due, and end")
    chosen = parser.parse_args(arguments)
    settings = Settings.from_environment()
    logs.configure(settings.log_level)
    store = open_store(settings)
    worker = Worker(store, settings.mail)
    if chosen.once:
        worker.once()
    else:
        _until_told(worker)
    store.close()
    return 0


def _until_told(worker: Worker) -> None:
    def end(*_: Any) -> None:
        worker.stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    worker.start()
    worker.wait()
    worker.stop()
