"""A bank may declare the rubric that answers in own words are rated on."""

import copy
import json

import pytest
from jsonschema import Draft7Validator

from vbr_engine.bank import dump_bank, load_bank
from vbr_engine.bank.compare import compare_banks
from vbr_engine.bank.json_schema import json_schema
from vbr_engine.bank.model import Rubric
from vbr_engine.bank.rubric import DEFAULT_RUBRIC, DEFAULT_RUBRIC_TEXTS, ThirdRule
from vbr_engine.bank.texts import texts_of
from vbr_engine.bank.versions import Level
from vbr_engine.errors import BankError
from vbr_engine.files import read_bank

TINY = dump_bank(read_bank("tests/banks/tiny"))


@pytest.fixture
def rated():
    """The tiny bank with a rubric of three levels, as a dump."""
    dump = copy.deepcopy(TINY)
    dump["bank"]["policy"]["rubric"] = {
        "points": [-0.5, 0, 1],
        "limit": 1,
        "third": "mean",
        "rater-sd-floor": 0.05,
    }
    names = {"0": "Against", "1": "Neither", "2": "With"}
    dump["catalogues"]["en"]["rubric"] = {
        "prompt": "Say what you would do.",
        "levels": {n: {"name": name, "look-for": f"Look {n}."} for n, name in names.items()},
    }
    return dump


def problems(dump):
    with pytest.raises(BankError) as raised:
        load_bank(dump)
    return {(problem.path, problem.message) for problem in raised.value.problems}


def test_it_is_read_and_written_back(rated):
    bank = load_bank(rated)
    assert bank.policy.rubric == Rubric((-0.5, 0.0, 1.0), 1, ThirdRule.MEAN, 0.05)
    assert bank.text().rubric.levels[2].look_for == "Look 2."
    again = load_bank(json.loads(json.dumps(dump_bank(bank))))
    assert again == bank
    assert again.sha256 == bank.sha256 != load_bank(TINY).sha256


def test_a_bank_without_one_says_nothing_of_it():
    bank = load_bank(TINY)
    assert bank.policy.rubric is None
    assert bank.text().rubric is None
    assert "rubric" not in dump_bank(bank)["bank"]["policy"]
    assert "rubric" not in dump_bank(bank)["catalogues"]["en"]


def test_editors_take_it_too(rated):
    bank, catalogue = rated["bank"], rated["catalogues"]["en"]
    assert not list(Draft7Validator(json_schema("bank")).iter_errors(bank))
    assert not list(Draft7Validator(json_schema("catalogue")).iter_errors(catalogue))
    bank["policy"]["rubric"]["third"] = "nearest"
    catalogue["rubric"]["levels"]["2"].pop("name")
    assert list(Draft7Validator(json_schema("bank")).iter_errors(bank))
    assert list(Draft7Validator(json_schema("catalogue")).iter_errors(catalogue))


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"points": [0, 0.5, 0.5]}, "policy.rubric.points.3", "0.5 is not above the 0.5"),
        ({"points": [0, 0.5, 1.5]}, "policy.rubric.points.3", "from -1 to 1"),
        ({"points": [0, 1]}, "policy.rubric.points", "a list of 3 to 10"),
        ({"limit": 2}, "policy.rubric.limit", "no third rater is ever called"),
        ({"limit": 1.5}, "policy.rubric.limit", "a whole number"),
        ({"third": "nearest"}, "policy.rubric.third", "one of: median; mean"),
        ({"rater-sd-floor": -1}, "policy.rubric.rater-sd-floor", "from 0 to 1"),
        ({"best": 1}, "policy.rubric.best", "is not a field here"),
    ],
)
def test_what_does_not_fit_is_named(rated, change, path, says):
    rated["bank"]["policy"]["rubric"] |= change
    found = problems(rated)
    assert [message for at, message in found if at == path and says in message], found
    assert len(found) == 1


def test_words_are_needed_for_every_level_and_no_other(rated):
    words = rated["catalogues"]["en"]["rubric"]["levels"]
    words["3"] = words.pop("1")
    assert {path for path, _ in problems(rated)} == {"rubric.levels.1", "rubric.levels.3"}


def test_a_rubric_without_words_and_words_without_a_rubric_are_told(rated):
    wordless = copy.deepcopy(rated)
    del wordless["catalogues"]["en"]["rubric"]
    assert problems(wordless) == {("rubric", "the words are missing")}
    del rated["bank"]["policy"]["rubric"]
    assert problems(rated) == {("rubric", "the bank's policy has no rubric")}


def test_a_half_broken_rubric_gives_its_own_problem_only(rated):
    rated["bank"]["policy"]["rubric"]["points"] = "high"
    assert {path for path, _ in problems(rated)} == {"policy.rubric.points"}


def test_candidates_read_the_prompt_and_raters_the_levels(rated):
    told = {placed.path: placed.reader for placed in texts_of(load_bank(rated).text())}
    assert told["rubric.prompt"] == "candidate"
    assert told["rubric.levels.0.look-for"] == "recruiter"


def test_what_a_change_means_for_answers_already_given(rated):
    before = load_bank(rated)
    added = {change.path: change.level for change in compare_banks(load_bank(TINY), before).changes}
    assert added == {"policy.rubric": Level.MINOR, "catalogues.en.rubric": Level.MINOR}
    rated["bank"]["policy"]["rubric"]["points"] = [0, 0.5, 1]
    rated["catalogues"]["en"]["rubric"]["prompt"] = "Tell us whom you would call, and when."
    rated["catalogues"]["en"]["rubric"]["levels"]["0"]["look-for"] = "Something quite different."
    changes = compare_banks(before, load_bank(rated)).changes
    assert {(change.group, change.level) for change in changes} == {
        ("policy", Level.MAJOR),
        ("answered", Level.MAJOR),
        ("said", Level.MAJOR),
    }


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_default_has_words_for_each_of_its_levels(language):
    levels = DEFAULT_RUBRIC_TEXTS[language].levels
    assert list(levels) == list(range(DEFAULT_RUBRIC.n_levels))
    assert len({words.name for words in levels.values()}) == DEFAULT_RUBRIC.n_levels
