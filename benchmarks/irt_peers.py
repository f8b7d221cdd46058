"""One program on one table, in a process of its own: `python -m benchmarks.irt_peers JOB.json`.

Prints JSON, one line after the first run and one at the end: seconds of the first run with the
import, of the best later run, processor seconds of that run, peak memory, and what was found.
Nothing is shared between two measurements.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

NODES = 61
PEERS = ("ours", "ours-one-start", "mirt", "mirt-squarem", "girth")
ENOUGH = 20.0  # seconds of repeats, after which the best so far counts
QUICK = 3.0  # seconds that quick runs are repeated at least: the machine may be busy now and then


class CannotDo(Exception):
    """This program has no such call."""


def measure(job: dict[str, Any]) -> dict[str, Any]:
    """Run a job: first cold, then warm until enough."""
    table = pd.read_parquet(job["table"])
    groups = np.load(job["groups"]) if job.get("groups") else None
    base = peak_memory()
    started = time.perf_counter()
    work = _work(job, table, groups)
    found = work()
    cold = time.perf_counter() - started
    peak = peak_memory()
    figures = {"cold": cold, "warm": cold, "cpu": time.process_time(), "peak_mb": peak}
    figures["base_mb"] = base
    # Whoever is cut short has this at least.
    print(json.dumps(figures | found | {"note": "cold run only"}), flush=True)
    warm, cpu = cold, 0.0
    spent = 0.0
    for run in range(job["most"]):
        if spent > ENOUGH or (run >= job["repeats"] and spent > QUICK):
            break
        begun, used = time.perf_counter(), time.process_time()
        found = work()
        taken = time.perf_counter() - begun
        spent += taken
        if taken <= warm or not cpu:
            warm, cpu = min(warm, taken), time.process_time() - used
    return figures | {"warm": warm, "cpu": cpu} | found


def peak_memory() -> float:
    """Most memory that this process has held, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return float(line.split()[1]) / 1024
    return float("nan")


Work = Callable[[], dict[str, Any]]


def _work(job: dict[str, Any], table: pd.DataFrame, groups: np.ndarray | None) -> Work:
    makers = {
        "ours": _ours,
        "ours-one-start": _ours,
        "mirt": _mirt,
        "mirt-squarem": _mirt,
        "girth": _girth,
    }
    return makers[job["peer"]](job, table, groups)


def _ours(job: dict[str, Any], table: pd.DataFrame, groups: np.ndarray | None) -> Work:
    import vbr_engine.psychometrics as room  # noqa: PLC0415  (its import is part of the cold run)

    families = {
        "graded": room.GradedResponseModel,
        "gpcm": room.GeneralizedPartialCreditModel,
        "nominal": room.NominalResponseModel,
    }
    family = families[job["model"]]
    if job["work"] == "dif":
        return lambda: _flagged(
            room.dif(table, groups, method="likelihood-ratio", model=job["model"]).table["chi2"]
        )
    if job["work"] == "scores":
        return _our_scores(family(n_quadrature=NODES), table)
    options: dict[str, Any] = {"standard_errors": "observed" if job["work"] == "errors" else "none"}
    if job["peer"] == "ours-one-start":
        options["n_starts"] = 1

    def fit() -> dict[str, Any]:
        model = family(n_quadrature=NODES, **options).fit(table)
        items = model.items_
        return {
            "reported": model.log_likelihood_,
            "iterations": model.n_iter_,
            "converged": model.converged_,
            "slopes": items.slopes.tolist(),
            "intercepts": items.intercepts.tolist(),
        }

    return fit


def _our_scores(model: Any, table: pd.DataFrame) -> Work:
    model.fit(table.iloc[:2_000])
    matrix = table.to_numpy()
    one = model.eap_table()
    person = matrix[0].astype(np.int8)

    def score() -> dict[str, Any]:
        theta = model.transform(matrix)[:, 0]
        return {"theta_mean": float(theta.mean()), "one_person_us": _microseconds(one.one, person)}

    return score


