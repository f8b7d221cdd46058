"""What can go wrong, as one tree.

::

    VbrError
    └── InvalidInput            somebody gave us something we cannot use; lists every problem
        ├── BankError           a question bank
        ├── ResponsesError      a table of responses, or one sitting's answers
        ├── CareersError        a table of careers, or what a risk model is asked
        ├── DecisionsError      a table of decisions, or what is asked of it
        └── FileError           a file that cannot be read or written

The engine says what is wrong, what was expected and where. Only the edge (the command line, the
service) chooses an exit status or an HTTP status.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "BankError",
    "CareersError",
    "DecisionsError",
    "FileError",
    "InvalidInput",
    "Problem",
    "ResponsesError",
    "VbrError",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, and where.

    Parameters
    ----------
    message : str
        A sentence that says what was expected and what came.
    path : str, optional
        Where inside the document, such as ``items.late-call.key.b``.
    file : str, optional
        The file's name as the user gave it.
    line : int, optional
        Line in the file, from 1.
    row : int or str, optional
        Row of a table: its sitting, or its number from 1.
    column : str, optional
        Column of a table.
    severity : {"error", "warning", "note"}
        A warning does not stop anything; a note is only worth a look.
    rule : str, optional
        Short name of the check, such as ``reading-age``.

    Examples
    --------
    >>> str(Problem(message="expected 1 to 4, got 9", file="bank.yaml", line=7, path="items.a.key"))
    'bank.yaml:7: items.a.key: expected 1 to 4, got 9'
    """

    message: str
    path: str = ""
    file: str = ""
    line: int | None = None
    row: int | str | None = None
    column: str = ""
    severity: str = "error"
    rule: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        row = f"row {self.row}" if self.row is not None else ""
        column = f"column {self.column}" if self.column else ""
        return ": ".join(part for part in (place, row, column, self.path, self.message) if part)


class VbrError(Exception):
    """Base of every error that the engine raises on purpose."""


class InvalidInput(VbrError):
    """Something given to the engine cannot be used.

    Parameters
    ----------
    problems : iterable of Problem or str
        Every problem found, not only the first.
    """

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        given = [Problem(message=problems)] if isinstance(problems, str) else problems
        self.problems: tuple[Problem, ...] = tuple(given)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class BankError(InvalidInput):
    """A question bank that cannot be used."""


class ResponsesError(InvalidInput):
    """Responses that do not belong to the bank, or that it does not allow."""


class CareersError(InvalidInput):
    """Careers that cannot be, or a risk model asked for what it cannot say."""


class DecisionsError(InvalidInput):
    """Decisions that cannot be compared, or a comparison that cannot be made of them."""


class FileError(InvalidInput):
    """A file that cannot be read or written."""
