"""What is wrong with a table of responses, collected."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.responses.codes import printable

__all__ = ["LISTED", "Findings"]

LISTED = 1000  # problems written out one by one; the rest are counted


@dataclass
class Findings:
    """Problems found so far: the first thousand in full, the rest counted by column.

    A table with one shifted column has as many problems as rows; a thousand lines and a count
    say the same.

    Examples
    --------
    >>> findings = Findings()
    >>> findings.add("expected 1 to 4, got '9'", row="s-1", column="late.a")
    >>> findings.count
    1
    """

    listed: list[Problem] = field(default_factory=list)
    unlisted: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many problems there are in all."""
        return len(self.listed) + self.unlisted.total()

    def add(self, message: str, *, row: str | int | None = None, column: str = "") -> None:
        """Note one problem; names are shown so that no odd character upsets a terminal."""
        row, column = (printable(row) if isinstance(row, str) else row), printable(column)
        if len(self.listed) < LISTED:
            self.listed.append(Problem(message=message, row=row, column=column))
        else:
            self.unlisted[column or "the table"] += 1

    def raise_if_any(self) -> None:
        """Raise `ResponsesError` with everything found, if anything was."""
        if not self.listed:
            return
        problems = list(self.listed)
        if self.unlisted:
            places = ", ".join(f"{place} ({n:,})" for place, n in self.unlisted.most_common())
            problems.append(Problem(message=f"and {self.unlisted.total():,} more, in {places}"))
        raise ResponsesError(problems)
