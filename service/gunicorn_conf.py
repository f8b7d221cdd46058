"""gunicorn's settings: ``gunicorn -c python:service.gunicorn_conf 'service:create_app()'``."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any, cast

from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from service.access import Services
from service.config import Settings
from service.errors import SettingsError
from service.logs import masked
from service.memory import share_heap
from service.outbox.worker import Worker as Outbox
from service.use_cases.passwords import PLACES

try:
    _settings = Settings.from_environment()
except SettingsError as error:
    print(error, file=sys.stderr)
    sys.exit(4)

share_heap()

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = _settings.workers
threads = _settings.threads + PLACES
timeout = 30
graceful_timeout = 20
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000
control_socket_disable = True
# Loaded once, in the parent: a bad start is told once, and workers share the memory.
preload_app = True
loglevel = "warning"
accesslog = None
# The worker's heartbeat; memory, where the machine has it, so that a slow disk stops nobody.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
forwarded_allow_ips = "127.0.0.1"


# A worker that is told to stop while it is being born has no ear for it yet: it would be waited for
# until `graceful_timeout`. So these signals wait until it is ready.
_STOPS = {signal.SIGINT, signal.SIGQUIT, signal.SIGTERM}


def on_starting(server: Arbiter) -> None:
    """Hold signals back while a worker is forked; afterwards the parent hears them again."""
    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS),
    )


def post_worker_init(worker: Worker) -> None:
    """Let the worker hear them, now that it has its own handlers; send messages in development.

    In production ``python -m service work`` sends them, in a process of its own.
    """
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
    if not _settings.production:
        services = cast(Services, worker.wsgi.extensions["vbr"])
        worker.outbox = Outbox(services.store, services.settings.mail)
        worker.outbox.start()


def worker_exit(server: Arbiter, worker: Worker) -> None:
    """Finish the message that is being sent."""
    outbox = getattr(worker, "outbox", None)
    if outbox is not None:
        outbox.stop(seconds=5)


class MaskingLogger(Logger):
    """Hides invitation tokens, should an error quote an address."""

    def error(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Log an error, masked."""
        super().error(masked(str(msg)), *(_masked(a) for a in args), **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Log an exception, masked."""
        super().exception(masked(str(msg)), *(_masked(a) for a in args), **kwargs)


def _masked(value: Any) -> Any:
    return masked(value) if isinstance(value, str) else value


logger_class = MaskingLogger
