"""Whether somebody is here already: the same address, the same number, or the same name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from vbr_engine.intake.contacts import ascii_domain
from vbr_engine.intake.words import month, say

__all__ = ["Duplicate", "Known", "marks_of"]


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is here already.

    Parameters
    ----------
    reference : str
        What the caller calls them, such as the id of a sitting.
    invited_on : date, optional
    where : str
        In words, such as the title of the vacancy.

    Examples
    --------
    >>> Known("a1", date(2026, 11, 3), "Home carer").where
    'Home carer'
    """

    reference: str
    invited_on: date | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Whom a row repeats.

    Parameters
    ----------
    kind : {"email", "phone", "name"}
        What is the same.
    certain : bool
        Whether it is surely one person: the same address, or the same number and name. Families
        share numbers, and two people may have one name.
    sentence : str
    row : int, optional
        Of the same file.
    known : Known, optional
        Who was here before.

    Examples
    --------
    >>> Duplicate("email", True, "The same email address as in row 3.", row=3).certain
    True
    """

    kind: str
    certain: bool
    sentence: str
    row: int | None = None
    known: Known | None = None


def marks_of(*, name: str = "", email: str = "", phone: str = "") -> frozenset[str]:
    """Write what somebody is known again by, one way for each thing.

    They name a person: key them (HMAC) before they are stored.

    Parameters
    ----------
    name, email, phone : str
        The last two as `normal_email` and `normal_phone` write them.

    Returns
    -------
    frozenset of str

    Examples
    --------
    >>> sorted(marks_of(name="Zoë  Beispiel", email="Zoe@example.org"))
    ['email:zoe@example.org', 'name:zoe beispiel']
    """
    local, at, domain = email.rpartition("@")
    marks = {
        f"email:{local.casefold()}@{ascii_domain(domain)}" if at else "",
        f"phone:{phone}" if phone else "",
        f"name:{_plain(name)}" if _plain(name) else "",
    }
    return frozenset(marks - {""})


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w]+", " ", bare).split())


def find_duplicate(
    marks: frozenset[str],
    seen: Mapping[str, int],
    known: Mapping[str, Known],
    language: str,
) -> Duplicate | None:
    """Find whom somebody repeats: first a sure match, and those who were here before first."""
    by_kind = {mark.partition(":")[0]: mark for mark in marks}
    for kind in ("email", "phone", "name"):
        mark = by_kind.get(kind, "")
        earlier, row = known.get(mark), seen.get(mark)
        same_name = by_kind.get("name", "")
        if earlier is not None:
            sure = kind == "email" or (kind == "phone" and known.get(same_name) == earlier)
            return Duplicate(kind, sure, _of_known(kind, earlier, language), known=earlier)
        if row is not None:
            sure = kind == "email" or (kind == "phone" and seen.get(same_name) == row)
            return Duplicate(kind, sure, say(f"same-{kind}-row", language, row=row), row=row)
    return None


def _of_known(kind: str, known: Known, language: str) -> str:
    where = say("where", language, where=known.where) if known.where else ""
    on = known.invited_on
    when = ""
    if on is not None:
        when = say("when", language, day=on.day, month=month(on.month, language), year=on.year)
    return say(f"same-{kind}-known", language, where=where, when=when)
