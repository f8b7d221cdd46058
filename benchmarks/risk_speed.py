"""Speed and memory of the drop-out model: `python -m benchmarks.risk_speed JOB.json`, one job each.

`fit` many hires of 8 effects and 40 providers in memory; `careers` a whole table from the check to
the model; `predict` with intervals.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.risk_data import Case, make_table
from benchmarks.risk_peers import forget_peak, peak_memory
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.features import design_matrix
from vbr_engine.risk.hazard import Prior, baseline_prior, fit_hazard
from vbr_engine.risk.model import DropOutModel
from vbr_engine.risk.priors import default_effects
from vbr_engine.risk.simulation import simulate_careers
from vbr_engine.risk.spells import spells_of

REPEATS = 5
_PRIOR = ("prior_mean", "prior_sd")


def fit(people: int) -> dict[str, float]:
    """Fit the hazard model, its spread between providers included."""
    table = make_table(Case("sim", "", people), 1)
    spells = table.spells()
    prior = Prior.of(baseline_prior(spells), table.prior_mean, table.prior_sd)
    base, runs = forget_peak(), []
    for _ in range(REPEATS if people <= 100_000 else 1):
        clock = _Clock()
        fit_hazard(spells, table.X, prior)
        runs.append(clock.read())
    wall, cpu = np.min(runs, axis=0)
    return {"s": wall, "cpu_s": cpu, "held_mb": base, "peak_mb": peak_memory()}


class _Clock:
    """Wall and processor seconds since it was made."""

    def __init__(self) -> None:
        self.began = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        return time.perf_counter() - self.began[0], time.process_time() - self.began[1]


def careers(people: int) -> dict[str, float]:
    """Check a table, cut it into spells, fit with all checks; each with the most memory held."""
    made = simulate_careers(people, seed=1, starters_only=True)
    figures = {"table_mb": made.frame.memory_usage(deep=True).sum() / 2**20}
    figures["held_mb"] = forget_peak()

    def told(name: str, clock: _Clock) -> None:
        figures[f"{name}_s"], figures[f"{name}_cpu_s"] = clock.read()
        figures[f"{name}_peak_mb"] = peak_memory()
        forget_peak()

    clock = _Clock()
    checked = Careers.from_frame(made.frame, cut=made.cut)
    told("check", clock)
    clock = _Clock()
    spells = spells_of(checked, "leaving")
    effects = default_effects("leaving")
    X = design_matrix(spells.features, effects).X
    told("spells", clock)
    clock = _Clock()
    means, sds = (np.array([getattr(effect, name) for effect in effects]) for name in _PRIOR)
    fit_hazard(spells, X, Prior.of(baseline_prior(spells), means, sds))
    told("fit", clock)
    del spells, X
    clock = _Clock()
    DropOutModel("leaving").fit(checked)
    told("model", clock)
    return figures


def predict(people: int) -> dict[str, float]:
    """Risks with intervals of many, at known providers and not."""
    table = make_table(Case("sim", "", 1000), 1)
    spells = table.spells()
    prior = Prior.of(baseline_prior(spells), table.prior_mean, table.prior_sd)
    held = fit_hazard(spells, table.X, prior)
    rng = np.random.default_rng(1)
    X = table.X[rng.integers(0, len(table.X), people)]
    provider = rng.integers(-1, len(spells.providers), people)
    base, clock = forget_peak(), _Clock()
    held.risk(X, provider)
    wall, cpu = clock.read()
    return {"s": wall, "cpu_s": cpu, "held_mb": base, "peak_mb": peak_memory()}


WORK = {"fit": fit, "careers": careers, "predict": predict}


def measure(work: str, people: int) -> dict[str, Any]:
    """Do one piece of work."""
    return dict(WORK[work](people))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    job = json.loads(Path(sys.argv[1]).read_text())
    print(json.dumps(measure(job["work"], job["people"])))
