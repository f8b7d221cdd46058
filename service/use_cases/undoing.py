"""Taking back what was recorded about applications; it stays in the record, marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.errors import InvalidForm, NotFound
from service.storage import Store
from service.storage.records import Event
from service.use_cases.happenings import happen, happening_of
from service.use_cases.steps import named, standings_of
from service.use_cases.vacancies import vacancy_of
from service.use_cases.views import Account, Vacancy
from service.words import gettext as _
from vbr_engine.funnel import last_step

__all__ = ["MOST_TOGETHER", "Together", "recorded_together", "undo_step", "undo_together"]

MOST_TOGETHER = 20


@dataclass(frozen=True, slots=True)
class Together:
    """A step that was recorded for several at once.

    `late` are those for whom something else was recorded since: while there are any, it can be
    taken back only person by person.
    """

    request_id: str
    step: str
    outcome: str
    at: datetime
    by: str
    names: tuple[str, ...]
    late: tuple[str, ...]


def recorded_together(
    store: Store, provider_id: str, vacancy_id: str
) -> tuple[Vacancy, tuple[Together, ...]]:
    """Return what was recorded for several at once and not yet taken back, newest first.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        vacancy = vacancy_of(store, unit, provider_id, vacancy_id)
        tenant = unit.at(provider_id)
        events = tenant.boards.steps_for(vacancy_id)
        found = sorted(_together(events).values(), key=_last_at, reverse=True)[:MOST_TOGETHER]
        people = tenant.identities.of(tuple({one for group in found for one in group}))
        accounts = {
            event.body["by"]: tenant.accounts.get(event.body["by"])
            for group in found
            for event in group.values()
        }

    def name_of(one: str) -> str:
        return people[one].name if one in people else _("Name erased")

    def told(group: Mapping[str, Event]) -> Together:
        first = next(iter(group.values()))
        who, request = accounts[first.body["by"]], first.body["request"]
        late = [one for one in group if _target(events[one], None, request) == _LATE]
        return Together(
            request_id=request,
            step=first.body["step"],
            outcome=first.body.get("outcome", ""),
            at=first.at,
            by=who.name if who else _("a former colleague"),
            names=tuple(sorted(map(name_of, group))),
            late=tuple(sorted(map(name_of, late))),
        )

    return vacancy, tuple(map(told, found))


def undo_together(
    store: Store,
    provider_id: str,
    vacancy_id: str,
    request_id: str,
    *,
    account: Account,
    now: datetime,
) -> tuple[str, ...]:
    """Take back what was recorded for several at once, for all of them or for nobody.

    Raises
    ------
    InvalidForm
    NotFound
        If nothing was recorded under `request_id`.
    """
    with store.read() as unit:
        vacancy_of(store, unit, provider_id, vacancy_id)
        events = unit.at(provider_id).boards.steps_for(vacancy_id)
    several = [
        one for one, own in events.items() if any(_is_meant(e, None, request_id) for e in own)
    ]
    if not several:
        raise NotFound(_("There is no such step."))
    return undo_step(store, provider_id, several, account=account, now=now, request_id=request_id)


def _together(events: Mapping[str, tuple[Event, ...]]) -> dict[str, dict[str, Event]]:
    """Return the steps of several applications by the form that recorded them, if still held."""
    groups: dict[str, dict[str, Event]] = {}
    for one, own in events.items():
        gone = {event.body.get("number") for event in own if event.kind == "undone"}
        for event in own:
            request = event.body.get("request", "")
            if _is_meant(event, None, request) and event.number not in gone:
                groups.setdefault(request, {})[one] = event
    return {request: group for request, group in groups.items() if len(group) > 1}


def _last_at(group: Mapping[str, Event]) -> tuple[datetime, str]:
    return max((event.at, event.sitting_id) for event in group.values())


def undo_step(
    store: Store,
    provider_id: str,
    sitting_ids: str | Iterable[str],
    *,
    account: Account,
    now: datetime,
    number: int | None = None,
    request_id: str = "",
) -> tuple[str, ...]:
    """Take a step back: the last one of an application, or one recorded for several at once.

    What was taken back stays in the record. A step that is taken back already changes nothing.

    Parameters
    ----------
    store : Store
    provider_id : str
    sitting_ids : str or iterable of str
    account : Account
    now : datetime
    number : int, optional
        Of the event, for one application.
    request_id : str
        Of the form that recorded the step, for several.

    Returns
    -------
    tuple of str
        The sittings.

    Raises
    ------
    InvalidForm
        If another step was recorded since, for any of them: then none is taken back.
    NotFound
    """
    several = (sitting_ids,) if isinstance(sitting_ids, str) else tuple(dict.fromkeys(sitting_ids))
    with store.write() as unit:
        tenant = unit.at(provider_id)
        standings_of(tenant, several)
        events = tenant.boards.steps(several)
        targets = {one: _target(events.get(one, ()), number, request_id) for one in several}
        late = {one for one, target in targets.items() if target == _LATE}
        if late:
            raise InvalidForm(named(tenant, dict.fromkeys(late, _too_late()), several))
        for one, target in targets.items():
            if target != _DONE:
                happen(tenant, one, "undone", at=now, by=account.id, body={"number": target})
    return several


_DONE, _LATE = 0, -1


def _target(events: tuple[Event, ...], number: int | None, request_id: str) -> int:
    """Find the number of the step to take back; `_DONE` if it is, `_LATE` if it is not the last."""
    named = [event for event in events if _is_meant(event, number, request_id)]
    if not named:
        raise NotFound(_("There is no such step."))
    wanted = named[-1].number
    if any(event.kind == "undone" and event.body.get("number") == wanted for event in events):
        return _DONE
    last = last_step([happening_of(event) for event in events])
    return wanted if last is not None and last.number == wanted else _LATE


def _is_meant(event: Event, number: int | None, request_id: str) -> bool:
    if event.kind != "step" or "by" not in event.body:
        return False  # Without a name it is the candidate who came back: that is theirs.
    if number is not None:
        return event.number == number
    return bool(request_id) and event.body.get("request") == request_id


def _too_late() -> str:
    return _("Something else was recorded since, so this cannot be taken back.")
