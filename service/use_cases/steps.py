"""Recording what a person did about applications, for one or several at once.

Nothing here reads a score. Whatever ends an application names a reason, and for an end by the
employer a person's own words as well; it is recorded for one person at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from service.errors import InvalidForm, NotFound
from service.storage import Store, Tenant
from service.storage.records import Event
from service.use_cases.forms import Form
from service.use_cases.funnel_words import problem_words
from service.use_cases.happenings import LOCAL, happen
from service.use_cases.views import Account
from service.words import gettext as _
from vbr_engine.funnel import (
    STAGES,
    STEPS,
    Standing,
    StepProblem,
    check_step,
    skipped_stages,
)

__all__ = ["MOST_AT_ONCE", "Recorded", "day_for", "named", "record_step", "standings_of"]

MOST_AT_ONCE = 100
LONGEST_REMARK = 2000


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded: for whom, and which stages of the same day with it, for how many."""

    step: str
    sittings: tuple[str, ...]
    skipped: tuple[str, ...] = ()
    n_skipping: int = 0


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A step as somebody gave it, read."""

    step: str
    on: date | None
    time: str
    reason: str | None
    ended_by: str | None
    outcome: str | None
    text: str


def record_step(
    store: Store,
    provider_id: str,
    sitting_ids: str | Iterable[str],
    step: str,
    *,
    account: Account,
    now: datetime,
    on: str = "",
    at_time: str = "",
    reason: str = "",
    ended_by: str = "",
    outcome: str = "",
    text: str = "",
    request_id: str = "",
) -> Recorded:
    """Record a step for one application, or for all of several, or for none of them.

    The same `request_id` again, from a form that was sent twice, changes nothing.

    Parameters
    ----------
    store : Store
    provider_id : str
    sitting_ids : str or iterable of str
    step : str
        Code of `vbr_engine.funnel.STEPS`.
    account : Account
        Who records it.
    now : datetime
    on : str
        Its day, such as ``2026-03-27``; if empty today, or the day of the interview that was
        booked.
    at_time : str
        Of an interview, such as ``10:30``.
    reason, ended_by, outcome : str
        Codes, as `vbr_engine.funnel.check_step` takes them.
    text : str
        A person's own words: needed where the employer ends an application or a job.
    request_id : str

    Returns
    -------
    Recorded

    Raises
    ------
    InvalidForm
        With a sentence for each of ``step``, ``on``, ``time``, ``reason``, ``ended_by``,
        ``outcome``, ``text``; for several applications one by name for each that stops it, under
        ``who-`` and the sitting's id.
    NotFound
    """
    several = (sitting_ids,) if isinstance(sitting_ids, str) else tuple(dict.fromkeys(sitting_ids))
    _check_number(several, step)
    wanted = _wanted(step, on, at_time, reason, ended_by, outcome, text)
    with store.write() as unit:
        tenant = unit.at(provider_id)
        standings = standings_of(tenant, several)
        before = tenant.boards.steps(several)
        left = [one for one in several if not _has(before.get(one, ()), request_id)]
        found = {one: _problems(standings[one], wanted, now) for one in left}
        _raise(tenant, {one: problems for one, problems in found.items() if problems}, several)
        for one in left:
            body = _body(wanted, standings[one], now, request_id)
            happen(tenant, one, "step", at=now, by=account.id, body=body, text=wanted.text or None)
    skipped = _skipped(tuple(standings.values()), step)
    stages = tuple(stage for stage in STAGES if any(stage in of_one for of_one in skipped))
    return Recorded(step, several, stages, len(skipped))


def day_for(standing: Standing, step: str, today: date) -> date | None:
    """Return the day that a step has if nobody says another.

    Examples
    --------
    >>> from vbr_engine.funnel import Happening, standing_of
    >>> standing = standing_of([Happening("invited", datetime(2026, 3, 2, 9))])
    >>> day_for(standing, "offered", date(2026, 3, 5))
    datetime.date(2026, 3, 5)
    """
    if step in ("called", "reopened", "interview-booked"):
        return None
    booked = standing.interview_on
    if step in ("attended", "did-not-attend") and booked and booked <= today:
        return booked
    return today


def _wanted(
    step: str, on: str, at_time: str, reason: str, ended_by: str, outcome: str, text: str
) -> _Wanted:
    form = Form()
    day = _day(form, on)
    clock = _time(form, at_time) if step == "interview-booked" else ""
    known = STEPS.get(step)
    enders = known.enders if known else ()
    ender = ended_by or (enders[0] if len(enders) == 1 else "")
    own_words = bool(known and known.ends and ender == "employer")
    missing = _("Say why, in a sentence that you would say to them.") if own_words else ""
    text = form.text("text", text, missing=missing, longest=LONGEST_REMARK)
    form.done()
    return _Wanted(step, day, clock, reason or None, ender or None, outcome or None, text)


def _day(form: Form, text: str) -> date | None:
    text = text.strip()
    for shape in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"):
        try:
            return datetime.strptime(text, shape).replace(tzinfo=LOCAL).date()
        except ValueError:
            continue
    if text:
        form.problems["on"] = _("Enter a day such as 27/3/2027.")
    return None


def _time(form: Form, text: str) -> str:
    text = text.strip().replace(".", ":")
    if not text:
        return ""
    try:
        return time.fromisoformat(text.zfill(5)).strftime("%H:%M")
    except ValueError:
        form.problems["time"] = _("Enter a time such as 10:30.")
        return ""


def _check_number(several: tuple[str, ...], step: str) -> None:
    if not several:
        raise InvalidForm({"step": _("Choose at least one person.")})
    if len(several) > MOST_AT_ONCE:
        raise InvalidForm({"step": _("Choose %(most)s people at most.", most=MOST_AT_ONCE)})
    if len(several) > 1 and step in STEPS and STEPS[step].ends:
        raise InvalidForm(
            {"step": _("Ending an application is recorded on each person’s own page.")}
        )


def standings_of(tenant: Tenant, several: tuple[str, ...]) -> dict[str, Standing]:
    """Return where several applications stand.

    Raises
    ------
    NotFound
        If one of them is nobody of this provider.
    """
    found = tenant.standings.of_several(several)
    if len(found) < len(several):
        raise NotFound(_("There is no such candidate."))
    return found


def _problems(standing: Standing, wanted: _Wanted, now: datetime) -> tuple[StepProblem, ...]:
    today = now.astimezone(LOCAL).date()
    return check_step(
        standing,
        wanted.step,
        on=wanted.on or day_for(standing, wanted.step, today),
        today=today,
        reason=wanted.reason,
        ended_by=wanted.ended_by,
        outcome=wanted.outcome,
    )


def _raise(
    tenant: Tenant,
    problems: Mapping[str, tuple[StepProblem, ...]],
    several: tuple[str, ...],
) -> None:
    """Raise what stops a step: by field for one person, by name for several."""
    if not problems:
        return
    if len(several) == 1:
        raise InvalidForm({one.part: problem_words(one) for one in problems[several[0]]})
    all_found = [one for own in problems.values() for one in own]
    if all(one.part != "step" for one in all_found):
        # The same for everybody: point at the field, once.
        shared = {one.part: problem_words(one) for one in all_found if not one.values}
        if shared:
            raise InvalidForm(shared)
    told = {one: " ".join(map(problem_words, own)) for one, own in problems.items()}
    raise InvalidForm(named(tenant, told, several))


def named(tenant: Tenant, told: Mapping[str, str], several: tuple[str, ...]) -> dict[str, str]:
    """Put sentences by sitting under the fields of a form: by name, where they are several."""
    if len(several) == 1:
        return {"step": told[several[0]]}
    people = tenant.identities.of(tuple(told))
    return {
        f"who-{one}": _(
            "%(name)s: %(problem)s",
            name=people[one].name if one in people else _("Name erased"),
            problem=told[one],
        )
        for one in several
        if one in told
    }


def _body(wanted: _Wanted, standing: Standing, now: datetime, request_id: str) -> dict[str, Any]:
    on = wanted.on or day_for(standing, wanted.step, now.astimezone(LOCAL).date())
    ends = STEPS[wanted.step].ends
    body = {
        "step": wanted.step,
        "on": on.isoformat() if on else None,
        "time": wanted.time,
        "outcome": wanted.outcome if wanted.step == "called" else None,
        "reason": wanted.reason if ends else None,
        "ended_by": wanted.ended_by if ends else None,
        "request": request_id,
    }
    return {name: value for name, value in body.items() if value}


def _skipped(standings: tuple[Standing, ...], step: str) -> list[tuple[str, ...]]:
    """Return the stages that are passed over, for each who passes one over."""
    stage = STEPS[step].stage
    if stage is None:
        return []
    before = (standing for standing in standings if not standing.has_come_to(stage))
    return [found for found in (skipped_stages(one, stage) for one in before) if found]


def _has(events: tuple[Event, ...], request_id: str) -> bool:
    return bool(request_id) and any(event.body.get("request") == request_id for event in events)
