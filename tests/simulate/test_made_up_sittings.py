"""Made-up sittings: valid, reproducible, and related to the key as the model says."""

import numpy as np
import pytest

from vbr_engine.errors import InvalidInput
from vbr_engine.files import read_bank
from vbr_engine.responses import MISSING, check_answer
from vbr_engine.scoring import score
from vbr_engine.simulate import BLOCK, simulate_responses

BANK = read_bank("question_banks/homecare-values")


@pytest.mark.parametrize("careless", [0.0, 1.0])
def test_every_answer_is_one_that_a_screen_would_take(careless):
    responses = simulate_responses(BANK, 40, seed=1, careless=careless)
    for sitting in responses.sittings:
        answers = responses.answers(sitting)
        assert list(answers) == [item.id for item in BANK.items]
        for item in BANK.items:
            assert check_answer(item, answers[item.id]) == answers[item.id]


def test_the_seed_decides():
    first, again, other = (simulate_responses(BANK, 50, seed=s).codes for s in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.3


def test_the_default_form_leaves_the_other_items_out():
    responses = simulate_responses(BANK, 3, seed=1, form="default")
    assert {len(responses.answers(s)) for s in responses.sittings} == {BANK.blueprint.length}
    assert (responses.codes == MISSING).any()


def test_candidates_spread_and_values_go_together():
    scores = score(simulate_responses(BANK, 2_000, seed=2), BANK).score
    assert 0.4 < scores[0].mean() < 0.8
    assert scores[0].std() > 0.1
    between = np.corrcoef(scores[1:])[np.triu_indices(len(BANK.values), 1)]
    assert between.min() > 0.1
    assert between.max() < 0.9


def test_careless_candidates_score_about_what_guessing_does():
    scores = score(simulate_responses(BANK, 3_000, seed=3, careless=1.0), BANK)
    assert np.median(scores.score[0]) < 0.15
    flagged = (scores.flags & 1).mean()
    assert 0.4 < flagged < 0.6


def test_names_and_progress():
    told = []
    responses = simulate_responses(BANK, BLOCK + 1, seed=1, progress=told.append)
    assert told == [BLOCK, BLOCK + 1]
    assert responses.sittings[0] == "simulated-000001"
    assert responses.sittings[-1] == f"simulated-{BLOCK + 1:06d}"


@pytest.mark.parametrize(
    "wrong", [{"n": 0}, {"seed": -1}, {"form": "short"}, {"careless": 1.1}, {"careless": -0.1}]
)
def test_numbers_that_make_no_sense(wrong):
    with pytest.raises(InvalidInput, match="expected"):
        simulate_responses(BANK, **{"n": 1, "seed": 1, **wrong})
