"""Candidates of more made-up providers, so that those who run the pilot have something to count."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

from service.demonstration.people import Done, Person, days, facts, hired, invited_to_interview

__all__ = ["CROWDS", "crowd"]

# Provider, its vacancy, how many candidates.
CROWDS = (
    ("Nettlebank Care (demonstration)", "Care worker, mornings", 12),
    ("Orchard Row Homecare (demonstration)", "Live-in care worker", 18),
)
_NAMES = ("Ari", "Bex", "Cai", "Dot", "Edo", "Flo", "Gus", "Hev", "Ivo", "Jem", "Kai", "Lin")
_SOURCES = ("referral", "job-board", "jobcentre", "walk-in", "social-media")


def crowd(n: int) -> tuple[Person, ...]:
    """Return `n` candidates, spread over the ways that an application goes."""
    return tuple(islice(_people(), n))


def _people() -> Iterator[Person]:
    for number in count():
        name = f"{_NAMES[number % len(_NAMES)]} Sample"
        known = facts(_SOURCES[number % 5], 10 + number % 40, 30, 24, car=number % 3 > 0)
        yield _person(number, name, known)


def _person(number: int, name: str, known: dict[str, str]) -> Person:
    way, invited = number % 6, days(2 + number)
    if way == 0:
        return Person(name, "", invited, facts=known)
    if way == 1:
        return Person(name, "mixed", invited, 5, facts=known)
    if way == 2:
        return Person(name, "strong", invited, submitted=True, facts=known)
    if way == 3:
        return invited_to_interview(name, Done("attended", 4), **known)
    gone = Done("left", 9, reason="hours", ended_by="candidate")
    return hired(name, 2 + number / 3, *([gone] if way == 5 else ()), **known)
