"""Lists and mappings in a bank file: fields made of other fields, and the base of the schemas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema

from vbr_engine.bank.fields import MOST_ENTRIES, Field, JSONSchema, Whole, nearest, quoted

__all__ = ["ListOf", "MapOf", "OneOfParts", "Part", "Shape"]


class ListOf(Field):
    """A list of `inner`, with `shortest` to `longest` entries."""

    def __init__(
        self,
        inner: Field,
        *,
        shortest: int = 0,
        longest: int = MOST_ENTRIES,
        about: str = "",
        required: bool = True,
    ) -> None:
        super().__init__(about=about, required=required)
        self.inner, self.shortest, self.longest = inner, shortest, longest

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValidationError(f"expected a list, got {quoted(value)}")
        if not self.shortest <= len(value) <= self.longest:
            limits = f"{self.shortest} to {self.longest}"
            raise ValidationError(f"expected a list of {limits}, got one of {len(value)}")
        return list(_each(self.inner, enumerate(value)).values())

    def _json_schema(self) -> JSONSchema:
        shape = {"type": "array", "items": self.inner.json_schema(), "maxItems": self.longest}
        return shape | ({"minItems": self.shortest} if self.shortest else {})


class MapOf(Field):
    """A mapping whose keys and values are each of one kind."""

    def __init__(
        self, keys: Field, inner: Field, *, about: str = "", required: bool = True
    ) -> None:
        super().__init__(about=about, required=required)
        self.keys, self.inner = keys, inner

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[Any, Any]:
        if not isinstance(value, dict):
            raise ValidationError(f"expected a mapping, got {quoted(value)}")
        if len(value) > MOST_ENTRIES:
            raise ValidationError(f"expected at most {MOST_ENTRIES} entries, got {len(value)}")
        errors: dict[Any, Any] = {}
        named: dict[Any, Any] = {}
        for key, held in value.items():
            try:
                named[self._key(key)] = held
            except ValidationError as error:
                errors[key] = [f"this key: {message}" for message in error.messages]
        made = _each(self.inner, named.items(), errors)
        return made

    def _key(self, key: Any) -> Any:
        if isinstance(self.keys, Whole) and isinstance(key, str) and re.fullmatch("[0-9]", key):
            key = int(key)
        return self.keys.deserialize(key)

    def _json_schema(self) -> JSONSchema:
        keys = self.keys.json_schema()
        if isinstance(self.keys, Whole):
            keys = {"pattern": "^[0-9]$"}
        return {
            "type": "object",
            "maxProperties": MOST_ENTRIES,
            "propertyNames": keys,
            "additionalProperties": self.inner.json_schema(),
        }


class Part(Field):
    """A mapping with named fields."""

    def __init__(self, shape: type[Shape], *, about: str = "", required: bool = True) -> None:
        super().__init__(about=about, required=required)
        self.shape = shape

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return _made(self.shape).load(value)

    def _json_schema(self) -> JSONSchema:
        return {"$ref": f"#/definitions/{self.shape.shape_name()}"}


class OneOfParts(Field):
    """A mapping whose shape depends on the word in one of its fields."""

    def __init__(
        self, by: str, shapes: Mapping[str, type[Shape]], *, required: bool = True
    ) -> None:
        super().__init__(required=required)
        self.by, self.shapes = by, shapes

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        word = value.get(self.by) if isinstance(value, dict) else None
        if isinstance(word, str) and word in self.shapes:
            return _made(self.shapes[word]).load(value)
        return self._common(value)

    def _common(self, value: Any) -> Any:
        """Check what all shapes share, when nobody can say which one is meant."""
        shapes = list(self.shapes.values())
        common = _made(shapes[0].__bases__[0])
        special = {name for shape in shapes for name in _made(shape).fields} - set(common.fields)
        if isinstance(value, dict):
            value = {key: held for key, held in value.items() if key not in special}
        return common.load(value)

    def _json_schema(self) -> JSONSchema:
        return {
            "type": "object",
            "required": [self.by],
            "properties": {self.by: {"enum": list(self.shapes)}},
            "allOf": [
                {
                    "if": {"properties": {self.by: {"const": word}}},
                    "then": {"$ref": f"#/definitions/{shape.shape_name()}"},
                }
                for word, shape in self.shapes.items()
            ],
        }


class Shape(Schema):
    """Base of the schemas: hyphens for underscores, unknown names refused with a suggestion."""

    class Meta:
        """Unknown names are found by `_known`, which suggests the nearest."""

        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Write ``status-note`` for ``status_note``."""
        field_obj.data_key = field_obj.attribute = field_name.replace("_", "-")

    def load(self, data: Any, **kwargs: Any) -> Any:
        """Load, or say that it is no mapping."""
        if not isinstance(data, dict):
            raise ValidationError(f"expected a mapping, got {quoted(data)}")
        return super().load(data, **kwargs)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _known(self, data: Any, original: Any, **kwargs: Any) -> None:
        known = [field.data_key for field in self.fields.values()]
        unknown = [key for key in original if key not in known]
        if len(unknown) > MOST_ENTRIES:
            raise ValidationError(f"has {len(unknown)} fields that are not known here")
        if unknown:
            raise ValidationError(
                {key: [f"is not a field here{nearest(key, known)}"] for key in unknown}
            )

    @classmethod
    def shape_name(cls) -> str:
        """Name of the shape among the definitions."""
        return cls.__name__.removesuffix("Schema")


@cache
def _made(shape: type[Shape]) -> Shape:
    return shape()


def _each(
    inner: Field, held: Iterable[tuple[Any, Any]], errors: dict[Any, Any] | None = None
) -> dict[Any, Any]:
    """Load every entry by its key or position; raise what is wrong with all of them."""
    made: dict[Any, Any] = {}
    wrong: dict[Any, Any] = {} if errors is None else errors
    for key, value in held:
        try:
            made[key] = inner.deserialize(value)
        except ValidationError as error:
            wrong[key] = error.messages
    if wrong:
        raise ValidationError(wrong)
    return made
