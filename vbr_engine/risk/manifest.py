"""What a model was trained on and with: so that somebody else can do it again."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy

from vbr_engine._version import __version__
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.features import Effect
from vbr_engine.risk.priors import prior_table
from vbr_engine.risk.spells import Spells

__all__ = ["frame_hash", "manifest"]


def manifest(careers: Careers, spells: Spells, effects: Sequence[Effect]) -> dict[str, Any]:
    """Write down what a model learns from.

    Parameters
    ----------
    careers : Careers
    spells : Spells
        Those of the careers that count.
    effects : sequence of Effect

    Returns
    -------
    dict
        ``data`` (SHA-256 of the table), ``cut``, ``rows`` by what became of them, ``versions``,
        ``priors`` with sources, ``seeds`` (none: nothing is drawn).
    """
    return {
        "data": frame_hash(careers.frame),
        "cut": careers.cut.date().isoformat(),
        "rows": _rows(careers, spells),
        "versions": {
            "vbr-engine": __version__,
            "python": ".".join(map(str, sys.version_info[:3])),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "pandas": pd.__version__,
        },
        "priors": {
            "dated": str(prior_table()["dated"]),
            "table": [_prior(effect) for effect in effects],
        },
        "seeds": [],
        "notes": list(careers.notes),
        "simulated": bool(
            careers.frame["application"].astype(str).str.startswith("simulated-").all()
        ),
    }


def frame_hash(frame: pd.DataFrame) -> str:
    """Return a SHA-256 of a table: its columns' names, and its rows in their order.

    Parameters
    ----------
    frame : DataFrame

    Returns
    -------
    str

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1, 2]})
    >>> frame_hash(table) == frame_hash(table.copy())
    True
    >>> frame_hash(table) == frame_hash(table[::-1])
    False
    """
    digest = hashlib.sha256("\n".join(map(str, frame.columns)).encode("utf-8"))
    digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def _rows(careers: Careers, spells: Spells) -> dict[str, int]:
    seen = (spells.exited > spells.entered) | (spells.exposure > 0)
    rows = {"applications": len(careers), "used": int(seen.sum())}
    if spells.outcome == "leaving":
        rows["left out: did not start work"] = len(careers) - len(spells)
    rows["left out: nothing seen before the cut"] = int((~seen).sum())
    rows["ended by the candidate"] = spells.n_events
    rows["ended otherwise"] = int((spells.cause == 2).sum())
    rows["not ended at the cut"] = int(((spells.cause == 0) & seen).sum())
    return rows


def _prior(effect: Effect) -> dict[str, Any]:
    return {
        "effect": effect.name,
        "mean": effect.prior_mean,
        "sd": effect.prior_sd,
        "published": effect.published,
        "source": effect.source,
        "about": effect.about,
    }
