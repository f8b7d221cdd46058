"""Flask-Babel's functions with their types, so that a checker knows that words are strings."""

from __future__ import annotations

from collections.abc import Callable

import flask_babel

__all__ = ["_", "ngettext"]

_: Callable[..., str] = flask_babel.gettext
ngettext: Callable[..., str] = flask_babel.ngettext
