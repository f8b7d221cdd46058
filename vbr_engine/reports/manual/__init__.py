"""The technical manual of a bank: what is known about a version, and what is not yet."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Loaded on first use: a page with another report does not wait for pandas.
_HOME = {
    "ManualPart": "data",
    "ManualSection": "data",
    "ManualTable": "data",
    "TechnicalManual": "data",
    "mismatch": "make",
    "technical_manual": "make",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
