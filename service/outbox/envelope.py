"""What a back end gets to send, and how it says what became of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

__all__ = ["Backend", "Envelope", "Refused", "SendingError", "Temporary", "Unsure", "told"]

MOST_TOLD = 200
_ADDRESS = re.compile(r"[^\s<>\"',;]+@[^\s<>\"',;]+|\+?\d[\d ]{8,}\d")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message with its words, on the way to one person.

    Parameters
    ----------
    id : str
        The message's id, from which ``Message-ID`` and file names are made.
    channel : str
        ``email`` or ``sms``.
    to, name : str
        Address or phone number, and whose it is.
    subject : str
        Empty for a text message.
    text : str
    language : str
    at : datetime
        Now, for the date of the message.
    reply_to : str
        Where an answer goes; empty if there is no such address.
    """

    id: str
    channel: str
    to: str
    name: str
    subject: str
    text: str
    language: str
    at: datetime
    reply_to: str = ""


class SendingError(Exception):
    """The message did not go, or may not have gone; `problem` is safe to keep and show."""

    def __init__(self, problem: str) -> None:
        self.problem = told(problem)
        super().__init__(self.problem)


class Temporary(SendingError):
    """It did not go and may go later; `everybody` when no other message would go now either."""

    def __init__(self, problem: str, *, everybody: bool = False) -> None:
        super().__init__(problem)
        self.everybody = everybody


class Refused(SendingError):
    """It did not go and never will: there is nobody at this address."""


class Unsure(SendingError):
    """Nobody knows if it went: the answer did not come. It is not sent again by itself."""


class Backend(Protocol):
    """A way to send messages."""

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> None:
        """Send a message.

        Parameters
        ----------
        envelope : Envelope
        handing_over : callable
            Is called once, last before the message can reach anybody; whatever it raises stops the
            sending, and comes out unchanged.

        Raises
        ------
        Temporary, Refused, Unsure
        """

    def close(self) -> None:
        """Let go of what is open."""


def told(problem: str) -> str:
    """Return what a server said without addresses and phone numbers, shortened.

    Examples
    --------
    >>> told("550 5.1.1 <ana@example.org>: no such user\\r\\n")
    '550 5.1.1 <[address]>: no such user'
    """
    return _ADDRESS.sub("[address]", " ".join(problem.split()))[:MOST_TOLD]
