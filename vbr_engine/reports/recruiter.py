"""The recruiter's report: bands, intervals, what to talk about and what to ask, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from vbr_engine.bank.model import Bank, BankStatus
from vbr_engine.charts import ChartBand, ChartRow
from vbr_engine.reports.data import ReportData
from vbr_engine.reports.interview import InterviewGuide, choose_topics, interview_guide
from vbr_engine.reports.notices import (
    FlagNote,
    StatusNotice,
    band_reading,
    flag_notes,
    limits,
    status_notice,
)
from vbr_engine.reports.scenarios import TalkingPoint, talking_points
from vbr_engine.reports.values import (
    BandWords,
    Result,
    band_words,
    composite_result,
    value_results,
)
from vbr_engine.reports.words import listed, number_word, quoted, shown_name, written_date
from vbr_engine.scoring.profile import Profile

__all__ = ["RecruiterReport", "ReportHeader", "recruiter_report"]


@dataclass(frozen=True, slots=True)
class ReportHeader:
    """Whose report it is, and exactly what it was made with."""

    sitting: str
    candidate: str | None
    vacancy: str | None
    provider: str | None
    prepared: str | None
    bank_title: str
    bank: str
    bank_sha256: str
    policy: str
    engine: str
    simulated: bool


@dataclass(frozen=True)
class RecruiterReport(ReportData):
    """Everything that a recruiter reads about one sitting; no key, no rationale, no rank."""

    language: str
    title: str
    header: ReportHeader
    notice: StatusNotice
    summary: tuple[str, ...]
    n_answered: int
    composite: Result
    values: tuple[Result, ...]
    unmeasured_note: str
    bands: tuple[BandWords, ...]
    reading: tuple[str, ...]
    flags: tuple[FlagNote, ...]
    scenarios: tuple[TalkingPoint, ...]
    guide: InterviewGuide
    limits: tuple[str, ...]

    @property
    def key_word(self) -> str:
        """What the answers were compared with."""
        return "draft key" if self.notice.status == BankStatus.DRAFT else "key"

    @property
    def chart_rows(self) -> tuple[ChartRow, ...]:
        """The composite and the values, as lines of a chart."""
        return tuple(
            ChartRow(result.name, result.score, result.low, result.high)
            for result in (self.composite, *self.values)
        )

    @property
    def chart_bands(self) -> tuple[ChartBand, ...]:
        """The bands, as stretches of a chart."""
        return tuple(
            ChartBand(band.name, float("-inf") if band.minimum is None else band.minimum)
            for band in self.bands
        )

    @property
    def chart_description(self) -> str:
        """The chart in words."""
        return " ".join(
            f"{result.name}: {result.band}." for result in (self.composite, *self.values)
        )


def recruiter_report(
    profile: Profile,
    bank: Bank,
    answers: Mapping[str, Mapping[str, int]],
    *,
    language: str = "en",
    candidate: str | None = None,
    vacancy: str | None = None,
    provider: str | None = None,
    simulated: bool = False,
    prepared: date | None = None,
) -> RecruiterReport:
    """Put one sitting's profile in the words a care manager can use.

    Parameters
    ----------
    profile : Profile
    bank : Bank
    answers : mapping of str to mapping
        Item id -> option id -> code, as the candidate answered.
    language : str
        Of the bank's own texts.
    candidate, vacancy, provider : str, optional
        Shown at the head.
    simulated : bool
        Whether a computer made the answers up; the report then says so.
    prepared : datetime.date, optional
        Day that the report was made.

    Returns
    -------
    RecruiterReport

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> responses = vbr_engine.simulate_responses(bank, 1, seed=1)
    >>> sitting = responses.sittings[0]
    >>> profile = vbr_engine.score(responses, bank).profile(sitting)
    >>> report = recruiter_report(profile, bank, responses.answers(sitting))
    >>> report.notice.status
    'draft key, no panel, no norms'
    """
    catalogue = bank.text(language)
    results = value_results(profile, bank, catalogue)
    composite = composite_result(profile, bank, catalogue)
    flags = flag_notes(profile)
    return RecruiterReport(
        language=catalogue.language,
        title="Values assessment: preparing the interview",
        header=ReportHeader(
            sitting=profile.sitting,
            candidate=shown_name(candidate),
            vacancy=shown_name(vacancy),
            provider=shown_name(provider),
            prepared=written_date(prepared) if prepared else None,
            bank_title=catalogue.title,
            bank=bank.label,
            bank_sha256=profile.bank_sha256,
            policy=profile.policy,
            engine=profile.engine,
            simulated=simulated,
        ),
        notice=status_notice(bank, catalogue),
        summary=_summary(profile, bank, composite, results, flags),
        n_answered=_n_answered(profile),
        composite=composite,
        values=results,
        unmeasured_note=_unmeasured_note(composite, results),
        bands=band_words(bank, catalogue),
        reading=band_reading(bank),
        flags=flags,
        scenarios=talking_points(profile, bank, answers, catalogue),
        guide=interview_guide(profile, bank, language=language),
        limits=limits(bank),
    )


def _summary(
    profile: Profile,
    bank: Bank,
    composite: Result,
    results: tuple[Result, ...],
    flags: tuple[FlagNote, ...],
) -> tuple[str, ...]:
    """Two to four sentences: how much was answered, what it says, where to look, how to use it."""
    sentences = (
        f"{_coverage(profile, bank)} {_overall(composite)}",
        _where_to_look(results),
        _flag_sentence(flags),
    )
    return tuple(sentence for sentence in sentences if sentence)


def _n_answered(profile: Profile) -> int:
    return sum(score is not None for score in profile.items.values())


def _coverage(profile: Profile, bank: Bank) -> str:
    answered = _n_answered(profile)
    length = bank.blueprint.length
    if answered == 0:
        return "The candidate answered none of the scenarios in full."
    if answered < length:
        return f"The candidate answered {answered} of the {length} scenarios."
    return f"The candidate answered all {answered} scenarios."


def _overall(composite: Result) -> str:
    if not composite.measured:
        return "That is too little for an overall result, which is not the same as a low one."
    names = [quoted(band.name) for band in composite.bands]
    if len(names) == 1:
        return f"Overall, the result is {names[0]}."
    return f"Overall, the result may be {listed(names, last='or')}: read it as either."


def _unmeasured_note(composite: Result, results: tuple[Result, ...]) -> str:
    """Say once what could not be measured; where nothing could, do not list everything."""
    names = [quoted(result.name) for result in results if not result.measured]
    if not names and composite.measured:
        return ""
    if len(names) == len(results):
        what = "No value could be measured"
    else:
        what = f"Not measured: {listed([*([] if composite.measured else ['overall']), *names])}"
    return f"{what}. Too little was answered to say anything. It is not a low result."


def _where_to_look(results: tuple[Result, ...]) -> str:
    explored, confirmed = choose_topics(results)
    parts = []
    if explored:
        parts.append(f"look further into {listed([quoted(result.name) for result in explored])}")
    if confirmed:
        parts.append(f"ask for a real example of {quoted(confirmed[0].name)}")
    return f"In the interview, {', and '.join(parts)}. The guide has the questions."


def _flag_sentence(flags: tuple[FlagNote, ...]) -> str:
    if not flags:
        return ""
    things = "One thing" if len(flags) == 1 else f"{number_word(len(flags)).capitalize()} things"
    return f"{things} about how the assessment was taken should be cleared up first, see below."
