"""Taking back what was recorded about applications; it stays in the record, marked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from service.errors import InvalidForm, NotFound
from service.storage import Store
from service.storage.records import Event
from service.use_cases.happenings import happen, happening_of
from service.use_cases.steps import named, standings_of
from service.use_cases.views import Account
from service.words import gettext as _
from vbr_engine.funnel import last_step

__all__ = ["undo_step"]


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
