"""How fast and how well item response models are fitted, beside every program that is installed.

`make bench-irt`, or `python -m benchmarks irt [--limit SECONDS] [--only CASE ...] [--json FILE]`.

All programs get the same table in the same run: 61 nodes, standard normal prior, one process for
each measurement. Times are wall seconds: cold is the first fit with the program's import, warm the
best of later ones. The log-likelihood is worked out by one evaluator, ours, from each program's
parameters, on 61 nodes over [-6, 6]; beside it stands what the program says itself. A figure marked
"quoted" was not measured here: it is of R 4.2.2 and mirt 1.47 on a like machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.irt_cases import CASES, Case, make_table
from benchmarks.irt_peers import NODES, PEERS
from vbr_engine.psychometrics.curves import ItemParameters, log_probabilities

LIMIT = 300.0
R_PEERS = ("mirt", "TAM", "ltm", "psych")
ROOT = Path(__file__).parents[1]
SHOWN = ("cold s", "warm s", "cpu s", "peak MB", "log-likelihood", "it reports", "warm / ours")
Figures = dict[str, Any]


def run(
    cases: Iterable[Case] = CASES,
    *,
    peers: Iterable[str] | None = None,
    limit: float = LIMIT,
) -> list[Figures]:
    """Measure every case with every program, print as it goes, and return the figures."""
    chosen = tuple(peers) if peers is not None else installed()
    results: list[Figures] = []
    print(f"load at the start: {_load()}; {os.cpu_count()} cores; {NODES} nodes")
    for name in (*PEERS, *(f"R {name}" for name in R_PEERS)):
        if name not in chosen and "-" not in name and peers is None:
            print(f"{name}: not installed")
    for case in cases:
        results += _run_case(case, chosen, limit)
    print(f"load at the end: {_load()}")
    return results


def installed() -> tuple[str, ...]:
    """Find the programs that can be measured here; R's are called "R name"."""
    python = [
        peer for peer in PEERS if peer.startswith("ours") or find_spec(peer.partition("-")[0])
    ]
    return (*python, *(f"R {name}" for name in _r_packages()))


def _r_packages() -> list[str]:
    program = shutil.which("Rscript")
    if program is None:
        return []
    names = ", ".join(f'"{name}"' for name in R_PEERS)
    asked = f"for (p in c({names})) if (requireNamespace(p, quietly = TRUE)) cat(p, '')"
    found = subprocess.run([program, "-e", asked], capture_output=True, text=True, check=False)
    return [name for name in found.stdout.split() if name in R_PEERS]


def _run_case(case: Case, peers: Iterable[str], limit: float) -> list[Figures]:
    table, groups, source = make_table(case)
    people, items = table.shape
    categories = int(table.max(axis=None)) + 1
    print(f"\n{case.title}: {people:,} x {items} x {categories}, {case.model}, {source}")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        where = _store(Path(folder), table, groups)
        for peer in peers:
            if not _differs(peer, case):
                continue
            figures = _measure(case, peer, where, limit)
            _judge(case, figures, table)
            rows.append({"case": case.id, "peer": peer, "people": people, **figures})
    _show(case, rows, people)
    return rows


def _differs(peer: str, case: Case) -> bool:
    """Tell whether a way of running a program differs from its usual one in this case."""
    if peer == "ours-one-start":
        return case.model == "nominal"
    return peer != "mirt-squarem" or case.work in ("fit", "errors")


def _store(folder: Path, table: pd.DataFrame, groups: np.ndarray | None) -> dict[str, str]:
    where = {"folder": str(folder), "table": str(folder / "table.parquet")}
    table.reset_index(drop=True).to_parquet(where["table"])
    if groups is not None:
        where["groups"] = str(folder / "groups.npy")
        np.save(where["groups"], groups)
    return where


def _measure(case: Case, peer: str, where: dict[str, str], limit: float) -> Figures:
    command, wanted = (_r_job if peer.startswith("R ") else _python_job)(case, peer, where)
    try:
        # The first run and the repeats have the limit together.
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=limit, check=False, cwd=ROOT
        )
    except subprocess.TimeoutExpired as late:
        return _first_line(late.stdout) or {"cannot": f"over {limit:.0f} s"}
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {"cannot": f"ended with {done.returncode}: {last[:200]}"}
    if wanted is None:
        return dict(json.loads(done.stdout.strip().splitlines()[-1]))
    return _read_r(done.stdout, wanted)


def _first_line(printed: bytes | None) -> Figures | None:
    """Give what a program had done when it was cut short: its cold run, or nothing."""
    lines = (printed or b"").decode().strip().splitlines()
    return dict(json.loads(lines[0])) if lines and lines[0].startswith("{") else None


def _python_job(case: Case, peer: str, where: dict[str, str]) -> tuple[list[str], Path | None]:
    job = Path(where["folder"]) / "job.json"
    part = {"peer": peer, "work": case.work, "model": case.model}
    often = {"repeats": case.repeats, "most": case.most}
    job.write_text(json.dumps(where | part | often))
    return [sys.executable, "-m", "benchmarks.irt_peers", str(job)], None


def _r_job(case: Case, peer: str, where: dict[str, str]) -> tuple[list[str], Path]:
    folder = Path(where["folder"])
    plain, answer = folder / "table.csv", folder / "parameters.csv"
    answer.unlink(missing_ok=True)
    if not plain.exists():
        pd.read_parquet(where["table"]).astype("Int64").to_csv(plain, index=False)
    script = str(Path(__file__).with_name("irt_peers.R"))
    asked = [peer[2:], case.model, case.work, str(case.repeats), str(answer)]
    return ["Rscript", script, str(plain), *asked], answer


