"""Where a candidate stands with their rights: what they may still choose, ask and take back."""

from __future__ import annotations

from dataclasses import dataclass

from service.languages import LANGUAGES
from service.storage import Store
from service.storage.records import ProviderRecord, VacancyRecord
from service.use_cases.asking import consents, is_hired, may_come_back
from service.use_cases.candidate import Sat, gather
from service.use_cases.contesting import last_decision
from service.use_cases.holding import Request, requests
from service.use_cases.settings import settings_of

__all__ = ["Choice", "Place", "place_of"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A language that the questions can be answered in; a draft is not reviewed yet."""

    code: str
    name: str
    tag: str
    draft: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a candidate stands.

    Parameters
    ----------
    contact, adjustments, complaints : str
        Whom to ask about the application, about another way to answer, and about what went wrong.
    paused : bool
        Whether the pilot is paused for the provider.
    ended : str
        How the application ended, or empty: withdrawn, not-appointed, left.
    withdrew : bool
        Whether the candidate ended it in person, and nobody has acted since: it can be taken back.
    hired : bool
        Whether the candidate has started work.
    decided : bool
        Whether somebody has decided something that can be contested.
    months : int
        How long names are kept after an application has ended.
    """

    sitting_id: str
    provider: str
    vacancy: str
    contact: str
    adjustments: str
    complaints: str
    started: bool
    submitted: bool
    paused: bool
    ended: str
    withdrew: bool
    hired: bool
    decided: bool
    research: bool
    language: str
    languages: tuple[Choice, ...]
    requests: tuple[Request, ...]
    months: int
    simulated: bool

    @property
    def provider_name(self) -> str:
        """The provider, as the layout of the pages calls it."""
        return self.provider

    @property
    def may_start(self) -> bool:
        """Whether the questions open: who has started can finish, unless they withdrew."""
        if self.submitted:
            return True
        if self.withdrew:
            return False
        return self.started or not (self.paused or self.ended)

    def asked(self, kind: str) -> tuple[Request, ...]:
        """Return what was asked of one kind, oldest first."""
        return tuple(request for request in self.requests if request.kind == kind)


def place_of(store: Store, sitting_id: str) -> Place:
    """Say where a candidate stands.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        sat = gather(store, unit, unit.doors.sitting(sitting_id))
        tenant = unit.at(sat.sitting.provider_id)
        texts = tenant.remarks.of(sitting_id)
        standing = tenant.standings.get(sitting_id)
        vacancy = tenant.vacancies.get(sat.sitting.vacancy_id)
        provider = tenant.provider
    events = sat.progress.events
    contact, adjustments, complaints = _contacts(provider, vacancy)
    return Place(
        sitting_id=sitting_id,
        provider=settings_of(provider).shown_name,
        vacancy=vacancy.title if vacancy else "",
        contact=contact,
        adjustments=adjustments,
        complaints=complaints,
        started=sat.progress.started_at is not None,
        submitted=sat.progress.submitted_at is not None,
        paused=provider.paused_at is not None,
        ended=(standing.ended if standing else None) or "",
        withdrew=may_come_back(events),
        hired=standing is not None and is_hired(standing),
        decided=last_decision(events) is not None,
        research=consents(events),
        language=sat.sitting.language,
        languages=_languages(sat),
        requests=requests(events, texts),
        months=settings_of(provider).retention_months,
        simulated=sat.sitting.simulated,
    )


def _contacts(provider: ProviderRecord, vacancy: VacancyRecord | None) -> tuple[str, str, str]:
    """Return whom to ask: what a manager set for it, or else who is named with the vacancy."""
    usual = (vacancy.contact if vacancy else "") or provider.contact
    named = provider.settings.get("contacts") or {}
    return usual, named.get("adjustments") or usual, named.get("complaints") or usual


def _languages(sat: Sat) -> tuple[Choice, ...]:
    return tuple(
        Choice(one.code, one.name, one.tag, sat.bank.text(one.code).is_draft_translation)
        for one in LANGUAGES.values()
        if one.code in sat.bank.catalogues
    )
