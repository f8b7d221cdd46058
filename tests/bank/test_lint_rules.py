"""Each lint rule finds what it is for, and leaves sound texts alone."""

import copy
import time

import pytest

from vbr_engine.bank import dump_bank, lint_bank, load_bank
from vbr_engine.files import read_bank

TINY = "tests/banks/tiny"
HOMECARE = "question_banks/homecare-values"


@pytest.fixture
def dump():
    return copy.deepcopy(dump_bank(read_bank(TINY)))


def found(dump, rule):
    return [(p.path, p.message) for p in lint_bank(load_bank(dump)) if p.rule == rule]


def english(dump):
    return dump["catalogues"]["en"]


def test_banks_of_this_project_have_no_errors_or_warnings():
    for name in (TINY, HOMECARE):
        grave = [str(p) for p in lint_bank(read_bank(name)) if p.severity != "note"]
        assert not grave


LONG = (
    "Notwithstanding considerable organisational difficulties, the responsible professional "
    "nevertheless demonstrates unconditional availability, accompanying individuals throughout "
    "particularly complicated administrative consultations regarding reimbursement."
)


@pytest.mark.parametrize("path", ["items.cold-tea.scenario", "summary", "values.kind.reflection"])
def test_hard_text_is_found(dump, path):
    assert found(dump, "reading-age") == []
    *around, last = path.split(".")
    part = english(dump)
    for step in around:
        part = part[step]
    part[last] = LONG
    assert path in [where for where, _ in found(dump, "reading-age")]


def test_an_item_is_judged_as_a_whole(dump):
    english(dump)["items"]["cold-tea"]["options"]["a"] = LONG
    paths = [where for where, _ in found(dump, "reading-age")]
    assert paths == ["items.cold-tea"]


def test_the_formula_is_not_used_for_another_language(dump):
    welsh = copy.deepcopy(english(dump)) | {"language": "cy", "summary": LONG}
    dump["catalogues"]["cy"] = welsh
    assert found(dump, "reading-age") == []


ASKS = [
    "How is your health?",
    "Are you disabled?",
    "Do you suffer from back pain?",
    "Tell us about your sickness record.",
    "Have you ever been ill for more than a week?",
    "Do you have any health conditions?",
    "How many days have you been off sick this year?",
    "How does your religion help you at work?",
    "What is your age?",
    "Are you planning to have children?",
    "Does your disability affect lifting?",
    "Do you take any medication?",
    "You must be fit and healthy.",
]


@pytest.mark.parametrize("text", ASKS)
@pytest.mark.parametrize("place", ["question", "discuss"])
def test_a_question_about_the_candidates_own_health_is_an_error(dump, text, place):
    english(dump)["items"]["cold-tea"][place] = text
    problems = [p for p in lint_bank(load_bank(dump)) if p.rule == "personal-question"]
    assert [(p.path, p.severity) for p in problems] == [(f"items.cold-tea.{place}", "error")]


def test_an_interview_probe_is_held_to_the_same_rule(dump):
    english(dump)["values"]["kind"]["probes"][0]["question"] = "Have you had any illness?"
    assert [path for path, _ in found(dump, "personal-question")] == [
        "values.kind.probes.1.question"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Mr Bell refuses his medicine. His illness makes him tired.",
        'You say: "Here is your medicine. How is your health today?"',
        "Her daughter asks: “Do you have any pain? Do you suffer?”",
        "You wake up with a fever before your shift. You feel sick.",
        "A new colleague is off sick and the rota changes.",
        "Miss Shah's religion matters to her, and she asks for other food.",
        "You think of your faithful dog and your ageing car.",
    ],
)
def test_a_story_about_the_person_cared_for_is_left_alone(dump, text):
    english(dump)["items"]["cold-tea"]["scenario"] = text
    english(dump)["items"]["cold-tea"]["options"]["b"] = text
    assert found(dump, "personal-question") == []


def test_a_story_that_asks_the_candidate_is_found(dump):
    english(dump)["items"]["cold-tea"]["scenario"] = "You are at a call. Are you disabled?"
    assert len(found(dump, "personal-question")) == 1


def test_idioms_are_found_as_whole_phrases(dump):
    english(dump)["items"]["cold-tea"]["options"]["c"] = "You go the extra mile for her."
    assert found(dump, "idiom") == [
        (
            "items.cold-tea.options.c",
            "'go the extra mile' is an idiom; say it so that every reader can follow",
        )
    ]
    english(dump)["items"]["cold-tea"]["options"]["c"] = "You measure one extra mile."
    assert found(dump, "idiom") == []


