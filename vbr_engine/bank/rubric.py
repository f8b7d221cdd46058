"""The rubric: how an answer in somebody's own words returns to the scale of the options.

A person may answer the same scenarios in their own words, typed or spoken. Two raters, who do not
see each other's rating, place each answer at a level; a level is worth points on the scale of item
scores, where 0 is what guessing between the options earns on average and 1 is the key.

A bank may declare a rubric of its own, in its scoring policy and, for the words, in each catalogue.
`DEFAULT_RUBRIC` and `DEFAULT_RUBRIC_TEXTS` are for a bank without one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = [
    "DEFAULT_RUBRIC",
    "DEFAULT_RUBRIC_TEXTS",
    "LevelText",
    "Rubric",
    "RubricText",
    "ThirdRule",
]


class ThirdRule(StrEnum):
    """How three levels become one score."""

    MEDIAN = "median"
    MEAN = "mean"


@dataclass(frozen=True)
class Rubric:
    """How raters' levels become the score of an item.

    Parameters
    ----------
    points : tuple of float
        What each level is worth, from level 0 up, on the scale of item scores.
    limit : int
        The largest difference in levels that two raters may have; beyond it a third is called.
    third : ThirdRule
        How three levels become one score.
    rater_sd_floor : float
        How lenient or severe a rater is over a whole sitting is never taken to spread less than
        this, on the scale of item scores: two raters who agree may be lenient together.

    Examples
    --------
    >>> DEFAULT_RUBRIC.n_levels, DEFAULT_RUBRIC.limit
    (5, 1)
    """

    points: tuple[float, ...]
    limit: int
    third: ThirdRule
    rater_sd_floor: float

    @property
    def n_levels(self) -> int:
        """How many levels there are."""
        return len(self.points)

    @classmethod
    def from_plain(cls, held: Mapping[str, Any]) -> Rubric:
        """Make a rubric from what a bank file holds, checked by its schema."""
        return cls(
            points=tuple(float(point) for point in held["points"]),
            limit=held["limit"],
            third=ThirdRule(held["third"]),
            rater_sd_floor=float(held["rater-sd-floor"]),
        )

    def to_plain(self) -> dict[str, Any]:
        """Write the rubric as a bank file has it."""
        return {
            "points": list(self.points),
            "limit": self.limit,
            "third": str(self.third),
            "rater-sd-floor": self.rater_sd_floor,
        }


@dataclass(frozen=True, slots=True)
class LevelText:
    """A level's name, and what a rater looks for before giving it."""

    name: str
    look_for: str


@dataclass(frozen=True)
class RubricText:
    """The words of a rubric in one language.

    Parameters
    ----------
    prompt : str
        What the candidate is asked, in place of the item's question and options.
    levels : mapping of int to LevelText
        From level 0 up.
    """

    prompt: str
    levels: Mapping[int, LevelText]

    @classmethod
    def from_plain(cls, held: Mapping[str, Any]) -> RubricText:
        """Make the words from what a catalogue holds, checked by its schema."""
        levels = sorted(held["levels"].items())
        return cls(
            held["prompt"], {n: LevelText(words["name"], words["look-for"]) for n, words in levels}
        )

    def to_plain(self) -> dict[str, Any]:
        """Write the words as a catalogue has them."""
        levels = {
            str(level): {"name": words.name, "look-for": words.look_for}
            for level, words in self.levels.items()
        }
        return {"prompt": self.prompt, "levels": levels}


DEFAULT_RUBRIC = Rubric(
    points=(0.0, 0.25, 0.5, 0.75, 1.0), limit=1, third=ThirdRule.MEDIAN, rater_sd_floor=0.1
)

_ENGLISH = RubricText(
    prompt=(
        "Tell us in your own words what you would do, and why. A few sentences are enough. "
        "Spelling and grammar do not count."
    ),
    levels={
        0: LevelText(
            "Works against the value",
            "What the candidate would do is close to the signs against the value, or harms or "
            "leaves out the person.",
        ),
        1: LevelText(
            "Mostly misses it",
            "The task gets done, but the person's side is not seen, or one poor action outweighs "
            "the rest.",
        ),
        2: LevelText(
            "Partly there",
            "Some of what the scenario asks for is there and some is missing, or good and poor "
            "actions balance.",
        ),
        3: LevelText(
            "Mostly there",
            "The main thing is done, with a reason that fits the value; something that matters is "
            "left open.",
        ),
        4: LevelText(
            "Fully there",
            "What the candidate would do is close to the signs of the value, the reason shows why "
            "it matters to the person, and nothing in it works against the value.",
        ),
    },
)

# A draft: no Welsh speaker has reviewed it.
_WELSH = RubricText(
    prompt=(
        "Dywedwch yn eich geiriau eich hun beth fyddech chi'n ei wneud, a pham. Mae ychydig o "
        "frawddegau yn ddigon. Nid yw sillafu na gramadeg yn cyfrif."
    ),
    levels={
        0: LevelText(
            "Yn groes i'r gwerth",
            "Mae'r hyn y byddai'r ymgeisydd yn ei wneud yn agos at yr arwyddion yn erbyn y gwerth, "
            "neu'n niweidio'r person neu'n ei adael allan.",
        ),
        1: LevelText(
            "Yn ei golli gan mwyaf",
            "Mae'r dasg yn cael ei gwneud, ond ni welir ochr y person, neu mae un weithred wael yn "
            "gorbwyso'r gweddill.",
        ),
        2: LevelText(
            "Yno'n rhannol",
            "Mae rhywfaint o'r hyn y mae'r sefyllfa'n gofyn amdano yno a rhywfaint ar goll, neu "
            "mae gweithredoedd da a gwael yn cydbwyso.",
        ),
        3: LevelText(
            "Yno gan mwyaf",
            "Mae'r prif beth yn cael ei wneud, gyda rheswm sy'n cyd-fynd â'r gwerth; mae rhywbeth "
            "pwysig heb ei ateb.",
        ),
        4: LevelText(
            "Yno'n llawn",
            "Mae'r hyn y byddai'r ymgeisydd yn ei wneud yn agos at arwyddion y gwerth, mae'r "
            "rheswm yn dangos pam ei fod yn bwysig i'r person, ac nid oes dim ynddo yn groes i'r "
            "gwerth.",
        ),
    },
)

DEFAULT_RUBRIC_TEXTS: Mapping[str, RubricText] = {"en": _ENGLISH, "cy": _WELSH}
