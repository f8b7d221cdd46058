"""The stages of an application and of a job, and how either can end: the words of the house."""

from __future__ import annotations

__all__ = ["CAUSES", "ENDS", "END_WORDS", "PLACES", "POST_DAYS", "STAGES", "STAGE_WORDS", "TO_WORK"]

# Column of a careers table -> what people call the stage.
_TO_WORK = {
    "applied": "applied",
    "invited": "invited",
    "started": "started the assessment",
    "completed": "completed the assessment",
    "interviewed": "interviewed",
    "offered": "offered the job",
    "accepted": "accepted the job",
    "started_work": "started work",
}
# Stage -> days since the first day of work.
POST_DAYS = {"in_post_30": 30, "in_post_90": 90, "in_post_180": 180, "in_post_365": 365}

TO_WORK = tuple(_TO_WORK)
STAGES = (*TO_WORK, *POST_DAYS)
STAGE_WORDS = _TO_WORK | {stage: f"in post at {days} days" for stage, days in POST_DAYS.items()}
PLACES = {stage: place for place, stage in enumerate(STAGES)}

# The candidate withdraws, the employer does not appoint; who has started work leaves.
END_WORDS = {"withdrawn": "withdrawn", "not-appointed": "not appointed", "left": "left"}
ENDS = tuple(END_WORDS)
# Who ended an application or a job. Only the candidate's own decision is an outcome; the others
# end what can be seen of it.
CAUSES = ("candidate", "employer", "transfer", "contract-end")
