"""Settings of messages: which way they go, and what that way needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from service.setting import LEAST_SECRET, Setting, one_of, whole

__all__ = ["MAIL_SETTINGS", "MailSettings"]

HERE = "http://127.0.0.1:8000"


def _sender(text: str) -> str:
    if "@" not in parseaddr(text)[1]:
        raise ValueError("an address such as Recruitment <no-reply@recruit.example>")
    return text


def _key(text: str) -> str:
    if len(text) < 2 * LEAST_SECRET:
        raise ValueError("an API key as GOV.UK Notify shows it once")
    return text


MAIL_SETTINGS = (
    Setting(
        "VBR_MAIL",
        "How messages go: `file` writes them to the folder `outbox` in the data folder, `console` "
        "to standard output, `smtp` and `notify` send them, `off` keeps them waiting.",
        "`file` (development), `off` (production)",
        one_of("off", "file", "console", "smtp", "notify"),
    ),
    Setting("VBR_SMTP_HOST", "The mail server, for `VBR_MAIL=smtp`.", "none", str),
    Setting(
        "VBR_SMTP_PORT",
        "Its port. 465 speaks TLS from the beginning; on any other STARTTLS is demanded, except of "
        "a server on this machine.",
        "`587`",
        whole(1, 65535),
    ),
    Setting("VBR_SMTP_USER", "Name to sign in to the mail server with.", "none", str),
    Setting("VBR_SMTP_PASSWORD", "Password for it.", "none", str, secret=True),
    Setting(
        "VBR_SMTP_FROM",
        "Sender of messages, such as `Recruitment <no-reply@recruit.example>`.",
        "`VBR Engine <no-reply@localhost>` (not for `smtp`)",
        _sender,
    ),
    Setting(
        "VBR_NOTIFY_KEY",
        "API key of GOV.UK Notify, for `VBR_MAIL=notify`; public bodies only.",
        "none",
        _key,
        secret=True,
    ),
    Setting(
        "VBR_NOTIFY_EMAIL_TEMPLATE",
        "Id of a Notify email template whose subject is `((subject))` and whose text is "
        "`((body))`.",
        "none",
        str,
    ),
    Setting(
        "VBR_NOTIFY_SMS_TEMPLATE",
        "Id of a Notify text message template whose text is `((body))`; without it no text "
        "messages go.",
        "none",
        str,
    ),
)
_NEEDED = {
    "smtp": ("VBR_SMTP_HOST", "VBR_SMTP_FROM", "VBR_PUBLIC_URL"),
    "notify": ("VBR_NOTIFY_KEY", "VBR_NOTIFY_EMAIL_TEMPLATE", "VBR_PUBLIC_URL"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """How messages go."""

    way: str
    folder: Path
    address: str
    host: str = ""
    port: int = 587
    user: str = ""
    password: str = ""
    sender: str = "VBR Engine <no-reply@localhost>"
    notify_key: str = ""
    notify_email: str = ""
    notify_sms: str = ""

    @property
    def is_real(self) -> bool:
        """Whether messages reach people."""
        return self.way in ("smtp", "notify")

    @property
    def can_text(self) -> bool:
        """Whether text messages can go to phones."""
        return self.way in ("file", "console") or bool(self.way == "notify" and self.notify_sms)

    @classmethod
    def of(cls, given: Mapping[str, Any], data_dir: Path, *, production: bool) -> MailSettings:
        """Read them from the settings that were given."""
        return cls(
            way=given.get("VBR_MAIL", "off" if production else "file"),
            folder=data_dir / "outbox",
            address=given.get("VBR_PUBLIC_URL", HERE),
            host=given.get("VBR_SMTP_HOST", ""),
            port=given.get("VBR_SMTP_PORT", 587),
            user=given.get("VBR_SMTP_USER", ""),
            password=given.get("VBR_SMTP_PASSWORD", ""),
            sender=given.get("VBR_SMTP_FROM", "VBR Engine <no-reply@localhost>"),
            notify_key=given.get("VBR_NOTIFY_KEY", ""),
            notify_email=given.get("VBR_NOTIFY_EMAIL_TEMPLATE", ""),
            notify_sms=given.get("VBR_NOTIFY_SMS_TEMPLATE", ""),
        )

    @staticmethod
    def missing(given: Mapping[str, Any], problems: list[str]) -> list[str]:
        """Say what the chosen way needs and has not got."""
        way = given.get("VBR_MAIL", "")
        return [
            f"{name} is needed with VBR_MAIL={way}."
            for name in _NEEDED.get(way, ())
            if name not in given and not any(problem.startswith(name) for problem in problems)
        ]
