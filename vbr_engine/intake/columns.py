"""Which column holds what, going by its heading in English or Welsh, or by what stands in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from vbr_engine.intake.contacts import looks_like_email, looks_like_phone
from vbr_engine.intake.refused import refused_topic

__all__ = [
    "FIELDS",
    "HEADINGS",
    "Columns",
    "columns_by_content",
    "field_of",
    "is_person",
    "recognise",
]

# Without accents, capitals and signs: Ffôn is ffon, E-mail is e mail.
_HEADINGS = {
    "name": "name; full name; candidate; candidate name; candidates name; applicant; "
    "applicant name; applicants name; person; your name; name of candidate; name of applicant; "
    "enw; enw llawn; ymgeisydd; enw r ymgeisydd; enw ymgeisydd",
    "first_name": "first name; firstname; first names; forename; forenames; given name; "
    "given names; known as; preferred name; enw cyntaf; enwau cyntaf",
    "last_name": "last name; lastname; surname; family name; second name; cyfenw; enw olaf; "
    "enw teuluol",
    "email": "email; e mail; mail; email address; e mail address; emailaddress; contact email; "
    "email id; personal email; ebost; e bost; cyfeiriad ebost; cyfeiriad e bost",
    "phone": "phone; mobile; telephone; tel; tel no; telephone no; telephone number; phone no; "
    "phone number; phonenumber; mobile no; mobile number; mobile phone; mobile telephone; "
    "mobile phone number; contact number; contact no; contact phone; contact telephone; cell; "
    "cellphone; cell phone; mob; home phone; home telephone; ffon; rhif ffon; ffon symudol; "
    "symudol; rhif symudol; rhif cyswllt; ffon gartref",
    "language": "language; preferred language; language preference; language of choice; "
    "language choice; contact language; iaith; dewis iaith; iaith ddewisol; iaith o ddewis",
    "source": "source; source of application; application source; recruitment source; "
    "referral source; candidate source; how they heard; how heard; how did they hear; "
    "how did you hear; how did you hear about us; how did they hear about us; heard about us; "
    "how they heard about us; how you heard about us; how did you hear about the job; "
    "how did you hear about this job; where did you hear; where did you hear about us; heard from; "
    "came from; came through; channel; advert; advertised on; ffynhonnell; sut y clywsant; "
    "sut clywodd; sut y clywsoch; sut clywsoch chi; sut clywsoch chi amdanom; ffynhonnell y cais",
    "travel_minutes": "travel minutes; minutes of travel; minutes travel; travel time; "
    "travel time minutes; travel time in minutes; journey minutes; journey time; "
    "commute minutes; commute; munudau teithio; amser teithio",
    "hours_wanted": "hours wanted; wanted hours; hours; hours a week; hours per week; "
    "weekly hours; hours wanted a week; hours wanted per week; desired hours; hours sought; "
    "hours required; preferred hours; available hours; hours available; oriau; oriau yr wythnos; "
    "oriau a ddymunir; oriau dymunol; oriau y dymunir; oriau ar gael",
    "hours_offered": "hours offered; offered hours; contract hours; contracted hours; "
    "oriau a gynigir; oriau contract",
    "own_transport": "own transport; has own transport; transport; own car; car; has car; "
    "has own car; access to a car; access to car; access to vehicle; own vehicle; drives; driver; "
    "driving; car driver; can drive; cludiant; cludiant eu hunain; trafnidiaeth; "
    "trafnidiaeth eu hunain; car eu hun; gyrru; yn gyrru",
    "care_experience": "care experience; experience; experience in care; experience of care; "
    "has care experience; worked in care; worked in care before; previous care experience; "
    "previous experience; profiad; profiad gofal; profiad o ofal",
}
FIELDS = tuple(_HEADINGS)
HEADINGS = {
    heading.strip(): name for name, words in _HEADINGS.items() for heading in words.split(";")
}


@dataclass(frozen=True)
class Columns:
    """What the columns of a table hold.

    Parameters
    ----------
    places : mapping of str to tuple of int
        For each field its columns, in order.
    refused : mapping of int to str
        Columns that must not be collected, and what they are about.
    unknown : tuple of int
        Columns that nothing here asks for.
    """

    places: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    refused: Mapping[int, str] = field(default_factory=dict)
    unknown: tuple[int, ...] = ()

    def has(self, *names: str) -> bool:
        """Say whether there is a column for one of these fields."""
        return any(name in self.places for name in names)


def field_of(heading: str) -> str | None:
    """Say which field a heading names.

    Parameters
    ----------
    heading : str

    Returns
    -------
    str or None

    Examples
    --------
    >>> field_of("E-mail address *"), field_of("Rhif ffôn"), field_of("Mobile (UK)")
    ('email', 'phone', 'phone')
    """
    for words in (heading, re.sub(r"[(\[].*?[)\]]", " ", heading)):
        found = HEADINGS.get(_plain(words))
        if found:
            return found
    return None


def _plain(heading: str) -> str:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)
    letters = unicodedata.normalize("NFKD", apart.lower())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", " ", bare.replace("'", "").replace("’", "")).strip()


def recognise(header: Sequence[str]) -> Columns:
    """Say what each column holds by its heading.

    Parameters
    ----------
    header : sequence of str

    Returns
    -------
    Columns

    Examples
    --------
    >>> found = recognise(["Enw", "E-bost", "Date of birth", "Shoe size"])
    >>> found.places, found.refused, found.unknown
    ({'name': (0,), 'email': (1,)}, {2: 'age'}, (3,))
    """
    places: dict[str, tuple[int, ...]] = {}
    refused: dict[int, str] = {}
    unknown: list[int] = []
    for at, heading in enumerate(header):
        name = field_of(heading)
        topic = None if name else refused_topic(heading)
        if name:
            places[name] = (*places.get(name, ()), at)
        elif topic:
            refused[at] = topic
        elif heading:
            unknown.append(at)
    return Columns(places, refused, tuple(unknown))


def is_person(cells: Sequence[str]) -> bool:
    """Say whether a row is a person rather than headings.

    Parameters
    ----------
    cells : sequence of str

    Returns
    -------
    bool

    Examples
    --------
    >>> is_person(["Ana Beispiel", "ana@example.org"]), is_person(["Name", "Email"])
    (True, False)
    """
    if any(field_of(cell) for cell in cells):
        return False
    return any(looks_like_email(cell) or looks_like_phone(cell) for cell in cells)


def columns_by_content(rows: Sequence[Sequence[str]]) -> Columns:
    """Say what the columns hold by what stands in them: addresses, phone numbers, then names.

    Parameters
    ----------
    rows : sequence of sequence of str
        Some rows, of the same length.

    Returns
    -------
    Columns

    Examples
    --------
    >>> columns_by_content([["Ana", "07700 900123", "ana@example.org"]]).places
    {'email': (2,), 'phone': (1,), 'name': (0,)}
    """
    width = max(map(len, rows), default=0)
    columns = [[row[at] for row in rows if at < len(row) and row[at]] for at in range(width)]
    email = _most(columns, looks_like_email, taken=())
    phone = _most(columns, looks_like_phone, taken=(email,))
    name = _most(columns, _has_letters, taken=(email, phone))
    found = {"email": email, "phone": phone, "name": name}
    places = {field: (at,) for field, at in found.items() if at is not None}
    taken = {at for at in found.values() if at is not None}
    return Columns(places, {}, tuple(at for at in range(width) if at not in taken))


def _has_letters(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def _most(
    columns: Sequence[Sequence[str]], looks: Callable[[str], bool], taken: Sequence[int | None]
) -> int | None:
    """Find the column of which most cells look so: at least half of them."""
    shares = {
        at: sum(map(looks, cells)) / len(cells)
        for at, cells in enumerate(columns)
        if cells and at not in taken
    }
    best = max(shares, key=lambda at: shares[at], default=None)
    return best if best is not None and shares[best] >= 0.5 else None
