"""A second language: what it says of itself, and whether it says as much as the first."""

import copy

import pytest
from click.testing import CliRunner

from vbr_engine.bank import dump_bank, lint_bank, load_bank
from vbr_engine.bank.compare import compare_banks
from vbr_engine.bank.lint import rules_without
from vbr_engine.bank.model import Translation, TranslationState
from vbr_engine.bank.versions import Level
from vbr_engine.cli import vbr
from vbr_engine.errors import BankError
from vbr_engine.files import read_bank

TINY = "tests/banks/tiny"
REVIEWED = {"state": "reviewed", "reviewer": "care manager", "on": "2027-02-01"}


@pytest.fixture
def dump():
    """The tiny bank with a Welsh catalogue that is as yet the English one."""
    made = copy.deepcopy(dump_bank(read_bank(TINY)))
    welsh = copy.deepcopy(made["catalogues"]["en"])
    made["catalogues"]["cy"] = welsh | {"language": "cy", "translation": {"state": "draft"}}
    return made


def found(dump, *rules):
    return [(p.path, p.message) for p in lint_bank(load_bank(dump)) if p.rule in rules]


def test_a_draft_says_so_and_the_first_language_says_nothing(dump):
    bank = load_bank(dump)
    assert bank.text("cy").translation == Translation(TranslationState.DRAFT)
    assert bank.text("cy").is_draft_translation
    assert bank.text("en").translation is None
    assert not bank.text("en").is_draft_translation


def test_a_review_names_role_and_day_and_comes_back_as_it_was(dump):
    dump["catalogues"]["cy"]["translation"] = REVIEWED
    bank = load_bank(dump)
    assert bank.text("cy").translation == Translation(
        TranslationState.REVIEWED, "care manager", "2027-02-01"
    )
    assert not bank.text("cy").is_draft_translation
    assert load_bank(dump_bank(bank)) == bank
    assert dump_bank(bank)["catalogues"]["cy"]["translation"] == REVIEWED


def test_a_bank_without_the_field_keeps_its_hash(dump):
    assert "translation" not in dump_bank(read_bank(TINY))["catalogues"]["en"]
    other = copy.deepcopy(dump)
    del other["catalogues"]["cy"]["translation"]
    assert load_bank(other).sha256 != load_bank(dump).sha256


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"state": "reviewed"}, "translation.reviewer: is missing"),
        ({"state": "reviewed", "reviewer": "manager"}, "translation.on: is missing"),
        ({"state": "reviewed", "on": "2027-02"}, "translation.reviewer: is missing"),
        (REVIEWED | {"on": "1 February"}, "translation.on: expected a day such as 2027-02-01"),
        (REVIEWED | {"state": "draft"}, "translation.reviewer: is not a field here"),
        ({"state": "done"}, "translation.state: expected one of: draft; reviewed"),
        ("draft", "translation: expected a mapping"),
        ({}, "translation.state: is missing"),
    ],
)
def test_half_a_statement_is_refused(dump, given, said):
    dump["catalogues"]["cy"]["translation"] = given
    with pytest.raises(BankError) as refused:
        load_bank(dump)
    told = " ".join(map(str, refused.value.problems))
    assert said in told


def test_a_language_more_and_its_review_are_minor_changes(dump):
    english = copy.deepcopy(dump)
    del english["catalogues"]["cy"]
    added = compare_banks(load_bank(english), load_bank(dump))
    assert [(c.path, c.kind, c.level) for c in added.changes] == [
        ("catalogues.cy", "added", Level.MINOR)
    ]
    reviewed = copy.deepcopy(dump)
    reviewed["catalogues"]["cy"]["translation"] = REVIEWED
    assert compare_banks(load_bank(dump), load_bank(reviewed)).level is Level.MINOR


def test_a_list_with_fewer_entries_is_found_and_one_with_more(dump):
    assert found(dump, "parity") == []
    english, welsh = (dump["catalogues"][tag]["values"]["kind"] for tag in ("en", "cy"))
    number = len(welsh["positive"]) + 1
    welsh["positive"] = [*welsh["positive"], "Mae’n gwrando."]
    assert found(dump, "parity") == [(f"values.kind.positive.{number}", "en says nothing here")]
    english["positive"] = [*welsh["positive"], "Listens."]
    assert found(dump, "parity") == [
        (
            f"values.kind.positive.{number + 1}",
            "en says something here, and this does not",
        )
    ]


