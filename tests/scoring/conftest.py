"""Banks to score."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vbr_engine.bank.model import Bank, Item, ResponseFormat
from vbr_engine.files import read_bank

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def tiny() -> Bank:
    return read_bank(ROOT / "tests" / "banks" / "tiny")


@pytest.fixture(scope="session")
def homecare() -> Bank:
    return read_bank(ROOT / "question_banks" / "homecare-values")


@pytest.fixture(scope="session")
def with_policy():
    """Return a function: the bank under a policy that differs in what is named."""

    def change(bank: Bank, **changes) -> Bank:
        return replace(bank, policy=replace(bank.policy, **changes))

    return change


@pytest.fixture(scope="session")
def guesses():
    """Return a function: n sittings of valid answers, each drawn with equal chance."""

    def draw(bank: Bank, n: int, seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return np.concatenate([_guess(item, n, rng) for item in bank.items], axis=1)

    return draw


def _guess(item: Item, n: int, rng: np.random.Generator) -> np.ndarray:
    if item.format is ResponseFormat.RATE:
        return rng.integers(1, item.scale + 1, (n, len(item.options))).astype(np.int8)
    if item.format is ResponseFormat.RANK:
        codes = range(1, len(item.options) + 1)
    elif item.format is ResponseFormat.MOST_LEAST:
        codes = [1, -1] + [0] * (len(item.options) - 2)
    else:
        codes = [1] * item.picks + [0] * (len(item.options) - item.picks)
    return rng.permuted(np.tile(np.array(codes, dtype=np.int8), (n, 1)), axis=1)
