"""An analysis as JSON: there and back, and what a damaged file is told."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from vbr_engine.analysis import TABLES, Analysis, parse_analysis
from vbr_engine.analysis.tables import typed
from vbr_engine.bank.proposals import Proposal
from vbr_engine.errors import BankError


def _one_row(name: str) -> pd.DataFrame:
    cells = {"text": "a", "count": 2, "number": 0.1, "truth": True}
    return typed(name, pd.DataFrame([{c: cells[kind] for c, (kind, _) in TABLES[name].items()}]))


@pytest.fixture
def full() -> Analysis:
    proposal = Proposal("items.tea.key.b", "rekey", "A panel gave 4.", to=4, evidence={"n": 90})
    return Analysis(
        {"bank": "b 0.1.0", "sha256": "0" * 64, "sittings": 2},
        notes=("One note.",),
        proposals=(proposal,),
        factor={"rmsr": 0.1},
        calibration={"model": "graded", "aic": float("nan")},
        **{name: _one_row(name) for name in TABLES},
    )


def test_it_comes_back_the_same_from_json(full: Analysis) -> None:
    back = parse_analysis(json.loads(json.dumps(full.to_dict(), allow_nan=False)))
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(back, name), getattr(full, name))
    assert (back.about, back.notes, back.proposals) == (full.about, full.notes, full.proposals)
    assert back.factor == full.factor
    assert np.isnan(back.calibration["aic"])


def test_empty_tables_come_back_with_their_kinds() -> None:
    back = parse_analysis(json.loads(json.dumps(Analysis({"bank": None}).to_dict())))
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(back, name), getattr(Analysis({}), name))


def test_a_missing_number_is_null_and_not_a_number_again() -> None:
    row = typed("items", pd.DataFrame({"item": ["tea"], "n": [3]}))
    document = Analysis({"bank": None}, items=row).to_dict()
    assert document["items"][0]["sd"] is None
    assert np.isnan(parse_analysis(document).items["sd"].iloc[0])


def test_a_damaged_file_is_told_everything_that_is_wrong(full: Analysis) -> None:
    document = full.to_dict()
    document["items"][0]["facility"] = "high"
    document["items"][0]["n"] = 2.5
    del document["loadings"][0]["loading"]
    document["keys"] = {"key": "current"}
    document["notes"] = "none"
    document["proposals"][0]["change"] = "burn"
    with pytest.raises(BankError) as caught:
        parse_analysis(document)
    told = str(caught.value)
    for wanted in (
        "items.1.facility: expected a number or null, got",
        "items.1.n: expected a whole number, got",
        "loadings.1.loading: is missing",
        "keys: expected a list of rows, got",
        "notes: expected a list of sentences, got",
        "proposals.1.change:",
    ):
        assert wanted in told


@pytest.mark.parametrize("document", [None, [], "text", {}, {"format": 2, "about": {}}])
def test_what_is_no_analysis_is_refused(document: object) -> None:
    with pytest.raises(BankError, match="expected"):
        parse_analysis(document)


def test_a_flood_of_problems_is_cut_short(full: Analysis) -> None:
    document = full.to_dict() | {"items": [{}] * 5}
    with pytest.raises(BankError, match="and 40 more"):
        parse_analysis(document)
