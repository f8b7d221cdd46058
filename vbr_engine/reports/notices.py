"""What a reader has to know before using a report: how far the evidence goes, and how to use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vbr_engine.bank.model import Bank, BankStatus, Catalogue
from vbr_engine.scoring.profile import OPTIONS, OWN_WORDS, Flag, Mode, Profile
from vbr_engine.words import ENGLISH, Words, sentence

__all__ = [
    "FlagNote",
    "StatusNotice",
    "band_reading",
    "flag_notes",
    "limits",
    "status_notice",
]

_STATUS: Mapping[BankStatus, tuple[str, str]] = {
    BankStatus.DRAFT: (
        sentence("This is a trial version. Treat the results as questions, not as findings."),
        sentence(
            "The answers were compared with what the authors of the scenarios think is best (a "
            "draft key). No panel of care workers and people who draw on care has agreed to it "
            "yet, and nobody knows yet how candidates in general answer, so there is nothing to "
            "compare this person with."
        ),
    ),
    BankStatus.PANEL: (
        sentence(
            "A panel has agreed what good answers are; nobody knows yet how candidates in general "
            "do."
        ),
        sentence(
            "The answers were compared with what a panel of experts agreed is best. There are no "
            "norms: there is nothing yet to compare this person with."
        ),
    ),
    BankStatus.NORMED: (
        sentence("A panel has agreed what good answers are, and there are norms."),
        sentence("The answers were compared with what a panel of experts agreed is best."),
    ),
}

_FLAGS: Mapping[str, tuple[str, str, str]] = {
    "straight-lining": (
        sentence("Nearly all ratings are the same"),
        sentence(
            "Nearly every action got the same rating, good or bad. The candidate may have been "
            "tired, unsure what was asked, or really see it that way."
        ),
        sentence(
            "Ask how they found the assessment. Talk through one or two scenarios before you read "
            "anything into the results."
        ),
    ),
    "very-fast": (
        sentence("The answers came very quickly"),
        sentence(
            "The scenarios were answered faster than people normally read. The candidate may know "
            "the scenarios, may have had help, or may just have wanted to be done."
        ),
        sentence(
            "Ask in which surroundings they took it. Offer a second look at the scenarios below in "
            "the interview."
        ),
    ),
    "many-unanswered": (
        sentence("Many scenarios were not answered"),
        sentence(
            "With few answers the results are less certain, and some values could not be measured. "
            "The reason may have nothing to do with the person: a lost connection, no time, an "
            "assessment that is hard to use for them."
        ),
        sentence(
            "Ask whether something made it hard, and offer another way to take it (for example "
            "spoken, with you). Do not ask about health."
        ),
    ),
}

# How a page writes the status itself; data keep it as it is.
_STATUS_NAMES = (
    sentence("draft key, no panel, no norms"),
    sentence("panel key, no norms"),
    sentence("panel key and norms"),
)


@dataclass(frozen=True, slots=True)
class StatusNotice:
    """How far the evidence goes: headline, what it means, how to use the report."""

    status: str
    headline: str
    meaning: str
    use: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlagNote:
    """A sign about how the assessment was taken, what it may mean and what to do."""

    id: str
    title: str
    meaning: str
    action: str


def status_notice(bank: Bank, catalogue: Catalogue, words: Words = ENGLISH) -> StatusNotice:
    """Say in plain words how far the evidence behind a bank goes, and how to use a report."""
    headline, meaning = _STATUS[bank.status]
    return StatusNotice(
        status=str(bank.status),
        headline=words(headline),
        meaning=catalogue.status_note or words(meaning),
        use=(
            words(
                "Use it to prepare an interview. It never decides alone, and a person gives the "
                "reason for every decision."
            ),
            words(
                "Give the interview more weight. Reviews of research find that a structured "
                "interview (the same questions for everybody, rated against agreed signs) "
                "predicts how people do in a job better than scenario questions such as these."
            ),
            words(
                "It says what the candidate would choose on paper. It does not say what they do."
            ),
        ),
    )


def flag_notes(profile: Profile, words: Words = ENGLISH) -> tuple[FlagNote, ...]:
    """Put the response-quality flags in plain words."""
    return tuple(_flag_note(flag, words) for flag in profile.flags)


def _flag_note(flag: Flag, words: Words) -> FlagNote:
    known = _FLAGS.get(flag.id)
    if known is None:
        title = words("Something was unusual: {flag}", flag=flag.id)
        meaning = words("The way of answering was unusual.")
        return FlagNote(flag.id, title, meaning, words("Ask about it."))
    return FlagNote(flag.id, *map(words, known))


def band_reading(bank: Bank, words: Words = ENGLISH, mode: Mode = OPTIONS) -> tuple[str, ...]:
    """Say how bands and intervals are to be read."""
    return (
        words(_SCALE[bank.status is BankStatus.DRAFT]),
        words(_LINE[mode], share=f"{bank.policy.interval:.0%}"),
        words(
            "If the line reaches over two bands, both are named. Read it as either; do not pick "
            "one."
        ),
        words(
            "Each value rests on a few scenarios. Differences between values, or between two "
            "candidates, are smaller than they look. Nobody is ranked."
        ),
        *((words(_RATED),) if mode == OWN_WORDS else ()),
    )


_SCALE = (
    sentence(
        "The scale: 0 is what guessing would give on average, 1 is fully in line with the key. "
        "Below 0 is possible."
    ),
    sentence(
        "The scale: 0 is what guessing would give on average, 1 is fully in line with the draft "
        "key. Below 0 is possible."
    ),
)
_LINE: Mapping[Mode, str] = {
    OPTIONS: sentence(
        "The dot is the result. The line is how far it could have moved if the scenarios had been "
        "others of the same kind ({share} interval)."
    ),
    OWN_WORDS: sentence(
        "The dot is the result. The line is how far it could have moved if the scenarios, and the "
        "people who rated the answers, had been others of the same kind ({share} interval)."
    ),
}
_RATED = sentence(
    "The candidate answered in their own words. Two people rated each answer without seeing each "
    "other's rating, and a third was asked where they were too far apart. The results are on the "
    "same scale as results from choosing between actions, and neither way counts for less. That "
    "the two ways give equal results has not been established yet."
)
_NO_NORMS = sentence(
    "No comparison: there are no norms, so it does not say how this person compares with others."
)
_LIMITS = (
    sentence(
        "No forecast: nobody has tested yet whether it tells how somebody will do the job, or how "
        "long they will stay."
    ),
    sentence(
        "No test of health, personality, knowledge or English. If reading was hard, offer another "
        "way to answer."
    ),
    sentence(
        "No proof against help. Some candidates ask people or a computer; reasons given in the "
        "interview tell you more."
    ),
    sentence(
        "Not the last word: the candidate may correct what is wrong, contest the outcome and ask "
        "for a person to look again."
    ),
)


def limits(bank: Bank, words: Words = ENGLISH) -> tuple[str, ...]:
    """Say what a report is not."""
    comparison = () if bank.status is BankStatus.NORMED else (words(_NO_NORMS),)
    return (
        words("No pass mark: there is none, and the software turns nobody down."),
        *comparison,
        *map(words, _LIMITS),
    )
