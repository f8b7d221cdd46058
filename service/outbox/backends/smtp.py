"""Messages by SMTP, over TLS unless the mail server is on this machine."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from email.utils import parseaddr

from service.mail_settings import MailSettings
from service.outbox.backends.mail import as_mail, ascii_address
from service.outbox.envelope import Envelope, Refused, Temporary, Unsure

__all__ = ["SmtpBackend"]

SECONDS = 30.0
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
TLS_PORT = 465
PERMANENT = 500


class SmtpBackend:
    """Keeps one connection while messages follow one another."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._sender = parseaddr(settings.sender)[1]
        self._open: smtplib.SMTP | None = None

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> None:
        """Send one mail: everything that can fail harmlessly comes before handing over."""
        if envelope.channel != "email":
            raise Refused("no-text-messages")
        to = ascii_address(envelope.to)
        content = as_mail(envelope, self._settings.sender).as_bytes()
        server = self._addressed(to)
        try:
            handing_over()
        except BaseException:
            self.close()
            raise
        self._deliver(server, content)

    def close(self) -> None:
        """Say goodbye to the server."""
        server, self._open = self._open, None
        if server is None:
            return
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()

    def _addressed(self, to: str) -> smtplib.SMTP:
        """Return a connection on which the server has taken sender and receiver."""
        try:
            server = self._connected()
            _expect_sender(*server.mail(self._sender))
            code, answer = server.rcpt(to)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Temporary(_words(error), everybody=True) from error
        except Temporary:
            self.close()
            raise
        if code >= PERMANENT:
            server.rset()
            raise Refused(f"refused: {code} {_text(answer)}")
        if code not in (250, 251):
            self.close()
            raise Temporary(f"{code} {_text(answer)}")
        return server

    def _deliver(self, server: smtplib.SMTP, content: bytes) -> None:
        try:
            code, answer = server.data(content)
        except smtplib.SMTPDataError as error:  # the server wants no content: nothing went
            code, answer = error.smtp_code, _bytes(error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Unsure(f"The mail server did not answer: {_words(error)}") from error
        if code >= PERMANENT:
            raise Refused(f"refused: {code} {_text(answer)}")
        if code != 250:
            self.close()
            raise Temporary(f"{code} {_text(answer)}")

    def _connected(self) -> smtplib.SMTP:
        if self._open is not None:
            try:
                if self._open.noop()[0] == 250:
                    return self._open
            except (OSError, smtplib.SMTPException):
                pass
            self.close()
        self._open = self._connect()
        return self._open

    def _connect(self) -> smtplib.SMTP:
        given = self._settings
        if given.port == TLS_PORT:
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                given.host, given.port, timeout=SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(given.host, given.port, timeout=SECONDS)
        try:
            if given.port != TLS_PORT and given.host not in LOOPBACK:
                server.starttls(context=ssl.create_default_context())
            server.ehlo_or_helo_if_needed()
            if given.user:
                server.login(given.user, given.password)
        except BaseException:
            server.close()
            raise
        return server


def _expect_sender(code: int, answer: bytes) -> None:
    # A server that does not take our sender refuses us, not the person we write to.
    if code != 250:
        raise Temporary(f"{code} {_text(answer)}", everybody=True)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(_bytes(error.smtp_error))}"
    return str(error) or type(error).__name__


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode()


def _text(answer: bytes) -> str:
    return answer.decode("utf-8", "replace")
