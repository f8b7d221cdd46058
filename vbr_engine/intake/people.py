"""A list of people to invite: who they are, how to reach them, and what is wrong with a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vbr_engine.errors import Problem
from vbr_engine.intake.columns import Columns, columns_by_content, is_person, recognise
from vbr_engine.intake.duplicates import Duplicate, Known, find_duplicate, marks_of
from vbr_engine.intake.person import RowReader
from vbr_engine.intake.refused import topic_words
from vbr_engine.intake.sheet import Sheet, SheetRow, column_letters
from vbr_engine.intake.template import is_example
from vbr_engine.intake.words import problem, say

__all__ = ["PeopleCheck", "PersonRow", "check_people"]

Lookup = Callable[[frozenset[str]], Mapping[str, Known]]

_SEARCHED = 10  # rows among which the headings are looked for
_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of the list.

    Parameters
    ----------
    row : int
        As the spreadsheet numbers it.
    name, email, phone : str
        Empty where nothing usable stands; the phone as E.164.
    language : {"en", "cy", ""}
    source : str
        An id of `SOURCES`, or nothing.
    source_words : str
        What was written, where it is kept as other.
    facts : mapping of str to float or str
        Practical things by the names of the risk library: ``travel_minutes``, ``hours_wanted``,
        ``hours_offered``, ``own_transport``, ``care_experience``.
    problems : tuple of Problem
        Errors stop this person; warnings do not.
    duplicate_of : Duplicate, optional

    Examples
    --------
    >>> PersonRow(2, "Ana Beispiel").is_ready
    True
    """

    row: int
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    source: str = ""
    source_words: str = ""
    facts: Mapping[str, float | str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    duplicate_of: Duplicate | None = None

    @property
    def is_ready(self) -> bool:
        """Whether nothing stops this person; a duplicate is for the caller to decide."""
        return all(one.severity != "error" for one in self.problems)

    @property
    def marks(self) -> frozenset[str]:
        """What this person is known again by, see `marks_of`."""
        return marks_of(name=self.name, email=self.email, phone=self.phone)


@dataclass(frozen=True, slots=True)
class PeopleCheck:
    """What a list of people holds.

    Parameters
    ----------
    rows : tuple of PersonRow
    problems : tuple of Problem
        Of the whole table and its columns.
    notes : tuple of str
        What was guessed or left out.

    Examples
    --------
    >>> PeopleCheck((PersonRow(2, "Ana Beispiel"),)).ready[0].name
    'Ana Beispiel'
    """

    rows: tuple[PersonRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Everything that stops the table or a row of it, in order."""
        of_rows = (one for row in self.rows for one in row.problems)
        return tuple(one for one in (*self.problems, *of_rows) if one.severity == "error")

    @property
    def ready(self) -> tuple[PersonRow, ...]:
        """The rows that nothing stops, among them those that repeat somebody."""
        if any(one.severity == "error" for one in self.problems):
            return ()
        return tuple(row for row in self.rows if row.is_ready)

    @property
    def new(self) -> tuple[PersonRow, ...]:
        """The rows that nothing stops and that are not surely somebody who is here already."""
        return tuple(
            row for row in self.ready if row.duplicate_of is None or not row.duplicate_of.certain
        )


def check_people(
    sheet: Sheet, *, known: Lookup | Mapping[str, Known] | None = None, language: str = "en"
) -> PeopleCheck:
    """Read a list of people and say, row by row, what is wrong.

    Columns are recognised by plain headings in English and Welsh; without headings by what stands
    in them. A name is needed. Without an email address and a phone number the link is handed
    over. Columns that must not be collected are left out by their names, and so is whatever is not
    asked for. Nothing here stores anything.

    Parameters
    ----------
    sheet : Sheet
    known : callable or mapping, optional
        Who is here already, by the marks of `marks_of`. A callable is asked once, with all marks.
    language : {"en", "cy"}
        Of the sentences.

    Returns
    -------
    PeopleCheck

    Examples
    --------
    >>> sheet = Sheet(("Name", "Email", "Ethnicity"), (
    ...     SheetRow(2, ("Ana Beispiel", "ana@example.org", "...")),
    ...     SheetRow(3, ("Ben Beispiel", "ben@example", "..."))))
    >>> check = check_people(sheet)
    >>> [row.name for row in check.ready]
    ['Ana Beispiel']
    >>> [str(one) for one in check.errors]
    ['row 3: column Email: “ben@example” is not an email address such as name@example.org.']
    """
    header, rows, columns, notes = _laid_out(sheet, language)
    labels = [heading or column_letters(at) for at, heading in enumerate(header)]
    problems = _of_columns(columns, labels, language)
    if not columns.has("name", "first_name", "last_name"):
        return PeopleCheck((), tuple(problems), (*sheet.notes, *notes))
    of_cells = _relabelled(sheet, labels)
    lines = frozenset(row.line for row in rows)
    problems += [one for one in of_cells if one.row is None or one.row not in lines]
    reader = RowReader(columns, labels, language)
    people, examples, zeros = _people(rows, reader, _by_row(of_cells))
    if examples:
        notes.append(say("examples", language, rows=", ".join(map(str, examples))))
    if zeros:
        notes.append(say("lost-zeros", language, count=len(zeros), row=zeros[0]))
    if not people:
        problems.append(problem("nobody", language))
    marked = _with_duplicates(people, known, language)
    return PeopleCheck(tuple(marked), tuple(problems), (*sheet.notes, *notes))


def _relabelled(sheet: Sheet, labels: Sequence[str]) -> list[Problem]:
    """Name columns by letters where what was read as headings is a person."""
    named = dict(zip(sheet.header, labels, strict=False))
    return [replace(one, column=named.get(one.column, one.column)) for one in sheet.problems]


def _laid_out(
    sheet: Sheet, language: str
) -> tuple[tuple[str, ...], tuple[SheetRow, ...], Columns, list[str]]:
    """Find the headings: in the first row, a little below it, or nowhere."""
    columns = recognise(sheet.header)
    if columns.places:
        return sheet.header, sheet.rows, columns, []
    if is_person(sheet.header):
        return _without_header(sheet, language)
    for at, row in enumerate(sheet.rows[:_SEARCHED]):
        below = recognise(row.cells)
        if below.has("name", "first_name", "last_name"):
            note = say("header-below", language, line=row.line)
            return row.cells, sheet.rows[at + 1 :], below, [note]
    return sheet.header, sheet.rows, columns, []


def _without_header(
    sheet: Sheet, language: str
) -> tuple[tuple[str, ...], tuple[SheetRow, ...], Columns, list[str]]:
    rows = (SheetRow(sheet.header_line, sheet.header), *sheet.rows)
    columns = columns_by_content([row.cells for row in rows[:_SAMPLE]])
    named = [
        f"{column_letters(at)} = {name}" for name, places in columns.places.items() for at in places
    ]
    note = say("no-header", language, columns=", ".join(sorted(named)))
    return tuple("" for _ in sheet.header), rows, columns, [note]


def _of_columns(columns: Columns, labels: Sequence[str], language: str) -> list[Problem]:
    found: list[Problem] = []
    if not columns.places:
        found.append(problem("no-columns", language))
    elif not columns.has("name", "first_name", "last_name"):
        found.append(problem("no-name-column", language))
    elif not columns.has("email", "phone"):
        found.append(problem("no-contact-column", language, severity="warning"))
    for at, topic in columns.refused.items():
        said = topic_words(topic, language)
        found.append(
            problem("refused-column", language, column=labels[at], severity="warning", topic=said)
        )
    for places in columns.places.values():
        if len(places) > 1:
            named = ", ".join(labels[at] for at in places)
            found.append(problem("column-twice", language, severity="warning", columns=named))
    for at in columns.unknown:
        found.append(problem("unknown-column", language, column=labels[at], severity="note"))
    return found


def _by_row(problems: Sequence[Problem]) -> Mapping[int, list[Problem]]:
    found: dict[int, list[Problem]] = defaultdict(list)
    for one in problems:
        if isinstance(one.row, int):
            found[one.row].append(one)
    return found


def _people(
    rows: Sequence[SheetRow], reader: RowReader, problems: Mapping[int, list[Problem]]
) -> tuple[list[PersonRow], list[int], list[int]]:
    """Return the people, and the lines of examples and of phone numbers without their first 0."""
    people: list[PersonRow] = []
    examples: list[int] = []
    zeros: list[int] = []
    for row in rows:
        person = reader.read(row)
        if is_example(person.email):
            examples.append(row.line)
            continue
        if person.lost_zero:
            zeros.append(row.line)
        of_cells = [one for one in problems.get(row.line, ()) if reader.concerns(one)]
        people.append(
            PersonRow(
                row.line,
                person.name,
                person.email,
                person.phone,
                person.language,
                person.source,
                person.source_words,
                person.facts,
                (*of_cells, *person.problems),
            )
        )
    return people, examples, zeros


def _with_duplicates(
    people: Sequence[PersonRow], known: Lookup | Mapping[str, Known] | None, language: str
) -> list[PersonRow]:
    marks = [person.marks for person in people]
    every = frozenset().union(*marks)
    here = known(every) if callable(known) else (known or {})
    seen: dict[str, int] = {}
    found = []
    for person, own in zip(people, marks, strict=True):
        duplicate = find_duplicate(own, seen, here, language)
        found.append(replace(person, duplicate_of=duplicate) if duplicate else person)
        for mark in own:
            seen.setdefault(mark, person.row)
    return found
