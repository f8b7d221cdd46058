"""Theta of everybody, written where the codes are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from vbr_engine.bulk.holding import HeldPart
from vbr_engine.bulk.outputs import OutputPart
from vbr_engine.bulk.partitions import Partition, batches
from vbr_engine.bulk.passes import Coding, Pass
from vbr_engine.psychometrics.curves import Array, ItemParameters
from vbr_engine.psychometrics.persons import EapTable

__all__ = ["Thetas"]


@dataclass(frozen=True, eq=False)
class Thetas(Pass):
    """Expected theta of each row and its standard error, written to a part of its own.

    Parameters
    ----------
    items : ItemParameters
    nodes : ndarray
    mean, sd : float
        Of the prior.
    target : OutputPart
    names : str, optional
        The column that names the rows; their numbers in the file by default.
    """

    items: ItemParameters
    nodes: Array
    mean: float
    sd: float
    target: OutputPart
    names: str | None

    def over(self, held: HeldPart, coding: Coding) -> int:
        """Score the partition, write, and tell how many rows there are."""
        table = EapTable(self.items, nodes=self.nodes, mean=self.mean, sd=self.sd)
        scores = [table.many(coding.apply(codes)) for codes, _ in held.pieces()]
        found = np.concatenate(scores)
        name = self.names or "row"
        frame = pd.DataFrame(
            {name: _names(self.target.partition, self.names), "theta": found[:, 0]}
        )
        self.target.write(frame.assign(se=found[:, 1]))
        return len(frame)


def _names(partition: Partition, column: str | None) -> Any:
    if column is None:
        first = partition.first_row + 1
        return np.arange(first, first + partition.rows)
    told = [batch.column(0).to_pandas().astype(str) for batch in batches(partition, [column])]
    return pd.concat(told, ignore_index=True)
