"""What the recruiter records about one candidate: first view, report, decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from service.errors import BeingRated, FirstViewNeeded, InvalidForm, NotSubmitted
from service.storage import Store, Unit
from service.storage.records import Event
from service.use_cases.candidate import Sat, gather
from service.use_cases.decision_record import reading, suggested_by
from service.use_cases.first_views import (
    ONLY_READ,
    has_opened,
    may_only_read,
    needs_view,
    why_not_judge,
)
from service.use_cases.forms import Form
from service.use_cases.happenings import happen
from service.use_cases.own_values import report_in_own_words
from service.use_cases.policies import bank_behind
from service.use_cases.scoring import answers_of, profile_of
from service.use_cases.settings import settings_of
from service.use_cases.views import Account
from service.use_cases.written import words_of
from service.words import gettext as _
from vbr_engine.reports import RecruiterReport, recruiter_report

__all__ = [
    "DECISIONS",
    "FIRST_VIEWS",
    "open_report",
    "record_decision",
    "record_first_view",
]

FIRST_VIEWS = ("promising", "unsure", "concerns")
DECISIONS = ("invite-to-interview", "hold", "not-now")
LONGEST_REMARK = 2000
_ONLY_READS = {ONLY_READ: True}


def record_first_view(
    store: Store,
    provider_id: str,
    sitting_id: str,
    *,
    account: Account,
    view: str,
    note: str,
    now: datetime,
) -> None:
    """Record what a person thinks before the scores are shown to them.

    Each person can record it once: a view after the report is no first view. Recording it again
    changes nothing. Where a decision stands, `view` may be `ONLY_READ`: the report opens, and the
    person has no first view.

    Raises
    ------
    InvalidForm
        With a sentence for ``view`` or ``note``.
    NotFound, NotSubmitted
    """
    with store.write() as unit:
        sat = _submitted(store, unit, provider_id, sitting_id)
        view, note = _first_view(sat.progress.events, view, note)
        if not needs_view(sat.progress.events, account):
            return
        tenant = unit.at(provider_id)
        if view == ONLY_READ:
            happen(tenant, sitting_id, "report-opened", at=now, by=account.id, body=_ONLY_READS)
        else:
            happen(
                tenant,
                sitting_id,
                "first-view",
                at=now,
                by=account.id,
                body={"view": view},
                text=note,
            )


def _first_view(events: tuple[Event, ...], view: str, note: str) -> tuple[str, str]:
    form = Form()
    allowed = (*FIRST_VIEWS, ONLY_READ) if may_only_read(events) else FIRST_VIEWS
    view = form.choice("view", view, allowed=allowed, missing=_("Choose your first view."))
    note = form.text("note", note, missing="", longest=LONGEST_REMARK)
    form.done()
    return view, note


def open_report(
    store: Store,
    provider_id: str,
    sitting_id: str,
    *,
    account: Account,
    now: datetime,
    language: str | None = None,
) -> RecruiterReport:
    """Return the report, and note the first time that somebody opens it.

    Parameters
    ----------
    store : Store
    provider_id, sitting_id : str
    account : Account
    now : datetime
    language : str, optional
        Of the reader; that of the sitting if not given.

    Raises
    ------
    FirstViewNeeded, NotSubmitted, NotFound
    """
    with store.read() as unit:
        sat = _submitted(store, unit, provider_id, sitting_id)
        profile = profile_of(unit, sat)
        bank = sat.bank if profile is None else bank_behind(unit, sat.bank, profile)
        identity = unit.at(provider_id).identities.get(sitting_id)
        vacancy = unit.at(provider_id).vacancies.get(sat.sitting.vacancy_id)
        provider = unit.providers.get(provider_id)
        said = words_of(unit.at(provider_id), sat.progress) if sat.progress.in_words else None
    if profile is None:
        raise NotSubmitted(_("The candidate has not finished."))
    if needs_view(sat.progress.events, account):
        raise FirstViewNeeded(_("Record your first view before you open the report."))
    _note_opening(store, sat, account, now=now)
    tongue = language or sat.sitting.language
    report = recruiter_report(
        profile,
        bank,
        answers_of(sat),
        language=tongue,
        taken_in=sat.sitting.language,
        candidate=identity.name if identity else None,
        vacancy=vacancy.title if vacancy else None,
        provider=provider.name if provider else None,
        simulated=sat.sitting.simulated,
        prepared=now.date(),
        said=said,
    )
    own = settings_of(provider).own_words(sat.bank.id, tongue) if provider else {}
    return report_in_own_words(report, own)


def record_decision(
    store: Store,
    provider_id: str,
    sitting_id: str,
    *,
    account: Account,
    decision: str,
    reason: str,
    now: datetime,
    seen: int | None = None,
) -> None:
    """Record a person's decision with its reason; a later one holds, earlier ones stay on record.

    What the report says goes into the record with it, and how long ago this person opened it; a
    caller cannot pass either in. The same decision with the same reason by the same person, once
    more, changes nothing. `seen` is how many decisions were on record when the form was shown:
    where somebody has decided since, this one waits until its author has seen that.

    Raises
    ------
    InvalidForm
        With a sentence for ``decision`` or ``reason``, or if this person has not opened the report
        or only reads it, or if somebody has decided meanwhile.
    NotFound, NotSubmitted
    """
    form = Form()
    decision = form.choice("decision", decision, allowed=DECISIONS, missing=_("Choose a decision."))
    reason = form.text("reason", reason, missing=_("Enter the reason."), longest=LONGEST_REMARK)
    form.done()
    with store.write() as unit:
        sat = _submitted(store, unit, provider_id, sitting_id)
        if not has_opened(sat.progress.events, account):
            raise InvalidForm({"decision": _("Open the report before you record a decision.")})
        why_not = why_not_judge(unit.at(provider_id), account, sat.progress.events)
        if why_not:
            raise InvalidForm({"decision": why_not})
        body = {"by": account.id, "decision": decision}
        if not _repeats(unit, sat, body, reason):
            if seen is not None and len(_of_kind(sat, "decided")) > seen:
                words = _(
                    "Somebody has recorded a decision meanwhile: see above. Do you still want to?"
                )
                raise InvalidForm({"decision": words})
            _decide(unit, sat, account, body, reason, now=now)


def _decide(
    unit: Unit, sat: Sat, account: Account, body: Mapping[str, str], reason: str, *, now: datetime
) -> None:
    tenant, sitting_id = unit.at(sat.sitting.provider_id), sat.sitting.id
    profile = profile_of(unit, sat)
    assert profile is not None, "who has opened a report has a profile"
    read = reading(sat.progress.events, account, now)
    happen(tenant, sitting_id, "report-read", at=now, by=account.id, body=read)
    told = {**body, "suggested": suggested_by(profile)}
    happen(tenant, sitting_id, "decided", at=now, body=told, text=reason)


def _submitted(store: Store, unit: Unit, provider_id: str, sitting_id: str) -> Sat:
    sat = gather(store, unit, unit.at(provider_id).sittings.get(sitting_id))
    if sat.progress.submitted_at is None:
        raise NotSubmitted(_("The candidate has not finished."))
    if profile_of(unit, sat) is None:
        raise BeingRated(_("Two people rate the answers before the report opens."))
    return sat


def _note_opening(store: Store, sat: Sat, account: Account, *, now: datetime) -> None:
    """Note it once for each person, also when two requests come at the same moment."""
    if has_opened(sat.progress.events, account):
        return
    provider_id, sitting_id = sat.sitting.provider_id, sat.sitting.id
    with store.write() as unit:
        if not has_opened(unit.at(provider_id).events.of(sitting_id), account):
            happen(unit.at(provider_id), sitting_id, "report-opened", at=now, by=account.id)


def _repeats(unit: Unit, sat: Sat, body: Mapping[str, str], reason: str) -> bool:
    decided = _of_kind(sat, "decided")
    if not decided:
        return False
    last, texts = decided[-1].body, unit.at(sat.sitting.provider_id).remarks.of(sat.sitting.id)
    same = all(last.get(name) == value for name, value in body.items())
    return same and texts.get(last["remark"]) == reason


def _of_kind(sat: Sat, kind: str) -> list[Event]:
    return [event for event in sat.progress.events if event.kind == kind]
