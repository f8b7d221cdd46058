"""The four ways to answer an item."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["ResponseFormat"]


class ResponseFormat(StrEnum):
    """How a candidate answers an item."""

    RATE = "rate"
    RANK = "rank"
    MOST_LEAST = "most-least"
    PICK = "pick"
