"""What goes in and comes out, field by field. Nothing here is derived from tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from vbr_engine.scoring.profile import OPTIONS, OWN_WORDS

__all__ = [
    "EXAMPLE",
    "BanksSchema",
    "HealthSchema",
    "ProblemSchema",
    "ProfilesSchema",
    "name_properties",
    "score_request",
]

LONGEST_ID = 100
SHORTEST_COLUMN, LONGEST_COLUMN = 3, 2 * LONGEST_ID
LOWEST_CODE, HIGHEST_CODE = -1, 10


EXAMPLE = {
    "bank": "homecare-values",
    "responses": {
        "s-1": {"time-to-go.a": 3, "time-to-go.b": 1},
        "s-2": {"time-to-go.a": 4, "time-to-go.b": None},
    },
}
# marshmallow formats these, so a brace is written twice.
_CODES = 'an object of codes by item.option, such as {{"time-to-go.a": 3, "time-to-go.b": 1}}'
_SITTINGS = 'an object of sittings, such as {{"s-1": {{"time-to-go.a": 3, "time-to-go.b": 1}}}}'


class Strict(Schema):
    """Refuses members that it does not know."""

    error_messages: dict[str, str] = {  # noqa: RUF012 (so declared by marshmallow)
        "type": 'expected an object such as {"bank": "homecare-values", "responses": '
        '{"s-1": {"time-to-go.a": 3, "time-to-go.b": 1}}}'
    }

    class Meta:
        unknown = RAISE


class Code(fields.Integer):
    """A whole number as JSON knows it: ``3`` and ``3.0``, but not ``true`` or ``"3"``."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        whole = isinstance(value, int) or (
            isinstance(value, float) and math.isfinite(value) and value.is_integer()
        )
        if isinstance(value, bool) or not whole:
            raise ValidationError(
                "expected a whole number, or null for not answered; codes stand by item.option, "
                'such as {"time-to-go.a": 3}'
            )
        return int(value)


class Seconds(fields.Float):
    """A number as JSON knows it, finite."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("expected a number of seconds")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValidationError("expected a finite number of seconds")
        return value


def _id(meaning: str) -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Length(1, LONGEST_ID),
        metadata={"description": meaning},
    )


def _sittings(inner: fields.Field[Any], **options: Any) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.Length(1, LONGEST_ID)), values=inner, **options
    )


def score_request(most: int) -> type[Schema]:
    """Make the schema of ``POST /api/v1/score`` for at most so many sittings."""

    class ScoreRequest(Strict):
        """Responses to score."""

        bank = _id("The bank's id, as listed by GET /api/v1/banks.")
        version = fields.String(
            validate=validate.Length(1, LONGEST_ID),
            metadata={"description": "The bank's version; the newest if left out."},
        )
        responses = _sittings(
            fields.Dict(
                keys=fields.String(validate=validate.Length(SHORTEST_COLUMN, LONGEST_COLUMN)),
                values=Code(allow_none=True, validate=validate.Range(LOWEST_CODE, HIGHEST_CODE)),
                error_messages={"invalid": f"expected {_CODES}", "null": f"expected {_CODES}"},
            ),
            error_messages={
                "invalid": f"expected {_SITTINGS}",
                "null": f"expected {_SITTINGS}",
                "required": f"missing: {_SITTINGS}",
            },
            required=True,
            validate=validate.Length(1, most, error=f"expected 1 to {most} sittings"),
            metadata={
                "description": "For each sitting its codes by `item.option`, as in the columns of "
                "the response table: the rating given; the rank given, 1 best; 1 for most, -1 for "
                "least, else 0; 1 for picked, else 0. Left out or null: not answered.",
                "minProperties": 1,
                "maxProperties": most,
            },
        )
        seconds = _sittings(
            Seconds(validate=validate.Range(0, 1_000_000)),
            metadata={
                "description": "Seconds that answering took, for the flag very-fast.",
            },
        )

    return ScoreRequest


def name_properties(schema: dict[str, Any]) -> None:
    """Add to the request's JSON Schema how long names may be, which apispec cannot say."""
    sittings = {"minLength": 1, "maxLength": LONGEST_ID}
    columns = {"minLength": SHORTEST_COLUMN, "maxLength": LONGEST_COLUMN}
    for member in ("responses", "seconds"):
        schema["properties"][member]["propertyNames"] = sittings
    for of_strings in ("minLength", "maxLength"):
        schema["properties"]["responses"].pop(of_strings, None)
    schema["properties"]["responses"]["additionalProperties"]["propertyNames"] = columns


class FaultSchema(Schema):
    """One thing that is wrong."""

    pointer = fields.String(
        required=True, metadata={"description": "JSON Pointer into the request (RFC 6901)."}
    )
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """A problem document (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(FaultSchema))


class HealthSchema(Schema):
    """Whether the service can answer."""

    status = fields.String(required=True, validate=validate.OneOf(["ok"]))
    engine = fields.String(required=True, metadata={"description": "Version of the engine."})
    sqlite = fields.String(required=True, metadata={"description": "Version of SQLite."})
    banks = fields.Integer(required=True, metadata={"description": "Published banks."})


class BankSchema(Schema):
    """A published bank, without its key or texts."""

    id = fields.String(required=True)
    version = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.String(required=True, metadata={"description": "How far the evidence goes."})
    sha256 = fields.String(required=True, metadata={"description": "Hash of its content."})
    languages = fields.List(fields.String(), required=True)
    values = fields.List(fields.String(), required=True)
    items = fields.Integer(required=True)
    form_length = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    licence = fields.String(required=True)


class BanksSchema(Schema):
    """The published banks."""

    banks = fields.List(fields.Nested(BankSchema), required=True)


class ValueScoreSchema(Schema):
    """A score with its uncertainty; null and no band when it is not measured."""

    value = fields.String(required=True)
    score = fields.Float(required=True, allow_none=True)
    se = fields.Float(required=True, allow_none=True)
    low = fields.Float(required=True, allow_none=True)
    high = fields.Float(required=True, allow_none=True)
    bands = fields.List(fields.String(), required=True)
    n_answered = fields.Integer(required=True)
    n_needed = fields.Integer(required=True)


class FlagSchema(Schema):
    """A reason to read a profile with care; it never changes a score."""

    id = fields.String(required=True)
    detail = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)


class ProfileSchema(Schema):
    """Everything that scoring says about one sitting."""

    sitting = fields.String(required=True)
    composite = fields.Nested(ValueScoreSchema, required=True)
    values = fields.List(fields.Nested(ValueScoreSchema), required=True)
    items = fields.Dict(keys=fields.String(), values=fields.Float(allow_none=True), required=True)
    flags = fields.List(fields.Nested(FlagSchema), required=True)
    bank = fields.String(required=True)
    bank_sha256 = fields.String(required=True)
    policy = fields.String(required=True)
    engine = fields.String(required=True)
    mode = fields.String(
        required=True,
        validate=validate.OneOf((OPTIONS, OWN_WORDS)),
        metadata={
            "description": "Whether the candidate chose between options, or answered in their own "
            "words and raters placed the answers on the same scale."
        },
    )


class ProfilesSchema(Schema):
    """A profile for each sitting, in the order given."""

    profiles = fields.List(fields.Nested(ProfileSchema), required=True)
