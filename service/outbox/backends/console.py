"""Messages on standard output, for development."""

from __future__ import annotations

from collections.abc import Callable

from service.mail_settings import MailSettings
from service.outbox.envelope import Envelope

__all__ = ["ConsoleBackend"]

RULE = "-" * 72


class ConsoleBackend:
    """Prints each message."""

    def __init__(self, settings: MailSettings) -> None:
        self._sender = settings.sender

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> None:
        """Print the message."""
        handing_over()
        subject = f"Subject: {envelope.subject}\n" if envelope.subject else ""
        head = f"From: {self._sender}\nTo: {envelope.name} <{envelope.to}>\n{subject}"
        print(f"{RULE}\n{head}\n{envelope.text}\n{RULE}", flush=True)

    def close(self) -> None:
        """Nothing is open."""
