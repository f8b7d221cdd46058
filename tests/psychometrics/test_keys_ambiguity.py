"""Keys that the answers speak against."""

import numpy as np
import pytest

from vbr_engine.bank.model import KeyKind
from vbr_engine.errors import ResponsesError
from vbr_engine.files import read_bank
from vbr_engine.psychometrics import key_ambiguity
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring.keys import Key, with_key
from vbr_engine.simulate import simulate_responses

BANK = read_bank("question_banks/homecare-values")
RESPONSES = simulate_responses(BANK, 500, seed=3)


def test_a_key_that_answers_were_drawn_from_is_clear():
    found = key_ambiguity(RESPONSES, BANK)
    assert len(found) == sum(item.format != "pick" for item in BANK.items)
    assert not found["ambiguous"].any()
    assert found["keyed_share"].gt(0.5).all()


def test_a_wrong_key_is_the_one_that_is_named():
    wrong = Key(
        "wrong",
        KeyKind.PANEL,
        {"same-question": (4, 2, 3, 1, 1), "at-the-gate": (1, 0, 0, -1, 0)},
    )
    bank = with_key(BANK, wrong)
    assert bank.item_by_id["at-the-gate"].key != BANK.item_by_id["at-the-gate"].key
    found = key_ambiguity(ResponseMatrix(RESPONSES.codes, RESPONSES.sittings, bank), bank)
    named = found[found["ambiguous"]]
    assert list(named["item"]) == ["same-question", "at-the-gate"]
    # The answers were drawn from a key that has d for both.
    assert list(named["modal"]) == ["d", "d"]
    assert named["why"].str.contains("hold d to be best").all()


def test_ties_hold_nothing_to_be_best():
    codes = RESPONSES.codes.copy()
    codes[:, :5] = 3
    found = key_ambiguity(ResponseMatrix(codes, RESPONSES.sittings, BANK), BANK)
    tied = found[found["item"] == "same-question"].iloc[0]
    assert (tied["n"], tied["ambiguous"]) == (0, False)
    assert "tells nothing" in tied["why"]
    assert np.isnan(tied["keyed_share"])


def test_too_few_people_are_refused():
    with pytest.raises(ResponsesError, match="three items with 50 answers"):
        key_ambiguity(simulate_responses(BANK, 20, seed=1), BANK)
