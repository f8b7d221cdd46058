"""The ways to send: SMTP against a server, Notify against a double, and what each answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as Taken

from service.config import Settings
from service.errors import SettingsError
from service.mail_settings import MailSettings
from service.outbox.backends import open_backend
from service.outbox.backends.notify import NotifyBackend
from service.outbox.backends.smtp import SmtpBackend
from service.outbox.envelope import Envelope, Refused, SendingError, Temporary, Unsure

SECRET = "s" * 40


def envelope(to: str = "ana@example.org", **more: Any) -> Envelope:
    given = {
        "id": "5a0ac9a4",
        "channel": "email",
        "to": to,
        "name": "Ana, the first",
        "subject": "Your questions",
        "text": "Hello,\n.\nhttps://recruit.example/i/abc\n\nDiolch, ŵ",
        "language": "cy",
        "at": datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
        "reply_to": "sam@meadow.example",
    }
    return Envelope(**{**given, **more})


@dataclass
class Server:
    """A mail server that answers as it is told."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    rcpt: str = "250 OK"
    mail: str = "250 OK"
    data: str = "250 OK"
    hang_up: bool = False

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Taken, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.mail

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Taken, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Taken) -> str:
        self.taken.append(envelope)
        if self.hang_up:
            server.transport.abort()
        return self.data


@pytest.fixture
def server() -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found = Server(port=probe.getsockname()[1])
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    yield found
    controller.stop()


@pytest.fixture
def smtp(server: Server, tmp_path: Path) -> Iterator[SmtpBackend]:
    backend = SmtpBackend(
        MailSettings(
            way="smtp",
            folder=tmp_path,
            address="https://recruit.example",
            host="127.0.0.1",
            port=server.port,
            sender="Recruitment <no-reply@recruit.example>",
        )
    )
    yield backend
    backend.close()


@dataclass
class Handing:
    """Counts how often a message was handed over."""

    times: int = 0
    error: Exception | None = None

    def __call__(self) -> None:
        self.times += 1
        if self.error:
            raise self.error


def test_smtp_sends_plain_mail_over_one_connection(server: Server, smtp: SmtpBackend) -> None:
    handing = Handing()
    for _ in range(3):
        smtp.send(envelope(), handing)
    assert (len(server.taken), handing.times) == (3, 3)
    content = server.taken[0].content
    assert isinstance(content, bytes)
    mail = message_from_bytes(content, policy=default)
    assert mail["Message-ID"] == "<5a0ac9a4@recruit.example>"
    assert mail["To"] == '"Ana, the first" <ana@example.org>'
    assert mail["Reply-To"] == "sam@meadow.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "cy"
    assert mail.get_content().replace("\r\n", "\n").rstrip("\n") == envelope().text
    assert server.taken[0].mail_from == "no-reply@recruit.example"
    assert server.taken[0].rcpt_tos == ["ana@example.org"]


@pytest.mark.parametrize(
    ("answers", "error", "handed_over", "problem"),
    [
        ({"rcpt": "550 5.1.1 <ana@example.org> unknown"}, Refused, 0, "refused: 550 5.1.1"),
        ({"rcpt": "451 4.7.1 greylisted"}, Temporary, 0, "451"),
        ({"mail": "550 sender not allowed"}, Temporary, 0, "550"),
        ({"data": "554 looks like spam"}, Refused, 1, "refused: 554"),
        ({"data": "452 disk full"}, Temporary, 1, "452"),
        ({"hang_up": True}, Unsure, 1, "The mail server did not answer"),
    ],
)
def test_what_a_server_answers(
    server: Server,
    smtp: SmtpBackend,
    answers: dict[str, Any],
    error: type[SendingError],
    handed_over: int,
    problem: str,
) -> None:
    handing = Handing()
    for name, value in answers.items():
        setattr(server, name, value)
    with pytest.raises(error) as caught:
        smtp.send(envelope(), handing)
    assert type(caught.value) is error
    assert caught.value.problem.startswith(problem)
    assert "ana@" not in caught.value.problem
    assert handing.times == handed_over
    # The next one goes, on the same connection or another.
    server.rcpt = server.mail = server.data = "250 OK"
    server.hang_up = False
    smtp.send(envelope("sam@example.org"), handing)
    assert server.taken[-1].rcpt_tos == ["sam@example.org"]


def test_nothing_goes_when_handing_over_fails(server: Server, smtp: SmtpBackend) -> None:
    with pytest.raises(KeyError):
        smtp.send(envelope(), Handing(error=KeyError("lease lost")))
    assert server.taken == []
    smtp.send(envelope(), Handing())
    assert len(server.taken) == 1


