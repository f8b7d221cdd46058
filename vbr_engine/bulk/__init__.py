"""Answers too many for memory: partitions on one machine, or on a cluster."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Loaded on first use: who works on one machine does not wait for the cluster's library.
_HOME = {
    "BankReader": "reading",
    "Calibration": "calibration",
    "Cluster": "cluster",
    "OneMachine": "crews",
    "Partition": "partitions",
    "PartitionedTable": "partitions",
    "TableReader": "reading",
    "calibrate_partitions": "calibration",
    "find_partitions": "partitions",
    "is_partitioned": "partitions",
    "score_partitions": "scoring",
    "table_reader": "calibration",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
