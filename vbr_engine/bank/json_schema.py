"""JSON Schemas for editors, from the marshmallow schemas.

Run as ``vbr check --schema bank`` or ``vbr check --schema catalogue``.
"""

from __future__ import annotations

import json
from typing import Any

from vbr_engine.bank.schema import BankSchema, CatalogueSchema
from vbr_engine.bank.shapes import ListOf, MapOf, OneOfParts, Part, Shape

__all__ = ["SCHEMAS", "json_schema", "json_schema_text"]

SCHEMAS: dict[str, type[Shape]] = {"bank": BankSchema, "catalogue": CatalogueSchema}


def json_schema(name: str) -> dict[str, Any]:
    """Describe a bank file or a catalogue for an editor.

    Parameters
    ----------
    name : {"bank", "catalogue"}

    Returns
    -------
    dict
        JSON Schema, draft 7, which editors know best.

    Examples
    --------
    >>> json_schema("catalogue")["properties"]["title"]
    {'type': 'string', 'minLength': 1, 'maxLength': 120}
    """
    root = SCHEMAS[name]
    parts: dict[str, type[Shape]] = {}
    _collect(root, parts)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"VBR Engine {name}, format 1",
        **_object(root),
        "definitions": {part: _object(shape) for part, shape in sorted(parts.items())},
    }


def json_schema_text(name: str) -> str:
    """Give the schema as the text of a file."""
    return json.dumps(json_schema(name), indent=2, ensure_ascii=False) + "\n"


def _object(shape: type[Shape]) -> dict[str, Any]:
    fields = {field.data_key or "": field for field in shape().fields.values()}
    return {
        "description": (shape.__doc__ or "").strip(),
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, field in fields.items() if field.required],
        "properties": {name: field.json_schema() for name, field in fields.items()},  # type: ignore[attr-defined]
    }


def _collect(shape: type[Shape], parts: dict[str, type[Shape]]) -> None:
    for field in shape().fields.values():
        for part in _shapes_in(field):
            if part.shape_name() not in parts:
                parts[part.shape_name()] = part
                _collect(part, parts)


def _shapes_in(field: Any) -> list[type[Shape]]:
    if isinstance(field, Part):
        return [field.shape]
    if isinstance(field, OneOfParts):
        return list(field.shapes.values())
    return _shapes_in(field.inner) if isinstance(field, ListOf | MapOf) else []
