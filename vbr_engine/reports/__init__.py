"""Reports as data: words and figures for recruiter, candidate and researcher, no HTML."""

from __future__ import annotations

from vbr_engine.reports.analysis import AnalysisReport, analysis_report
from vbr_engine.reports.answers import AnswerLine, answer_lines
from vbr_engine.reports.candidate import CandidateFeedback, candidate_feedback
from vbr_engine.reports.interview import InterviewGuide, interview_guide
from vbr_engine.reports.recruiter import RecruiterReport, recruiter_report
from vbr_engine.reports.risk import RiskPanel, risk_panel

__all__ = [
    "AnalysisReport",
    "AnswerLine",
    "CandidateFeedback",
    "InterviewGuide",
    "RecruiterReport",
    "RiskPanel",
    "analysis_report",
    "answer_lines",
    "candidate_feedback",
    "interview_guide",
    "recruiter_report",
    "risk_panel",
]
