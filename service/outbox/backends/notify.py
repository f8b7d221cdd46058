"""Messages by GOV.UK Notify, for public bodies: email and text messages."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from service.errors import SettingsError
from service.mail_settings import MailSettings
from service.outbox.envelope import Envelope, Refused, Temporary, Unsure

__all__ = ["NotifyBackend"]

# What never reached Notify: no connection came about.
_NOT_CONNECTED = {"ConnectTimeout", "NewConnectionError", "NameResolutionError", "ProxyError"}
BAD_REQUEST, TOO_MANY, OURS = 400, 429, (401, 403, 404)


class NotifyBackend:
    """Sends by two templates of Notify that hold nothing but our subject and text."""

    def __init__(self, settings: MailSettings, *, client: Any = None) -> None:
        self._settings = settings
        self._client = client or _client(settings.notify_key)

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> None:
        """Hand one message to Notify."""
        if envelope.channel == "sms" and not self._settings.notify_sms:
            raise Refused("no-text-messages")
        handing_over()
        try:
            self._send(envelope)
        except Exception as error:  # the client is imported late: its errors are told by shape
            raise _as_ours(error) from error

    def close(self) -> None:
        """Nothing is open."""

    def _send(self, envelope: Envelope) -> None:
        if envelope.channel == "sms":
            self._client.send_sms_notification(
                phone_number=envelope.to,
                template_id=self._settings.notify_sms,
                personalisation={"body": envelope.text},
                reference=envelope.id,
            )
        else:
            self._client.send_email_notification(
                email_address=envelope.to,
                template_id=self._settings.notify_email,
                personalisation={"subject": envelope.subject, "body": envelope.text},
                reference=envelope.id,
            )


def _client(key: str) -> Any:
    try:
        module = import_module("notifications_python_client.notifications")
    except ImportError as error:
        raise SettingsError(
            ["VBR_MAIL=notify needs the extra: pip install 'vbr-engine[service,notify]'."]
        ) from error
    return module.NotificationsAPIClient(key)


def _as_ours(error: Exception) -> Exception:
    if not hasattr(error, "status_code"):
        return Unsure(type(error).__name__)
    if getattr(error, "response", None) is None:
        causes = {type(one).__name__ for one in _chain(error)}
        if causes & _NOT_CONNECTED:
            return Temporary("Notify cannot be reached", everybody=True)
        return Unsure("Notify did not answer")
    status, problem = int(error.status_code), f"{error.status_code} {_message(error)}"
    if status == BAD_REQUEST:
        return Refused(f"refused: {problem}")
    return Temporary(problem, everybody=status == TOO_MANY or status in OURS or status >= 500)


def _chain(error: BaseException | None) -> list[BaseException]:
    """Return an error with everything that led to it, also what it carries as an argument."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        inner = [one for one in error.args if isinstance(one, BaseException)]
        reason = getattr(inner[0], "reason", None) if inner else None
        found += inner + ([reason] if isinstance(reason, BaseException) else [])
        error = error.__cause__ or error.__context__
    return found


def _message(error: Exception) -> str:
    return str(getattr(error, "message", ""))
