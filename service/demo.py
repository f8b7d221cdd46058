"""The demonstration: a made-up provider, a recruiter, a vacancy and simulated sittings.

Everything goes through the same use cases as real work, with the clock set back.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from service.storage import Store
from service.use_cases import accounts, invitations, reports, sittings, vacancies
from service.use_cases.views import Account
from vbr_engine.bank.model import Bank
from vbr_engine.scoring import score
from vbr_engine.simulate import simulate_responses

__all__ = ["Demonstration", "fresh_link", "prepare"]

BANK = "homecare-values"
PROVIDER = "Larkfield Homecare (demonstration)"
CONTACT = (
    "Sam Sample, registered manager, 01632 960 000 or sam@larkfield.example. Call or write if "
    "you need the questions in another form, more time, or want to contest something."
)
EMAIL = "recruiter{number}@larkfield.example"
SEED = 7
POOL = 60


@dataclass(frozen=True)
class Demonstration:
    """What the demonstration needs to know again at the next start."""

    provider_id: str
    account_id: str
    vacancy_id: str
    email: str
    password: str
    sitting_id: str = ""


@dataclass(frozen=True)
class Person:
    """A made-up candidate: when invited, how far, how fast, and what the recruiter did."""

    name: str
    answers: str
    invited: timedelta
    n_answers: int | None
    seconds: int = 45
    submitted: bool = False
    first_view: str = ""
    decision: str = ""


PEOPLE = (
    Person("Ash Sample", "strong", timedelta(days=4), None, 44, True),
    Person("Bea Sample", "mixed", timedelta(days=3), None, 52, True, "promising"),
    Person(
        "Cal Sample", "weak", timedelta(days=6), None, 58, True, "unsure", "invite-to-interview"
    ),
    Person("Dee Sample", "careless", timedelta(days=2), None, 3, True),
    Person("Eli Sample", "mixed", timedelta(hours=3), 7, 61),
    Person("Fay Sample", "strong", timedelta(days=5), 4, 70),
    Person("Gil Sample", "", timedelta(days=4), None),
    Person("Hal Sample", "", timedelta(hours=2), None),
)


def prepare(store: Store, path: Path, *, now: datetime) -> Demonstration:
    """Make the demonstration once, and find it again afterwards.

    Parameters
    ----------
    store : Store
    path : Path
        Where the recruiter's password is kept, readable by the owner only.
    now : datetime
    """
    kept = _kept(path)
    if kept is not None and _still_there(store, kept):
        return kept
    password = kept.password if kept else "-".join(secrets.token_hex(2) for _ in range(4))
    made = _make(store, password, now=now)
    _keep(path, made)
    _people(store, made, now=now)
    return made


def fresh_link(store: Store, path: Path, demo: Demonstration, *, now: datetime) -> str:
    """Return a token for somebody who tries the assessment.

    A sitting that nobody has started gets a new link; otherwise a new sitting is made.
    """
    account = _account(store, demo)
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
    _keep(path, Demonstration(**{**asdict(demo), "sitting_id": invited.sitting_id}))
    return invited.token


def _started(store: Store, demo: Demonstration) -> bool:
    with store.read() as unit:
        events = unit.at(demo.provider_id).events.of(demo.sitting_id)
    return any(event.kind == "started" for event in events)


def _kept(path: Path) -> Demonstration | None:
    try:
        return Demonstration(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _keep(path: Path, demo: Demonstration) -> None:
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(demo), file, indent=2)
    draft.replace(path)


def _still_there(store: Store, demo: Demonstration) -> bool:
    with store.read() as unit:
        return (
            unit.at(demo.provider_id).accounts.get(demo.account_id) is not None
            and unit.at(demo.provider_id).vacancies.get(demo.vacancy_id) is not None
        )


def _make(store: Store, password: str, *, now: datetime) -> Demonstration:
    opened = now - timedelta(days=7)
    provider_id = accounts.add_provider(store, name=PROVIDER, contact=CONTACT, now=opened)
    email = _free_address(store)
    account_id = accounts.add_account(
        store, provider_id, name="Rae Sample", email=email, password=password, now=opened
    )
    vacancy_id = vacancies.create_vacancy(
        store,
        provider_id,
        title="Care worker, evenings and weekends",
        bank_id=BANK,
        contact=CONTACT,
        now=opened,
    )
    return Demonstration(provider_id, account_id, vacancy_id, email, password)


def _free_address(store: Store) -> str:
    """Return an address without an account: an earlier start may have been cut short."""
    with store.read() as unit:
        addresses = (EMAIL.format(number=number or "") for number in count())
        return next(one for one in addresses if unit.doors.account(one) is None)


def _account(store: Store, demo: Demonstration) -> Account:
    return Account(
        id=demo.account_id,
        provider_id=demo.provider_id,
        provider_name=PROVIDER,
        name="Rae Sample",
        email=demo.email,
        role="recruiter",
    )


def _people(store: Store, demo: Demonstration, *, now: datetime) -> None:
    with store.read() as unit:
        record = unit.banks.newest(BANK)
        assert record is not None
        bank = store.bank(unit, record.id, record.version, record.sha256)
    answers = _simulated(bank)
    for person in PEOPLE:
        _sit(store, demo, person, answers.get(person.answers, {}), now=now)


def _simulated(bank: Bank) -> Mapping[str, Mapping[str, Mapping[str, int]]]:
    """Return answers of a strong, a middling, a weaker and a careless made-up candidate."""
    pool = simulate_responses(bank, POOL, seed=SEED, form="default")
    scores = score(pool, bank)
    ordered = sorted(pool.sittings, key=lambda s: scores.profile(s).composite.score or 0.0)
    careless = simulate_responses(bank, POOL, seed=SEED, form="default", careless=1.0)
    flags = score(careless, bank)
    flagged = max(careless.sittings, key=lambda s: len(flags.profile(s).flags))
    return {
        "weak": pool.answers(ordered[POOL // 8]),
        "mixed": pool.answers(ordered[POOL // 2]),
        "strong": pool.answers(ordered[-2]),
        "careless": careless.answers(flagged),
    }


def _sit(
    store: Store,
    demo: Demonstration,
    person: Person,
    answers: Mapping[str, Mapping[str, int]],
    *,
    now: datetime,
) -> None:
    account, at = _account(store, demo), now - person.invited
    invited = invitations.invite(
        store,
        demo.provider_id,
        demo.vacancy_id,
        name=person.name,
        email=f"{person.name.split()[0].lower()}@example.org",
        by=account,
        now=at,
        simulated=True,
    )
    if not answers:
        return
    clock = _ticking(at + timedelta(minutes=40), timedelta(seconds=person.seconds))
    sittings.start_sitting(store, invited.token, now=next(clock))
    for item, answer in _first(store, invited.sitting_id, answers, person.n_answers):
        sittings.save_answer(store, invited.sitting_id, item, answer, revision=0, now=next(clock))
    if person.submitted:
        sittings.submit_sitting(store, invited.sitting_id, now=next(clock), allow_incomplete=True)
        _recruiter(store, demo, person, invited.sitting_id, now=now - timedelta(hours=20))


def _first(
    store: Store, sitting_id: str, answers: Mapping[str, Mapping[str, int]], n: int | None
) -> list[tuple[str, Mapping[str, int]]]:
    """Return the first answers in the order in which the form presents its items."""
    with store.read() as unit:
        sitting = unit.doors.sitting(sitting_id)
    assert sitting is not None
    given = [(item, answers[item]) for item in sitting.form.items if item in answers]
    return given[:n]


def _recruiter(
    store: Store, demo: Demonstration, person: Person, sitting_id: str, *, now: datetime
) -> None:
    account = _account(store, demo)
    if person.first_view:
        reports.record_first_view(
            store,
            demo.provider_id,
            sitting_id,
            account=account,
            view=person.first_view,
            note="Warm on the telephone; has looked after a grandparent.",
            now=now,
        )
    if person.decision:
        later = now + timedelta(minutes=9)
        reports.open_report(store, demo.provider_id, sitting_id, account=account, now=later)
        reports.record_decision(
            store,
            demo.provider_id,
            sitting_id,
            account=account,
            decision=person.decision,
            reason="Evidence is mixed on two values; the interview will ask about both.",
            now=later + timedelta(minutes=4),
        )


def _ticking(start: datetime, step: timedelta) -> Iterator[datetime]:
    while True:
        yield start
        start += step
