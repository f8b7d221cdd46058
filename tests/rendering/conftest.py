from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from vbr_engine.bank.model import Bank
from vbr_engine.reports import recruiter_report
from vbr_engine.scoring.profile import Flag, Profile

Answers = dict[str, dict[str, int]]


@pytest.fixture(scope="session")
def made(
    homecare: Bank, profile_of: Callable[..., Profile], as_keyed: Answers
) -> Callable[..., Any]:
    def report(answers: Answers = as_keyed, *, flags: tuple[str, ...] = (), **words: Any) -> Any:
        profile = replace(profile_of(answers), flags=tuple(Flag(name, {}) for name in flags))
        return recruiter_report(profile, homecare, answers, **words)

    return report
