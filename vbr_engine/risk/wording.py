"""The words in which risks are told: templates with named fields, all in this place.

A risk is told as people out of 100, with its interval, never as a property of a person. Every
sentence that a reader meets stands in `SENTENCES`, so that it can be translated; `say` fills it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor, isfinite

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

# A second template is for one person.
SENTENCES: Mapping[str, str | tuple[str, str]] = {
    # How many of 100. {number} is such as `about 38`.
    "figure.leaving": (
        "Of 100 people like this, {number} ({low} to {high}) leave within {time}.",
        "Of 100 people like this, {number} ({low} to {high}) leaves within {time}.",
    ),
    "figure.withdrawal": (
        "Of 100 people like this, {number} ({low} to {high}) withdraw before the first day.",
        "Of 100 people like this, {number} ({low} to {high}) withdraws before the first day.",
    ),
    "like-this": (
        "‘Like this’ means with the same hours, travel, shifts and so on. It does not say what "
        "this person will do."
    ),
    "net.leaving": (
        "It counts people who choose to go. It is what you would see if the employer did not end "
        "it first."
    ),
    "net.withdrawal": (
        "It counts people who choose to step back, from the stage that this person has reached. It "
        "is what you would see if the employer did not end it first."
    ),
    "number": "about {number}",
    "number.least": "fewer than 1",
    "number.most": "more than 99",
    # Rates beside it.
    "provider.leaving": (
        "At this provider, {number} of 100 ({low} to {high}) leave within {time}.",
        "At this provider, {number} of 100 ({low} to {high}) leaves within {time}.",
    ),
    "provider.withdrawal": (
        "At this provider, {number} of 100 ({low} to {high}) withdraw before the first day.",
        "At this provider, {number} of 100 ({low} to {high}) withdraws before the first day.",
    ),
    "provider.none": "There is no rate of this provider's own yet.",
    "pooled.leaving": (
        "At all providers together, {number} of 100 leave within {time}. From one to the next it "
        "differs: {low} to {high}.",
        "At all providers together, {number} of 100 leaves within {time}. From one to the next it "
        "differs: {low} to {high}.",
    ),
    "pooled.withdrawal": (
        "At all providers together, {number} of 100 withdraw before the first day. From one to the "
        "next it differs: {low} to {high}.",
        "At all providers together, {number} of 100 withdraws before the first day. From one to "
        "the next it differs: {low} to {high}.",
    ),
    "england": "England: {measure} was {rate} in {year}. Source: {source}.",
    "england.what": (
        "That counts all who left in a year against all staff. It is not the risk of a new "
        "starter, so the two cannot be compared like for like."
    ),
    "england.none": "There is no figure for England to set beside it.",
    # Bands, where the evidence does not carry a figure.
    "band.lower.leaving": "People like this leave less often than is usual here.",
    "band.lower/usual.leaving": "People like this leave as often as is usual here, or less often.",
    "band.usual.leaving": "People like this leave about as often as is usual here.",
    "band.usual/higher.leaving": "People like this leave as often as is usual here, or more often.",
    "band.higher.leaving": "People like this leave more often than is usual here.",
    "band.lower/usual/higher.leaving": (
        "People like this may leave less often, as often or more often than is usual here. Nobody "
        "can tell which."
    ),
    "band.lower.withdrawal": "People like this withdraw less often than is usual here.",
    "band.lower/usual.withdrawal": (
        "People like this withdraw as often as is usual here, or less often."
    ),
    "band.usual.withdrawal": "People like this withdraw about as often as is usual here.",
    "band.usual/higher.withdrawal": (
        "People like this withdraw as often as is usual here, or more often."
    ),
    "band.higher.withdrawal": "People like this withdraw more often than is usual here.",
    "band.lower/usual/higher.withdrawal": (
        "People like this may withdraw less often, as often or more often than is usual here. "
        "Nobody can tell which."
    ),
    "band.why": (
        "There is no number: what has been seen so far does not carry one. The words rest on "
        "published figures more than on yours."
    ),
    # Why there is no figure, where nothing else says so.
    "none": "There is no figure for this person.",
    "none.level": (
        "There is no figure for this person: so far too little is known to say anything about one "
        "person."
    ),
    "none.model": "There is no model for this yet, so there is no figure.",
    "none.past": "This person has started work, so it no longer applies.",
    # Evidence levels.
    "level.L0": "Too little to say anything about one person. There is only a rate for all.",
    "level.L1": "Little. It can say more or less often than usual, but gives no number.",
    "level.L2": (
        "Some. The model held up at providers that it had not seen. Each number comes with how far "
        "it may be out."
    ),
    "level.L3": (
        "Enough. There are as many people as published rules ask for. Each number still comes with "
        "how far it may be out."
    ),
    "seen.leaving": (
        "So far {number} people have been seen to leave within {time}.",
        "So far {number} person has been seen to leave within {time}.",
    ),
    "seen.withdrawal": (
        "So far {number} people have been seen to withdraw.",
        "So far {number} person has been seen to withdraw.",
    ),
    # Reasons: the situation, first where it lies above what is usual, then below.
    "reason.travel.above": "The round is {value} minutes away; {usual} is usual.",
    "reason.travel.below": "The round is {value} minutes away; {usual} is usual.",
    "reason.hours-shortfall.above": (
        "The job has {value} hours a week fewer than they want; {usual} fewer is usual."
    ),
    "reason.hours-shortfall.below": (
        "The job has {value} hours a week fewer than they want; {usual} fewer is usual."
    ),
    "reason.hours-shortfall.none": "The job has all the hours that they want.",
    "reason.shift-mismatch.above": "{value}% of the shifts suit them; {usual}% is usual.",
    "reason.shift-mismatch.below": "{value}% of the shifts suit them; {usual}% is usual.",
    "reason.no-guaranteed-hours.above": "The job has no guaranteed hours.",
    "reason.no-guaranteed-hours.below": "The job has guaranteed hours.",
    "reason.no-transport.above": "They have no car, moped or bicycle of their own for the round.",
    "reason.no-transport.below": "They have a car, moped or bicycle of their own for the round.",
    "reason.new-to-care.above": "Care is a new kind of work for them.",
    "reason.new-to-care.below": "They have worked in care before.",
    "reason.referred.above": "Somebody who works here told them about the job.",
    "reason.referred.below": "They came to the job without knowing somebody who works here.",
    "reason.slow-contact.above": (
        "The first call came {value} hours after they applied; {usual} is usual."
    ),
    "reason.slow-contact.below": (
        "The first call came {value} hours after they applied; {usual} is usual."
    ),
    "reason.composite.above": "The result of the assessment is {value}; {usual} is usual.",
    "reason.composite.below": "The result of the assessment is {value}; {usual} is usual.",
    # Reasons for an effect that somebody declared themselves, by its form.
    "reason.number.above": "{label}: {value}; {usual} is usual.",
    "reason.number.below": "{label}: {value}; {usual} is usual.",
    "reason.share.above": "{label}: {value}%; {usual}% is usual.",
    "reason.share.below": "{label}: {value}%; {usual}% is usual.",
    "reason.yes-no.above": "{label}: yes.",
    "reason.yes-no.below": "{label}: no.",
    "reason.more.leaving": "Goes with leaving more often",
    "reason.less.leaving": "Goes with leaving less often",
    "reason.more.withdrawal": "Goes with withdrawing more often",
    "reason.less.withdrawal": "Goes with withdrawing less often",
    "reason.none": "No single fact stands out from the rest.",
    "reason.usual": (
        "‘Usual’ is the value that the model compares with. It is set by hand, not an average of "
        "your staff."
    ),
    "unknown": "Not known: {facts}. Ask, and the figure may change.",
    "group.practical": "practical",
    "group.assessment": "assessment",
    "group.workplace": "workplace",
    # What the employer can do. {change} is one of those below.
    "change.leaving": (
        "{change} goes with about {number} fewer in 100 leaving within {time} ({range})."
    ),
    "change.withdrawal": "{change} goes with about {number} fewer in 100 withdrawing ({range}).",
    "change.less.leaving": "{change} goes with leaving less often.",
    "change.less.withdrawal": "{change} goes with withdrawing less often.",
    "change.fewer": "{low} to {high} fewer",
    "change.spanning": "from {low} more to {high} fewer",
    "change.guaranteed-hours": "A contract with guaranteed hours",
    "change.nearer-round": "A round {then} minutes away, not {now},",
    "change.hours-as-wanted": "A job with all the hours that they want",
    "change.rota-match": "A rota where {then}% of the shifts suit, not {now}%,",
    "change.walking-round": "A round that needs no transport of their own",
    "change.faster-contact": "A first call within {then} hours, not {now},",
    "change.past": (
        "For this person that call is past. Answer within a day from now on, and call the next "
        "one sooner."
    ),
    "change.note": (
        "These are comparisons with people in another situation. They are not promises: nobody "
        "has tested what the change itself does. Do not add them up."
    ),
    "practice": "{why} Good practice; not modelled.",
    "practice.note": "The model knows nothing of these, so it cannot say how much they help.",
    "practice.travel-pay": "Time between visits counts for the minimum wage. Pay it, and say so.",
    "practice.keep-in-touch": "Say what comes next and when. People drop out while they wait.",
    "practice.buddy": "One person to ask makes the first weeks less lonely.",
    "practice.shadow-shift": "Seeing a round first lets people know what they say yes to.",
    "practice.induction": "Training and time with a colleague help where the work is new.",
    "action.guaranteed-hours": "Offer guaranteed hours",
    "action.nearer-round": "Offer a round nearer to home",
    "action.hours-as-wanted": "Offer the hours that they want",
    "action.rota-match": "Plan shifts that suit them",
    "action.walking-round": "Offer a walking round, or a car or bicycle to use",
    "action.faster-contact": "Call sooner",
    "action.travel-pay": "Pay travel time and mileage",
    "action.keep-in-touch": "Call today, and stay in touch up to the first day",
    "action.buddy": "Name a buddy for the first 12 weeks",
    "action.shadow-shift": "Offer a paid shadow shift",
    "action.induction": "Plan the first weeks with them",
    "who.manager": "Manager",
    "who.rota": "Whoever plans the rota",
    "who.recruiter": "Recruiter",
    "who.team": "Team leader",
    # Time.
    "time.days": ("{days} days", "{days} day"),
    "time.year": "12 months",
    # The panel.
    "panel.title": "What would help this person to start and stay",
    "chart": (
        "A picture of 100 people. {number} are filled in. The shading shows the range: the number "
        "may be anything from {low} to {high}."
    ),
    "chart.key": (
        "100 people: those filled in are the number. The shaded squares are the range it may lie "
        "in."
    ),
    # How to use it.
    "use.decide": "Use it to decide how to help. It says nothing about who should get the job.",
    "use.situation": (
        "It looks at the situation, such as hours and travel. It knows nothing of the person's "
        "nature, health, age, sex, race, religion or family."
    ),
    "use.weak": (
        "Facts such as these tell people apart only a little better than chance. Expect it to be "
        "wrong about many people."
    ),
    "use.range": (
        "Read the range, not just the number. Two people with ranges that overlap may well not "
        "differ."
    ),
    "use.contest": (
        "The candidate may ask to see it, put facts right, and have a person look again."
    ),
    "simulated": (
        "Simulated. The model was trained on careers that a computer made up, to practise on. It "
        "knows nothing of real people."
    ),
}
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


def say(name: str, *, count: int = 2, **fields: object) -> str:
    """Fill in a sentence.

    Parameters
    ----------
    name : str
        Its name in `SENTENCES`.
    count : int
        1 chooses the form for one, where there is one.
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
    template = held if isinstance(held, str) else held[count == 1]
    return template.format(**fields)


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


