"""The report of an analysis: what a researcher reads, as words and figures without HTML."""

from __future__ import annotations

from datetime import date

from vbr_engine.analysis.result import Analysis
from vbr_engine.bank.model import Bank
from vbr_engine.reports.analysis.closing import (
    method_section,
    note_section,
    people_section,
    proposal_section,
)
from vbr_engine.reports.analysis.fairness import group_section, key_section
from vbr_engine.reports.analysis.findings import most_important
from vbr_engine.reports.analysis.items import item_section
from vbr_engine.reports.analysis.naming import Names
from vbr_engine.reports.analysis.parts import AnalysisReport
from vbr_engine.reports.analysis.scales import scale_section
from vbr_engine.reports.analysis.structure import dimension_section, model_section
from vbr_engine.reports.words import written_date

__all__ = ["AnalysisReport", "analysis_report"]


def analysis_report(
    analysis: Analysis, bank: Bank | None = None, *, language: str = "en"
) -> AnalysisReport:
    """Put an analysis into words, tables and pictures for a researcher.

    Parameters
    ----------
    analysis : Analysis
    bank : Bank, optional
        The bank that was analysed; without it, items go by their ids.
    language : str
        Of the bank's own texts.

    Returns
    -------
    AnalysisReport
        It holds the key: not for candidates.

    Examples
    --------
    >>> report = analysis_report(Analysis({"sittings": 3, "items": 2}))
    >>> [section.id for section in report.sections][:3]
    ['proposals', 'scales', 'items']
    >>> report.findings[0].sentence.split(".")[0]
    'There are only 3 sittings'
    """
    names = Names(bank, language)
    items = item_section(analysis, names)
    sections = (
        proposal_section(analysis, names),
        scale_section(analysis, names),
        items,
        dimension_section(analysis, names),
        model_section(analysis, names),
        group_section(analysis, names),
        key_section(analysis, names),
        people_section(analysis),
        note_section(analysis),
        method_section(),
    )
    return AnalysisReport(
        title="Analysis of a question bank" if bank else "Analysis of item responses",
        language=bank.text(language).language if bank else language,
        simulated=bool(analysis.about.get("simulated")),
        facts=_facts(analysis, bank),
        status=_status(analysis, bank),
        findings=most_important(analysis, names, items),
        n_proposals=len(analysis.proposals),
        sections=sections,
        made=_made(analysis),
    )


def _facts(analysis: Analysis, bank: Bank | None) -> tuple[tuple[str, str], ...]:
    about = analysis.about
    facts = [
        ("Question bank", about.get("bank") or (bank.label if bank else "none, a plain table"))
    ]
    if about.get("sha256"):
        facts.append(("Hash", str(about["sha256"])[:12]))
    facts.append(("Sittings", f"{about.get('sittings') or 0:,}"))
    facts.append(("Items", f"{about.get('items') or 0:,}"))
    if about.get("policy"):
        facts.append(("Scoring policy", str(about["policy"])))
    return tuple(facts)


def _status(analysis: Analysis, bank: Bank | None) -> str:
    status = analysis.about.get("status") or (str(bank.status) if bank else None)
    if status is None:
        return "No bank was given: the figures are about this table and nothing else."
    return (
        f"The bank's status: {status}. Figures about these sittings are no norms and no proof "
        "that the scores mean what they are meant to."
    )


def _made(analysis: Analysis) -> str:
    engine, made = analysis.about.get("engine"), analysis.about.get("made")
    told = f"Made with VBR Engine {engine}" if engine else "Made with VBR Engine"
    return f"{told} on {written_date(date.fromisoformat(made))}." if made else f"{told}."
