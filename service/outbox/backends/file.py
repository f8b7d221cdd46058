"""Messages as files, for development: one each, readable by mail programs."""

from __future__ import annotations

import os
from collections.abc import Callable

from service.mail_settings import MailSettings
from service.outbox.backends.mail import as_mail
from service.outbox.envelope import Envelope, Temporary

__all__ = ["FileBackend"]


class FileBackend:
    """Writes each message whole, or not at all, under its id."""

    def __init__(self, settings: MailSettings) -> None:
        self._folder, self._sender = settings.folder, settings.sender

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> None:
        """Write the file."""
        if envelope.channel == "email":
            content, ending = as_mail(envelope, self._sender).as_bytes(), "eml"
        else:
            content, ending = f"To: {envelope.to}\n\n{envelope.text}\n".encode(), "txt"
        handing_over()
        try:
            self._write(f"{envelope.id}.{ending}", content)
        except OSError as error:
            raise Temporary(f"The file cannot be written: {error.strerror}") from error

    def close(self) -> None:
        """Nothing is open."""

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f".{name}.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        draft.replace(self._folder / name)
