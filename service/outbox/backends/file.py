"""Messages as files, for development: one each, readable by mail programs."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from service.mail_settings import MailSettings
from service.outbox.backends.mail import as_mail
from service.outbox.envelope import Envelope, Temporary

__all__ = ["FileBackend", "KeptMail", "kept_mail", "kept_mails"]

MOST_KEPT = 100
_LINK = re.compile(r"https?://[^/\s]+(/\S+)")


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A message in a file; `path` is the path of the link in it, if there is one."""

    name: str
    at: datetime
    to: str
    subject: str
    text: str
    path: str


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


def kept_mails(settings: MailSettings) -> tuple[KeptMail, ...]:
    """Return the newest messages in the folder, newest first."""
    if not settings.folder.is_dir():
        return ()
    paths = [path for path in settings.folder.iterdir() if path.suffix in (".eml", ".txt")]
    newest = sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True)[:MOST_KEPT]
    return tuple(_read(path) for path in newest)


def kept_mail(settings: MailSettings, name: str) -> KeptMail | None:
    """Return the message of a file name, if there is one in the folder."""
    return next((mail for mail in kept_mails(settings) if mail.name == name), None)


def _read(path: Path) -> KeptMail:
    mail = message_from_bytes(path.read_bytes(), policy=default)
    text = str(mail.get_content()) if mail.get_content_maintype() == "text" else ""
    link = _LINK.search(text)
    return KeptMail(
        path.name,
        datetime.fromtimestamp(path.stat().st_mtime, UTC),
        str(mail["To"]),
        str(mail["Subject"] or ""),
        text.strip(),
        link[1] if link else "",
    )
