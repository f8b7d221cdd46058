"""Reading age against published figures and syllables counted by hand."""

import pytest

from vbr_engine.bank.reading import count_words, reading_age, syllables

# Counted by ear, from words that care workers read.
BY_HAND = {
    1: "tea call help care time late notes takes asked called moved lie chief friend hour used "
    "tried",
    2: "carer client quiet wanted needed visit daughter worried being going kitchen toilet people "
    "settled handles pieces colleague building trouble lonely statement value",
    3: "medicine dignity privacy family manager previous serious several different supporting "
    "management involvement continued unable safeguarded visible dementia hygienic audience",
    4: "independent supervisor experience situation reliable safeguarded "
    "appreciate society variety information immediate continuing",
}


def test_syllables_agree_with_an_ear():
    counted = [(word, n) for n, words in BY_HAND.items() for word in words.split()]
    off = [(word, n, syllables(word)) for word, n in counted if syllables(word) != n]
    assert len(off) <= len(counted) / 15, off
    assert all(abs(mine - n) == 1 for _, n, mine in off), off


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        # The textbook example: 6 words, 6 syllables, 0.39 x 6 + 11.8 - 15.59.
        ("The cat sat on the mat.", -1.45),
        # textstat 0.7.13, with the CMU dictionary: 2.88.
        ("Cool dogs wear da sunglasses.", 2.88),
    ],
)
def test_the_formula_gives_published_grades(text, grade):
    assert reading_age(text) - 5 == pytest.approx(grade, abs=0.06)


def test_a_line_without_a_full_stop_is_a_sentence_of_its_own():
    assert reading_age("Ask her\nCall the office") == reading_age("Ask her. Call the office.")


def test_an_abbreviated_title_does_not_end_a_sentence():
    assert reading_age("You visit Mrs. Reed at home.") == reading_age("You visit Mrs Reed at home.")


def test_nothing_to_read_is_easy():
    assert reading_age("") == 5
    assert count_words("Don't go, Mr Bell!") == 4
