"""Results in words: what a value's score, interval and bands say, and what they do not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vbr_engine.bank.model import Bank, Catalogue
from vbr_engine.reports.words import quoted
from vbr_engine.scoring.profile import COMPOSITE, Profile, ValueScore
from vbr_engine.words import ENGLISH, Words

__all__ = [
    "BandWords",
    "Evidence",
    "Result",
    "band_words",
    "composite_result",
    "value_results",
]


class Evidence(StrEnum):
    """What kind of evidence there is for a value."""

    CLEAR = "clear"
    MIXED = "mixed"
    NOT_MEASURED = "not-measured"


@dataclass(frozen=True, slots=True)
class BandWords:
    """A band of the bank with its name and the sentence that says what it means."""

    id: str
    name: str
    meaning: str
    minimum: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """What the answers say about one value, or about all of them together.

    Parameters
    ----------
    id, name, definition : str
        The value; ``composite`` for all of them.
    evidence : Evidence
        Clear in one band, mixed over several, or not measured.
    bands : tuple of BandWords
        Every band that the interval touches, from the lowest up; empty if not measured.
    band : str
        The same in words.
    sentence : str
        What it means.
    score, low, high : float or None
        On the scale where 0 is guessing and 1 is fully in line with the key.
    n_answered, n_needed : int
        Scenarios scored, and how many it takes to measure; for the composite, values.
    reaches_top : bool
        Whether the interval touches the highest band.
    """

    id: str
    name: str
    definition: str
    evidence: Evidence
    bands: tuple[BandWords, ...]
    band: str
    sentence: str
    score: float | None
    low: float | None
    high: float | None
    n_answered: int
    n_needed: int
    reaches_top: bool

    @property
    def measured(self) -> bool:
        """Whether enough was answered to say anything."""
        return self.evidence is not Evidence.NOT_MEASURED


def band_words(bank: Bank, catalogue: Catalogue) -> tuple[BandWords, ...]:
    """Return the bands of a bank from the lowest up, with their words."""
    return tuple(
        BandWords(
            id=band.id,
            name=catalogue.bands[band.id].name,
            meaning=catalogue.bands[band.id].meaning,
            minimum=None if band.minimum == float("-inf") else band.minimum,
        )
        for band in bank.policy.bands
    )


def value_results(
    profile: Profile, bank: Bank, catalogue: Catalogue, words: Words = ENGLISH
) -> tuple[Result, ...]:
    """Put each value's score in words, in the order of the bank.

    Parameters
    ----------
    profile : Profile
    bank : Bank
    catalogue : Catalogue
    words : Words
        Of the reader.

    Returns
    -------
    tuple of Result
    """
    scale = band_words(bank, catalogue)
    return tuple(
        _result(
            score,
            catalogue.values[score.value].name,
            catalogue.values[score.value].definition,
            scale,
            words,
        )
        for score in profile.values
    )


def composite_result(
    profile: Profile, bank: Bank, catalogue: Catalogue, words: Words = ENGLISH
) -> Result:
    """Put the composite in words."""
    definition = words("All values together, weighted as the bank's scoring policy says.")
    scale = band_words(bank, catalogue)
    return _result(profile.composite, words("Overall"), definition, scale, words)


def _result(
    score: ValueScore, name: str, definition: str, scale: tuple[BandWords, ...], words: Words
) -> Result:
    bands = tuple(band for band in scale if band.id in score.bands)
    evidence = _evidence(bands)
    return Result(
        id=score.value,
        name=name,
        definition=definition,
        evidence=evidence,
        bands=bands,
        band=_band(bands, scale, words),
        sentence=_sentence(score, bands, scale, words),
        score=score.score if bands else None,
        low=score.low if bands else None,
        high=score.high if bands else None,
        n_answered=score.n_answered,
        n_needed=score.n_needed,
        reaches_top=scale[-1] in bands,
    )


def _evidence(bands: tuple[BandWords, ...]) -> Evidence:
    if not bands:
        return Evidence.NOT_MEASURED
    return Evidence.CLEAR if len(bands) == 1 else Evidence.MIXED


def _band(bands: tuple[BandWords, ...], scale: tuple[BandWords, ...], words: Words) -> str:
    if 2 < len(bands) == len(scale):
        return words("Not clear: any of the bands")
    names = words.listed([band.name for band in bands], last="or")
    return names or words("Not measured")


def _sentence(
    score: ValueScore, bands: tuple[BandWords, ...], scale: tuple[BandWords, ...], words: Words
) -> str:
    if not bands:
        return _too_little(score, words)
    if len(bands) == 1:
        return bands[0].meaning
    if 2 < len(bands) == len(scale):
        return words(
            "The answers do not settle it: the result may be in any of the bands. Ask about it."
        )
    names = words.listed([quoted(band.name) for band in bands], last="or")
    return words("The result may be {bands}. Read it as either.", bands=names)


def _too_little(score: ValueScore, words: Words) -> str:
    seen, needed = words.number(score.n_answered), words.number(score.n_needed)
    if score.value == COMPOSITE:
        return words(
            "Too little to say anything: {seen} of at least {needed} values measured. This is not "
            "a low result.",
            seen=seen,
            needed=needed,
        )
    return words(
        "Too little to say anything: {seen} of at least {needed} scenarios answered. This is not "
        "a low result.",
        seen=seen,
        needed=needed,
    )
