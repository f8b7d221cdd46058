"""The ways to send messages, behind one interface."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from service.mail_settings import MailSettings
from service.outbox.backends.console import ConsoleBackend
from service.outbox.backends.file import FileBackend
from service.outbox.backends.notify import NotifyBackend
from service.outbox.backends.smtp import SmtpBackend
from service.outbox.envelope import Backend

__all__ = ["open_backend"]

_WAYS: Mapping[str, Callable[[MailSettings], Backend]] = {
    "file": FileBackend,
    "console": ConsoleBackend,
    "smtp": SmtpBackend,
    "notify": NotifyBackend,
}


def open_backend(settings: MailSettings) -> Backend | None:
    """Return the way that is set, or None where messages wait."""
    way = _WAYS.get(settings.way)
    return None if way is None else way(settings)
