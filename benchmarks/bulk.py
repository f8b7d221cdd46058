"""Calibrate ten million simulated sittings from disk: `python -m benchmarks.bulk`.

Writes a partitioned Parquet set of graded answers (40 items of 5 categories, one byte each) into a
folder, calibrates it in chunks, and tells wall time, passes, peak memory, log-likelihood and how
near the parameters that made the answers were found. `--compare` fits the same sittings in memory
too, in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from vbr_engine.bulk import Cluster, OneMachine, calibrate_partitions, find_partitions, table_reader
from vbr_engine.psychometrics import GradedResponseModel

ITEMS, CATEGORIES, PART = 40, 5, 250_000


def true_items(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    slopes = rng.lognormal(0.2, 0.3, ITEMS)
    centres = rng.normal(0, 0.8, (ITEMS, 1)) + np.array([2.2, 0.8, -0.6, -2.0])
    return slopes, centres


def make_part(n: int, seed: int, part: int) -> pa.Table:
    slopes, intercepts = true_items(seed)
    rng = np.random.default_rng([seed, part])
    theta = rng.standard_normal(n)
    columns = {}
    for j in range(ITEMS):
        odds = slopes[j] * theta - rng.logistic(size=n)
        codes = sum((odds > -step).astype(np.int8) for step in intercepts[j])
        columns[f"item{j + 1:02}"] = codes
    return pa.table(columns)


def write_set(folder: Path, n: int, seed: int) -> None:
    for part, first in enumerate(range(0, n, PART)):
        target = folder / f"part-{part:04}.parquet"
        parquet.write_table(make_part(min(PART, n - first), seed, part), target)


def peak_mb() -> float:
    text = Path("/proc/self/status").read_text()
    return int(text.partition("VmHWM:")[2].split()[0]) / 1024


class Watch:
    def __init__(self) -> None:
        self.began, self.last = time.perf_counter(), None

    def reading(self, done: int, of: int) -> None:
        if done == of:
            print(f"  {time.perf_counter() - self.began:7.1f} s  read {of} partitions", flush=True)

    def partition(self, done: int, of: int) -> None:
        pass

    def passed(self, n: int, log_likelihood: float) -> None:
        gain = "" if self.last is None else f"  gain {log_likelihood - self.last:+.6f}"
        seconds = time.perf_counter() - self.began
        print(f"  {seconds:7.1f} s  pass {n}: {log_likelihood:.6f}{gain}", flush=True)
        self.last = log_likelihood


def figures(model: GradedResponseModel, seconds: float, seed: int) -> dict[str, float]:
    slopes, intercepts = true_items(seed)
    found = model.parameters_
    d = found[[f"d_{k}" for k in range(1, CATEGORIES)]].to_numpy()
    return {
        "seconds": round(seconds, 1),
        "passes": model.n_iter_,
        "converged": model.converged_,
        "log-likelihood": model.log_likelihood_,
        "slopes, largest error": float(np.abs(found["a"].to_numpy() - slopes).max()),
        "slopes, rms error": float(np.sqrt(np.mean((found["a"].to_numpy() - slopes) ** 2))),
        "intercepts, rms error": float(np.sqrt(np.mean((d - intercepts) ** 2))),
        "processor seconds": round(time.process_time(), 1),
        "peak memory, MB": round(peak_mb()),
    }


def from_disk(folder: Path, seed: int, errors: str, cluster: str | None) -> dict[str, float]:
    crew = OneMachine() if cluster is None else Cluster(cluster)
    began = time.perf_counter()
    table = find_partitions(folder)
    model = GradedResponseModel(n_quadrature=61, standard_errors=errors)
    try:
        calibrate_partitions(model, table, table_reader(table), crew=crew, watch=Watch())
    finally:
        crew.close()
    return figures(model, time.perf_counter() - began, seed)


def in_memory(folder: Path, seed: int, errors: str) -> dict[str, float]:
    began = time.perf_counter()
    X = pd.read_parquet(folder)
    model = GradedResponseModel(n_quadrature=61, standard_errors=errors).fit(X)
    return figures(model, time.perf_counter() - began, seed)


def compared(arguments: list[str]) -> None:
    """Both ways, each in a process of its own, so that each has its own peak."""
    for way in ("--only-disk", "--only-memory"):
        subprocess.run([sys.executable, "-m", "benchmarks.bulk", *arguments, way], check=True)


def main() -> None:
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("-n", type=int, default=10_000_000, help="sittings")
    read.add_argument("--seed", type=int, default=20261122)
    read.add_argument("--folder", type=Path, help="keep the set here, or use the one that is here")
    read.add_argument("--errors", choices=["none", "observed"], default="none")
    read.add_argument("--cluster", help="as for vbr calibrate: local:2 or an address")
    read.add_argument("--compare", action="store_true", help="in memory too")
    read.add_argument("--only-disk", action="store_true", help=argparse.SUPPRESS)
    read.add_argument("--only-memory", action="store_true", help=argparse.SUPPRESS)
    told = read.parse_args()
    folder = told.folder or Path(tempfile.mkdtemp(prefix="vbr-bulk-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if not any(folder.glob("*.parquet")):
            print(f"writing {told.n:,} sittings to {folder}", flush=True)
            write_set(folder, told.n, told.seed)
            size = sum(one.stat().st_size for one in folder.glob("*.parquet")) / 2**20
            print(f"{size:,.0f} MB of Parquet", flush=True)
        if told.compare:
            given = ["--folder", str(folder), "--seed", str(told.seed), "--errors", told.errors]
            compared(given)
        elif told.only_memory:
            print("in memory", json.dumps(in_memory(folder, told.seed, told.errors), indent=2))
        else:
            found = from_disk(folder, told.seed, told.errors, told.cluster)
            print("from disk", json.dumps(found, indent=2))
    finally:
        if told.folder is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
