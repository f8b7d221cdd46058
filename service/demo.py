"""The demonstration: made-up providers, those who run the pilot, and simulated candidates.

Everything goes through the same use cases as real work, with the clock set back.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from service.demonstration.acting import Answers, Stage, simulated_answers
from service.demonstration.at_once import at_once
from service.demonstration.crowd import CROWDS, crowd
from service.demonstration.people import NEIGHBOURS, PEOPLE, Person
from service.storage import Store
from service.use_cases import accounts, invitations, risk, settings_changes, vacancies
from service.use_cases.views import Account

__all__ = ["NEIGHBOURS", "PEOPLE", "Demonstration", "SignIn", "fresh_link", "prepare"]

BANK = "homecare-values"
PROVIDER = "Larkfield Homecare (demonstration)"
NEIGHBOUR = "Bramble Home Support (demonstration)"
CONTACT = (
    "Sam Sample, registered manager, 01632 960 000 or sam@larkfield.example. Call or write if "
    "you need the questions in another form, more time, or want to contest something."
)
NEIGHBOUR_CONTACT = "Bram Sample, 01632 960 100 or bram@bramble.example."
OWN_WORDS = {
    "kind": {"en": "Warm-hearted"},
    "honest": {"en": "Straight with people"},
    "courageous": {"en": "Speaks up"},
}


@dataclass(frozen=True)
class SignIn:
    """Somebody who can sign in: what they are, for whom, and the account."""

    role: str
    provider_id: str
    account_id: str
    name: str
    email: str


@dataclass(frozen=True)
class Demonstration:
    """What the demonstration needs to know again at the next start; the recruiter comes first."""

    provider_id: str
    account_id: str
    vacancy_id: str
    email: str
    password: str
    sitting_id: str = ""
    neighbour_id: str = ""
    sign_ins: Sequence[SignIn] = field(default_factory=tuple)


# Role, name, address (a number comes before the @ where one is taken).
_HOUSE = (
    ("council", "Cora Sample", "council@pilot.example"),
    ("researcher", "Ravi Sample", "researcher@pilot.example"),
    ("researcher", "Rita Sample", "reviewer@pilot.example"),
    ("administrator", "Ada Sample", "administrator@pilot.example"),
)
_FIRST = (
    ("recruiter", "Rae Sample", "recruiter@larkfield.example"),
    ("manager", "Mo Sample", "manager@larkfield.example"),
    ("recruiter", "Robin Sample", "robin@larkfield.example"),
)
_SECOND = (
    ("recruiter", "Brook Sample", "recruiter@bramble.example"),
    ("manager", "Bram Sample", "manager@bramble.example"),
)


def prepare(store: Store, path: Path, *, now: datetime) -> Demonstration:
    """Make the demonstration once, and find it again afterwards.

    Parameters
    ----------
    store : Store
    path : Path
        Where the one password of all accounts is kept, readable by the owner only.
    now : datetime
    """
    kept = _kept(path)
    if kept is not None and _still_there(store, kept):
        return kept
    password = kept.password if kept else "-".join(secrets.token_hex(2) for _ in range(4))
    with at_once(store) as together:
        made = _make(together, password, now=now)
        answers = _answers(together)
        _play(together, made.vacancy_id, made.sign_ins[0], PEOPLE, answers, now=now)
        _neighbour(together, made, answers, now=now)
        _others(together, answers, now=now)
        _set_up(together, made, now=now)
    _keep(path, made)
    return made


def fresh_link(store: Store, path: Path, demo: Demonstration, *, now: datetime) -> str:
    """Return a token for somebody who tries the assessment.

    A sitting that nobody has started gets a new link; otherwise a new sitting is made.
    """
    account = _account(demo.sign_ins[0])
    if demo.sitting_id and not _started(store, demo):
        return invitations.renew_link(store, demo.provider_id, demo.sitting_id, by=account, now=now)
    invited = invitations.invite(
        store,
        demo.provider_id,
        demo.vacancy_id,
        name="You, trying it out",
        email="you@example.org",
        by=account,
        now=now,
    )
    _keep(path, replace(demo, sitting_id=invited.sitting_id))
    return invited.token


def _started(store: Store, demo: Demonstration) -> bool:
    with store.read() as unit:
        events = unit.at(demo.provider_id).events.of(demo.sitting_id)
    return any(event.kind == "started" for event in events)


def _kept(path: Path) -> Demonstration | None:
    try:
        held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        people = tuple(SignIn(**one) for one in held.pop("sign_ins"))
        return Demonstration(**held, sign_ins=people)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _keep(path: Path, demo: Demonstration) -> None:
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(demo), file, indent=2)
    draft.replace(path)


def _still_there(store: Store, demo: Demonstration) -> bool:
    with store.read() as unit:
        people = all(
            unit.at(one.provider_id).accounts.get(one.account_id) is not None
            for one in demo.sign_ins
        )
        return people and unit.at(demo.provider_id).vacancies.get(demo.vacancy_id) is not None


def _make(store: Store, password: str, *, now: datetime) -> Demonstration:
    opened = now - timedelta(days=200)
    first = accounts.add_provider(store, name=PROVIDER, contact=CONTACT, now=opened)
    second = accounts.add_provider(store, name=NEIGHBOUR, contact=NEIGHBOUR_CONTACT, now=opened)
    home = accounts.house(store, now=opened)
    people = tuple(
        _person(store, owner, role, name, address, password, now=opened)
        for owner, held in ((first, _FIRST), (second, _SECOND), (home, _HOUSE))
        for role, name, address in held
    )
    vacancy_id = _vacancy(store, first, "Care worker, evenings and weekends", CONTACT, opened)
    return Demonstration(
        provider_id=first,
        account_id=people[0].account_id,
        vacancy_id=vacancy_id,
        email=people[0].email,
        password=password,
        neighbour_id=second,
        sign_ins=people,
    )


def _person(
    store: Store,
    provider_id: str,
    role: str,
    name: str,
    address: str,
    password: str,
    *,
    now: datetime,
) -> SignIn:
    email = _free(store, address)
    account_id = accounts.add_account(
        store, provider_id, name=name, email=email, password=password, now=now, role=role
    )
    return SignIn(role, provider_id, account_id, name, email)


def _free(store: Store, address: str) -> str:
    """Return an address without an account: an earlier start may have been cut short."""
    name, domain = address.split("@")
    with store.read() as unit:
        addresses = (f"{name}{number or ''}@{domain}" for number in count())
        return next(one for one in addresses if unit.doors.account(one) is None)


def _vacancy(store: Store, provider_id: str, title: str, contact: str, now: datetime) -> str:
    return vacancies.create_vacancy(
        store, provider_id, title=title, bank_id=BANK, contact=contact, now=now
    )


def _account(person: SignIn) -> Account:
    return Account(
        id=person.account_id,
        provider_id=person.provider_id,
        provider_name=PROVIDER,
        name=person.name,
        email=person.email,
        role=person.role,
    )


def _answers(store: Store) -> Mapping[str, Answers]:
    with store.read() as unit:
        record = unit.banks.newest(BANK)
        assert record is not None
        bank = store.bank(unit, record.id, record.version, record.sha256)
    return simulated_answers(bank)


def _play(
    store: Store,
    vacancy_id: str,
    recruiter: SignIn,
    people: Sequence[Person],
    answers: Mapping[str, Answers],
    *,
    now: datetime,
) -> None:
    stage = Stage(store, vacancy_id, _account(recruiter), answers, now)
    for person in people:
        stage.act(person)


def _neighbour(
    store: Store, demo: Demonstration, answers: Mapping[str, Answers], *, now: datetime
) -> None:
    """A second, small provider, which must find nothing of the first."""
    opened = now - timedelta(days=10)
    vacancy_id = _vacancy(store, demo.neighbour_id, "Night care worker", NEIGHBOUR_CONTACT, opened)
    recruiter = next(one for one in demo.sign_ins if one.provider_id == demo.neighbour_id)
    _play(store, vacancy_id, recruiter, NEIGHBOURS, answers, now=now)


def _others(store: Store, answers: Mapping[str, Answers], *, now: datetime) -> None:
    """More providers, for the council's counts; nobody is told a password of theirs."""
    opened = now - timedelta(days=200)
    for name, title, number in CROWDS:
        owner = accounts.add_provider(store, name=name, contact=NEIGHBOUR_CONTACT, now=opened)
        address = f"recruiter@{name.split()[0].lower()}.example"
        person = _person(
            store,
            owner,
            "recruiter",
            "Rowan Sample",
            address,
            secrets.token_urlsafe(24),
            now=opened,
        )
        vacancy_id = _vacancy(store, owner, title, NEIGHBOUR_CONTACT, opened)
        _play(store, vacancy_id, person, crowd(number), answers, now=now)


def _set_up(store: Store, demo: Demonstration, *, now: datetime) -> None:
    """What a manager has set, and a model of drop-out risk, trained in the background."""
    manager = next(
        one for one in demo.sign_ins if (one.role, one.provider_id) == ("manager", demo.provider_id)
    )
    settings_changes.change_values(
        store, demo.provider_id, BANK, words=OWN_WORDS, by=_account(manager), now=now
    )
    researcher = next(one for one in demo.sign_ins if one.role == "researcher")
    risk.start_training(store, _account(researcher), now=now, request_id="demonstration")
