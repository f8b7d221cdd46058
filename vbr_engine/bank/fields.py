"""Single values in a bank file: marshmallow fields that say what they wanted and what came.

Each knows its JSON Schema too, so that what an editor checks is what the engine checks.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from marshmallow import ValidationError, fields

__all__ = [
    "MOST_ENTRIES",
    "Choice",
    "Field",
    "Id",
    "JSONSchema",
    "Number",
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


class Field(fields.Field[Any], ABC):
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

    @abstractmethod
    def _json_schema(self) -> JSONSchema:
        """Describe it without its words."""


class Text(Field):
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


class Truth(Field):
    """Either true or false."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError(f"expected true or false, got {quoted(value)}")
        return value

    def _json_schema(self) -> JSONSchema:
        return {"type": "boolean"}


class Number(Field):
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


class Choice(Field):
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
