"""The homecare bank and sittings with known answers, for every room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from vbr_engine import read_bank, score
from vbr_engine.bank.form import draw_items
from vbr_engine.bank.model import Bank, Item, ResponseFormat
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring.profile import Profile

BANKS = Path(__file__).parents[1] / "question_banks"
Answers = dict[str, dict[str, int]]


@pytest.fixture(scope="session")
def homecare() -> Bank:
    return read_bank(BANKS / "homecare-values")


@pytest.fixture(scope="session")
def profile_of(homecare: Bank) -> Callable[..., Profile]:
    def profile(answers: Answers, *, seconds: float | None = None) -> Profile:
        matrix = ResponseMatrix.from_answers({"s-1": answers}, homecare)
        taken: Mapping[str, float] | None = None if seconds is None else {"s-1": seconds}
        return score(matrix, homecare, seconds=taken).profile("s-1")

    return profile


@pytest.fixture(scope="session")
def as_keyed(homecare: Bank) -> Answers:
    """Exactly the key, on the default form."""
    return {
        item.id: {option: int(code) for option, code in zip(item.options, item.key, strict=True)}
        for item in draw_items(homecare)
    }


@pytest.fixture(scope="session")
def against_key(homecare: Bank) -> Answers:
    """As far from the key as an answer can be, on the default form."""
    return {
        item.id: dict(zip(item.options, _furthest(item), strict=True))
        for item in draw_items(homecare)
    }


def _furthest(item: Item) -> list[int]:
    if item.format is ResponseFormat.RATE:
        top = item.scale or 0
        return [top if keyed <= (top + 1) / 2 else 1 for keyed in item.key]
    if item.format is ResponseFormat.RANK:
        return [len(item.key) + 1 - int(keyed) for keyed in item.key]
    if item.format is ResponseFormat.MOST_LEAST:
        return [-int(keyed) for keyed in item.key]
    others = [at for at, keyed in enumerate(item.key) if not keyed][: item.picks]
    return [int(at in others) for at in range(len(item.key))]