def _microseconds(call: Callable[[Any], Any], argument: Any) -> float:
    best = np.inf
    for _ in range(20):
        started = time.perf_counter()
        for _ in range(20):
            call(argument)
        best = min(best, (time.perf_counter() - started) / 20)
    return float(best * 1e6)


def _flagged(chi2: Any) -> dict[str, Any]:
    values = np.asarray(chi2, dtype=float)
    return {"chi2": values.tolist()}


def _mirt(job: dict[str, Any], table: pd.DataFrame, groups: np.ndarray | None) -> Work:
    import mirt  # noqa: PLC0415

    name = {"graded": "GRM", "gpcm": "GPCM", "nominal": "NRM"}[job["model"]]
    data = np.where(table.isna(), -1, table).astype(int)
    if job["work"] == "dif":
        # 21 nodes, its default: with 61 it would take about three times as long.
        return lambda: _flagged(_mirt_chi2(mirt.dif(data, groups, model=name)))
    if job["work"] == "scores":
        result = mirt.fit_mirt(
            data[:2_000], model=name, n_quadpts=NODES, compute_standard_errors=False
        )
        return lambda: {
            "theta_mean": float(
                np.mean(np.asarray(mirt.fscores(result, data, n_quadpts=NODES).theta))
            )
        }

    def fit() -> dict[str, Any]:
        result = mirt.fit_mirt(
            data,
            model=name,
            n_quadpts=NODES,
            compute_standard_errors=job["work"] == "errors",
            accelerate="squarem" if job["peer"] == "mirt-squarem" else "none",
        )
        slopes, intercepts = _mirt_parameters(job["model"], result.model.parameters)
        return {
            "reported": float(result.log_likelihood),
            "iterations": int(result.n_iterations),
            "converged": bool(result.converged),
            "slopes": slopes.tolist(),
            "intercepts": intercepts.tolist(),
        }

    return fit


def _mirt_parameters(model: str, given: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    if model == "nominal":
        return given["slopes"][:, 1:], given["intercepts"][:, 1:]
    a = given["discrimination"]
    if model == "graded":
        return a, -a[:, None] * given["thresholds"]
    return a, -a[:, None] * np.cumsum(given["steps"], axis=1)


def _mirt_chi2(result: Any) -> Any:
    for name in ("statistic", "chi2", "X2", "lr_statistic"):
        if isinstance(result, dict) and name in result:
            return result[name]
        if hasattr(result, "columns") and name in result.columns:
            return result[name].to_numpy()
    raise CannotDo("its result has no chi-square that we know")


def _girth(job: dict[str, Any], table: pd.DataFrame, groups: np.ndarray | None) -> Work:
    import girth  # noqa: PLC0415

    if job["work"] != "fit" or job["model"] == "nominal":
        raise CannotDo("no such call")
    estimate = girth.grm_mml if job["model"] == "graded" else girth.pcm_mml
    options = {"quadrature_n": NODES, "quadrature_bounds": (-6, 6)}
    data = table.to_numpy().T + 1
    if np.isnan(data).any():
        data = girth.tag_missing_data(np.nan_to_num(data, nan=-1).astype(int), _valid(data))
    data = data.astype(int)

    def fit() -> dict[str, Any]:
        given = estimate(data, options)
        a, b = given["Discrimination"], given["Difficulty"]
        steps = b if job["model"] == "graded" else np.cumsum(b, axis=1)
        return {"slopes": a.tolist(), "intercepts": (-a[:, None] * steps).tolist()}

    return fit


def _valid(data: np.ndarray) -> list[int]:
    return [int(code) for code in np.unique(data[~np.isnan(data)])]


def main(path: str) -> None:
    warnings.simplefilter("ignore")
    job = json.loads(Path(path).read_text())
    try:
        found = measure(job)
    except CannotDo as reason:
        found = {"cannot": str(reason)}
    except Exception as problem:
        # A peer may fail in any way; that is a result too.
        found = {"cannot": f"{type(problem).__name__}: {str(problem)[:200]}"}
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
