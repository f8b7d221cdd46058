"""The card of risk models: what they are for, what they rest on, and what nobody knows yet."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Loaded on first use: a page with another report does not wait for pandas.
_HOME = {
    "EvaluationReport": "data",
    "ModelCard": "data",
    "evaluation_report": "evaluation",
    "model_card": "make",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
