"""What the candidate reads: kind, true, and without anything that gives the key away."""

from __future__ import annotations

import json
import re

import pytest

from vbr_engine import simulate_responses
from vbr_engine.bank.form import draw_items
from vbr_engine.reports import candidate_feedback


@pytest.fixture(scope="module")
def profiles(homecare, profile_of, as_keyed, against_key):
    form = [item.id for item in draw_items(homecare)]
    matrix = simulate_responses(homecare, 60, seed=5)
    made = [profile_of(as_keyed), profile_of(against_key), profile_of({})]
    for number, sitting in enumerate(matrix.sittings):
        answers = matrix.answers(sitting)
        made.append(profile_of({item: answers[item] for item in form[: 2 + number % 15]}))
    return made


def words_of(feedback) -> str:
    """The text that a person reads, without ids."""
    told = [*feedback.asked, feedback.strengths_note, feedback.reflection_note]
    told += [*feedback.next_steps, *feedback.rights]
    points = [*feedback.strengths, *([feedback.reflection] if feedback.reflection else [])]
    told += [words for point in points for words in (point.name, point.text)]
    return "\n".join(told)


def test_no_number_no_band_no_key(homecare, profiles):
    catalogue = homecare.text()
    secrets = [band.name for band in catalogue.bands.values()]
    secrets += [text.rationale for text in catalogue.items.values()]
    secrets += [words for text in catalogue.items.values() for words in text.options.values()]
    for profile in profiles:
        feedback = candidate_feedback(profile, homecare, contact="Jo Example")
        told = words_of(feedback)
        assert not re.search(r"\d|per cent|percentile|score|rank|band", told)
        assert not [words for words in secrets if words.casefold() in told.casefold()]
        assert not [words for words in secrets if words in json.dumps(feedback.to_dict())]


def test_strengths_are_earned_and_not_the_thing_to_think_about(homecare, profiles):
    seen = set()
    for profile in profiles:
        feedback = candidate_feedback(profile, homecare)
        strong = [point.value for point in feedback.strengths]
        seen.add(len(strong))
        assert all(profile.value(value).score >= 0.65 for value in strong)
        assert feedback.reflection is None or feedback.reflection.value not in strong
    assert seen == {0, 1, 2, 3}


def test_the_lowest_result_gets_a_kind_and_true_word(homecare, profile_of, against_key):
    feedback = candidate_feedback(profile_of(against_key), homecare)
    assert feedback.strengths == ()
    assert "chose differently from the people who wrote the questions" in feedback.strengths_note
    assert "bring them to the interview" in feedback.strengths_note
    assert feedback.reflection is not None


def test_nothing_answered_is_no_mark_against_anybody(homecare, profile_of):
    feedback = candidate_feedback(profile_of({}), homecare)
    assert "not a mark against you" in feedback.strengths_note
    assert feedback.asked[0].startswith("You answered no situations")
    assert (feedback.strengths, feedback.reflection) == ((), None)


def test_the_key_itself_earns_three_strengths_and_still_a_thought(homecare, profile_of, as_keyed):
    feedback = candidate_feedback(profile_of(as_keyed), homecare)
    assert len(feedback.strengths) == 3
    assert feedback.reflection is not None
    texts = homecare.text().values
    assert [point.text for point in feedback.strengths] == [
        texts[point.value].strength for point in feedback.strengths
    ]


@pytest.mark.parametrize(("given", "shown"), [(None, None), ("  ", None), (" Jo ", "Jo")])
def test_whom_to_ask(homecare, profile_of, given, shown):
    assert candidate_feedback(profile_of({}), homecare, contact=given).contact == shown
