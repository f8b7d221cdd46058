"""What a risk model is for, what it is not for, and its limits."""

from __future__ import annotations

from vbr_engine.reports.card.data import Known
from vbr_engine.reports.manual.data import ManualPart, ManualSection

__all__ = ["limits", "use"]

_FOR = (
    "to see early who may need a call, a nearer round or the hours they asked for;",
    "to see, provider by provider, where people drop out on the way to the job or soon after;",
    "to compare what an employer could change, with how sure anybody can be that it helps.",
)
_NOT_FOR = (
    "to turn an applicant down, to rank applicants, or to choose between two of them: a figure is "
    "about a situation, and the situation is the employer's to change;",
    "to judge staff, to set pay, or to decide about probation;",
    "to decide anything without a person who has read the application and may disagree;",
    "to compare providers in a league table: most differences are chance;",
    "outside homecare recruitment, in another country, or for a job that it never saw.",
)
_RIGHTS = (
    "Whoever uses the models owes candidates this: to be told whether a figure was made about "
    "them, what it was and what it rests on, in the recruiter's own words; to have it looked at by "
    "a person; and to contest it.",
    "A recruiter should record a first view of the application before seeing a figure, and give a "
    "reason for a decision in their own words.",
)
_LIMITS = (
    "What is known before somebody starts says little about whether they stay. Published studies "
    "end at areas under the curve of .58 to .65; much more than .70 means that something from "
    "after the event has slipped in, not that the model is good.",
    "The risk is net of other ends: what would be seen if the employer did not end it first. A "
    "dismissal, a transfer or the end of a contract is no drop-out, and no proof of staying.",
    "Effects are associations under the way people recruit now. That nearer rounds go with "
    "staying does not prove that a nearer round would have kept this person.",
    "Published effects come from comparisons of all staff in one year, not of new starters, and "
    "are halved before they are used. Where nothing is published, the effect starts at nought.",
    "What helps a person stay (a call, a buddy) changes the outcome that a later model learns "
    "from. Keep a note of what was done, or the next model will think that risky people stay.",
    "A fact that nobody wrote down counts as the usual value, which may flatter or not. An "
    "application with more than 30% missing gets no figure of its own.",
    "England's turnover rates are about all staff in a year. They are not the risk of a new "
    "starter, and are shown beside one only with that remark.",
)


def use(known: Known) -> ManualSection:
    """Say what the models are for, what not, and what people can ask for."""
    parts = (
        ManualPart(
            sentences=(
                "For recruiters and managers of homecare providers, and for analysts of a council "
                "that supports them. It helps",
            ),
            points=_FOR,
        ),
        ManualPart(title="Not for", sentences=("Do not use it",), points=_NOT_FOR),
        ManualPart(title="What candidates and recruiters are owed", sentences=_RIGHTS),
        ManualPart(
            title="How to switch it off",
            sentences=(
                "Whoever answers for the model puts a file called switched-off.txt with the reason "
                "into its folder. From then on every figure is withheld and the reason is told. A "
                "model stops by itself on its review date, and where its own checks fail.",
            ),
        ),
    )
    return ManualSection("use", "What it is for", parts)


def limits(known: Known) -> ManualSection:
    """Say what nobody should forget."""
    made_up = (
        (
            "These models were trained on made-up careers. They show how the card reads; nothing "
            "in them is about people.",
        )
        if known.simulated
        else ()
    )
    return ManualSection("limits", "Limits", (ManualPart(points=(*made_up, *_LIMITS)),))
