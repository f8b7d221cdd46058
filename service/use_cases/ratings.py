"""Rating answers in own words: blind, each item on its own, two people and perhaps a third.

Whoever rates sees the scenario, the answer and what the engine says to look for; not whose answer
it is, not what anybody else gave, and not the other answers of the same person one after another:
answers come item by item, in an order of the rater's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.errors import NotFound
from service.storage import Store, Tenant, Unit
from service.storage.records import Event
from service.use_cases.candidate import Sat, gather
from service.use_cases.forms import Form
from service.use_cases.happenings import happen
from service.use_cases.messages import enqueue
from service.use_cases.scoring import keep_profile, score_sitting
from service.use_cases.tasks import close_task, open_task
from service.use_cases.views import Account
from service.use_cases.written import words_of
from service.words import gettext as _
from vbr_engine.scoring import (
    Rating,
    RatingGuide,
    needs_third,
    raters_needed,
    rating_guide,
    rubric_of,
)

__all__ = [
    "CANNOT",
    "Queue",
    "ToRate",
    "next_to_rate",
    "queue_of",
    "rate",
    "ratings_in",
    "show_to_rate",
    "was_rated",
    "why_not",
]

CANNOT = "cannot"
LONGEST = 1000
THIRD = "third-rating"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One answer that waits for a rater."""

    code: str
    sat: Sat
    item: str
    said: str
    given: tuple[Rating, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for one rater.

    Parameters
    ----------
    n_waiting : int
        Answers that this account can rate now.
    n_people : int
        Candidates whose answers wait for anybody.
    n_others : int
        Answers that wait for somebody else.
    reasons : tuple of str
        Why this account does not rate some of them.
    n_able : int
        Colleagues who may rate in this organisation.
    short : bool
        Whether some answers wait for more people than there are.
    """

    n_waiting: int
    n_people: int
    n_others: int
    reasons: tuple[str, ...]
    n_able: int
    short: bool


@dataclass(frozen=True, slots=True)
class ToRate:
    """One answer as a rater sees it; `code` stands for it, and means nothing to anybody else."""

    code: str
    said: str
    guide: RatingGuide
    n_waiting: int


def queue_of(store: Store, account: Account) -> Queue:
    """Say what waits to be rated, by this account and by others."""
    with store.read() as unit:
        tenant = unit.at(account.provider_id)
        sats = tuple(_sats(store, unit, tenant))
        mine = tuple(_for(tenant, sats, account))
        able = [
            one for one in tenant.accounts.list() if _can_rate(one.role) and not one.disabled_at
        ]
        short = any(_is_short(sat, [one.id for one in able]) for sat in sats)
        every = [answer for sat in sats for answer in _open(tenant, sat)]
    reasons = {why_not(sat.progress.events, account.id) for sat in sats}
    return Queue(
        n_waiting=len(mine),
        n_people=len(sats),
        n_others=len(every) - len(mine),
        reasons=tuple(sorted(reason for reason in reasons if reason)),
        n_able=len(able),
        short=short,
    )


def next_to_rate(store: Store, account: Account) -> str | None:
    """Return the code of the next answer for this rater."""
    with store.read() as unit:
        tenant = unit.at(account.provider_id)
        mine = _for(tenant, tuple(_sats(store, unit, tenant)), account)
        return next((answer.code for answer in mine), None)


def show_to_rate(store: Store, account: Account, code: str) -> ToRate:
    """Show one answer, without whose it is.

    Raises
    ------
    NotFound
        Also when it was settled meanwhile, or is not for this rater.
    """
    with store.read() as unit:
        tenant = unit.at(account.provider_id)
        mine = tuple(_for(tenant, tuple(_sats(store, unit, tenant)), account))
    answer = next((one for one in mine if one.code == code), None)
    if answer is None:
        raise NotFound(_("This answer does not wait for you."))
    language = answer.sat.sitting.language
    guide = rating_guide(answer.sat.bank, answer.item, language)
    return ToRate(code, answer.said, guide, len(mine))


def was_rated(store: Store, account: Account, code: str) -> bool:
    """Whether a code stands for an answer that somebody of this organisation has rated."""
    with store.read() as unit:
        tenant = unit.at(account.provider_id)
        rated = {(event.sitting_id, event.item_id or "") for event in tenant.answering.ratings()}
        return any(_code(tenant, account, sitting, item) == code for sitting, item in rated)


def rate(store: Store, account: Account, code: str, *, level: str, note: str, now: datetime) -> str:
    """Record one rating; when the last answer is settled, the profile is computed with it.

    Returns
    -------
    str
        ``rated``; ``last`` when it settled the last answer of somebody; ``gone`` when the answer
        does not wait for this rater any more, so that nothing was recorded.

    Raises
    ------
    InvalidForm
        With a sentence for ``level`` or ``note``.
    """
    with store.write() as unit:
        tenant = unit.at(account.provider_id)
        mine = _for(tenant, tuple(_sats(store, unit, tenant)), account)
        answer = next((one for one in mine if one.code == code), None)
        if answer is None:
            return "gone"
        form = Form()
        allowed = (*map(str, range(rubric_of(answer.sat.bank).n_levels)), CANNOT)
        level = form.choice("level", level, allowed=allowed, missing=_("Choose a level."))
        note = form.text("note", note, missing="", longest=LONGEST)
        form.done()
        happen(
            tenant,
            answer.sat.sitting.id,
            "rated",
            at=now,
            by=account.id,
            item_id=answer.item,
            body={"level": None if level == CANNOT else int(level)},
            text=note,
        )
        return _after(store, unit, tenant, answer.sat.sitting.id, by=account.id, at=now)


def ratings_in(events: Sequence[Event]) -> dict[str, list[Rating]]:
    """Return the ratings of a sitting by item."""
    found: dict[str, list[Rating]] = defaultdict(list)
    for event in events:
        if event.kind == "rated" and event.item_id:
            level = event.body["level"]
            found[event.item_id].append(Rating(event.item_id, event.body["by"], level))
    return found


def why_not(events: Sequence[Event], account_id: str) -> str:
    """Say why somebody does not rate a sitting at all, or nothing."""
    kinds = {event.kind for event in events if event.body.get("by") == account_id}
    if kinds & {"written", "answered", "submitted"}:
        return _("You wrote down what the candidate said.")
    if kinds & {"first-view", "report-opened", "decided"}:
        return _("You have recorded a view of the candidate already.")
    return ""


def _after(
    store: Store, unit: Unit, tenant: Tenant, sitting_id: str, *, by: str, at: datetime
) -> str:
    """See what follows from a rating: a third rater is called, or the profile is computed."""
    sat = gather(store, unit, tenant.sittings.get(sitting_id))
    given, rubric = ratings_in(sat.progress.events), rubric_of(sat.bank)
    if any(True for _answer in _open(tenant, sat)):
        if any(needs_third(of_item, rubric) for of_item in given.values()):
            open_task(tenant, sitting_id, THIRD, at=at, id=f"{THIRD}-{sitting_id}")
        return "rated"
    keep_profile(
        tenant, score_sitting(sat, [one for each in given.values() for one in each]), at=at
    )
    for task in tenant.tasks.of(sitting_id):
        if task.kind == THIRD and task.closed_at is None:
            close_task(tenant, task.id, by=by, at=at, outcome="rated")
    enqueue(tenant, "feedback-ready", key=f"feedback:{sitting_id}", at=at, sitting_id=sitting_id)
    return "last"


def _sats(store: Store, unit: Unit, tenant: Tenant) -> Iterator[Sat]:
    """Gather the sittings that wait for ratings; not those that have ended meanwhile."""
    for sitting_id in tenant.answering.unrated():
        standing = tenant.standings.get(sitting_id)
        if standing is None or not (standing.ended or standing.erased):
            yield gather(store, unit, tenant.sittings.get(sitting_id))


def _open(tenant: Tenant, sat: Sat) -> Iterator[Waiting]:
    """Find the answers of a sitting that need another rater; `code` is empty."""
    given, rubric = ratings_in(sat.progress.events), rubric_of(sat.bank)
    for item, said in words_of(tenant, sat.progress).items():
        ratings = tuple(given.get(item, ()))
        if raters_needed(ratings, rubric):
            yield Waiting("", sat, item, said, ratings)


def _for(tenant: Tenant, sats: Sequence[Sat], account: Account) -> Iterator[Waiting]:
    """Find the answers for one rater, item by item, in an order of their own.

    The order, and the codes that stand for the answers, come from the service's secret: nobody can
    tell from them whose answer it is.
    """

    found = [
        (
            tenant.cipher.mark(f"{account.id}\n{answer.item}"),
            _code(tenant, account, sat.sitting.id, answer.item),
            answer,
        )
        for sat in sats
        if not why_not(sat.progress.events, account.id)
        for answer in _open(tenant, sat)
        if account.id not in {rating.rater for rating in answer.given}
    ]
    for _of_item, code, answer in sorted(found, key=lambda one: one[:2]):
        yield Waiting(code, answer.sat, answer.item, answer.said, answer.given)


def _code(tenant: Tenant, account: Account, sitting_id: str, item: str) -> str:
    """Return what stands for an answer in the addresses of one rater."""
    return tenant.cipher.mark(f"{account.id}\n{sitting_id}\n{item}")[:24]


def _can_rate(role: str) -> bool:
    return role in ("recruiter", "manager")


def _is_short(sat: Sat, able: Sequence[str]) -> bool:
    """Whether fewer colleagues than needed may rate a sitting."""
    others = [one for one in able if not why_not(sat.progress.events, one)]
    rubric, given = rubric_of(sat.bank), ratings_in(sat.progress.events)
    for item in sat.progress.words:
        of_item = given.get(item, [])
        raters = {rating.rater for rating in of_item}
        if raters_needed(of_item, rubric) > len([one for one in others if one not in raters]):
            return True
    return False
