"""Who is here already: the same address or number anywhere, or the same name in a vacancy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from service.errors import ServiceError
from service.storage import Store, Tenant
from service.storage.bulk import Match
from service.use_cases.happenings import LOCAL
from service.words import gettext as _
from vbr_engine.intake import Known, marks_of

__all__ = ["AlreadyHere", "Same", "known_in", "lookup", "same_people"]


@dataclass(frozen=True, slots=True)
class Same:
    """Somebody who may be the person who is to be invited.

    `kind` is what is the same: ``email``, ``phone`` or ``name``.
    """

    sitting_id: str
    name: str
    kind: str
    invited_on: date
    vacancy_id: str
    vacancy: str


class AlreadyHere(ServiceError):
    """Somebody who is to be invited seems to be here already: a person decides.

    Parameters
    ----------
    same : tuple of Same
    """

    def __init__(self, same: tuple[Same, ...]) -> None:
        self.same = same
        super().__init__(_("Somebody like this is here already."))


def lookup(
    store: Store, provider_id: str, vacancy_id: str
) -> Callable[[frozenset[str]], Mapping[str, Known]]:
    """Return what `vbr_engine.intake.check_people` asks who is here already."""

    def known(marks: frozenset[str]) -> Mapping[str, Known]:
        with store.read() as unit:
            return known_in(unit.at(provider_id), vacancy_id, marks)

    return known


def known_in(tenant: Tenant, vacancy_id: str, marks: Iterable[str]) -> Mapping[str, Known]:
    """Find who is here already by the marks of `vbr_engine.intake.marks_of`.

    Addresses and numbers are looked for in every vacancy of the provider, by their keyed marks;
    names among those who apply to this vacancy, and among those found by a number.
    """
    wanted = set(marks)
    keyed = {
        kind: {
            tenant.cipher.mark(mark.partition(":")[2]): mark for mark in wanted if of(mark, kind)
        }
        for kind in ("email", "phone")
    }
    by_address = tenant.bulk.matches(emails=tuple(keyed["email"]), phones=tuple(keyed["phone"]))
    found: dict[str, Known] = {}
    named = any(of(mark, "name") for mark in wanted)
    namesakes = tenant.bulk.namesakes(vacancy_id) if named else []
    for match in (*by_address, *namesakes):
        known = Known(match.sitting_id, _day(match), match.vacancy)
        for mark in (
            keyed["email"].get(match.email_mark),
            keyed["phone"].get(match.phone_mark),
            *marks_of(name=match.name),
        ):
            if mark in wanted:
                found.setdefault(str(mark), known)
    return found


def same_people(
    tenant: Tenant, vacancy_id: str, *, name: str, email: str, phone: str
) -> tuple[Same, ...]:
    """List who may be this person, surest first; each once."""
    email_mark = tenant.cipher.mark(email) if email else ""
    phone_mark = tenant.cipher.mark(phone) if phone else ""
    found: dict[str, Same] = {}
    by_address = tenant.bulk.matches(
        emails=(email_mark,) if email else (), phones=(phone_mark,) if phone else ()
    )
    own = marks_of(name=name)
    namesakes = (m for m in tenant.bulk.namesakes(vacancy_id) if marks_of(name=m.name) & own)
    for match in (*by_address, *namesakes):
        same_email = bool(email) and match.email_mark == email_mark
        same_phone = bool(phone) and match.phone_mark == phone_mark
        kind = "email" if same_email else "phone" if same_phone else "name"
        found.setdefault(
            match.sitting_id,
            Same(match.sitting_id, match.name, kind, _day(match), match.vacancy_id, match.vacancy),
        )
    return tuple(found.values())


def of(mark: str, kind: str) -> bool:
    """Whether a mark is of a kind."""
    return mark.startswith(f"{kind}:")


def _day(match: Match) -> date:
    return match.invited_at.astimezone(LOCAL).date()
