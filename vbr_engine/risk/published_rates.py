"""Published rates to stand beside a provider's own: dated, sourced, and named for what they are."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pkgutil import get_data

__all__ = ["Benchmark", "benchmark_for", "benchmarks", "read_benchmarks"]


@dataclass(frozen=True)
class Benchmark:
    """A published rate.

    Parameters
    ----------
    area, measure, service : str
    outcome : {"leaving", "withdrawal"}
        What it is set beside.
    horizon : int
        Days that the rate covers.
    period : str
        Year that it is about.
    rate : float, optional
        0 to 1; none where no figure could be found.
    basis : str
        What is counted. ``stock turnover`` is leavers of a year to all staff: it is not the risk of
        somebody who starts.
    publisher, source, address, read : str
        Who says so, where, and on which day it was read.

    Examples
    --------
    >>> benchmark_for("leaving", 365).sentence
    'staff turnover in domiciliary care, England, 2023/24: 24.6% (stock turnover, which is not a \
risk of new starters)'
    """

    area: str
    measure: str
    service: str
    outcome: str
    horizon: int
    period: str
    rate: float | None
    basis: str
    publisher: str
    source: str
    address: str
    read: str

    @property
    def sentence(self) -> str:
        """What it is, in words."""
        figure = "no figure" if self.rate is None else f"{self.rate:.1%}"
        kind = "stock turnover, which is not a risk of new starters"
        about = kind if self.basis == "stock turnover" else self.basis
        return f"{self.measure} in {self.service}, {self.area}, {self.period}: {figure} ({about})"


def read_benchmarks(rows: Iterable[Mapping[str, str]]) -> tuple[Benchmark, ...]:
    """Read a table of benchmarks, such as a provider's own.

    Parameters
    ----------
    rows : iterable of mapping
        With the columns of `Benchmark`.

    Returns
    -------
    tuple of Benchmark
    """
    return tuple(
        Benchmark(
            **{
                **row,
                "rate": float(row["rate"]) if row["rate"] else None,
                "horizon": int(row["horizon"]),
            }  # type: ignore[arg-type]
        )
        for row in rows
    )


@cache
def benchmarks() -> tuple[Benchmark, ...]:
    """List the published rates that come with the package.

    Returns
    -------
    tuple of Benchmark

    Examples
    --------
    >>> {benchmark.basis for benchmark in benchmarks()}
    {'stock turnover'}
    """
    text = (get_data("vbr_engine.risk", "benchmarks.csv") or b"").decode("utf-8")
    return read_benchmarks(csv.DictReader(StringIO(text)))


def benchmark_for(
    outcome: str, horizon: int | None, *, area: str = "England", service: str = "domiciliary care"
) -> Benchmark | None:
    """Find the newest published rate to set beside an outcome.

    Parameters
    ----------
    outcome : {"leaving", "withdrawal"}
    horizon : int, optional
        Days; 365 where not given.
    area, service : str

    Returns
    -------
    Benchmark or None
        None where nothing is published for that outcome and horizon.

    Examples
    --------
    >>> benchmark_for("leaving", 90) is None
    True
    """
    wanted = (outcome, 365 if horizon is None else horizon, area, service)
    fitting = [
        held
        for held in benchmarks()
        if (held.outcome, held.horizon, held.area, held.service) == wanted and held.rate is not None
    ]
    return max(fitting, key=lambda held: held.period, default=None)
