"""Messages as internet mail."""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from service.outbox.envelope import Envelope, Refused

__all__ = ["as_mail", "ascii_address", "message_id"]

LONGEST_LINE = 900  # RFC 5322 allows 998


def as_mail(envelope: Envelope, sender: str) -> EmailMessage:
    """Make the mail: plain text, one person, the same ``Message-ID`` whenever it is made."""
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = message_id(envelope.id, sender)
    mail["Date"] = format_datetime(envelope.at)
    mail["From"] = _address(*parseaddr(sender))
    mail["To"] = _address(envelope.name, ascii_address(envelope.to))
    if envelope.reply_to:
        mail["Reply-To"] = _address("", envelope.reply_to)
    mail["Subject"] = envelope.subject
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(envelope.text + "\n", cte=_encoding(envelope.text))
    mail["Content-Language"] = envelope.language
    return mail


def message_id(id: str, sender: str) -> str:
    """Return the ``Message-ID`` of a message.

    Examples
    --------
    >>> message_id("5a0a", "Recruitment <no-reply@recruit.example>")
    '<5a0a@recruit.example>'
    """
    return f"<{id}@{parseaddr(sender)[1].rpartition('@')[2]}>"


def ascii_address(address: str) -> str:
    """Return an address as every mail server takes it.

    Raises
    ------
    Refused
        If it cannot be written so.

    Examples
    --------
    >>> ascii_address("ana@gofal.cymru"), ascii_address("ana@tŷ.example")
    ('ana@gofal.cymru', 'ana@xn--t-foa.example')
    """
    local, _, domain = address.rpartition("@")
    try:
        plain = f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
        Address(addr_spec=plain)
    except (ValueError, IndexError, MessageError) as error:
        raise Refused("refused: the address cannot be written for mail servers") from error
    return plain


def _address(name: str, address: str) -> Address:
    return Address(name, addr_spec=address)


def _encoding(text: str) -> str:
    """Leave plain text as it is, where every mail server passes it on so."""
    short = all(len(line) <= LONGEST_LINE for line in text.splitlines())
    return "7bit" if text.isascii() and short else "quoted-printable"
