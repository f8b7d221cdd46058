"""What a bank's answers show: every statistic in one object, and what it proposes to change."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Loaded on first use: who reads an analysis does not wait for what makes one.
_HOME = {
    "Analysis": "result",
    "TABLES": "tables",
    "analyse": "study",
    "analyse_table": "study",
    "parse_analysis": "document",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