def _read_r(printed: str, parameters: Path) -> Figures:
    lines = (line.partition("=") for line in printed.splitlines() if "=" in line)
    given = {name: value for name, _, value in lines}
    if "cannot" in given:
        return {"cannot": given["cannot"]}
    figures: Figures = {name: float(value) for name, value in given.items()}
    if parameters.exists():
        read = pd.read_csv(parameters)
        slopes = [name for name in read if name.startswith("a")]
        figures["slopes"] = read[slopes].to_numpy().squeeze().tolist()
        figures["intercepts"] = read.drop(columns=slopes).to_numpy().tolist()
    return figures


def _judge(case: Case, figures: Figures, table: pd.DataFrame) -> None:
    """Replace parameters by the log-likelihood that they give on our grid."""
    given = figures.pop("slopes", None), figures.pop("intercepts", None)
    if given[0] is None:
        return
    try:
        slopes, intercepts = (np.array(part, dtype=float) for part in given)
        # Some programs fill what lies beyond an item's last category with 0.
        steps = np.arange(1, intercepts.shape[1] + 1)
        intercepts[steps > table.max().to_numpy()[:, None]] = np.nan
        parameters = ItemParameters(case.model, tuple(map(str, table.columns)), slopes, intercepts)
        figures["log_likelihood"] = log_likelihood(parameters, table)
    except Exception as problem:
        figures["note"] = f"parameters not read: {problem}"


def log_likelihood(parameters: ItemParameters, table: pd.DataFrame) -> float:
    """Marginal log-likelihood on 61 nodes over [-6, 6], the plain way: a sum for each person."""
    nodes = np.linspace(-6, 6, NODES)
    weights = np.exp(-(nodes**2) / 2)
    codes = table.fillna(-1).to_numpy().astype(np.int8)
    logs = log_probabilities(parameters, nodes)
    total = 0.0
    for start in range(0, len(codes), 10_000):
        block = codes[start : start + 10_000]
        given = np.tile(np.log(weights / weights.sum()), (len(block), 1))
        for item, column in enumerate(block.T):
            given += np.where(column[:, None] >= 0, logs[item, np.maximum(column, 0)], 0.0)
        highest = given.max(axis=1)
        total += float(np.sum(highest + np.log(np.exp(given - highest[:, None]).sum(axis=1))))
    return total


def _show(case: Case, rows: list[Figures], people: int) -> None:
    ours = next((row for row in rows if row["peer"] == "ours"), {})
    print(f"  {'program':<16}" + "".join(f"{name:>16}" for name in SHOWN))
    for row in rows:
        if "cannot" in row:
            print(f"  {row['peer']:<16}  {row['cannot']}")
            continue
        ratio = row["warm"] / ours["warm"] if "warm" in ours else float("nan")
        figures = [row["cold"], row["warm"], row["cpu"], row["peak_mb"]]
        levels = [row.get("log_likelihood"), row.get("reported")]
        cells = [f"{figure:16.3f}" for figure in figures]
        cells += [f"{level:16.4f}" if level is not None else f"{'-':>16}" for level in levels]
        print(f"  {row['peer']:<16}" + "".join(cells) + f"{ratio:16.1f}" + _extra(row, people))
    for row in rows:
        if case.quoted is not None and row["peer"].startswith("ours") and "warm" in row:
            _show_quoted(case, row, people)
    _show_best(rows, ours)


def _extra(row: Figures, people: int) -> str:
    words = f"  {row['note']}" if "note" in row else ""
    if "one_person_us" in row:
        words += f"  one person {row['one_person_us']:.0f} microseconds"
    if "theta_mean" in row:
        words += f"  {people / row['warm']:,.0f} people a second"
    return words


def _show_quoted(case: Case, ours: Figures, people: int) -> None:
    assert case.quoted is not None
    if case.work == "scores":
        theirs, words = people / case.quoted, f"{case.quoted:,.0f} people a second"
    else:
        theirs, words = case.quoted, f"{case.quoted} s"
    ratio = theirs / ours["warm"]
    verdict = "met" if ratio >= case.aim else "not met"
    print(
        f"  R mirt, quoted, not run: {words}; {ours['peer']} is {ratio:.1f} times as fast "
        f"(aim {case.aim:.0f}: {verdict}), by processor time {theirs / ours['cpu']:.1f}"
    )


def _show_best(rows: list[Figures], ours: Figures) -> None:
    levels = {row["peer"]: row["log_likelihood"] for row in rows if "log_likelihood" in row}
    if "ours" in levels:
        short = max(levels.values()) - levels["ours"]
        verdict = "met" if short <= 1e-3 else "not met"
        print(f"  ours lies {short:.4f} below the highest log-likelihood (aim 0.001: {verdict})")
    theirs = [row["warm"] for row in rows if row["peer"].startswith("mirt") and "warm" in row]
    if theirs and "warm" in ours:
        verdict = "met" if ours["warm"] <= min(theirs) else "not met"
        print(f"  never slower than warm Python mirt: {verdict}")


def _load() -> str:
    return " ".join(f"{figure:.2f}" for figure in os.getloadavg())


def main(arguments: list[str]) -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks irt")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for each program")
    parser.add_argument("--only", nargs="+", choices=[case.id for case in CASES])
    parser.add_argument("--peers", nargs="+", help="ours, mirt, mirt-squarem, girth, 'R mirt' ...")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    given = parser.parse_args(arguments)
    cases = [case for case in CASES if given.only is None or case.id in given.only]
    results = run(cases, peers=given.peers, limit=given.limit)
    if given.json is not None:
        given.json.write_text(json.dumps(results, indent=1))
