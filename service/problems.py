"""Problem documents (RFC 9457), and JSON pointers to what is wrong in a request."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import jsonify
from werkzeug.wrappers import Response

from vbr_engine.errors import Problem

__all__ = ["PROBLEM", "from_messages", "from_problems", "pointer", "problem"]

PROBLEM = "application/problem+json"
MOST_LISTED = 100


def problem(status: int, detail: str, **more: Any) -> Response:
    """Make a problem document (RFC 9457).

    Parameters
    ----------
    status : int
    detail : str
        A sentence for the reader.
    **more
        Further members, such as ``errors``.
    """
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    response = jsonify(document)
    response.status_code = status
    response.mimetype = PROBLEM
    return response


def pointer(*parts: str | int) -> str:
    """Make a JSON Pointer (RFC 6901).

    Examples
    --------
    >>> pointer("responses", "a/b", "late~call.a")
    '/responses/a~1b/late~0call.a'
    """
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def from_messages(messages: Any) -> list[dict[str, str]]:
    """Flatten marshmallow's messages: every problem with its pointer.

    Examples
    --------
    >>> from_messages({"json": {"bank": ["Missing."], "seconds": {"s": {"value": ["No."]}}}})
    [{'pointer': '/bank', 'detail': 'Missing.'}, {'pointer': '/seconds/s', 'detail': 'No.'}]
    """
    inner = messages.get("json", messages) if isinstance(messages, dict) else messages
    return _cut([{"pointer": pointer(*path), "detail": text} for path, text in _flat(inner, ())])


def from_problems(problems: tuple[Problem, ...], *, under: str) -> list[dict[str, str]]:
    """List the engine's problems by sitting and column."""
    found = []
    for problem in problems:
        place = [under, *(str(p) for p in (problem.row, problem.column) if p not in (None, ""))]
        found.append({"pointer": pointer(*place), "detail": problem.message})
    return _cut(found)


def _flat(
    messages: Any, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            # A mapping's problems come under "key" and "value"; the request has no such level.
            step = () if _inside_mapping(name, inner, path) or name == "_schema" else (name,)
            yield from _flat(inner, (*path, *step))
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from _flat(inner, path)
    else:
        yield path, str(messages)


def _inside_mapping(name: Any, inner: Any, path: tuple[str | int, ...]) -> bool:
    return name in ("key", "value") and bool(path) and path[0] in ("responses", "seconds")


def _cut(found: list[dict[str, str]]) -> list[dict[str, str]]:
    if len(found) <= MOST_LISTED:
        return found
    more = {"pointer": "", "detail": f"and {len(found) - MOST_LISTED:,} more problems"}
    return [*found[:MOST_LISTED], more]
