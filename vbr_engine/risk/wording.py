"""How risks are put in words: as people out of 100, with the range, never as a trait of a person.

The sentences themselves stand in `sentences`; `say` fills them in.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, isfinite

from vbr_engine.risk.sentences import SENTENCES
from vbr_engine.words import ENGLISH, Words

__all__ = [
    "SENTENCES",
    "EnglandRate",
    "band_sentence",
    "change_sentence",
    "england_sentence",
    "figure_sentence",
    "people",
    "provider_sentence",
    "rounded_people",
    "say",
    "shown_number",
    "within",
]

_YEAR = 365


@dataclass(frozen=True, slots=True)
class EnglandRate:
    """A published figure for England, and what it is.

    Parameters
    ----------
    rate : float
        0 to 1.
    measure : str
        Such as ``staff turnover in homecare``.
    year, source : str

    Examples
    --------
    >>> england_sentence(EnglandRate(0.246, "staff turnover in homecare", "2023/24", "LG Inform"))
    'England: staff turnover in homecare was 24.6% in 2023/24. Source: LG Inform.'
    """

    rate: float
    measure: str
    year: str
    source: str


def say(name: str, *, count: int = 2, words: Words = ENGLISH, **fields: object) -> str:
    """Fill in a sentence.

    Parameters
    ----------
    name : str
        Its name in `SENTENCES`.
    count : int
        1 chooses the form for one, where there is one.
    words : Words
        Of the reader.
    **fields : object
        What its fields stand for.

    Returns
    -------
    str

    Examples
    --------
    >>> say("time.days", days=30), say("time.days", count=1, days=1)
    ('30 days', '1 day')
    """
    held = SENTENCES[name]
    if isinstance(held, str):
        return words(held, **fields)
    many, one = held
    return words.plural(one, many, count, **fields)


def rounded_people(risk: float, low: float, high: float) -> tuple[int, int, int]:
    """Turn a risk into people out of 100; the interval becomes no narrower.

    Parameters
    ----------
    risk, low, high : float
        0 to 1, from low to high.

    Returns
    -------
    tuple of int
        Risk, low, high. The risk is 1 to 99; a low of 0 stands for fewer than 1, a high of 100 for
        more than 99.

    Examples
    --------
    >>> rounded_people(0.384, 0.221, 0.561), rounded_people(0.001, 0.0004, 0.02)
    ((38, 22, 57), (1, 0, 2))
    """
    # A hair off, so that 0.29 x 100 is 29 and not 28.999...
    bottom, top = floor(100 * low + 1e-9), ceil(100 * high - 1e-9)
    middle = min(max(floor(100 * risk + 0.5), 1), 99)
    return middle, min(bottom, middle), max(top, middle)


def people(number: int, words: Words = ENGLISH) -> str:
    """Write people out of 100, never as none or as all.

    Parameters
    ----------
    number : int
        0 to 100.
    words : Words
        Of the reader.

    Returns
    -------
    str

    Examples
    --------
    >>> people(0), people(38), people(100)
    ('fewer than 1', '38', 'more than 99')
    """
    if number <= 0:
        return say("number.least", words=words)
    return say("number.most", words=words) if number >= 100 else str(number)


def within(days: int, words: Words = ENGLISH) -> str:
    """Write a horizon.

    Parameters
    ----------
    days : int
    words : Words
        Of the reader.

    Returns
    -------
    str

    Examples
    --------
    >>> within(90), within(365)
    ('90 days', '12 months')
    """
    if days == _YEAR:
        return say("time.year", words=words)
    return say("time.days", count=days, words=words, days=days)


def figure_sentence(
    outcome: str,
    risk: float,
    low: float,
    high: float,
    *,
    horizon: int | None = None,
    stayed: int = 0,
    words: Words = ENGLISH,
) -> str:
    """Tell a risk as people out of 100.

    Parameters
    ----------
    outcome : {"withdrawal", "leaving"}
    risk, low, high : float
        0 to 1.
    horizon : int, optional
        Days, for `leaving`; 365 by default.
    stayed : int
        Days in the job that the person has behind them, where the risk is of those who do.
    words : Words
        Of the reader.

    Returns
    -------
    str

    Examples
    --------
    >>> figure_sentence("leaving", 0.384, 0.221, 0.561)
    'Of 100 people like this, about 38 (22 to 57) leave within 12 months.'
    >>> figure_sentence("withdrawal", 0.002, 0.0004, 0.013)
    'Of 100 people like this, fewer than 1 (fewer than 1 to 2) withdraws before the first day.'
    """
    name = "figure.stayed" if stayed else f"figure.{outcome}"
    return _told(name, (risk, low, high), horizon, words, days=stayed)


def provider_sentence(
    outcome: str,
    rate: float,
    low: float,
    high: float,
    *,
    horizon: int | None = None,
    pooled: bool = False,
    stayed: bool = False,
    words: Words = ENGLISH,
) -> str:
    """Tell how often it happens at the provider.

    Parameters
    ----------
    outcome : {"withdrawal", "leaving"}
    rate, low, high : float
        0 to 1; NaN where there is no rate.
    horizon : int, optional
        Days, for `leaving`; 365 by default.
    pooled : bool
        Whether it is the rate of all providers, with how they differ.
    stayed : bool
        Whether it is of those who have stayed as long as the person.
    words : Words
        Of the reader.

    Returns
    -------
    str

    Examples
    --------
    >>> provider_sentence("leaving", 0.3, 0.2, 0.4)
    'At this provider, about 30 of 100 (20 to 40) leave within 12 months.'
    """
    if not all(map(isfinite, (rate, low, high))):
        return say("provider.none", words=words)
    whose = "pooled" if pooled else "provider"
    name = f"{whose}.{'stayed' if stayed else outcome}"
    return _told(name, (rate, low, high), horizon, words)


def _told(
    name: str,
    figures: tuple[float, float, float],
    horizon: int | None,
    words: Words,
    **fields: object,
) -> str:
    middle, bottom, top = rounded_people(*figures)
    return say(
        name,
        count=middle,
        words=words,
        number=_about(figures[0], middle, words),
        low=people(bottom, words),
        high=people(top, words),
        time=within(_YEAR if horizon is None else horizon, words),
        **fields,
    )


def _about(risk: float, middle: int, words: Words) -> str:
    if risk < 0.005:
        return say("number.least", words=words)
    if risk > 0.995:
        return say("number.most", words=words)
    return say("number", words=words, number=middle)


def england_sentence(england: EnglandRate | None, words: Words = ENGLISH) -> str:
    """Tell a published figure for England with what it is, its year and its source.

    Parameters
    ----------
    england : EnglandRate or None
    words : Words
        Of the reader.

    Returns
    -------
    str

    Examples
    --------
    >>> england_sentence(None)
    'There is no figure for England to set beside it.'
    """
    if england is None or not isfinite(england.rate):
        return say("england.none", words=words)
    return say(
        "england",
        words=words,
        measure=england.measure,
        rate=f"{100 * england.rate:.3g}%",
        year=england.year,
        source=england.source,
    )


def band_sentence(outcome: str, band: str, words: Words = ENGLISH) -> str:
    """Tell a band, where the evidence carries no figure.

    Parameters
    ----------
    outcome : {"withdrawal", "leaving"}
    band : str
        ``lower``, ``usual`` or ``higher``, or several that the interval touches, such as
        ``usual/higher``.
    words : Words
        Of the reader.

    Returns
    -------
    str

    Examples
    --------
    >>> band_sentence("leaving", "higher")
    'People like this leave more often than is usual here.'
    """
    return say(f"band.{band}.{outcome}", words=words)


def change_sentence(
    outcome: str,
    change: str,
    difference: float,
    low: float,
    high: float,
    *,
    horizon: int | None = None,
    stayed: bool = False,
    words: Words = ENGLISH,
) -> str:
    """Tell what goes with a change of the situation.

    Parameters
    ----------
    outcome : {"withdrawal", "leaving"}
    change : str
        Such as ``A contract with guaranteed hours``.
    difference, low, high : float
        Risk now less risk with the change.
    horizon : int, optional
        Days, for `leaving`; 365 by default.
    stayed : bool
        Whether it is of those who have stayed as long as the person.
    words : Words
        Of the reader.

    Returns
    -------
    str

    Examples
    --------
    >>> change_sentence("leaving", "A contract with guaranteed hours", 0.043, -0.004, 0.092)
    ... # doctest: +NORMALIZE_WHITESPACE
    'A contract with guaranteed hours goes with about 4 fewer in 100 leaving within 12 months
    (from 1 more to 10 fewer).'
    """
    bottom, top = floor(100 * low + 1e-9), ceil(100 * high - 1e-9)
    name = "change.spanning" if bottom < 0 else "change.fewer"
    return say(
        "change.stayed" if stayed else f"change.{outcome}",
        words=words,
        change=change,
        number=max(floor(100 * difference + 0.5), 1),
        range=say(name, words=words, low=abs(bottom), high=top),
        time=within(_YEAR if horizon is None else horizon, words),
    )


def shown_number(value: float) -> str:
    """Write a fact: whole from 10 on, else with one decimal at most; small ones with two.

    Parameters
    ----------
    value : float

    Returns
    -------
    str

    Examples
    --------
    >>> shown_number(45.2), shown_number(2.5), shown_number(0.62), shown_number(-0.1)
    ('45', '2.5', '0.62', '−0.1')
    """
    digits = 0 if abs(value) >= 10 else 1 if abs(value) >= 1 else 2
    written = f"{value:.{digits}f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return "0" if written in ("-0", "") else written.replace("-", "−")