def people(number: int) -> str:
    """Write people out of 100, never as none or as all.

    Parameters
    ----------
    number : int
        0 to 100.

    Returns
    -------
    str

    Examples
    --------
    >>> people(0), people(38), people(100)
    ('fewer than 1', '38', 'more than 99')
    """
    if number <= 0:
        return say("number.least")
    return say("number.most") if number >= 100 else str(number)


def within(days: int) -> str:
    """Write a horizon.

    Parameters
    ----------
    days : int

    Returns
    -------
    str

    Examples
    --------
    >>> within(90), within(365)
    ('90 days', '12 months')
    """
    return say("time.year") if days == _YEAR else say("time.days", count=days, days=days)


def figure_sentence(
    outcome: str, risk: float, low: float, high: float, *, horizon: int | None = None
) -> str:
    """Tell a risk as people out of 100.

    Parameters
    ----------
    outcome : {"withdrawal", "leaving"}
    risk, low, high : float
        0 to 1.
    horizon : int, optional
        Days, for `leaving`; 365 by default.

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
    return _told(f"figure.{outcome}", risk, low, high, horizon)


def provider_sentence(
    outcome: str,
    rate: float,
    low: float,
    high: float,
    *,
    horizon: int | None = None,
    pooled: bool = False,
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

    Returns
    -------
    str

    Examples
    --------
    >>> provider_sentence("leaving", 0.3, 0.2, 0.4)
    'At this provider, about 30 of 100 (20 to 40) leave within 12 months.'
    """
    if not all(map(isfinite, (rate, low, high))):
        return say("provider.none")
    whose = "pooled" if pooled else "provider"
    return _told(f"{whose}.{outcome}", rate, low, high, horizon)


