"""Sittings as a fit takes them: with their weights and groups, alike ones counted once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics.categories import CategoryTable
from vbr_engine.psychometrics.category_reading import TableError
from vbr_engine.psychometrics.curves import Array
from vbr_engine.psychometrics.expectation import Answers
from vbr_engine.psychometrics.patterns import collapse

__all__ = ["check_varies", "in_order", "key_codes", "weighted"]


def check_varies(table: CategoryTable) -> None:
    """Refuse a table from which nothing can be estimated."""
    if len(table) < 2:
        raise TableError(f"expected at least 2 sittings, got n_samples = {len(table)}")
    if table.n_categories.max() < 2:
        raise TableError("expected at least one item on which people differ, got none")


def weighted(
    table: CategoryTable, sample_weight: ArrayLike | None, groups: ArrayLike | None
) -> tuple[Array, NDArray[np.intp], list[Any]]:
    """Weights, group numbers and group labels."""
    n = len(table)
    weights = np.ones(n) if sample_weight is None else np.asarray(sample_weight, dtype=float)
    if weights.shape != (n,):
        raise TableError(f"expected {n} weights in 1D, got sample_weight.shape {weights.shape}")
    if not np.all(np.isfinite(weights)) or weights.min() < 0 or weights.sum() <= 0:
        raise TableError("every sample weight is zero, or one is negative or missing")
    if groups is None:
        return weights, np.zeros(n, dtype=np.intp), ["all"]
    codes, labels = pd.factorize(np.asarray(groups), sort=True)
    if len(codes) != n or np.any(codes < 0):
        raise TableError(f"expected a group for each of {n} sittings, got some missing")
    return weights, codes.astype(np.intp), list(labels)


def in_order(table: CategoryTable, weights: Array, groups: NDArray[np.intp]) -> Answers:
    """Sorted by group; one row per pattern where that saves work."""
    codes = table.codes
    if np.log(np.maximum(table.n_categories, 1)).sum() < np.log(len(codes)) + 4:
        codes, weights, groups, _ = collapse(codes, weights, groups)
    elif groups[-1] or groups.any():
        order = np.argsort(groups, kind="stable")
        codes, weights, groups = codes[order], weights[order], groups[order]
    return Answers(codes, weights, groups, table.n_categories)


def key_codes(key: ArrayLike | None, table: CategoryTable) -> NDArray[np.intp] | None:
    """Number of the keyed category of each item; -1 where it is not among those chosen."""
    if key is None:
        return None
    words = list(np.asarray(key).tolist())
    if len(words) != len(table.items):
        raise InvalidInput(f"expected a key for {len(table.items)} items, got {len(words)}")
    return np.array(
        [
            labels.index(word) if word in labels else -1
            for word, labels in zip(words, table.labels, strict=True)
        ],
        dtype=np.intp,
    )
