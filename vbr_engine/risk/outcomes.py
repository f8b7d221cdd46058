"""What the two outcomes are called, in the words of a report."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["OUTCOME_WORDS", "OutcomeWords"]


@dataclass(frozen=True, slots=True)
class OutcomeWords:
    """What an outcome is called, who is at risk of it, and what happens."""

    name: str
    people: str
    event: str
    happens: str
    until: str


OUTCOME_WORDS = {
    "withdrawal": OutcomeWords(
        "Process withdrawal",
        "applied",
        "withdrew before the first day of work",
        "withdraw",
        "before the first day of work",
    ),
    "leaving": OutcomeWords(
        "Early leaving",
        "started work",
        "left by themselves within 12 months",
        "leave",
        "within 12 months of the first day",
    ),
}
