"""How a decision was made, for the file: views, time with the report, reasons, and the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.errors import NotFound
from service.storage import Store, Tenant
from service.storage.ledger import Entry
from service.storage.records import Event
from service.use_cases.first_views import first_view_in, needs_view
from service.use_cases.ledger import verify
from service.use_cases.views import Account, FirstView
from service.words import gettext as _
from vbr_engine.bank.model import Catalogue
from vbr_engine.scoring.profile import Profile

__all__ = [
    "LONGEST_READING",
    "Chained",
    "DecisionRecord",
    "Made",
    "Suggested",
    "decision_record",
    "reading",
    "suggested_by",
]

LONGEST_READING = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Suggested:
    """What the report said when a decision was recorded, in the words of the bank."""

    overall: tuple[str, ...]
    values: tuple[tuple[str, tuple[str, ...]], ...]
    flags: tuple[str, ...]
    policy: str
    engine: str
    bank: str
    own_words: bool


@dataclass(frozen=True, slots=True)
class Made:
    """A decision as it was made; `seconds` lie between opening the report and recording it.

    `view` is what the same person thought before the report, or "". `longer` says that the time was
    longer than is counted.
    """

    number: int
    decision: str
    reason: str
    by: str
    at: datetime
    view: str
    view_at: datetime | None
    view_note: str
    seconds: int | None
    longer: bool
    suggested: Suggested | None


@dataclass(frozen=True, slots=True)
class Chained:
    """An entry of the ledger about this candidate."""

    number: int
    code: str
    kind: str
    at: datetime
    by: str
    event: int
    body: Mapping[str, Any]
    text: str


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """Everything about how it was decided; `is_sound` says whether the whole ledger verifies.

    `views` are all first views, oldest first. `withheld` says that the reader has to note their
    own before they see what the report said.
    """

    sitting_id: str
    name: str
    provider: str
    vacancy: str
    simulated: bool
    prepared: datetime
    views: tuple[FirstView, ...]
    withheld: bool
    decisions: tuple[Made, ...]
    entries: tuple[Chained, ...]
    is_sound: bool
    n_entries: int


def suggested_by(profile: Profile) -> dict[str, Any]:
    """Return what a report says as codes: no figure, so that nothing can be ordered by it."""
    return {
        "composite": list(profile.composite.bands),
        "values": {score.value: list(score.bands) for score in profile.values},
        "flags": [flag.id for flag in profile.flags],
        "policy": profile.policy,
        "engine": profile.engine,
        "bank": profile.bank_sha256,
        "mode": profile.mode,
    }


def reading(events: Sequence[Event], account: Account, now: datetime) -> dict[str, Any]:
    """Return the seconds from when this person first opened the report until now, capped."""
    opened = [
        event.at
        for event in events
        if event.kind == "report-opened" and event.body.get("by") == account.id
    ]
    passed = max(now - opened[0], timedelta())
    longer = passed > LONGEST_READING
    return {"seconds": int(min(passed, LONGEST_READING).total_seconds()), "longer": longer}


def decision_record(
    store: Store, provider_id: str, sitting_id: str, *, account: Account, now: datetime
) -> DecisionRecord:
    """Gather how it was decided about one candidate, for a reader, and verify the ledger.

    Raises
    ------
    NotFound
    """
    sound = verify(store, only=provider_id)
    with store.read() as unit:
        tenant = unit.at(provider_id)
        sitting = tenant.sittings.get(sitting_id)
        if sitting is None:
            raise NotFound(_("There is no such candidate."))
        bank = store.bank(unit, sitting.bank_id, sitting.bank_version, sitting.bank_sha256)
        events, texts = tenant.events.of(sitting_id), tenant.remarks.of(sitting_id)
        identity = tenant.identities.get(sitting_id)
        vacancy = tenant.vacancies.get(sitting.vacancy_id)
        names = {account.id: account.name for account in tenant.accounts.list()}
        chain = [entry for entry in tenant.ledger.entries() if entry.sitting_id == sitting_id]
        n_entries = _length(tenant)
        provider = tenant.provider.name
    held = {event.number: event for event in events}
    withheld = needs_view(events, account)
    return DecisionRecord(
        sitting_id=sitting_id,
        name=identity.name if identity else _("Name erased"),
        provider=provider,
        vacancy=vacancy.title if vacancy else "",
        simulated=sitting.simulated,
        prepared=now,
        views=tuple(
            first_view_in(event, texts, _name(names, event))
            for event in events
            if event.kind == "first-view"
        ),
        withheld=withheld,
        decisions=_decisions(
            events, texts, names, None if withheld else bank.text(sitting.language)
        ),
        entries=tuple(
            _chained(entry, held[entry.event_number], texts, names)
            for entry in chain
            if entry.event_number in held
        ),
        is_sound=sound.is_sound,
        n_entries=n_entries,
    )


def _length(tenant: Tenant) -> int:
    head = tenant.ledger.head()
    return head.number if head else 0


def _chained(
    entry: Entry, event: Event, texts: Mapping[str, str], names: Mapping[str, str]
) -> Chained:
    return Chained(
        number=entry.number,
        code=entry.mac,
        kind=entry.kind,
        at=entry.at,
        by=_name(names, event),
        event=event.number,
        body=event.body,
        text=_text(event, texts),
    )


def _decisions(
    events: Sequence[Event],
    texts: Mapping[str, str],
    names: Mapping[str, str],
    catalogue: Catalogue | None,
) -> tuple[Made, ...]:
    return tuple(
        _made(event, events, texts, names, catalogue) for event in events if event.kind == "decided"
    )


def _made(
    event: Event,
    events: Sequence[Event],
    texts: Mapping[str, str],
    names: Mapping[str, str],
    catalogue: Catalogue | None,
) -> Made:
    earlier = [each for each in events if each.number < event.number]
    by = event.body.get("by")
    view = next(
        (each for each in earlier if each.kind == "first-view" and each.body.get("by") == by), None
    )
    read = earlier[-1] if earlier and earlier[-1].kind == "report-read" else None
    said = event.body.get("suggested")
    return Made(
        number=event.number,
        decision=event.body["decision"],
        reason=_text(event, texts),
        by=_name(names, event),
        at=event.at,
        view=view.body.get("view", "") if view else "",
        view_at=view.at if view else None,
        view_note=_text(view, texts) if view else "",
        seconds=read.body["seconds"] if read else None,
        longer=bool(read and read.body.get("longer")),
        suggested=_in_words(said, catalogue) if said and catalogue else None,
    )


def _in_words(said: Mapping[str, Any], catalogue: Catalogue) -> Suggested:
    def bands(codes: Sequence[str]) -> tuple[str, ...]:
        return tuple(catalogue.bands[c].name if c in catalogue.bands else c for c in codes)

    return Suggested(
        overall=bands(said["composite"]),
        values=tuple(
            (text.name, bands(said["values"][value]))
            for value, text in catalogue.values.items()
            if value in said["values"]
        ),
        flags=tuple(said["flags"]),
        policy=said["policy"],
        engine=said["engine"],
        bank=said["bank"],
        own_words=said["mode"] == "own-words",
    )


def _name(names: Mapping[str, str], event: Event) -> str:
    by = event.body.get("by")
    return names.get(by, _("a former colleague")) if by else ""


def _text(event: Event, texts: Mapping[str, str]) -> str:
    return texts.get(event.body.get("remark") or "", "")
