"""From what happened to where it stands: one happening after the other, or all of them again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter

from vbr_engine.funnel.effects import INFERRED, KINDS, State, opened
from vbr_engine.funnel.stages import PLACES, STAGES
from vbr_engine.funnel.standing import NAMES, Happening, Standing

__all__ = ["fold", "last_step", "numbered", "skipped_stages", "standing_of"]

_HELD = attrgetter(*NAMES)


def fold(standing: Standing | None, happening: Happening, *, total: int = 0) -> Standing:
    """Take in one more happening.

    Parameters
    ----------
    standing : Standing, optional
        Where it stood; none before the first happening.
    happening : Happening
        One of an unknown kind changes nothing.
    total : int
        Scenarios of the form, where the first happening does not say so.

    Returns
    -------
    Standing

    Raises
    ------
    ValueError
        If something is to be undone: that takes the whole history, see `standing_of`.

    Examples
    --------
    >>> from datetime import datetime
    >>> invited = fold(None, Happening("invited", datetime(2026, 3, 2, 9)))
    >>> booked = {"step": "interview-booked", "on": "2026-03-09"}
    >>> standing = fold(invited, Happening("step", datetime(2026, 3, 3, 9), booked))
    >>> standing.stage, standing.interview_on
    ('invited', datetime.date(2026, 3, 9))
    """
    if happening.kind == "undone":
        raise ValueError("a step that is undone takes the whole history: use standing_of")
    take_in = KINDS.get(happening.kind)
    if standing is not None and take_in is None:
        return standing
    state = opened(happening, total) if standing is None else _thawed(standing)
    if take_in is not None:
        take_in(state, happening)
    return Standing(**state)


def standing_of(happenings: Iterable[Happening], *, total: int = 0) -> Standing:
    """Work out where an application stands from all that happened.

    Parameters
    ----------
    happenings : iterable of Happening
        Oldest first. A step that a later one of the kind ``undone`` names by its ``number`` counts
        as if it had never been; nothing but a step can be undone.
    total : int
        Scenarios of the form, where the first happening does not say so.

    Returns
    -------
    Standing

    Raises
    ------
    ValueError
        If nothing has happened.

    Examples
    --------
    >>> from datetime import datetime
    >>> at = datetime(2026, 3, 2, 9)
    >>> standing_of([
    ...     Happening("invited", at),
    ...     Happening("step", at, {"step": "not-appointed", "reason": "post-filled"}),
    ...     Happening("undone", at, {"number": 2}),
    ... ]).ended is None
    True
    """
    state: State | None = None
    for happening in numbered(happenings):
        if state is None:
            state = opened(happening, total)
        take_in = KINDS.get(happening.kind)
        if take_in is not None:
            take_in(state, happening)
    if state is None:
        raise ValueError("nothing has happened to this application")
    return Standing(**state)


def numbered(happenings: Iterable[Happening]) -> Sequence[Happening]:
    """Give the happenings that count: no step that was undone, and nothing that undoes.

    Parameters
    ----------
    happenings : iterable of Happening
        Oldest first; one without a number has that of its place.

    Returns
    -------
    sequence of Happening

    Examples
    --------
    >>> from datetime import datetime
    >>> at = datetime(2026, 3, 2, 9)
    >>> [each.kind for each in numbered([
    ...     Happening("step", at, {"step": "called"}), Happening("undone", at, {"number": 1})])]
    []
    """
    happenings = list(happenings)
    void = {each.body.get("number") for each in happenings if each.kind == "undone"}
    if not void:
        return happenings
    return [
        each
        for place, each in enumerate(happenings, start=1)
        if each.kind != "undone" and not (each.kind == "step" and (each.number or place) in void)
    ]


def last_step(happenings: Iterable[Happening]) -> Happening | None:
    """Find the step that an undo would take back: the last that still counts.

    Parameters
    ----------
    happenings : iterable of Happening
        Oldest first, each with its number.

    Returns
    -------
    Happening or None

    Examples
    --------
    >>> from datetime import datetime
    >>> at = datetime(2026, 3, 2, 9)
    >>> last_step([Happening("invited", at, number=1)]) is None
    True
    """
    steps = [each for each in numbered(happenings) if each.kind == "step"]
    return steps[-1] if steps else None


def skipped_stages(standing: Standing, stage: str) -> tuple[str, ...]:
    """List the stages that reaching one would record as well, as of the same day.

    Parameters
    ----------
    standing : Standing
    stage : str

    Returns
    -------
    tuple of str
        Only what the employer sees; nobody is taken to have sat an assessment.

    Examples
    --------
    >>> from datetime import datetime
    >>> invited = fold(None, Happening("invited", datetime(2026, 3, 2)))
    >>> skipped_stages(invited, "accepted")
    ('interviewed', 'offered')
    """
    between = STAGES[PLACES[standing.stage] + 1 : PLACES[stage]]
    return tuple(each for each in between if each in INFERRED)


def _thawed(standing: Standing) -> State:
    state = dict(zip(NAMES, _HELD(standing), strict=True))
    state["reached"] = dict(standing.reached)
    return state
