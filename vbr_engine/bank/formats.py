"""Words that a bank file chooses from: ways to answer, status, kinds of key."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["BankStatus", "KeyKind", "ResponseFormat", "StandardErrorRule"]


class ResponseFormat(StrEnum):
    """How a candidate answers an item."""

    RATE = "rate"
    RANK = "rank"
    MOST_LEAST = "most-least"
    PICK = "pick"


class BankStatus(StrEnum):
    """How far the evidence behind a bank goes."""

    DRAFT = "draft key, no panel, no norms"
    PANEL = "panel key, no norms"
    NORMED = "panel key and norms"


class KeyKind(StrEnum):
    """Where a key comes from."""

    AUTHORS = "authors"
    PANEL = "panel"
    CONSENSUS = "consensus"
    EMPIRICAL = "empirical"


class StandardErrorRule(StrEnum):
    """How a standard error is found."""

    ABSOLUTE_ERROR = "absolute-error"
