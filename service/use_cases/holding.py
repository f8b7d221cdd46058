"""What is held about one candidate, told to that candidate: no key, no colleague by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from service.errors import NotSubmitted
from service.storage import Store, Tenant
from service.storage.records import Event, MessageRecord
from service.use_cases.asking import consents
from service.use_cases.candidate import Sat, gather
from service.use_cases.facts import facts_of
from service.use_cases.happenings import happen
from service.use_cases.holding_words import message_state, message_title, way_words, what, who
from service.use_cases.sittings import candidate_feedback_for
from service.use_cases.tasks import answer_to
from vbr_engine.bank.model import ResponseFormat
from vbr_engine.reports import CandidateFeedback, answer_lines

__all__ = ["Answered", "Entry", "Held", "Request", "Sent", "as_document", "held_about", "requests"]

ASKED = ("adjustment-asked", "person-asked", "contested", "erasure-asked")
OPENED = ("report-opened", "risk-shown")
# Told elsewhere, or not worth a line each.
UNTOLD = frozenset({"answered", "written", "report-read"})


@dataclass(frozen=True, slots=True)
class Answered:
    """A scenario with what the candidate answered: lines, or their own words."""

    number: int
    title: str
    scenario: str
    question: str
    lines: tuple[str, ...]
    own_words: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, in words; `who` is a role, never a name; `text` was written."""

    at: datetime
    kind: str
    what: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """What the candidate asked for, and the answer if there is one."""

    kind: str
    at: datetime
    text: str
    ways: tuple[str, ...]
    answered_at: datetime | None
    answer: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A message to the candidate: what kind, when, how, and what became of it."""

    at: datetime
    what: str
    channel: str
    state: str


@dataclass(frozen=True, slots=True)
class Held:
    """Everything that is held about a candidate."""

    sitting_id: str
    provider: str
    vacancy: str
    contact: str
    prepared: datetime
    name: str
    email: str
    phone: str
    language: str
    bank: str
    simulated: bool
    research: bool
    facts: Mapping[str, Any]
    answers: tuple[Answered, ...]
    feedback: CandidateFeedback | None
    opened: tuple[Entry, ...]
    decisions: tuple[Entry, ...]
    requests: tuple[Request, ...]
    messages: tuple[Sent, ...]
    history: tuple[Entry, ...]


def held_about(store: Store, sitting_id: str, *, now: datetime) -> Held:
    """Gather everything that is held about a candidate.

    Raises
    ------
    NotFound
    """
    feedback = _feedback(store, sitting_id)
    with store.read() as unit:
        sat = gather(store, unit, unit.doors.sitting(sitting_id))
        tenant = unit.at(sat.sitting.provider_id)
        texts = tenant.remarks.of(sitting_id)
        identity = tenant.identities.get(sitting_id)
        vacancy = tenant.vacancies.get(sat.sitting.vacancy_id)
        history = _entries(tenant, sat.progress.events, texts)
        messages = tenant.messages.of((sitting_id,))
        provider = tenant.provider
    return Held(
        sitting_id=sitting_id,
        provider=provider.name,
        vacancy=vacancy.title if vacancy else "",
        contact=(vacancy.contact if vacancy else "") or provider.contact,
        prepared=now,
        name=identity.name if identity else "",
        email=identity.email if identity else "",
        phone=identity.phone if identity else "",
        language=sat.sitting.language,
        bank=f"{sat.bank.id} {sat.bank.version}",
        simulated=sat.sitting.simulated,
        research=consents(sat.progress.events),
        facts=facts_of(sat.progress.events),
        answers=tuple(_answered(sat, texts)),
        feedback=feedback,
        opened=tuple(entry for entry in history if entry.kind in OPENED),
        decisions=tuple(entry for entry in history if entry.kind == "decided"),
        requests=requests(sat.progress.events, texts),
        messages=tuple(_sent(message) for message in messages if message.state != "cancelled"),
        history=history,
    )


def note_download(store: Store, sitting_id: str, *, now: datetime) -> None:
    """Keep that the candidate took a copy."""
    with store.write() as unit:
        sitting = unit.doors.sitting(sitting_id)
        if sitting is not None:
            happen(unit.at(sitting.provider_id), sitting_id, "data-downloaded", at=now)


def as_document(held: Held) -> dict[str, Any]:
    """Return what is held as mappings and lists that JSON can carry."""
    feedback = held.feedback.to_dict() if held.feedback else None
    document: dict[str, Any] = _plain(
        {name: getattr(held, name) for name in Held.__dataclass_fields__ if name != "feedback"}
    )
    return document | {"feedback": feedback}


def requests(events: Sequence[Event], texts: Mapping[str, str]) -> tuple[Request, ...]:
    """List what the candidate asked for, oldest first, each with its answer."""
    return tuple(_request(event, events, texts) for event in events if event.kind in ASKED)


def _request(event: Event, events: Sequence[Event], texts: Mapping[str, str]) -> Request:
    answer = answer_to(events, str(event.body.get("task", "")))
    return Request(
        kind=event.kind,
        at=event.at,
        text=_text(event, texts),
        ways=tuple(way_words(way) for way in event.body.get("ways", ())),
        answered_at=answer.at if answer else None,
        answer=_text(answer, texts) if answer else "",
        outcome=answer.body.get("outcome", "") if answer else "",
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return _plain(asdict(value))
    return value


def _feedback(store: Store, sitting_id: str) -> CandidateFeedback | None:
    try:
        return candidate_feedback_for(store, sitting_id)
    except NotSubmitted:
        return None


def _answered(sat: Sat, texts: Mapping[str, str]) -> list[Answered]:
    written = {
        event.item_id: _text(event, texts)
        for event in sat.progress.events
        if event.kind == "written"
    }
    found = []
    for number, item in enumerate(sat.items, start=1):
        given = sat.progress.answers.get(item.id)
        own = written.get(item.id, "")
        if given is None and not own:
            continue
        words = sat.text.items[item.id]
        lines = () if own or given is None else answer_lines(item, sat.text, given.answer)
        picked = item.format is ResponseFormat.PICK
        shown = tuple(one.text if picked else f"{one.label}: {one.text}" for one in lines)
        found.append(Answered(number, words.title, words.scenario, words.question, shown, own))
    return found


def _entries(
    tenant: Tenant, events: Sequence[Event], texts: Mapping[str, str]
) -> tuple[Entry, ...]:
    roles = {account.id: account.role for account in tenant.accounts.list()}
    return tuple(
        Entry(event.at, event.kind, what(event), who(event, roles), _text(event, texts))
        for event in events
        if event.kind not in UNTOLD
    )


def _text(event: Event, texts: Mapping[str, str]) -> str:
    return texts.get(event.body.get("remark") or "", "")


def _sent(message: MessageRecord) -> Sent:
    return Sent(
        at=message.done_at or message.run_at,
        what=message_title(message.kind),
        channel=message.channel,
        state=message_state(message.state),
    )
