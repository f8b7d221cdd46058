"""The recruiter's report: bands, intervals, what to talk about and what to ask, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from vbr_engine.bank.model import Bank, BankStatus
from vbr_engine.charts import ChartBand, ChartRow
from vbr_engine.reports.data import ReportData
from vbr_engine.reports.interview import InterviewGuide, choose_topics, written_guide
from vbr_engine.reports.languages import LanguageNote, bank_texts, language_notes
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
from vbr_engine.reports.words import quoted, shown_name
from vbr_engine.scoring.profile import Profile
from vbr_engine.words import Words, words_in

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
    texts_language: str
    language_notes: tuple[LanguageNote, ...]

    @property
    def draft(self) -> bool:
        """Whether the answers were compared with a draft key."""
        return self.notice.status == BankStatus.DRAFT

    @property
    def chart_rows(self) -> tuple[ChartRow, ...]:
        """The composite and the values, as lines of a chart."""
        words = words_in(self.language)
        note = words("not measured")
        return tuple(
            ChartRow(result.name, result.score, result.low, result.high, note)
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
    texts: str | None = None,
    taken_in: str | None = None,
    candidate: str | None = None,
    vacancy: str | None = None,
    provider: str | None = None,
    simulated: bool = False,
    prepared: date | None = None,
    said: Mapping[str, str] | None = None,
) -> RecruiterReport:
    """Put one sitting's profile in the words a care manager can use.

    Parameters
    ----------
    profile : Profile
    bank : Bank
    answers : mapping of str to mapping
        Item id -> option id -> code, as the candidate answered.
    language : str
        Of the reader; English where the engine does not have it.
    texts : str, optional
        Language of the bank's own texts; `language` by default, or what the bank has.
    taken_in : str, optional
        Language that the candidate took the assessment in; told where it is another.
    candidate, vacancy, provider : str, optional
        Shown at the head.
    simulated : bool
        Whether a computer made the answers up; the report then says so.
    prepared : datetime.date, optional
        Day that the report was made.
    said : mapping of str to str, optional
        Item id -> the answer, of a candidate who answered in their own words; `answers` is then
        empty.

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
    words = words_in(language)
    catalogue = bank_texts(bank, texts or language)
    read = bank_texts(bank, taken_in).language if taken_in else None
    results = value_results(profile, bank, catalogue, words)
    composite = composite_result(profile, bank, catalogue, words)
    return RecruiterReport(
        language=words.code,
        title=words("Values assessment: preparing the interview"),
        header=ReportHeader(
            sitting=profile.sitting,
            candidate=shown_name(candidate),
            vacancy=shown_name(vacancy),
            provider=shown_name(provider),
            prepared=words.date(prepared) if prepared else None,
            bank_title=catalogue.title,
            bank=bank.label,
            bank_sha256=profile.bank_sha256,
            policy=profile.policy,
            engine=profile.engine,
            simulated=simulated,
        ),
        notice=status_notice(bank, catalogue, words),
        summary=_summary(profile, bank, composite, results, words),
        n_answered=_n_answered(profile),
        composite=composite,
        values=results,
        unmeasured_note=_unmeasured_note(composite, results, words),
        bands=band_words(bank, catalogue),
        reading=band_reading(bank, words, profile.mode),
        flags=flag_notes(profile, words),
        scenarios=talking_points(profile, bank, answers, catalogue, words, said),
        guide=written_guide(profile, bank, catalogue, words),
        limits=limits(bank, words),
        texts_language=catalogue.language,
        language_notes=language_notes(words, catalogue, taken_in=read),
    )


def _summary(
    profile: Profile,
    bank: Bank,
    composite: Result,
    results: tuple[Result, ...],
    words: Words,
) -> tuple[str, ...]:
    """Two to four sentences: how much was answered, what it says, where to look, how to use it."""
    sentences = (
        f"{_coverage(profile, bank, words)} {_overall(composite, words)}",
        _where_to_look(results, words),
        _flag_sentence(len(profile.flags), words),
    )
    return tuple(told for told in sentences if told)


def _n_answered(profile: Profile) -> int:
    return sum(score is not None for score in profile.items.values())


def _coverage(profile: Profile, bank: Bank, words: Words) -> str:
    answered = _n_answered(profile)
    length = bank.blueprint.length
    if answered == 0:
        return words("The candidate answered none of the scenarios in full.")
    if answered < length:
        return words(
            "The candidate answered {answered} of the {length} scenarios.",
            answered=answered,
            length=length,
        )
    return words("The candidate answered all {answered} scenarios.", answered=answered)


def _overall(composite: Result, words: Words) -> str:
    if not composite.measured:
        return words(
            "That is too little for an overall result, which is not the same as a low one."
        )
    names = words.listed([quoted(band.name) for band in composite.bands], last="or")
    if len(composite.bands) == 1:
        return words("Overall, the result is {band}.", band=names)
    return words("Overall, the result may be {bands}: read it as either.", bands=names)


def _unmeasured_note(composite: Result, results: tuple[Result, ...], words: Words) -> str:
    """Say once what could not be measured; where nothing could, do not list everything."""
    names = [quoted(result.name) for result in results if not result.measured]
    if not names and composite.measured:
        return ""
    if len(names) == len(results):
        return words(
            "No value could be measured. Too little was answered to say anything. It is not a low "
            "result."
        )
    return words(
        "Not measured: {names}. Too little was answered to say anything. It is not a low result.",
        names=words.listed([*([] if composite.measured else [words("overall")]), *names]),
    )


def _where_to_look(results: tuple[Result, ...], words: Words) -> str:
    explored, confirmed = choose_topics(results)
    further = words.listed([quoted(result.name) for result in explored])
    example = quoted(confirmed[0].name) if confirmed else ""
    if not confirmed:
        return words(
            "In the interview, look further into {values}. The guide has the questions.",
            values=further,
        )
    if not explored:
        return words(
            "In the interview, ask for a real example of {value}. The guide has the questions.",
            value=example,
        )
    return words(
        "In the interview, look further into {values}, and ask for a real example of {value}. The "
        "guide has the questions.",
        values=further,
        value=example,
    )


def _flag_sentence(flags: int, words: Words) -> str:
    if not flags:
        return ""
    return words.plural(
        "{Word} thing about how the assessment was taken should be cleared up first, see below.",
        "{Word} things about how the assessment was taken should be cleared up first, see below.",
        flags,
    )