def test_a_server_that_is_not_there_is_everybodys_problem(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    handing = Handing()
    given = MailSettings(
        way="smtp", folder=tmp_path, address="", host="127.0.0.1", port=port, sender="a@b.example"
    )
    with pytest.raises(Temporary) as caught:
        SmtpBackend(given).send(envelope(), handing)
    assert caught.value.everybody
    assert handing.times == 0


def test_no_mail_without_tls_beyond_this_machine(
    server: Server, smtp: SmtpBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.outbox.backends.smtp.LOOPBACK", set())
    handing = Handing()
    with pytest.raises(Temporary, match="STARTTLS"):
        smtp.send(envelope(), handing)
    assert (handing.times, server.taken) == (0, [])


def test_an_address_that_mail_cannot_carry_is_refused(smtp: SmtpBackend) -> None:
    for address in ("ŵyn@example.org", "ana@example.org\r\nBcc: all@example.org", "no address"):
        with pytest.raises(Refused):
            smtp.send(envelope(address), Handing())


class NotifyError(Exception):
    """Looks like the client's HTTPError."""

    def __init__(self, status: int, response: object = "there") -> None:
        super().__init__()
        self.status_code, self.response = status, response
        self.message = [{"error": "ValidationError", "message": "bad ana@example.org"}]


class Client:
    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.error: Exception | None = None

    def _call(self, name: str, given: dict[str, Any]) -> None:
        if self.error:
            raise self.error
        self.calls.append((name, given))

    def send_email_notification(self, **given: Any) -> None:
        self._call("email", given)

    def send_sms_notification(self, **given: Any) -> None:
        self._call("sms", given)


@pytest.fixture
def notify(tmp_path: Path) -> tuple[NotifyBackend, Client]:
    client = Client()
    settings = MailSettings(
        way="notify", folder=tmp_path, address="", notify_email="mail-1", notify_sms="text-1"
    )
    return NotifyBackend(settings, client=client), client


def test_notify_gets_words_and_reference(notify: tuple[NotifyBackend, Client]) -> None:
    backend, client = notify
    backend.send(envelope(), Handing())
    backend.send(envelope("+447700900123", channel="sms", subject=""), Handing())
    assert client.calls == [
        (
            "email",
            {
                "email_address": "ana@example.org",
                "template_id": "mail-1",
                "personalisation": {"subject": "Your questions", "body": envelope().text},
                "reference": "5a0ac9a4",
            },
        ),
        (
            "sms",
            {
                "phone_number": "+447700900123",
                "template_id": "text-1",
                "personalisation": {"body": envelope().text},
                "reference": "5a0ac9a4",
            },
        ),
    ]


def _not_connected() -> Exception:
    error = NotifyError(503, response=None)
    error.__cause__ = type("ConnectTimeout", (Exception,), {})()
    return error


@pytest.mark.parametrize(
    ("error", "expected", "everybody"),
    [
        (NotifyError(400), Refused, False),
        (NotifyError(403), Temporary, True),
        (NotifyError(429), Temporary, True),
        (NotifyError(500), Temporary, True),
        (_not_connected(), Temporary, True),
        (NotifyError(503, response=None), Unsure, False),
        (ValueError("no JSON"), Unsure, False),
    ],
)
def test_what_notify_answers(
    notify: tuple[NotifyBackend, Client],
    error: Exception,
    expected: type[SendingError],
    everybody: bool,
) -> None:
    backend, client = notify
    client.error = error
    with pytest.raises(expected) as caught:
        backend.send(envelope(), Handing())
    assert getattr(caught.value, "everybody", False) is everybody
    assert "ana@" not in caught.value.problem


def test_notify_is_imported_only_when_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("service.outbox.backends.notify.import_module", missing)
    with pytest.raises(SettingsError, match="pip install"):
        open_backend(MailSettings(way="notify", folder=tmp_path, address="", notify_key="k"))


# Settings


def test_each_way_says_what_it_needs() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"VBR_SECRET_KEY": SECRET, "VBR_MAIL": "smtp"})
    for name in ("VBR_SMTP_HOST", "VBR_SMTP_FROM", "VBR_PUBLIC_URL"):
        assert f"{name} is needed with VBR_MAIL=smtp." in caught.value.problems


def test_development_writes_files_and_production_waits_to_be_told() -> None:
    given = {"VBR_SECRET_KEY": SECRET, "VBR_API_TOKENS": SECRET}
    assert Settings.from_environment(given).mail.way == "file"
    production = Settings.from_environment({**given, "VBR_ENVIRONMENT": "production"})
    assert production.mail.way == "off"
    assert open_backend(production.mail) is None


def test_the_password_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("short\n", encoding="utf-8")
    settings = Settings.from_environment(
        {
            "VBR_SECRET_KEY": SECRET,
            "VBR_MAIL": "smtp",
            "VBR_SMTP_HOST": "mail.example",
            "VBR_SMTP_FROM": "R <no-reply@recruit.example>",
            "VBR_SMTP_PASSWORD_FILE": str(tmp_path / "password"),
            "VBR_PUBLIC_URL": "https://recruit.example",
        }
    )
    assert settings.mail.password == "short"
    assert settings.mail.is_real
    assert not settings.mail.can_text


def test_console(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    backend = open_backend(MailSettings(way="console", folder=tmp_path, address=""))
    assert backend is not None
    backend.send(envelope(), Handing())
    assert "https://recruit.example/i/abc" in capsys.readouterr().out
