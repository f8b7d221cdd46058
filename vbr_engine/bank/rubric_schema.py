"""What a rubric looks like in a bank file, and its words in a catalogue."""

from __future__ import annotations

from vbr_engine.bank.fields import Choice, Number, Text, Whole
from vbr_engine.bank.rubric import ThirdRule
from vbr_engine.bank.shapes import ListOf, MapOf, Part, Shape

__all__ = ["RubricSchema", "RubricTextSchema"]


class RubricSchema(Shape):
    """How raters' levels become a score, for answers in the candidate's own words."""

    points = ListOf(
        Number(low=-1, high=1),
        shortest=3,
        longest=10,
        about="What each level is worth, from level 0 up, on the scale of item scores.",
    )
    limit = Whole(low=0, high=8, about="Beyond this difference in levels a third rater is called.")
    third = Choice(
        tuple(str(member) for member in ThirdRule), about="How three levels become one score."
    )
    rater_sd_floor = Number(
        low=0, high=1, about="Raters' leniency is never taken to spread less than this."
    )


class LevelTextSchema(Shape):
    """A level's words, read by raters."""

    name = Text(longest=80)
    look_for = Text(about="What a rater looks for before giving the level.")


class RubricTextSchema(Shape):
    """The words of the rubric."""

    prompt = Text(about="Put to the candidate in place of the item's question and options.")
    levels = MapOf(Whole(low=0, high=9), Part(LevelTextSchema), about="Words of each level.")
