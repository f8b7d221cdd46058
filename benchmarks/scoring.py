"""How fast a million sittings of the homecare bank are scored, and in how much memory.

Two peers, in the same run over the same matrix:

the pass    one table lookup and one addition per cell and nothing else, in numpy, in blocks of
            rows of the size that suits it best here: the least that table-driven scoring must do.
            It gives one number per sitting: no missing answers, ties, values, errors or bands
pandas      what a careful analyst would write: a DataFrame of whole numbers, as `read_csv` gives
            it, item by item, the same rules, the same value scores, errors, composite, bands and
            flags. Run on 200,000 rows and scaled up in proportion: enough that no column stays in
            the processor's cache, as with all rows, in a fifth of the memory

All three are checked to agree before they are timed. Each is run several times and the best time
counts, as is usual where other processes share the machine; the first run is shown as well, because
it is the one that pays for fresh memory.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

import vbr_engine
from vbr_engine.bank.model import Bank, Item, ResponseFormat
from vbr_engine.responses import MISSING, ResponseMatrix
from vbr_engine.scoring import score
from vbr_engine.scoring.policy import layout
from vbr_engine.scoring.quality import FLAGS, SAME_LEAST, SAME_SHARE, UNANSWERED_SHARE
from vbr_engine.scoring.rules import FIRST_CODE, item_rules

BANK = Path(__file__).parent.parent / "question_banks" / "homecare-values"
PANDAS_ROWS = 200_000
BLOCKS = (4_096, 16_384, 65_536)


def run(n: int) -> None:
    bank = vbr_engine.read_bank(BANK)
    print(f"{bank.label}: {len(bank.items)} items, {len(bank.columns)} columns, {n:,} sittings")
    # First, while this process is small: a child's peak starts from its parent's.
    peak = _peak(n)
    started = time.perf_counter()
    responses = vbr_engine.simulate_responses(bank, n, seed=1)
    print(
        f"made up in {time.perf_counter() - started:.1f} s, {responses.codes.nbytes / 1e6:.0f} MB"
    )
    some = min(n, PANDAS_ROWS)
    few = ResponseMatrix(responses.codes[:some], responses.sittings[:some], bank)
    _check_agreement(few, bank)

    tables = pass_tables(bank)
    the_pass = min(best(lambda b=b: one_pass(responses.codes, tables, b), 3)[0] for b in BLOCKS)
    ours, first = best(lambda: score(responses, bank), 5)
    table = best(lambda: score(responses, bank).to_frame(), 3)[0]
    frame = _as_read(few)
    plain = best(lambda: plain_pandas(frame, bank), 3)[0] * n / some

    print(f"one table-lookup-and-sum pass    {the_pass:8.2f} s")
    print(f"score()                          {ours:8.2f} s   (first run {first:.2f} s)")
    print(f"score().to_frame()               {table:8.2f} s")
    print(f"per-item pandas                  {plain:8.2f} s   ({some:,} rows, scaled)")
    print(f"score() / pass                   {ours / the_pass:8.2f}     (aim: 3 at most)")
    print(f"pandas / score()                 {plain / ours:8.1f}     (aim: 20 at least)")
    print(f"{n / ours / 1e6:.2f} million sittings a second")
    print(f"peak memory of score(), matrix and interpreter included: {peak:.0f} MB")


def best(work: Callable[[], object], times: int) -> tuple[float, float]:
    """Return the best and the first of some runs, in seconds."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken), taken[0]


def pass_tables(bank: Bank) -> list[np.ndarray]:
    """Points of each code, as a byte, in each column: divided so that the sum is comparable."""
    tables = []
    for rule in item_rules(bank):
        room = rule.maximum - rule.expected
        for option in range(len(rule.item.options)):
            table = np.zeros(256)
            codes = FIRST_CODE[rule.item.format] + np.arange(rule.table.shape[1])
            table[codes] = rule.table[option] / room - rule.expected / room / len(rule.table)
            tables.append(table)
    return tables


def one_pass(codes: np.ndarray, tables: list[np.ndarray], block: int) -> np.ndarray:
    total = np.zeros(len(codes))
    cells = codes.view(np.uint8)
    for start in range(0, len(cells), block):
        part = cells[start : start + block]
        summed = total[start : start + block]
        for column, table in enumerate(tables):
            summed += np.take(table, part[:, column])
    return total


def _as_read(responses: ResponseMatrix) -> pd.DataFrame:
    """The table as `pandas.read_csv` gives it: whole numbers, as nothing is missing."""
    frame = responses.to_frame()
    return frame.astype(dict.fromkeys(responses.bank.columns, "int64"))


