"""The board of a vacancy as a table to download: where everybody stands, and no score."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.storage import Store
from service.storage.records import Identity
from service.use_cases.board import Filters, Found, found_of, ordered, searched
from service.use_cases.facts import facts_of
from service.use_cases.funnel_words import end_words, ender_words, reason_words, stage_title
from service.use_cases.happenings import LOCAL
from service.use_cases.vacancies import vacancy_of
from service.use_cases.views import Vacancy
from service.words import gettext as _

__all__ = ["board_table"]


def board_table(
    store: Store,
    provider_id: str,
    vacancy_id: str,
    filters: Filters | None = None,
    *,
    now: datetime,
) -> tuple[Vacancy, tuple[str, ...], list[tuple[Any, ...]]]:
    """Return everybody whom the filters show as a table: vacancy, headings, rows. No score.

    Raises
    ------
    NotFound
    """
    filters, now = filters or Filters(), now.astimezone(LOCAL)
    with store.read() as unit:
        tenant = unit.at(provider_id)
        vacancy = vacancy_of(store, unit, provider_id, vacancy_id)
        found = found_of(tenant, vacancy, now)
        shown = found.sets(searched(tenant, vacancy_id, filters, found.standings))[filters.show]
        chosen = [one for one in shown if filters.stage in ("", found.standings[one].stage)]
        facts = tenant.boards.facts(vacancy_id)
        people = tenant.identities.of(tuple(chosen))
    header = (
        _("Name"),
        _("Email address"),
        _("Phone number"),
        _("Stage"),
        _("Since"),
        _("Stuck"),
        _("To call today"),
        _("Ended"),
        _("Ended on"),
        _("Ended by"),
        _("Reason"),
        _("Scenarios answered"),
        _("Scenarios in all"),
        _("Last in touch"),
        _("Interview on"),
        _("Source"),
        _("Number"),
    )
    rows = [
        _exported(one, found, people.get(one), facts_of(facts.get(one, ())))
        for one in ordered(chosen, found)
    ]
    return vacancy, header, rows


def _exported(
    one: str, found: Found, person: Identity | None, facts: Mapping[str, Any]
) -> tuple[Any, ...]:
    standing, call = found.standings[one], found.calls.get(one)
    person = person or Identity(_("Name erased"), "")
    contact = standing.last_contact_at
    return (
        person.name,
        person.email,
        person.phone,
        stage_title(standing.stage),
        standing.since.astimezone(LOCAL).date(),
        standing.is_stuck(found.now),
        call is not None,
        end_words(standing.ended) if standing.ended else "",
        standing.ended_on,
        ender_words(standing.ended_by) if standing.ended_by else "",
        reason_words(standing.reason) if standing.reason else "",
        standing.n_answered,
        standing.total,
        contact.astimezone(LOCAL).date() if contact else None,
        standing.interview_on,
        facts.get("source", ""),
        one,
    )
