"""What a recruiter can record with one tap."""

from __future__ import annotations

from dataclasses import dataclass

from vbr_engine.funnel.stages import CAUSES, POST_DAYS

__all__ = ["CALL_OUTCOMES", "ENDER_WORDS", "STEPS", "STEP_WORDS", "Step"]

CALL_OUTCOMES = {
    "reached": "Spoke with them",
    "no-answer": "No answer",
    "message-left": "Left a message",
}
ENDER_WORDS = {
    "candidate": "They left",
    "employer": "We ended it",
    "transfer": "They moved to another role or employer with the service",
    "contract-end": "The contract came to its end",
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a person records about an application or a job.

    Parameters
    ----------
    code : str
    words : str
        What the button says, in English.
    stage : str, optional
        The stage that it brings the application to; none for most.
    ends : {"withdrawn", "not-appointed", "left"}, optional
        How it ends the application or the job.
    enders : tuple of str
        Who may have ended it.
    contact : bool
        Whether the provider and the candidate were in touch for it.

    Examples
    --------
    >>> STEPS["offered"].stage, STEPS["called"].stage, STEPS["left"].ends
    ('offered', None, 'left')
    """

    code: str
    words: str
    stage: str | None = None
    ends: str | None = None
    enders: tuple[str, ...] = ()
    contact: bool = False


def _in_post(stage: str, days: int) -> Step:
    return Step(f"in-post-{days}", f"In post at {days} days", stage, contact=True)


_ALL = (
    Step("called", "Called"),
    Step("interview-booked", "Interview booked", contact=True),
    Step("attended", "Attended the interview", "interviewed", contact=True),
    Step("did-not-attend", "Did not attend"),
    Step("offered", "Offered the job", "offered", contact=True),
    Step("accepted", "Accepted the job", "accepted", contact=True),
    Step("declined-offer", "Declined the offer", None, "withdrawn", ("candidate",), contact=True),
    Step("started-work", "Started work", "started_work", contact=True),
    *(_in_post(stage, days) for stage, days in POST_DAYS.items()),
    Step("withdrawn", "Withdrew", None, "withdrawn", ("candidate",)),
    Step("not-appointed", "Not appointed", None, "not-appointed", ("employer",)),
    Step("left", "Left", None, "left", CAUSES),
    Step("reopened", "Reopen"),
)

STEPS = {step.code: step for step in _ALL}
STEP_WORDS = {step.code: step.words for step in _ALL}
