"""The homecare bank in Welsh: a draft that says so, and gives no more away than the English."""

from dataclasses import replace

import numpy as np
import pytest

from vbr_engine.bank import ResponseFormat, lint_bank
from vbr_engine.bank.balance import longest_and_best
from vbr_engine.bank.compare import compare_banks
from vbr_engine.bank.texts import texts_of
from vbr_engine.bank.versions import Level
from vbr_engine.files import read_bank

BANK = read_bank("question_banks/homecare-values")
EARLIER = read_bank("question_banks/earlier/homecare-values-0.1.0")
ENGLISH, WELSH = BANK.text("en"), BANK.text("cy")


def length_and_key(texts):
    """Correlate length and key over all options, each within its item."""
    lengths, keys = [], []
    for item in BANK.items:
        key = np.array(item.key) * (-1 if item.format is ResponseFormat.RANK else 1)
        length = np.array([len(texts.items[item.id].options[o]) for o in item.options], float)
        lengths.extend((length - length.mean()) / length.std())
        keys.extend((key - key.mean()) / key.std())
    return np.corrcoef(lengths, keys)[0, 1]


def test_it_says_that_it_is_a_draft_to_programs_and_to_readers():
    assert WELSH.language == "cy"
    assert WELSH.is_draft_translation
    assert WELSH.status_note.startswith("Cyfieithiad drafft yw hwn. Does neb wedi'i adolygu eto")
    for said in ("Does dim panel", "does dim normau", "Peidiwch â'i ddefnyddio i benderfynu"):
        assert said in WELSH.status_note


def test_nothing_is_left_to_say_about_it():
    assert [str(p) for p in lint_bank(BANK) if p.file == "cy"] == []


def test_long_options_are_no_better_in_welsh_than_in_english():
    assert longest_and_best(BANK, WELSH)[0] <= longest_and_best(BANK, ENGLISH)[0]
    assert abs(length_and_key(ENGLISH)) < 0.05
    assert abs(length_and_key(WELSH)) < 0.05


def test_the_same_question_is_asked_in_the_same_words():
    asked = {}
    for name, item in ENGLISH.items.items():
        asked.setdefault(item.question, set()).add(WELSH.items[name].question)
    assert all(len(words) == 1 for words in asked.values())
    assert len({next(iter(words)) for words in asked.values()}) == len(asked)


@pytest.mark.parametrize("ti", [" ti ", " dy ", " di ", "wyt ", "tithau"])
def test_it_speaks_to_the_reader_as_chi(ti):
    told = [placed.path for placed in texts_of(WELSH) if ti in f" {placed.text.casefold()} "]
    assert told == []


def test_nothing_that_was_answered_or_scored_changed_since_the_english_version():
    difference = compare_banks(EARLIER, BANK)
    assert difference.level is Level.MINOR
    assert difference.enough
    assert BANK.items == EARLIER.items
    assert replace(BANK.policy, rubric=None) == EARLIER.policy
    assert replace(ENGLISH, rubric=None) == EARLIER.text("en")
