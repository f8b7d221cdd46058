"""Checking what people type into forms; every problem at once, in a sentence."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from uuid import UUID, uuid4, uuid5

from service.errors import InvalidForm
from service.words import gettext as _

__all__ = ["Form", "id_of_request", "plain_line"]

_REQUESTS = UUID("5a0ac9a4-9d55-4d6e-a6a0-6a3f2f6b2f5e")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def id_of_request(*owner: str) -> str:
    """Return the id of what a form makes: the same for the same form sent twice.

    Parameters
    ----------
    *owner : str
        Whose form it is, and last the form's own id; if that is empty the id is random.

    Examples
    --------
    >>> id_of_request("north", "form-1") == id_of_request("north", "form-1")
    True
    >>> id_of_request("north", "form-1") == id_of_request("south", "form-1")
    False
    >>> id_of_request("north", "") == id_of_request("north", "")
    False
    """
    return (uuid5(_REQUESTS, "\n".join(owner)) if owner[-1] else uuid4()).hex


def plain_line(text: str) -> str:
    """Return text on one line without control characters or doubled spaces.

    Examples
    --------
    >>> plain_line("  Ana\\tMaria\\x00 ")
    'Ana Maria'
    """
    kept = "".join(
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", text)
        if letter.isspace() or unicodedata.category(letter)[0] != "C"
    )
    return " ".join(kept.split())


def plain_text(text: str) -> str:
    """Return text without control characters, lines kept."""
    lines = (plain_line(line) for line in text.replace("\r\n", "\n").split("\n"))
    return "\n".join(lines).strip()


@dataclass(frozen=True)
class Form:
    """Collects problems by field.

    Examples
    --------
    >>> form = Form()
    >>> form.line("title", "", missing="Enter a title.", longest=10)
    ''
    >>> form.line("name", "Ana Maria Beispiel", missing="Enter a name.", longest=10)
    'Ana Maria Beispiel'
    >>> form.problems["title"]
    'Enter a title.'
    >>> form.problems["name"]
    'Make this shorter: it has 18 characters, and there is room for 10.'
    """

    problems: dict[str, str] = field(default_factory=dict)

    def line(self, field_name: str, text: str, *, missing: str, longest: int) -> str:
        """Read one line; `missing` is the sentence for when it is empty."""
        return self._checked(field_name, plain_line(text), missing=missing, longest=longest)

    def text(self, field_name: str, text: str, *, missing: str, longest: int) -> str:
        """Read several lines; they may be empty if `missing` is."""
        return self._checked(field_name, plain_text(text), missing=missing, longest=longest)

    def email(self, field_name: str, text: str) -> str:
        """Read an email address; it may be empty."""
        address = self._checked(field_name, plain_line(text), missing="", longest=254)
        if address and not _EMAIL.fullmatch(address):
            self.problems.setdefault(
                field_name, _("Enter an email address such as name@example.org.")
            )
        return address

    def choice(self, field_name: str, text: str, *, allowed: tuple[str, ...], missing: str) -> str:
        """Read one of several; `missing` is the sentence for anything else."""
        if text not in allowed:
            self.problems[field_name] = missing
        return text

    def done(self) -> None:
        """Raise every problem.

        Raises
        ------
        InvalidForm
        """
        if self.problems:
            raise InvalidForm(self.problems)

    def _checked(self, field_name: str, text: str, *, missing: str, longest: int) -> str:
        if missing and not text:
            self.problems[field_name] = missing
        if len(text) > longest:
            self.problems[field_name] = _(
                "Make this shorter: it has %(length)s characters, and there is room for "
                "%(longest)s.",
                length=len(text),
                longest=longest,
            )
        return text
