"""Rival keys side by side, keys that the answers speak against, and what a panel holds."""

from __future__ import annotations

from typing import Any

import pandas as pd

from vbr_engine.analysis.answers import Answers
from vbr_engine.analysis.notes import Notes
from vbr_engine.analysis.tables import empty, typed
from vbr_engine.psychometrics.ambiguity import key_ambiguity
from vbr_engine.psychometrics.key_comparison import KeyComparison, compare_keys
from vbr_engine.psychometrics.panel import PanelStatistics
from vbr_engine.psychometrics.rivals import rival_keys

__all__ = ["rival_tables"]

LEAST_SITTINGS = 30


def rival_tables(
    answers: Answers,
    *,
    panel: PanelStatistics | None,
    outcome: pd.Series[Any] | None,
    group: pd.Series[Any] | None,
    notes: Notes,
) -> dict[str, pd.DataFrame]:
    """Give ``keys``, ``ambiguity`` and ``panel``; all empty without a bank."""
    tables = {name: empty(name) for name in ("keys", "ambiguity", "panel")}
    if panel is not None:
        tables["panel"] = typed("panel", panel.options)
        notes.add(*panel.notes)
    bank, responses = answers.bank, answers.responses
    if bank is None or responses is None:
        return tables
    if len(answers) < LEAST_SITTINGS:
        notes.add(
            f"No rival keys: to compare them needs {LEAST_SITTINGS} sittings, and there are "
            f"{len(answers)}."
        )
        return tables

    def compared() -> KeyComparison:
        rivals = rival_keys(responses, bank, panel=panel, outcome=outcome)
        return compare_keys(responses, bank, rivals, outcome=outcome, group=group)

    made = notes.attempt("Rival keys", compared)
    if made is not None:
        tables["keys"] = typed("keys", made.keys)
        notes.add(*made.notes)
    held = notes.attempt("Ambiguous keys", lambda: key_ambiguity(responses, bank))
    if held is not None:
        tables["ambiguity"] = typed("ambiguity", held)
    return tables
