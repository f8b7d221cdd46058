"""One application for the recruiter: where it stands, what is known, and everything that happened.

No score is read here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from service.errors import NotFound
from service.storage import Store, Tenant
from service.storage.records import Event, Identity
from service.use_cases.board import board_row
from service.use_cases.calls import calls_of
from service.use_cases.facts import facts_of
from service.use_cases.first_views import first_view_in, may_only_read, openers
from service.use_cases.forms import Form
from service.use_cases.happenings import LOCAL, happening_of, stand_anew
from service.use_cases.messages import delivery
from service.use_cases.vacancies import vacancy_of
from service.use_cases.views import CandidatePage, Decision, TimelineEntry
from service.words import gettext as _
from vbr_engine.funnel import last_step
from vbr_engine.intake import normal_phone

__all__ = ["candidate_page", "change_contact"]

# Not worth a line each.
UNTOLD = frozenset({"answered", "written", "rated", "undone"})


def candidate_page(
    store: Store, provider_id: str, sitting_id: str, *, now: datetime
) -> CandidatePage:
    """Gather everything about a candidate but the scores.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        tenant = unit.at(provider_id)
        sitting = tenant.sittings.get(sitting_id)
        if sitting is None:
            raise NotFound(_("There is no such candidate."))
        identity = tenant.identities.get(sitting_id)
        vacancy = vacancy_of(store, unit, provider_id, sitting.vacancy_id)
        texts, events = tenant.remarks.of(sitting_id), tenant.events.of(sitting_id)
        names = _names(tenant, events)
        standing = tenant.standings.get(sitting_id) or stand_anew(tenant, sitting)
        has_profile = tenant.profiles.get(sitting_id) is not None
        sent = delivery(tenant, (sitting_id,)).get(sitting_id)
    local = now.astimezone(LOCAL)
    row = board_row(
        sitting_id,
        standing,
        identity,
        call=calls_of({sitting_id: standing}, local, closed=bool(vacancy.closed_on)).get(
            sitting_id
        ),
        sent=sent,
        simulated=sitting.simulated,
        now=local,
    )
    views = [
        first_view_in(event, texts, names.get(event.body.get("by", ""), ""))
        for event in _of_kind(events, "first-view")
    ]
    decisions = [_decision(event, texts, names) for event in _of_kind(events, "decided")]
    return CandidatePage(
        row=row,
        email=identity.email if identity else "",
        phone=identity.phone if identity else "",
        vacancy=vacancy,
        standing=standing,
        facts=facts_of(events),
        timeline=_timeline(events, names, texts),
        first_views=tuple(views),
        openers=openers(events),
        decisions=tuple(reversed(decisions)),
        state=row.state,
        being_rated=standing.submitted_at is not None and not has_profile,
        may_only_read=may_only_read(events),
    )


def change_contact(
    store: Store, provider_id: str, sitting_id: str, *, name: str, email: str, phone: str
) -> None:
    """Put a name, an address or a number right.

    Raises
    ------
    InvalidForm
        With a sentence for each of ``name``, ``email``, ``phone``.
    NotFound
        Also when the name was erased.
    """
    form = Form()
    name = form.line("name", name, missing=_("Enter the candidate’s name."), longest=120)
    email = form.email("email", email)
    number = normal_phone(phone) if phone.strip() else ""
    if phone.strip() and not number:
        form.problems["phone"] = _("Enter a phone number such as 07700 900 123.")
    form.done()
    with store.write() as unit:
        identities = unit.at(provider_id).identities
        if identities.get(sitting_id) is None:
            raise NotFound(_("There is no such candidate."))
        identities.erase(sitting_id)
        identities.add(sitting_id, Identity(name, email, number or ""))


def _of_kind(events: Sequence[Event], kind: str) -> list[Event]:
    return [event for event in events if event.kind == kind]


def _names(tenant: Tenant, events: Sequence[Event]) -> dict[str, str]:
    ids = {str(event.body["by"]) for event in events if "by" in event.body}
    found = {account_id: tenant.accounts.get(account_id) for account_id in ids}
    return {
        account_id: who.name if who else _("a former colleague")
        for account_id, who in found.items()
    }


def _decision(event: Event, texts: Mapping[str, str], names: Mapping[str, str]) -> Decision:
    body = event.body
    reason = texts.get(body.get("remark") or "", "")
    return Decision(body["decision"], reason, names[body["by"]], event.at)


def _timeline(
    events: Sequence[Event], names: Mapping[str, str], texts: Mapping[str, str]
) -> tuple[TimelineEntry, ...]:
    undone = {event.body.get("number"): event for event in _of_kind(events, "undone")}
    last = last_step([happening_of(event) for event in events])
    return tuple(
        TimelineEntry(
            at=event.at,
            kind=event.kind,
            by=names.get(event.body.get("by", ""), ""),
            choice=event.body.get("view") or event.body.get("decision") or "",
            number=event.number,
            body=event.body,
            note=texts.get(event.body.get("remark") or "", ""),
            undone_by=_undone_by(undone.get(event.number), names),
            can_undo="by" in event.body and last is not None and last.number == event.number,
        )
        for event in events
        if event.kind not in UNTOLD
    )


def _undone_by(event: Event | None, names: Mapping[str, str]) -> str:
    if event is None:
        return ""
    return names.get(event.body.get("by", ""), "") or _("a former colleague")
