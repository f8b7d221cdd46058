"""Whether careers can be learned from: asked before a model is trained."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

from vbr_engine.errors import CareersError, Problem
from vbr_engine.files.whole import shown
from vbr_engine.risk import Careers
from vbr_engine.risk.validation import require_sound

__all__ = ["check_sound"]


def check_sound(careers: Careers, path: str | os.PathLike[str]) -> tuple[str, ...]:
    """Refuse careers in which a fact was known only afterwards; return what is worth a warning."""
    try:
        warned = require_sound(careers)
    except CareersError as error:
        raise CareersError(_in_file(error.problems, path)) from None
    return tuple(map(str, _in_file(warned, path)))


def _in_file(problems: Iterable[Problem], path: str | os.PathLike[str]) -> list[Problem]:
    return [replace(problem, file=shown(path)) for problem in problems]