def _told(name: str, risk: float, low: float, high: float, horizon: int | None) -> str:
    middle, bottom, top = rounded_people(risk, low, high)
    return say(
        name,
        count=middle,
        number=_about(risk, middle),
        low=people(bottom),
        high=people(top),
        time=within(_YEAR if horizon is None else horizon),
    )


def _about(risk: float, middle: int) -> str:
    if risk < 0.005:
        return say("number.least")
    return say("number.most") if risk > 0.995 else say("number", number=middle)


def england_sentence(england: EnglandRate | None) -> str:
    """Tell a published figure for England with what it is, its year and its source.

    Parameters
    ----------
    england : EnglandRate or None

    Returns
    -------
    str

    Examples
    --------
    >>> england_sentence(None)
    'There is no figure for England to set beside it.'
    """
    if england is None or not isfinite(england.rate):
        return say("england.none")
    return say(
        "england",
        measure=england.measure,
        rate=f"{100 * england.rate:.3g}%",
        year=england.year,
        source=england.source,
    )


def band_sentence(outcome: str, band: str) -> str:
    """Tell a band, where the evidence carries no figure.

    Parameters
    ----------
    outcome : {"withdrawal", "leaving"}
    band : str
        ``lower``, ``usual`` or ``higher``, or several that the interval touches, such as
        ``usual/higher``.

    Returns
    -------
    str

    Examples
    --------
    >>> band_sentence("leaving", "higher")
    'People like this leave more often than is usual here.'
    """
    return say(f"band.{band}.{outcome}")


def change_sentence(
    outcome: str,
    change: str,
    difference: float,
    low: float,
    high: float,
    *,
    horizon: int | None = None,
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
        f"change.{outcome}",
        change=change,
        number=max(floor(100 * difference + 0.5), 1),
        range=say(name, low=abs(bottom), high=top),
        time=within(_YEAR if horizon is None else horizon),
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
