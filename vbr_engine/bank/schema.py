"""What a bank file and a catalogue look like, as marshmallow schemas.

They check the shape: names, types, ranges, one part at a time. What ties parts together, such as
a key to its options, is checked in `vbr_engine.bank.consistency`. The JSON Schemas for editors
come from the same classes (`vbr_engine.bank.json_schema`).
"""

from __future__ import annotations

from vbr_engine.bank.fields import Choice, Id, Number, Text, Truth, Whole
from vbr_engine.bank.model import (
    BankStatus,
    KeyKind,
    ResponseFormat,
    StandardErrorRule,
    TranslationState,
)
from vbr_engine.bank.rubric_schema import RubricSchema, RubricTextSchema
from vbr_engine.bank.shapes import ListOf, MapOf, OneOfParts, Part, Shape

__all__ = ["BankSchema", "CatalogueSchema"]

SEMVER = (
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?"
)
LANGUAGE = r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?"
MONTH_OR_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?"
FORMATS = tuple(str(member) for member in ResponseFormat)
TRANSLATED = tuple(str(member) for member in TranslationState)


class ProvenanceSchema(Shape):
    """Who wrote the bank, when, how, and under which licence."""

    authors = ListOf(Text(), shortest=1, about="People or bodies who wrote the bank.")
    written = Text(
        pattern=MONTH_OR_DAY, wants="a month such as 2026-11", about="Month or day it was written."
    )
    licence = Text(about="SPDX name of the licence.")
    method = Text(about="How items and key came about.")
    sources = ListOf(Text(), required=False, about="What the authors drew on.")


class ItemSchema(Shape):
    """What items of every format have."""

    id = Id(about="Short name; never changes once published.")
    value = Id(about="The one value that the item measures.")
    format = Choice(FORMATS, about="How a candidate answers.")
    topics = ListOf(Text(), required=False, about="What the scenario is about.")
    options = ListOf(Id(), shortest=2, longest=8, about="Option ids, 2 to 8.")


class RateItemSchema(ItemSchema):
    """An item whose options are each rated."""

    scale = Whole(low=2, high=9, about="Number of rating points.")
    key = MapOf(
        Id(),
        Number(low=1, high=9),
        about="The keyed rating of each option: whole, or the mean of a panel.",
    )
    agreement = MapOf(
        Id(),
        ListOf(Number(low=0, high=1)),
        required=False,
        about="For the rule `agreement`: per option, the share of the panel at each point.",
    )


class RankItemSchema(ItemSchema):
    """An item whose options are put in order."""

    key = MapOf(Id(), Whole(low=1, high=8), about="The keyed rank of each option; 1 is best.")


class MostLeastKeySchema(Shape):
    """The two options that are keyed."""

    most = Id(about="The option to want most.")
    least = Id(about="The option to want least.")


class MostLeastItemSchema(ItemSchema):
    """An item with a most and a least wanted option."""

    key = Part(MostLeastKeySchema, about="The most and the least wanted option.")


class PickItemSchema(ItemSchema):
    """An item of which some options are picked."""

    key = ListOf(Id(), shortest=1, longest=7, about="The right options; as many are picked.")


class RulesSchema(Shape):
    """The item rule of each format."""

    rate = Choice(("near-miss", "distance", "agreement"))
    rank = Choice(("near-miss",))
    most_least = Choice(("match",))
    pick = Choice(("per-option",))


class PointsSchema(Shape):
    """Marks of one hit where the rule leaves the unit free."""

    pick = Number(low=0, above=True, about="Marks for each keyed option that is picked.")


class StandardErrorSchema(Shape):
    """How a standard error is found."""

    rule = Choice(tuple(str(member) for member in StandardErrorRule))
    item_sd_floor = Number(
        low=0, above=True, about="A person's spread of item scores is never taken as smaller."
    )


class BandSchema(Shape):
    """A stretch of the scale, from its minimum upwards."""

    id = Id()
    minimum = Number(high=1, nullable=True, about="null for the lowest band.")


class PolicySchema(Shape):
    """How answers become a profile."""

    id = Id(about="Name and number, such as near-miss-1.")
    key = Choice(tuple(str(member) for member in KeyKind), about="Where the key comes from.")
    rules = Part(RulesSchema)
    points = Part(PointsSchema)
    chance_correction = Truth(about="(points - expected by guessing) / (maximum - expected).")
    standardise_within_person = Truth(about="McDaniel and others (2011); rate items only.")
    weights = MapOf(Id(), Number(low=0), about="Weight of each value in the composite.")
    minimum_share = Number(
        low=0, high=1, above=True, about="Below this share of its items a value is not measured."
    )
    standard_error = Part(StandardErrorSchema)
    interval = Number(low=0.5, high=0.99, about="Coverage of the interval that bands come from.")
    bands = ListOf(Part(BandSchema), shortest=2, longest=5, about="From the lowest up.")
    rubric = Part(RubricSchema, required=False, about="For answers in somebody's own words.")


