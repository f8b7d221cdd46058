"""The closed list of what an employer can do.

Nothing on the list asks the candidate to be somebody else. An effect of which the employer has no
lever, such as having worked in care before, is never turned into advice.
"""

from __future__ import annotations

from dataclasses import dataclass

from vbr_engine.risk.stages import OUTCOMES
from vbr_engine.risk.wording import say

__all__ = ["ACTIONS", "Action", "Change"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a modelled action does to the fact that it can change.

    Parameters
    ----------
    form : str
        Form that the effect must have.
    most : float
        The fact is brought down to this: minutes, hours, share, or 0 for `no` becoming `yes`.
    least : float
        Smaller changes are not worth naming.
    """

    form: str
    most: float
    least: float


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that the employer can do.

    Parameters
    ----------
    id : str
        That of the lever, where a declared effect names one.
    who : str
        Who does it: manager, rota, recruiter or team.
    outcomes : tuple of str
    change : Change, optional
        None: the model cannot speak of it; it is good practice.
    source : str
        Where the practice is described.
    wanted_by : str, optional
        Good practice only where this effect lies above its centre.
    latest : int
        Days in the job up to which it can be done.
    """

    id: str
    who: str
    outcomes: tuple[str, ...] = OUTCOMES
    change: Change | None = None
    source: str = ""
    wanted_by: str | None = None
    latest: int = 365

    @property
    def title(self) -> str:
        """Return the action in words."""
        return say(f"action.{self.id}")


ACTIONS: tuple[Action, ...] = (
    Action("guaranteed-hours", "manager", change=Change("no", 0, 1)),
    Action("nearer-round", "rota", change=Change("number", 20, 5)),
    Action("hours-as-wanted", "manager", change=Change("shortfall", 0, 2)),
    Action("rota-match", "rota", change=Change("share-not", 0.1, 0.1)),
    Action("walking-round", "rota", change=Change("no", 0, 1)),
    Action("faster-contact", "recruiter", ("withdrawal",), change=Change("log2", 4, 4)),
    Action(
        "travel-pay",
        "manager",
        source="Written answer HL498, House of Lords, 27 January 2020 (minimum wage, homecare)",
        wanted_by="travel",
    ),
    Action(
        "keep-in-touch",
        "recruiter",
        ("withdrawal",),
        source="Eastwood and Bell for Allocate Software (keeping staff starts with the job offer)",
    ),
    Action(
        "shadow-shift",
        "team",
        source="Skills for Care, written evidence RTR0145 to the House of Commons (taster shifts)",
        latest=0,
    ),
    Action(
        "buddy",
        "team",
        ("leaving",),
        source="carehome.co.uk on the buddies of Care UK, 2021 (an employer's own account)",
        latest=12 * 7,
    ),
    Action(
        "induction",
        "team",
        ("leaving",),
        source="Skills for Care, induction toolkit (new to the role: 45.9% turnover in a year)",
        wanted_by="new-to-care",
        latest=12 * 7,
    ),
)
