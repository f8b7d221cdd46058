"""The made-up candidates: when each was invited, how they answered, and what happened since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

__all__ = ["NEIGHBOURS", "PEOPLE", "Asked", "Done", "Person"]


@dataclass(frozen=True)
class Done:
    """A step that a recruiter recorded so many days ago; `on` is its day, counted from today."""

    step: str
    ago: float
    on: int | None = None
    time: str = ""
    outcome: str = ""
    reason: str = ""
    ended_by: str = ""
    text: str = ""


@dataclass(frozen=True)
class Asked:
    """What a candidate asked for: adjustment, person, contest or withdrawal; so many days ago."""

    what: str
    ago: float
    text: str = ""
    ways: tuple[str, ...] = ()


@dataclass(frozen=True)
class Person:
    """A made-up candidate.

    `answers` is strong, mixed, weak, careless or empty; `n_answers` stops early. `viewed` is how
    long ago the first view was recorded. `own_words` are answered instead, for two people to rate.
    """

    name: str
    answers: str
    invited: timedelta
    n_answers: int | None = None
    seconds: int = 45
    submitted: bool = False
    first_view: str = ""
    decision: str = ""
    viewed: timedelta = timedelta(hours=20)
    steps: tuple[Done, ...] = ()
    asks: tuple[Asked, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    bounced: bool = False
    own_words: bool = False


def days(number: float) -> timedelta:
    """Return a number of days."""
    return timedelta(days=number)


def facts(
    source: str, minutes: int, wanted: int, offered: int, *, car: bool = True
) -> dict[str, str]:
    """Return what a provider knows beside."""
    return {
        "source": source,
        "travel_minutes": str(minutes),
        "hours_wanted": str(wanted),
        "hours_offered": str(offered),
        "own_transport": "yes" if car else "no",
    }


def hired(name: str, weeks: float, *steps: Done, answers: str = "strong", **known: str) -> Person:
    """Return somebody who started work so many weeks ago, and what happened afterwards."""
    began = weeks * 7
    return Person(
        name,
        answers,
        days(began + 24),
        seconds=47,
        submitted=True,
        first_view="promising",
        decision="invite-to-interview",
        viewed=days(began + 21),
        steps=(
            Done("attended", began + 17),
            Done("offered", began + 15),
            Done("accepted", began + 13),
            Done("started-work", began),
            *steps,
        ),
        facts=known,
    )


_INTERVIEW = Person(
    "",
    "mixed",
    days(9),
    submitted=True,
    first_view="promising",
    decision="invite-to-interview",
    viewed=days(6),
)


def invited_to_interview(name: str, *steps: Done, answers: str = "mixed", **known: str) -> Person:
    """Return somebody who finished nine days ago and was invited to an interview."""
    held = {name: getattr(_INTERVIEW, name) for name in Person.__dataclass_fields__}
    return Person(**(held | {"name": name, "answers": answers, "steps": steps, "facts": known}))


PEOPLE = (
    # Before and while answering
    Person("Ash Sample", "strong", days(4), None, 44, True, facts=facts("referral", 10, 24, 24)),
    Person("Bea Sample", "mixed", days(3), None, 52, True, "promising"),
    Person(
        "Cal Sample",
        "weak",
        days(6),
        None,
        58,
        True,
        "unsure",
        "invite-to-interview",
        facts=facts("job-board", 45, 30, 16, car=False),
    ),
    Person(
        "Dee Sample", "careless", days(2), None, 3, True, facts=facts("social-media", 35, 16, 0)
    ),
    Person("Eli Sample", "mixed", timedelta(hours=3), 7, 61),
    Person("Fay Sample", "strong", days(5), 4, 70, facts=facts("jobcentre", 25, 30, 30)),
    Person("Gil Sample", "", days(4), facts=facts("walk-in", 15, 20, 20)),
    Person("Hal Sample", "", timedelta(hours=2)),
    Person("Ida Sample", "", days(1), bounced=True, facts=facts("job-board", 20, 37, 30)),
    Person(
        "Ifan Sample", "strong", days(1), 9, 50, language="cy", facts=facts("website", 20, 20, 20)
    ),
    Person(
        "Jan Sample",
        "",
        days(2),
        asks=(
            Asked(
                "adjustment",
                1.5,
                "Small print is hard for me on the telephone.",
                ("read-aloud", "phone"),
            ),
        ),
    ),
    Person(
        "Kit Sample",
        "",
        days(4),
        own_words=True,
        submitted=True,
        asks=(Asked("adjustment", 3.5, "I say it better in my own words.", ("own-words",)),),
    ),
    Person(
        "Lou Sample",
        "mixed",
        days(16),
        None,
        55,
        True,
        "concerns",
        "not-now",
        viewed=days(11),
        asks=(Asked("contest", 7, "I have cared for my father for six years. Nobody asked."),),
    ),
    Person(
        "Meg Sample",
        "strong",
        days(3),
        11,
        64,
        asks=(Asked("person", 0.4, "I am not sure about the early rounds."),),
    ),
    Person("Ned Sample", "mixed", days(8), None, 48, True, "unsure", "hold", viewed=days(5)),
    # On the way to the first day
    invited_to_interview(
        "Ola Sample",
        Done("interview-booked", 4, on=1, time="10:30"),
        **facts("referral", 15, 30, 30),
    ),
    invited_to_interview(
        "Pat Sample", Done("interview-booked", 5, on=-2, time="14:00"), Done("did-not-attend", 2)
    ),
    invited_to_interview(
        "Quinn Sample",
        Done("interview-booked", 5, on=-1, time="09:30"),
        Done("attended", 1),
        answers="strong",
        **facts("agency", 30, 37, 37),
    ),
    invited_to_interview(
        "Rio Sample",
        Done("called", 5, outcome="no-answer"),
        Done("called", 2, outcome="message-left"),
    ),
    invited_to_interview(
        "Sal Sample",
        Done("attended", 4),
        Done("offered", 3),
        answers="strong",
        **facts("referral", 12, 24, 24),
    ),
    invited_to_interview(
        "Tam Sample",
        Done("attended", 5),
        Done("offered", 4.5),
        Done("accepted", 4),
        answers="strong",
        **facts("jobcentre", 40, 30, 20),
    ),
    # At work, and gone
    hired("Uma Sample", 1, **facts("referral", 10, 30, 30)),
    hired("Val Sample", 5, **facts("job-board", 35, 37, 25)),
    hired(
        "Wyn Sample",
        15,
        Done("in-post-30", 74),
        Done("in-post-90", 14),
        **facts("referral", 8, 20, 20),
    ),
    hired(
        "Xan Sample",
        10,
        Done("in-post-30", 39),
        Done("left", 25, reason="hours", ended_by="candidate"),
        answers="mixed",
        **facts("job-board", 50, 37, 16, car=False),
    ),
    Person("Yas Sample", "strong", days(7), 6, 60, asks=(Asked("withdrawal", 5, "another-job"),)),
    invited_to_interview(
        "Zoe Sample",
        Done("attended", 5),
        Done("offered", 4),
        Done("declined-offer", 2, reason="travel", ended_by="candidate"),
    ),
    Person(
        "Abe Sample",
        "weak",
        days(190),
        None,
        50,
        True,
        "concerns",
        "not-now",
        viewed=days(184),
        steps=(
            Done(
                "not-appointed",
                175,
                reason="interview",
                ended_by="employer",
                text="The evenings that we need were not possible.",
            ),
        ),
    ),
    Person("Bo Sample", "", days(9), steps=(Done("called", 2, outcome="reached"),)),
    Person("Cat Sample", "mixed", days(2), None, 41, True),
)

NEIGHBOURS = (
    Person("Mara Sample", "mixed", days(3), None, 49, True),
    Person("Noor Sample", "", days(5)),
    Person("Otto Sample", "strong", days(1), 5, 50),
)
