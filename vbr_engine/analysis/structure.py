"""Whether the items measure one thing: parallel analysis, and one factor with what it leaves."""

from __future__ import annotations

from typing import Any

import pandas as pd

from vbr_engine.analysis.answers import Answers
from vbr_engine.analysis.notes import Notes
from vbr_engine.analysis.tables import empty, typed
from vbr_engine.psychometrics.dimensionality import one_factor, parallel_analysis

__all__ = ["structure_tables"]

LEAST_SITTINGS = 30
LEAST_ITEMS = 3


def structure_tables(
    answers: Answers, notes: Notes
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Give ``dimensionality``, ``loadings`` and ``residuals``, and the figures of ``factor``."""
    tables = {name: empty(name) for name in ("dimensionality", "loadings", "residuals")}
    if len(answers) < LEAST_SITTINGS:
        notes.add(
            f"No search for factors: it needs {LEAST_SITTINGS} sittings, and there are "
            f"{len(answers)}."
        )
        return tables, {}
    scores = answers.varying
    if scores.shape[1] < LEAST_ITEMS:
        notes.add(f"No search for factors: fewer than {LEAST_ITEMS} items differ between people.")
        return tables, {}
    factor: dict[str, Any] = {}
    found = notes.attempt("Parallel analysis", lambda: parallel_analysis(scores))
    if found is not None:
        held = found.eigenvalues.reset_index()
        names = {"observed": "eigenvalue", "random_quantile": "parallel_95"}
        tables["dimensionality"] = typed("dimensionality", held.rename(columns=names))
        factor["n_factors"] = found.n_factors
    one = notes.attempt("One factor", lambda: one_factor(scores))
    if one is not None:
        notes.add(*one.advice)
        held = one.loadings.rename_axis("item").reset_index()
        tables["loadings"] = typed("loadings", held)
        tables["residuals"] = typed("residuals", one.largest_residuals())
        factor |= {
            "rmsr": one.rmsr,
            "explained": one.explained,
            "eigenvalue_ratio": one.eigenvalue_ratio,
        }
    return tables, factor
