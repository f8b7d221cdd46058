"""How one setting is described and read; a reader says in its error what would be right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

__all__ = ["Setting", "address", "one_of", "secret", "tokens", "whole"]

LEAST_SECRET = 32


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable: its name, what it means, its default in words, and how it is read."""

    name: str
    meaning: str
    default: str
    read: Callable[[str], Any]
    secret: bool = False


def one_of(*allowed: str) -> Callable[[str], str]:
    """Read one of several words."""

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return text

    return read


def whole(low: int, high: int) -> Callable[[str], int]:
    """Read a whole number."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text[:12]) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return read


def secret(text: str) -> str:
    """Read a secret that is long enough."""
    if len(text) < LEAST_SECRET:
        raise ValueError(f"at least {LEAST_SECRET} characters long")
    return text


def tokens(text: str) -> tuple[str, ...]:
    """Read tokens parted by commas."""
    found = tuple(text.replace(",", " ").split())
    if any(len(token) < LEAST_SECRET for token in found):
        raise ValueError(f"tokens of at least {LEAST_SECRET} characters, parted by commas")
    return found


def address(text: str) -> str:
    """Read the address of a site."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("an address such as https://recruit.example")
    return text.rstrip("/")
