"""A technical manual from a bank and what is known about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from vbr_engine._version import __version__
from vbr_engine.analysis import Analysis
from vbr_engine.bank.model import Bank
from vbr_engine.errors import BankError, Problem
from vbr_engine.psychometrics.panel import PanelStatistics
from vbr_engine.reports.manual import closing, evidence, fairness, identity, precision, scoring
from vbr_engine.reports.manual import panel as experts
from vbr_engine.reports.manual.data import ManualSection, TechnicalManual
from vbr_engine.reports.manual.evidence import Evidence
from vbr_engine.reports.manual.studies import Studies
from vbr_engine.reports.words import number_word, written_date

__all__ = ["mismatch", "technical_manual"]


def technical_manual(
    bank: Bank,
    *,
    analyses: Sequence[Analysis] = (),
    panel: PanelStatistics | None = None,
    panel_simulated: bool = False,
    changelog: str = "",
    language: str = "en",
    with_key: bool = False,
    prepared: date | None = None,
) -> TechnicalManual:
    """Write down what is known about a version of a bank, and what is not yet.

    Parameters
    ----------
    bank : Bank
    analyses : sequence of Analysis
        Of sittings of this very version. Those of simulated sittings are told, and not used.
    panel : PanelStatistics, optional
        What experts hold about the bank.
    panel_simulated : bool
        Whether their ratings were made up.
    changelog : str
        Text of the bank's CHANGELOG.md.
    language : str
        Of the bank's own texts.
    with_key : bool
        Whether to print the key; without it a manual may be shown to candidates.
    prepared : datetime.date, optional
        Day that the manual was made.

    Returns
    -------
    TechnicalManual

    Raises
    ------
    BankError
        If the bank has no texts in that language, or an analysis is of another version.

    Examples
    --------
    >>> import vbr_engine
    >>> manual = technical_manual(vbr_engine.read_bank("question_banks/homecare-values"))
    >>> manual.status
    'draft key, no panel, no norms'
    >>> [gap for section, gap in manual.gaps if section.id == "norms"]
    ['how candidates in general answer: there are no norms']
    """
    _check(bank, analyses, language)
    catalogue, studies = bank.text(language), Studies(bank)
    known = Evidence(tuple(analyses), panel, panel_simulated)
    sections = (
        identity.identity(bank, catalogue, changelog),
        identity.purpose(bank, catalogue),
        identity.values(bank, catalogue),
        identity.form(bank, catalogue, studies),
        scoring.scoring(bank, catalogue, studies),
        scoring.key(bank, catalogue, studies, with_key=with_key),
        experts.panel_section(known, catalogue, studies),
        evidence.sample(known, studies),
        *evidence.structure(known, bank, catalogue, studies),
        *precision.precision(known, bank, catalogue, studies),
        evidence.calibration(known, studies),
        *fairness.fairness(known, studies),
        fairness.norms(bank, studies),
        *fairness.validity(known, studies),
        *closing.closing(bank, catalogue, studies),
    )
    return TechnicalManual(
        language=catalogue.language,
        title=f"Technical manual: {catalogue.title}",
        bank=bank.label,
        bank_sha256=bank.sha256,
        status=str(bank.status),
        engine=__version__,
        prepared=written_date(prepared) if prepared else None,
        with_key=with_key,
        summary=_summary(bank, known, sections),
        sections=sections,
    )


def _check(bank: Bank, analyses: Sequence[Analysis], language: str) -> None:
    problems = []
    if language not in bank.catalogues:
        known = ", ".join(bank.catalogues)
        problems.append(f"the bank has no texts in {language!r}, only in {known}")
    problems += [told for held in analyses if (told := mismatch(held, bank))]
    if problems:
        raise BankError([Problem(message=told) for told in problems])


def mismatch(held: Analysis, bank: Bank) -> str:
    """Say why an analysis is no evidence about this version."""
    sha256 = held.about.get("sha256")
    if sha256 == bank.sha256:
        return ""
    if not sha256:
        return (
            "this is an analysis without a bank, so it says nothing about "
            f"{bank.label}: analyse the sittings with the bank"
        )
    return (
        f"this is an analysis of {held.about.get('bank')} with the hash {str(sha256)[:12]}, but "
        f"the bank is {bank.label} with the hash {bank.sha256[:12]}: a manual takes evidence about "
        "its own version only, so analyse the sittings again with this one"
    )


def _summary(bank: Bank, known: Evidence, sections: tuple[ManualSection, ...]) -> tuple[str, ...]:
    missing = sum(1 for section in sections for part in section.parts if part.gap)
    sittings = known.sittings
    experts = known.experts
    return (
        f"The status of {bank.label} is: {bank.status}.",
        f"Evidence: {f'{sittings:,} analysed sittings' if sittings else 'no sittings of people'} "
        f"and {f'a panel of {experts.experts}' if experts else 'no panel'}.",
        f"{number_word(missing).capitalize()} things are not yet established. Each is named where "
        "it belongs, with the study that would establish it.",
    )
