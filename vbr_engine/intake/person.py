"""One row of a list of people, cell by cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from vbr_engine.errors import Problem
from vbr_engine.intake.answers import hours_of, language_of, minutes_of, yes_or_no
from vbr_engine.intake.columns import Columns
from vbr_engine.intake.contacts import email_guess, normal_email, phones_in
from vbr_engine.intake.sheet import SheetRow
from vbr_engine.intake.sources import SOURCES, source_label, source_of
from vbr_engine.intake.words import problem

__all__ = ["Person", "RowReader"]

_LONGEST_NAME = 120
_SHOWN = 60
_WEB = re.compile(
    r"https?:|www\.|@|\b[\w-]+\.(?:com|org|net|co|uk|io|ru|info|biz)\b", re.IGNORECASE
)
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?e\+?\d+", re.IGNORECASE)
_NUMBERS: dict[str, tuple[Callable[[str], float | None], int, int]] = {
    "travel_minutes": (minutes_of, 0, 300),
    "hours_wanted": (hours_of, 1, 80),
    "hours_offered": (hours_of, 0, 80),
}
_ANSWERS = ("own_transport", "care_experience")


@dataclass
class Person:
    """What could be read of a row."""

    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    source: str = ""
    source_words: str = ""
    lost_zero: bool = False
    facts: dict[str, float | str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class RowReader:
    """Reads rows whose columns are known.

    Parameters
    ----------
    columns : Columns
    labels : sequence of str
        What each column is called in messages.
    language : {"en", "cy"}

    Examples
    --------
    >>> from vbr_engine.intake.columns import recognise
    >>> header = ["First name", "Surname", "Tel"]
    >>> reader = RowReader(recognise(header), header, "en")
    >>> person = reader.read(SheetRow(2, ("Ana", "Beispiel", "07700 900123")))
    >>> person.name, person.phone
    ('Ana Beispiel', '+447700900123')
    """

    def __init__(self, columns: Columns, labels: Sequence[str], language: str) -> None:
        self._columns = columns
        self._labels = labels
        self._language = language
        self._read = {labels[at] for places in columns.places.values() for at in places}

    def concerns(self, one: Problem) -> bool:
        """Say whether a problem of a cell is about a column that is read."""
        return not one.column or one.column in self._read

    def read(self, row: SheetRow) -> Person:
        """Read one row.

        Parameters
        ----------
        row : SheetRow

        Returns
        -------
        Person
        """
        person = Person()
        self._name(row, person)
        self._email(row, person)
        self._phone(row, person)
        self._language_and_source(row, person)
        self._facts(row, person)
        if not (person.email or person.phone or self._stopped(person, "email", "phone")):
            self._tell(person, row, "no-contact", None, severity="warning")
        return person

    def _stopped(self, person: Person, *kinds: str) -> bool:
        """Whether something stands there that could not be read."""
        labels = {self._labels[at] for kind in kinds for at in self._columns.places.get(kind, ())}
        return any(one.column in labels and one.severity == "error" for one in person.problems)

    def _cell(self, row: SheetRow, name: str) -> tuple[str, int | None]:
        """Give the first column of a field in which something stands."""
        places = [at for at in self._columns.places.get(name, ()) if at < len(row.cells)]
        for at in places:
            words = plain_line(row.cells[at])
            if words:
                return words, at
        return "", places[0] if places else None

    def _tell(
        self,
        person: Person,
        row: SheetRow,
        rule: str,
        at: int | None,
        *,
        severity: str = "error",
        **values: object,
    ) -> None:
        column = "" if at is None else self._labels[at]
        shown = values.get("value")
        if isinstance(shown, str) and len(shown) > _SHOWN:
            values["value"] = f"{shown[:_SHOWN]}…"
        person.problems.append(
            problem(rule, self._language, row=row.line, column=column, severity=severity, **values)
        )

    def _name(self, row: SheetRow, person: Person) -> None:
        name, at = self._cell(row, "name")
        if not name:
            first, first_at = self._cell(row, "first_name")
            last, last_at = self._cell(row, "last_name")
            name = " ".join(part for part in (first, last) if part)
            at = next((one for one in (first_at, last_at, at) if one is not None), None)
        if not name:
            self._tell(person, row, "no-name", at)
        elif len(name) > _LONGEST_NAME:
            self._tell(person, row, "long-name", at, length=len(name), most=_LONGEST_NAME)
        elif _WEB.search(name):
            # A message in our name must not carry a stranger's link.
            self._tell(person, row, "odd-name", at)
        elif not any(letter.isalpha() for letter in name):
            self._tell(person, row, "no-letters", at)
        else:
            person.name = name

    def _email(self, row: SheetRow, person: Person) -> None:
        words, at = self._cell(row, "email")
        if not words:
            return
        if words.count("@") > 1:
            self._tell(person, row, "two-emails", at, count=words.count("@"))
            return
        person.email = normal_email(words)
        guess = email_guess(person.email)
        if not person.email:
            self._tell(person, row, "bad-email", at, value=words)
        elif guess:
            self._tell(
                person, row, "email-typo", at, severity="warning", value=person.email, guess=guess
            )

    def _phone(self, row: SheetRow, person: Person) -> None:
        words, at = self._cell(row, "phone")
        if not words:
            return
        if _SHORTENED.fullmatch(words):
            self._tell(person, row, "cut-phone", at, value=words)
            return
        numbers = phones_in(words)
        if not numbers:
            self._tell(person, row, "bad-phone", at, value=words)
            return
        person.phone = numbers[0]
        if len(numbers) > 1:
            self._tell(person, row, "two-phones", at, severity="warning", value=numbers[0])
        elif len(words) == 10 and words.isdigit() and words[0] != "0":
            person.lost_zero = True

    def _language_and_source(self, row: SheetRow, person: Person) -> None:
        words, at = self._cell(row, "language")
        person.language = language_of(words) or ""
        if words and not person.language:
            self._tell(person, row, "odd-language", at, severity="warning", value=words)
        words, at = self._cell(row, "source")
        if not words:
            return
        found = source_of(words)
        person.source = found or "other"
        if person.source == "other":
            person.source_words = words[:_LONGEST_NAME]
        if found is None:
            named = ", ".join(source_label(one, self._language) for one in SOURCES)
            self._tell(
                person, row, "odd-source", at, severity="warning", value=words, sources=named
            )

    def _facts(self, row: SheetRow, person: Person) -> None:
        for name, (read, least, most) in _NUMBERS.items():
            words, at = self._cell(row, name)
            number = read(words) if words else None
            if number is not None and least <= number <= most:
                person.facts[name] = number
            elif words:
                limits = {"least": least, "most": most}
                self._tell(person, row, "odd-number", at, severity="warning", value=words, **limits)
        for name in _ANSWERS:
            words, at = self._cell(row, name)
            answer = yes_or_no(words) if words else None
            if answer is not None:
                person.facts[name] = answer
            elif words:
                self._tell(person, row, "odd-answer", at, severity="warning", value=words)


def plain_line(text: str) -> str:
    """Write text on one line, without control characters or doubled spaces.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> plain_line("  Ana\\nMaria\\x07 ")
    'Ana Maria'
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    kept = "".join(
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", text)
        if letter.isspace() or unicodedata.category(letter)[0] != "C"
    )
    return " ".join(kept.split())