def test_untranslated_text_is_found_by_path(dump):
    dump["catalogues"]["cy"] = welsh = copy.deepcopy(english(dump)) | {"language": "cy"}
    paths = [path for path, _ in found(dump, "untranslated")]
    assert {"title", "items.cold-tea.scenario", "items.wet-coat.options.c"} <= set(paths)
    welsh["title"] = "Banc bach"
    assert "title" not in [path for path, _ in found(dump, "untranslated")]


def longest_is(dump, best):
    """Make the best options the longest, or the shortest."""
    for item in dump["bank"]["items"]:
        options = english(dump)["items"][item["id"]]["options"]
        key = item["key"]
        if item["format"] == "rate":
            keyed = [option for option in key if key[option] == max(key.values())]
        elif item["format"] == "rank":
            keyed = [option for option in key if key[option] == 1]
        else:
            keyed = [key["most"]] if item["format"] == "most-least" else key
        for option in options:
            options[option] = "Do it. " * (6 if (option in keyed) == best else 3)


@pytest.mark.parametrize(("best", "n_warnings", "n_notes"), [(True, 1, 6), (False, 0, 0)])
def test_a_best_option_that_is_always_the_longest_is_a_cue(dump, best, n_warnings, n_notes):
    longest_is(dump, best)
    cues = found(dump, "length-cue")
    assert len(cues) == n_warnings
    assert len(found(dump, "long-best-option")) in {n_notes, n_notes - 1}  # pick: 3 of 8 are long
    if best:
        # 1/4 + 1/5 + 1/4 + 1/5 + 1/4 + 3/8 of an item by chance.
        assert "6 of 6 items; by chance it would be in 1.5" in cues[0][1]


def many(dump, n, place):
    """A bank of n rate items whose best option stands at `place(i)` of four."""
    words = english(dump)
    model, text = dump["bank"]["items"][0], words["items"]["cold-tea"]
    dump["bank"]["items"] = []
    words["items"] = {}
    for i in range(n):
        key = {option: 1 + (j + i) % 3 for j, option in enumerate("abcd")}
        key["abcd"[place(i)]] = 4
        value = ["kind", "honest"][i % 2]
        dump["bank"]["items"].append(model | {"id": f"item-{i}", "key": key, "value": value})
        words["items"][f"item-{i}"] = copy.deepcopy(text)
    dump["bank"]["form"] |= {"length": 4, "per-format": {"rate": 4}}
    return dump


def test_best_options_that_favour_a_place_are_found(dump):
    # 40 items: chi-square of (40, 0, 0, 0) against 10 each is 120, of (10, 10, 10, 10) is 0.
    assert "1: 40 (10.0)" in found(many(dump, 40, lambda i: 0), "key-position")[0][1]


def test_best_options_spread_evenly_are_left_alone(dump):
    assert found(many(dump, 40, lambda i: i % 4), "key-position") == []


@pytest.mark.parametrize(("extra", "says"), [(4, False), (5, True)])
def test_the_limit_is_five_per_cent(dump, extra, says):
    # 3 degrees of freedom: 7.815 in any table. Seen 10+3x, 10-x three times: 12 x^2 / 10.
    # x = 4 in steps of one item: (10 + 2 x) against two that lose x: 8 x^2... enumerated below.
    seen = [10 + extra, 10 + extra, 10 - extra, 10 - extra]
    chi_square = sum((n - 10) ** 2 / 10 for n in seen)
    assert (chi_square > 7.815) == says
    places = [place for place, n in enumerate(seen) for _ in range(n)]
    assert bool(found(many(dump, 40, lambda i: places[i]), "key-position")) == says


def test_options_in_the_order_of_the_key_are_found(dump):
    dump["bank"]["items"][1]["key"] = {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}
    assert [path for path, _ in found(dump, "key-order")] == ["items.long-talk.key"]


def test_a_form_that_leaves_a_value_or_a_format_out_is_found(dump):
    dump["bank"]["form"] |= {
        "length": 2,
        "per-value": {"kind": 2, "honest": 0},
        "per-format": {"rate": 2, "rank": 0},
    }
    paths = [path for path, _ in found(dump, "coverage")]
    assert paths == [
        "form.per-value.honest",
        "form.per-format",
        "form.per-format",
        "form.per-format",
        "items.long-talk",
    ]


def test_a_large_bank_is_linted_quickly(dump):
    bank = load_bank(many(dump, 200, lambda i: i % 4))
    started = time.perf_counter()
    lint_bank(bank)
    assert time.perf_counter() - started < 2
