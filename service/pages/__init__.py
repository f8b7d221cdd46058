"""Pages: candidate, recruiter, account, public. A module with a `blueprint` is served."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from flask import Blueprint

__all__ = ["blueprints"]


def blueprints() -> Iterator[Blueprint]:
    """Give the blueprint of every module here that has one, in order of their names."""
    for found in iter_modules(__path__, f"{__name__}."):
        blueprint = getattr(import_module(found.name), "blueprint", None)
        if isinstance(blueprint, Blueprint):
            yield blueprint
