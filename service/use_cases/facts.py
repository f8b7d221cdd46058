"""What is known of an application beside the answers: how they found the job, and practicalities.

Codes and figures only, kept as events of the kind ``facts``: each says what it names, a later one
replaces it, and None takes it away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.errors import NotFound
from service.storage import Store, Tenant
from service.storage.records import Event
from service.use_cases.forms import Form
from service.use_cases.happenings import happen
from service.use_cases.views import Account
from service.words import gettext as _
from vbr_engine.intake import SOURCES

__all__ = ["FACTS", "Fact", "change_facts", "facts_of", "read_facts", "record_facts"]

Value = float | int | str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that may be known: a figure between two bounds, or one of some codes."""

    name: str
    least: int = 0
    most: int = 0
    choices: tuple[str, ...] = ()


_YES_OR_NO = ("yes", "no")
FACTS = {
    fact.name: fact
    for fact in (
        Fact("source", choices=tuple(SOURCES)),
        Fact("travel_minutes", 0, 300),
        Fact("hours_wanted", 1, 80),
        Fact("hours_offered", 0, 80),
        Fact("own_transport", choices=_YES_OR_NO),
        Fact("care_experience", choices=_YES_OR_NO),
    )
}


def facts_of(events: Iterable[Event]) -> dict[str, Value]:
    """Return what is known, from the events of a sitting; those of other kinds say nothing."""
    known: dict[str, Value] = {}
    for event in events:
        if event.kind == "facts":
            known |= {name: value for name, value in event.body.items() if name in FACTS}
    return {name: known[name] for name in FACTS if known.get(name) is not None}


def record_facts(
    tenant: Tenant,
    sitting_id: str,
    facts: Mapping[str, Value | None],
    *,
    at: datetime,
    by: str | None = None,
) -> None:
    """Record facts that were checked already, in the transaction of `tenant`.

    What is known already, and nothing else, is recorded as nothing.

    Parameters
    ----------
    tenant : Tenant
    sitting_id : str
    facts : mapping
        By names of `FACTS`; None takes a fact away, one that is not named stays.
    at : datetime
    by : str, optional
        Id of the account.
    """
    known = facts_of(tenant.events.of(sitting_id))
    new = {name: facts[name] for name in FACTS if name in facts and facts[name] != known.get(name)}
    if new:
        happen(tenant, sitting_id, "facts", at=at, by=by, body=new)


def change_facts(
    store: Store,
    provider_id: str,
    sitting_id: str,
    *,
    given: Mapping[str, str],
    account: Account,
    now: datetime,
) -> None:
    """Record facts as a person typed them; an empty one is not known.

    Raises
    ------
    InvalidForm
        With a sentence for each fact that cannot be read.
    NotFound
    """
    form = Form()
    read = read_facts(form, given)
    form.done()
    with store.write() as unit:
        tenant = unit.at(provider_id)
        if tenant.sittings.get(sitting_id) is None:
            raise NotFound(_("There is no such candidate."))
        record_facts(tenant, sitting_id, read, at=now, by=account.id)


def read_facts(form: Form, given: Mapping[str, str]) -> dict[str, Value | None]:
    """Read facts as a person typed them; problems go to `form`."""
    return {name: _read(form, fact, given.get(name, "")) for name, fact in FACTS.items()}


def _read(form: Form, fact: Fact, text: str) -> Value | None:
    text = text.strip()
    if not text:
        return None
    if fact.choices:
        return form.choice(
            fact.name, text, allowed=fact.choices, missing=_("Choose one of the list.")
        )
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = float("nan")
    if not fact.least <= number <= fact.most:
        form.problems[fact.name] = _(
            "Enter a number from %(least)s to %(most)s.", least=fact.least, most=fact.most
        )
        return None
    return int(number) if number.is_integer() else number
