"""Building blocks of the schemas: marshmallow fields that say what they wanted and what came.

Each knows its JSON Schema too, so that what an editor checks is what the engine checks.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema

__all__ = [
    "Choice",
    "Id",
    "ListOf",
    "MapOf",
    "Number",
    "OneOfParts",
    "Part",
    "Shape",
    "Text",
    "Truth",
    "Whole",
    "nearest",
    "quoted",
]

ID = r"[a-z0-9]+(-[a-z0-9]+)*"
LONGEST_ID = 60
LONGEST_TEXT = 5000
MOST_ENTRIES = 1000

JSONSchema = dict[str, Any]


def quoted(value: Any) -> str:
    """Show a value that came, its kind first and never more than a line of it.

    Examples
    --------
    >>> quoted(True), quoted(4), quoted(None), quoted([1])
    ('the truth value true', 'the number 4', 'nothing', 'a list')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {str(value)[:40]}"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping"
    text = repr(str(value))
    return text if len(text) <= 60 else f"{text[:60]}...'"


def nearest(name: Any, known: Iterable[Any]) -> str:
    """Suggest the known name nearest to `name`, as the end of a sentence.

    Examples
    --------
    >>> nearest("opttions", ["options", "key"])
    '; did you mean options?'
    >>> nearest("zzz", ["options", "key"])
    ''
    """
    found = get_close_matches(str(name)[:80], [str(word) for word in known], n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""


class _Field(fields.Field[Any]):
    """A field that is required unless said otherwise, and describes itself."""

    def __init__(self, *, about: str = "", required: bool = True, nullable: bool = False) -> None:
        super().__init__(
            required=required,
            allow_none=nullable,
            metadata={"description": about},
            error_messages={"required": "is missing", "null": "is empty"},
        )

    def json_schema(self) -> JSONSchema:
        """Describe what the field takes, as JSON Schema."""
        about = self.metadata.get("description")
        return ({"description": about} if about else {}) | self._json_schema()

    def _json_schema(self) -> JSONSchema:
        raise NotImplementedError


class Text(_Field):
    """Text that is not blank; blanks around it are dropped."""

    def __init__(
        self,
        *,
        pattern: str = "",
        wants: str = "text",
        longest: int = LONGEST_TEXT,
        about: str = "",
        required: bool = True,
    ) -> None:
        super().__init__(about=about, required=required)
        self.pattern, self.wants, self.longest = pattern, wants, longest

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if isinstance(value, bool | int | float):
            came = str(value).lower() if isinstance(value, bool) else value
            raise ValidationError(
                f'expected {self.wants}, got {quoted(value)}; for the word, write "{came}"'
            )
        if not isinstance(value, str):
            raise ValidationError(f"expected {self.wants}, got {quoted(value)}")
        text = value.strip()
        if not text:
            raise ValidationError(f"expected {self.wants}, got empty text")
        if len(text) > self.longest:
            raise ValidationError(f"expected at most {self.longest} characters, got {len(text)}")
        if self.pattern and not re.fullmatch(self.pattern, text, re.ASCII):
            raise ValidationError(f"expected {self.wants}, got {quoted(text)}")
        return text

    def _json_schema(self) -> JSONSchema:
        shape: JSONSchema = {"type": "string", "minLength": 1, "maxLength": self.longest}
        return shape | ({"pattern": f"^{self.pattern}$"} if self.pattern else {})


class Id(Text):
    """A short name in small letters, digits and hyphens."""

    def __init__(self, *, about: str = "", required: bool = True) -> None:
        super().__init__(
            pattern=ID,
            wants="a name in small letters, digits and hyphens",
            longest=LONGEST_ID,
            about=about,
            required=required,
        )


class Truth(_Field):
    """true or false."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError(f"expected true or false, got {quoted(value)}")
        return value

    def _json_schema(self) -> JSONSchema:
        return {"type": "boolean"}


class Number(_Field):
    """A finite number between `low` and `high`; `above` excludes `low` itself."""

    kind = "a number"

    def __init__(
        self,
        *,
        low: float | None = None,
        high: float | None = None,
        above: bool = False,
        nullable: bool = False,
        about: str = "",
    ) -> None:
        super().__init__(about=about, nullable=nullable)
        self.low, self.high, self.above = low, high, above

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError(f"expected {self._wants()}, got {quoted(value)}")
        if not (math.isfinite(value) and self._inside(value)):
            raise ValidationError(f"expected {self._wants()}, got {quoted(value)}")
        return value

    def _inside(self, value: float) -> bool:
        low = self.low is None or (value > self.low if self.above else value >= self.low)
        return low and (self.high is None or value <= self.high)

    def _wants(self) -> str:
        if self.low is not None and self.high is not None and not self.above:
            return f"{self.kind} from {self.low} to {self.high}"
        low = [] if self.low is None else [f"{'above' if self.above else 'of at least'} {self.low}"]
        high = [] if self.high is None else [f"{'' if low else 'of '}at most {self.high}"]
        return " ".join([self.kind, " and ".join(low + high)]).strip()

    def _json_schema(self) -> JSONSchema:
        shape: JSONSchema = {"type": ["number", "null"] if self.allow_none else "number"}
        if self.low is not None:
            shape["exclusiveMinimum" if self.above else "minimum"] = self.low
        return shape | ({} if self.high is None else {"maximum": self.high})


class Whole(Number):
    """A whole number. As a key of a mapping it may come as text, as JSON has it."""

    kind = "a whole number"

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, float) and not value.is_integer():
            raise ValidationError(f"expected {self._wants()}, got {quoted(value)}")
        return int(super()._deserialize(value, attr, data, **kwargs))

    def _json_schema(self) -> JSONSchema:
        return super()._json_schema() | {"type": "integer"}


class Choice(_Field):
    """One of a few words or numbers."""

    def __init__(self, choices: Iterable[Any], *, about: str = "") -> None:
        super().__init__(about=about)
        self.choices = tuple(choices)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValidationError(f"expected {self._wants()}, got {quoted(value)}")
        if value not in self.choices:
            near = nearest(value, self.choices) if len(self.choices) > 2 else ""
            raise ValidationError(f"expected {self._wants()}, got {quoted(value)}{near}")
        return value

    def _wants(self) -> str:
        words = [str(choice) for choice in self.choices]
        return words[0] if len(words) == 1 else f"one of: {'; '.join(words)}"

    def _json_schema(self) -> JSONSchema:
        return {"enum": list(self.choices)}


class ListOf(_Field):
    """A list of `inner`, with `shortest` to `longest` entries."""

    def __init__(
        self,
        inner: _Field,
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


class MapOf(_Field):
    """A mapping whose keys and values are each of one kind."""

    def __init__(
        self, keys: _Field, inner: _Field, *, about: str = "", required: bool = True
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


class Part(_Field):
    """A mapping with named fields."""

    def __init__(self, shape: type[Shape], *, about: str = "", required: bool = True) -> None:
        super().__init__(about=about, required=required)
        self.shape = shape

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return _made(self.shape).load(value)

    def _json_schema(self) -> JSONSchema:
        return {"$ref": f"#/definitions/{self.shape.shape_name()}"}


class OneOfParts(_Field):
    """A mapping whose shape depends on the word in one of its fields."""

    def __init__(self, by: str, shapes: Mapping[str, type[Shape]]) -> None:
        super().__init__()
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
    inner: _Field, held: Iterable[tuple[Any, Any]], errors: dict[Any, Any] | None = None
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
