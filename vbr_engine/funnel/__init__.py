"""How applications move: what can be recorded, where each one stands, and whom to call today.

Everything that happened to an application is a list of happenings; where it stands is folded from
them and can be worked out again at any time. Nothing here reads a clock, and nothing here knows a
score or a risk.
"""

from vbr_engine.funnel.calls import (
    CALL_SENTENCES,
    TRIED_SENTENCES,
    URGENCY_WORDS,
    Call,
    call_list,
)
from vbr_engine.funnel.careers import CAREER_COLUMNS, career_of, career_row
from vbr_engine.funnel.counts import FunnelCounts, StageCount, funnel_counts
from vbr_engine.funnel.days import day_in_full, day_words
from vbr_engine.funnel.due import CALL_RULES, RETRY, CallRule, Due, dues, next_due
from vbr_engine.funnel.folding import fold, last_step, skipped_stages, standing_of
from vbr_engine.funnel.reasons import REASON_WORDS, REASONS, reasons_for
from vbr_engine.funnel.rules import STEP_PROBLEMS, StepProblem, allowed_steps, check_step
from vbr_engine.funnel.stages import (
    CAUSES,
    END_WORDS,
    ENDS,
    POST_DAYS,
    STAGE_WORDS,
    STAGES,
    TO_WORK,
)
from vbr_engine.funnel.standing import STUCK_AFTER, Happening, Standing
from vbr_engine.funnel.steps import CALL_OUTCOMES, ENDER_WORDS, STEP_WORDS, STEPS, Step
from vbr_engine.funnel.words import TABLES

__all__ = [
    "CALL_OUTCOMES",
    "CALL_RULES",
    "CALL_SENTENCES",
    "CAREER_COLUMNS",
    "CAUSES",
    "ENDER_WORDS",
    "ENDS",
    "END_WORDS",
    "POST_DAYS",
    "REASONS",
    "REASON_WORDS",
    "RETRY",
    "STAGES",
    "STAGE_WORDS",
    "STEPS",
    "STEP_PROBLEMS",
    "STEP_WORDS",
    "STUCK_AFTER",
    "TABLES",
    "TO_WORK",
    "TRIED_SENTENCES",
    "URGENCY_WORDS",
    "Call",
    "CallRule",
    "Due",
    "FunnelCounts",
    "Happening",
    "StageCount",
    "Standing",
    "Step",
    "StepProblem",
    "allowed_steps",
    "call_list",
    "career_of",
    "career_row",
    "check_step",
    "day_in_full",
    "day_words",
    "dues",
    "fold",
    "funnel_counts",
    "last_step",
    "next_due",
    "reasons_for",
    "skipped_stages",
    "standing_of",
]