class FormSchema(Shape):
    """What the default form draws."""

    length = Whole(low=1, high=200, about="Number of items.")
    minutes = Whole(low=1, high=240, about="What candidates are told it takes.")
    seed = Whole(low=0, high=2**53, about="The draw is made once for a version.")
    per_value = MapOf(Id(), Whole(low=0, high=200), about="Least number of items of each value.")
    per_format = MapOf(
        Choice(FORMATS), Whole(low=0, high=200), about="Exact number of items of each format."
    )


class CrosswalkSchema(Shape):
    """The bank's values in another framework."""

    id = Id()
    words = MapOf(Id(), ListOf(Id(), shortest=1), about="Value id to word ids.")


class BankSchema(Shape):
    """A question bank: values, items, keys, scoring policy, default form. Words are elsewhere."""

    format = Choice((1,), about="Version of this file format.")
    id = Id(about="Short name of the bank.")
    version = Text(
        pattern=SEMVER, wants="a semantic version such as 0.1.0", about="Semantic version."
    )
    status = Choice(tuple(str(member) for member in BankStatus), about="How far evidence goes.")
    provenance = Part(ProvenanceSchema)
    values = ListOf(Id(), shortest=1, longest=20, about="Value ids, in the order of reports.")
    items = ListOf(
        OneOfParts(
            "format",
            {
                "rate": RateItemSchema,
                "rank": RankItemSchema,
                "most-least": MostLeastItemSchema,
                "pick": PickItemSchema,
            },
        ),
        shortest=1,
        longest=1000,
        about="The scenarios.",
    )
    policy = Part(PolicySchema)
    form = Part(FormSchema)
    crosswalks = ListOf(Part(CrosswalkSchema), required=False, about="Other frameworks.")


class ProbeSchema(Shape):
    """One interview question."""

    question = Text()
    good = ListOf(Text(), shortest=1, about="What good answers have.")
    poor = ListOf(Text(), shortest=1, about="What poor answers have.")


class ValueTextSchema(Shape):
    """What a value means."""

    name = Text()
    definition = Text()
    positive = ListOf(Text(), shortest=1, about="What somebody with it does.")
    negative = ListOf(Text(), shortest=1, about="What somebody without it does.")
    probes = ListOf(Part(ProbeSchema), shortest=1, about="Interview questions.")
    strength = Text(about="Told to a candidate who was close to the key.")
    reflection = Text(about="The one thing to read or think about.")


class ItemTextSchema(Shape):
    """A scenario's words."""

    title = Text(longest=80)
    scenario = Text()
    question = Text()
    options = MapOf(Id(), Text(longest=400), about="Option id to words.")
    discuss = Text(about="A neutral prompt for the interviewer.")
    rationale = Text(about="What the key rests on. For researchers: it gives the key away.")


class BandTextSchema(Shape):
    """A band's words."""

    name = Text(longest=80)
    meaning = Text()


class PracticeSchema(Shape):
    """An unscored rate item."""

    scenario = Text()
    question = Text()
    options = ListOf(Text(), shortest=2, longest=8)
    explanation = Text()


class CrosswalkTextSchema(Shape):
    """Another framework's words."""

    name = Text()
    words = MapOf(Id(), Text())


class TranslationSchema(Shape):
    """What every translation says of itself."""

    state = Choice(TRANSLATED, about="draft, or reviewed by somebody with the role below.")


class DraftTranslationSchema(TranslationSchema):
    """A translation that nobody has reviewed."""


class ReviewedTranslationSchema(TranslationSchema):
    """A translation that was reviewed."""

    reviewer = Text(longest=120, about="The reviewer's role, not a name.")
    on = Text(
        pattern=MONTH_OR_DAY, wants="a day such as 2027-02-01", about="Month or day of the review."
    )


class CatalogueSchema(Shape):
    """All words of a bank in one language."""

    language = Text(
        pattern=LANGUAGE, wants="a language tag such as en or cy", about="The file's name as well."
    )
    translation = OneOfParts(
        "state",
        {"draft": DraftTranslationSchema, "reviewed": ReviewedTranslationSchema},
        required=False,
    )
    title = Text(longest=120)
    summary = Text()
    status_note = Text(about="The status in plain words.")
    instructions = MapOf(Choice(FORMATS), Text(), about="How to answer each format.")
    scales = MapOf(
        Whole(low=2, high=9),
        ListOf(Text(longest=60), shortest=2, longest=9),
        about="Labels of the rating points, from 1, for each scale length.",
    )
    values = MapOf(Id(), Part(ValueTextSchema))
    items = MapOf(Id(), Part(ItemTextSchema))
    bands = MapOf(Id(), Part(BandTextSchema))
    practice = Part(PracticeSchema)
    crosswalks = MapOf(Id(), Part(CrosswalkTextSchema), required=False)
    rubric = Part(RubricTextSchema, required=False, about="Needed if the policy has a rubric.")
