"""The board of a vacancy: who stands where, who waits, whom to call; never in order of a score."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from service.storage import Store, Tenant
from service.storage.records import Identity
from service.use_cases.calls import calls_of
from service.use_cases.facts import facts_of
from service.use_cases.forms import plain_line
from service.use_cases.happenings import LOCAL
from service.use_cases.messages import Delivery, delivery
from service.use_cases.vacancies import counts_of, is_ready, vacancy_of
from service.use_cases.views import Board, BoardRow, Vacancy
from service.words import gettext as _
from vbr_engine.funnel import STAGES, Call, Standing, allowed_steps

__all__ = [
    "PAGE",
    "SHOWS",
    "Filters",
    "Found",
    "board_row",
    "found_of",
    "ordered",
    "searched",
    "vacancy_board",
    "waiting_since",
]

PAGE = 50
SHOWS = ("going", "call", "stuck", "ready", "ended", "all")
_CANDIDATES_TURN = ("invited", "started")


@dataclass(frozen=True, slots=True)
class Filters:
    """What to show: words of a name or an address, one of `SHOWS`, a stage, a source, a page.

    Examples
    --------
    >>> Filters(show="everything", page=0)
    Filters(q='', show='going', stage='', source='', page=1)
    >>> Filters(q=" ana ").show
    'all'
    """

    q: str = ""
    show: str = ""
    stage: str = ""
    source: str = ""
    page: int = 1

    def __post_init__(self) -> None:
        """Fall back where somebody changed the address by hand."""
        q = plain_line(self.q)[:100]
        object.__setattr__(self, "q", q)
        if self.show not in SHOWS:
            object.__setattr__(self, "show", "all" if q else "going")
        if self.stage not in STAGES:
            object.__setattr__(self, "stage", "")
        object.__setattr__(self, "page", max(self.page, 1))


@dataclass(frozen=True, slots=True)
class Found:
    """Everybody of a vacancy, with what each filter asks for."""

    standings: Mapping[str, Standing]
    calls: Mapping[str, Call]
    now: datetime

    def sets(self, among: Iterable[str]) -> dict[str, list[str]]:
        """Sort sittings by what `SHOWS` names."""
        held = {one: self.standings[one] for one in among}
        going = [one for one, standing in held.items() if not standing.ended]
        return {
            "going": going,
            "call": [one for one in going if one in self.calls],
            "stuck": [one for one in going if held[one].is_stuck(self.now)],
            "ready": [one for one in going if is_ready(held[one])],
            "ended": [one for one in held if held[one].ended],
            "all": list(held),
        }


def vacancy_board(
    store: Store,
    provider_id: str,
    vacancy_id: str,
    filters: Filters | None = None,
    *,
    now: datetime,
) -> Board:
    """Show one page of the candidates of a vacancy.

    Whoever is to be called comes first, in the order of the call list; then who waits longest; at
    last those whose application has ended.

    Raises
    ------
    NotFound
    """
    filters, now = filters or Filters(), now.astimezone(LOCAL)
    with store.read() as unit:
        tenant = unit.at(provider_id)
        vacancy = vacancy_of(store, unit, provider_id, vacancy_id)
        found = found_of(tenant, vacancy, now)
        sets = found.sets(searched(tenant, vacancy_id, filters, found.standings))
        shown = sets[filters.show]
        stages = Counter(found.standings[one].stage for one in shown)
        chosen = [one for one in shown if filters.stage in ("", found.standings[one].stage)]
        listed = ordered(chosen, found)
        n_pages = max(1, -(-len(listed) // PAGE))
        page = min(filters.page, n_pages)
        rows = _rows(tenant, listed[(page - 1) * PAGE : page * PAGE], found)
    return Board(
        vacancy=vacancy,
        rows=rows,
        counts=counts_of(found.standings.values(), n_calls=len(found.calls), now=now),
        shows={show: len(several) for show, several in sets.items()},
        stages=tuple((stage, stages[stage]) for stage in STAGES if stages[stage]),
        n_found=len(listed),
        page=page,
        n_pages=n_pages,
        steps=_steps_for(rows, now.date()),
    )


def board_row(
    sitting_id: str,
    standing: Standing,
    identity: Identity | None,
    *,
    call: Call | None,
    sent: Delivery | None,
    simulated: bool,
    now: datetime,
) -> BoardRow:
    """Put one application into a row."""
    stuck = standing.is_stuck(now)
    return BoardRow(
        sitting_id=sitting_id,
        name=identity.name if identity else _("Name erased"),
        state=_state(standing, stuck=stuck),
        standing=standing,
        stuck_since=waiting_since(standing) if stuck else None,
        call=call,
        delivery=sent,
        simulated=simulated,
    )


def waiting_since(standing: Standing) -> datetime:
    """Say since when nothing has happened that moves an application on."""
    moves = [standing.since, standing.last_activity_at]
    if standing.stage not in _CANDIDATES_TURN:
        moves += [standing.last_contact_at, standing.decided_at]
    return max(move for move in moves if move is not None)


def _state(standing: Standing, *, stuck: bool) -> str:
    if standing.submitted_at:
        return "completed"
    if stuck:
        return "stuck"
    return "started" if standing.started_at else "invited"


def found_of(tenant: Tenant, vacancy: Vacancy, now: datetime) -> Found:
    """Gather everybody of a vacancy."""
    standings = tenant.standings.of_vacancy(vacancy.id)
    return Found(standings, calls_of(standings, now, closed=bool(vacancy.closed_on)), now)


def searched(
    tenant: Tenant, vacancy_id: str, filters: Filters, standings: Mapping[str, Standing]
) -> Iterable[str]:
    """Return the sittings that words and source leave; only this vacancy's names are decrypted."""
    left: Iterable[str] = standings
    if filters.source:
        facts = tenant.boards.facts(vacancy_id)
        left = [one for one in left if facts_of(facts.get(one, ())).get("source") == filters.source]
    if filters.q:
        words = _bare(filters.q).split()
        found = {
            one
            for one, name, email in tenant.boards.people(vacancy_id)
            if all(word in _bare(f"{name} {email}") for word in words)
        }
        left = [one for one in left if one in found]
    return left


def _bare(text: str) -> str:
    """Return words as a search compares them: without accents, apostrophes alike."""
    apart = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def ordered(chosen: Iterable[str], found: Found) -> list[str]:
    """Put sittings into the order of the board: to call, waiting longest, ended last."""
    places = {one: place for place, one in enumerate(found.calls)}

    def key(one: str) -> tuple[int, float, str]:
        standing = found.standings[one]
        if standing.ended:
            return 2, -(standing.ended_on or date.min).toordinal(), one
        if one in places:
            return 0, places[one], one
        return 1, waiting_since(standing).timestamp(), one

    return sorted(chosen, key=key)


def _rows(tenant: Tenant, chosen: list[str], found: Found) -> tuple[BoardRow, ...]:
    ids = tuple(chosen)
    people, sent = tenant.identities.of(ids), delivery(tenant, ids)
    made_up = tenant.boards.simulated(ids)
    return tuple(
        board_row(
            one,
            found.standings[one],
            people.get(one),
            call=found.calls.get(one),
            sent=sent.get(one),
            simulated=one in made_up,
            now=found.now,
        )
        for one in ids
    )


def _steps_for(rows: tuple[BoardRow, ...], today: date) -> tuple[str, ...]:
    """Return what can be recorded for several at once: nothing that ends an application."""
    found = (allowed_steps(row.standing, today) for row in rows)
    number = Counter(step.code for several in found for step in several if not step.ends)
    number.pop("reopened", None)
    return tuple(code for code, _n in number.most_common())