@pytest.mark.parametrize(
    ("english", "welsh", "said"),
    [
        ("Write to {office}.", "Ysgrifennwch at {swyddfa}.", "placeholders are {swyddfa}; in en {"),
        ("You have 10 minutes.", "Mae gennych 15 munud.", "figures are 15; in en 10"),
        ("It costs £2.50.", "Mae’n costio £2.", "figures are 2; in en 2.50"),
    ],
)
def test_other_placeholders_and_figures_are_found(dump, english, welsh, said):
    dump["catalogues"]["en"]["summary"] = english
    dump["catalogues"]["cy"]["summary"] = welsh
    ((path, message),) = found(dump, "parity")
    assert path == "summary"
    assert said in message


def test_an_option_that_grew_against_its_neighbours_is_noted(dump):
    options = dump["catalogues"]["cy"]["items"]["cold-tea"]["options"]
    assert found(dump, "length-shift") == []
    for option, text in options.items():  # all twice as long: nothing has shifted
        options[option] = f"{text} {text}"
    assert found(dump, "length-shift") == []
    name = min(options, key=lambda option: len(options[option]))
    options[name] *= 3
    assert f"items.cold-tea.options.{name}" in [path for path, _ in found(dump, "length-shift")]


ASKS = [
    "Sut mae eich iechyd?",
    "Ydych chi'n anabl?",
    "Ydych chi yn feichiog?",
    "A oes gennych chi anabledd?",
    "Oes gennych chi unrhyw broblemau iechyd?",
    "Faint yw eich oed chi?",
    "Beth yw eich crefydd?",
    "Sawl diwrnod fuoch chi'n sâl y llynedd?",
    "Ydych chi'n bwriadu cael plant?",
    "Ydych chi'n cymryd meddyginiaeth?",
    "Ydych chi erioed wedi bod yn sâl am fwy nag wythnos?",
    "Sut mae eich anabledd yn effeithio ar eich gwaith?",
    "Rhaid i chi fod yn heini ac iach.",
    "Sut mae dy iechyd di?",
]


@pytest.mark.parametrize("text", ASKS)
@pytest.mark.parametrize("place", ["question", "discuss"])
def test_a_welsh_question_about_the_candidates_own_health_is_an_error(dump, text, place):
    dump["catalogues"]["cy"]["items"]["cold-tea"][place] = text
    problems = [p for p in lint_bank(load_bank(dump)) if p.rule == "personal-question"]
    assert [(p.path, p.severity, p.file) for p in problems] == [
        (f"items.cold-tea.{place}", "error", "cy")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Mae Mr Bell yn gwrthod ei feddyginiaeth. Mae ei salwch yn ei flino.",
        'Meddai ei merch: "Sut mae eich iechyd? Ydych chi\'n sâl?"',
        "Rydych chi'n gwybod ei hoed a'i chrefydd.",
        "Mae hi'n anabl, ac mae ganddi boen cefn.",
    ],
)
def test_a_welsh_story_about_the_person_cared_for_is_left_alone(dump, text):
    dump["catalogues"]["cy"]["items"]["cold-tea"]["scenario"] = text
    assert found(dump, "personal-question") == []


def test_rules_made_for_english_say_nothing_about_welsh(dump):
    hard = (
        "Mae’r cyfrifoldebau gweinyddol ychwanegol anghyffredin yn golygu ymgynghoriadau "
        "cymhleth, ailadroddus, anrhagweladwy, rhyngddisgyblaethol ac annibynadwy gyda "
        "chynrychiolwyr llywodraethol, cyfundrefnol a sefydliadol. A piece of cake."
    )
    dump["catalogues"]["cy"]["summary"] = hard
    assert found(dump, "reading-age", "idiom") == []


def test_the_command_says_what_it_could_not_read():
    assert rules_without("en") == ()
    assert rules_without("pl") == ("reading-age", "idiom", "personal-question")
    told = CliRunner().invoke(vbr, ["check", "question_banks/homecare-values"]).stdout
    assert "languages  en, cy (draft translation)" in told
    assert "unread     cy: reading-age, idiom (no rule for it)" in told
    assert "a best one in 7 (en), 7 (cy) of 28 items" in told
    assert "unread" not in CliRunner().invoke(vbr, ["check", TINY]).stdout