def plain_pandas(frame: pd.DataFrame, bank: Bank) -> pd.DataFrame:
    """The same scores, item by item on a DataFrame."""
    items = pd.DataFrame({item.id: _pandas_item(frame, item) for item in bank.items})
    owner = pd.Series({item.id: item.value for item in bank.items})
    plan = layout(bank)
    scores, squares, freedom = {}, 0.0, 0.0
    numbers = {}
    for value in bank.values:
        mine = items[owner.index[owner == value.id]]
        numbers[value.id] = mine.count(axis=1)
        mean = mine.mean(axis=1)
        squares = squares + mine.sub(mean, axis=0).pow(2).sum(axis=1)
        freedom = freedom + (numbers[value.id] - 1).clip(lower=0)
        scores[value.id] = mean.where(numbers[value.id] >= plan.needed[len(scores), 0])
    spread = np.sqrt(squares / freedom).clip(lower=plan.floor)
    made = pd.DataFrame(scores)
    weights = pd.Series({v.id: bank.policy.weights[v.id] for v in bank.values})
    shares = made.notna().mul(weights, axis=1)
    shares = shares.div(shares.sum(axis=1), axis=0)
    errors = pd.DataFrame({name: spread / np.sqrt(count) for name, count in numbers.items()})
    made["composite"] = made.mul(shares).sum(axis=1)
    errors["composite"] = np.sqrt(errors.mul(shares).pow(2).sum(axis=1))
    return pd.concat(
        [
            made,
            errors.add_suffix("_se"),
            _pandas_bands(made, errors, bank),
            _pandas_flags(frame, items, bank),
        ],
        axis=1,
    )


def _pandas_bands(scores: pd.DataFrame, errors: pd.DataFrame, bank: Bank) -> pd.DataFrame:
    """Every band that the interval touches, lowest and highest."""
    edges = [-np.inf, *(band.minimum for band in bank.policy.bands[1:]), np.inf]
    width = errors[scores.columns] * NormalDist().inv_cdf(0.5 + bank.policy.interval / 2)
    ends = {"low": scores - width, "high": (scores + width).clip(upper=1)}
    return pd.DataFrame(
        {
            f"{name}_{end}": pd.cut(ends[end][name], edges, right=False, labels=False)
            for name in scores.columns
            for end in ends
        }
    )


def _pandas_flags(frame: pd.DataFrame, items: pd.DataFrame, bank: Bank) -> pd.DataFrame:
    rated = [item for item in bank.items if item.format is ResponseFormat.RATE]
    ratings = frame[[column for item in rated for column in item.columns]]
    times = pd.DataFrame(
        {r: ratings.eq(r).sum(axis=1) for r in range(1, max(item.scale for item in rated) + 1)}
    )
    total = times.sum(axis=1)
    return pd.DataFrame(
        {
            "straight-lining": (total >= SAME_LEAST) & (times.max(axis=1) >= SAME_SHARE * total),
            "many-unanswered": items.count(axis=1) < (1 - UNANSWERED_SHARE) * bank.blueprint.length,
        }
    )


def _pandas_item(frame: pd.DataFrame, item: Item) -> pd.Series:
    given = frame[list(item.columns)]
    n, key = len(item.options), pd.Series(item.key, index=list(item.columns))
    if item.format is ResponseFormat.RATE:
        # The lists of all ratings and their mean: what guessing earns.
        points = [[item.scale - 1 - abs(r - k) for r in range(1, item.scale + 1)] for k in item.key]
        expected, full = float(np.mean(points, axis=1).sum()), float(np.max(points, axis=1).sum())
        earned = (item.scale - 1 - given.sub(key).abs()).sum(axis=1)
    elif item.format is ResponseFormat.RANK:
        expected, full = n * (n - 1) - (n * n - 1) / 3, n * (n - 1)
        tied = given.apply(lambda ranks: given.eq(ranks, axis=0).sum(axis=1) > 1)
        earned = (n - 1 - given.sub(key).abs()).mask(tied, 0).sum(axis=1)
    elif item.format is ResponseFormat.MOST_LEAST:
        expected, full = 0.0, 2.0
        earned = given.mul(key).sum(axis=1)
    else:
        picks = int(key.sum())
        expected, full = 4 * picks * picks / n, 4 * picks
        earned = (given.mul(key).sum(axis=1) * 4).mask(given.sum(axis=1) > picks, 0)
    answered = given.notna().all(axis=1)
    return ((earned - expected) / (full - expected)).astype(float).where(answered)


def _check_agreement(responses: ResponseMatrix, bank: Bank) -> None:
    assert not (responses.codes == MISSING).any()
    ours = score(responses, bank)
    theirs = plain_pandas(_as_read(responses), bank)
    for row, name in enumerate(ours.names):
        np.testing.assert_allclose(ours.score[row], theirs[name], atol=1e-12)
        np.testing.assert_allclose(ours.se[row], theirs[f"{name}_se"], atol=1e-12)
        lowest, highest = np.divmod(ours.band[row], len(bank.policy.bands))
        np.testing.assert_array_equal(lowest, theirs[f"{name}_low"])
        np.testing.assert_array_equal(highest, theirs[f"{name}_high"])
    for flag in ("straight-lining", "many-unanswered"):
        np.testing.assert_array_equal(ours.flags >> FLAGS.index(flag) & 1, theirs[flag])
    items = ours.profile(responses.sittings[0]).items
    total = one_pass(responses.codes[:1], pass_tables(bank), 1)[0]
    np.testing.assert_allclose(total, sum(items.values()), atol=1e-9)


def _peak(n: int) -> float:
    """Peak memory in MB of a fresh process that makes a matrix of n rows and scores it."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scoring", str(n)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def _score_once(n: int) -> None:
    bank = vbr_engine.read_bank(BANK)
    rows = vbr_engine.simulate_responses(bank, 10_000, seed=1).codes
    codes = np.resize(rows, (n, rows.shape[1]))
    score(ResponseMatrix(codes, tuple(map(str, range(n))), bank), bank)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    _score_once(int(sys.argv[1]))
