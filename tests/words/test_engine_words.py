"""The engine's words in two languages: numbers, lists, dates, and a catalogue that is whole."""

from __future__ import annotations

import string
from datetime import date
from pathlib import Path

import pytest
from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import vbr_engine.words
from vbr_engine.risk.sentences import SENTENCES
from vbr_engine.words import ENGLISH, LANGUAGES, words_in

PACKAGE = Path(vbr_engine.words.__file__).parents[1]
KEYWORDS = {"words": None, "sentence": None, "plural": (1, 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
# What a plural form may use instead of `{word}`; a form for one number may say it itself.
NUMBERS = {"number", "word", "Word", "feminine", "Feminine"}
OTHERS = sorted(set(LANGUAGES) - {"en"})


def place(code: str, ending: str) -> Path:
    return PACKAGE / f"words/translations/{code}/LC_MESSAGES/vbr_engine.{ending}"


@pytest.fixture(scope="module", params=OTHERS)
def catalogue(request):
    with place(request.param, "po").open("rb") as file:
        return read_po(file, locale=request.param)


@pytest.fixture(scope="module")
def in_code():
    """Every sentence in the code: its id, or (one, many)."""
    found = extract_from_dir(PACKAGE, METHODS, keywords=KEYWORDS)
    risks = {held if isinstance(held, str) else held[::-1] for held in SENTENCES.values()}
    return {told for _file, _line, told, _comments, _context in found} | risks


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def strings(message: Message) -> tuple[str, ...]:
    return message.string if message.pluralizable else (message.string,)


def flat(pair):
    return [tuple(part) if isinstance(part, list | tuple) else part for part in pair]


class TestCatalogue:
    def test_has_what_the_code_says_and_nothing_else(self, catalogue, in_code):
        assert len(in_code) > 100
        assert {message.id for message in catalogue if message.id} == in_code

    def test_every_sentence_is_translated(self, catalogue):
        bare = [message.id for message in catalogue if not all(strings(message))]
        assert bare == []
        assert not catalogue.fuzzy
        assert not [message.id for message in catalogue if message.fuzzy]

    def test_fields_are_the_same(self, catalogue):
        for message in catalogue:
            if message.pluralizable:
                wanted = fields(message.id[1]) - NUMBERS
                assert fields(message.id[0]) - NUMBERS == wanted
                for form in message.string:
                    assert fields(form) - NUMBERS == wanted or fields(form) == set()
                assert fields(message.string[-1])
            elif message.id:
                assert fields(message.string) == fields(message.id), message.id

    def test_a_sentence_ends_as_in_english(self, catalogue):
        ends = ".:?"
        for message in catalogue:
            english = message.id[0] if message.pluralizable else message.id
            for told in strings(message) if english else ():
                assert (told[-1] in ends) == (english[-1] in ends), english
                assert told == told.strip()
                assert "--" not in told

    def test_what_is_loaded_was_compiled_from_what_is_written(self, catalogue):
        code = str(catalogue.locale)
        with place(code, "mo").open("rb") as file:
            compiled = read_mo(file)
        held, written = (
            [(message.id, message.string) for message in one if message.id]
            for one in (compiled, catalogue)
        )
        assert sorted(map(repr, map(flat, held))) == sorted(map(repr, map(flat, written)))
        header = words_in(code).messages.info()
        assert header["plural-forms"] == catalogue.plural_forms
        assert header["language-team"] == catalogue.language_team


class TestPlurals:
    @pytest.mark.parametrize("code", OTHERS)
    def test_each_number_has_the_form_that_unicode_says(self, code):
        categories = ["zero", "one", "two", "few", "many", "other"]
        form = Locale(code).plural_form
        for number in range(200):
            index = words_in(code).messages.plural(number)
            assert categories[index] == form(number)

    def test_welsh_counts_situations(self):
        told = [
            words_in("cy")
            .plural(
                "You answered {word} situation from work in homecare. Thank you for the time and "
                "thought.",
                "You answered {word} situations from work in homecare. Thank you for the time and "
                "thought.",
                number,
            )
            .partition(" o waith")[0]
            for number in (0, 1, 2, 3, 4, 6, 7, 16, 24)
        ]
        assert told == [
            "Ni wnaethoch ateb yr un sefyllfa",
            "Gwnaethoch ateb un sefyllfa",
            "Gwnaethoch ateb dwy sefyllfa",
            "Gwnaethoch ateb tair sefyllfa",
            "Gwnaethoch ateb pedair o sefyllfaoedd",
            "Gwnaethoch ateb chwe sefyllfa",
            "Gwnaethoch ateb saith o sefyllfaoedd",
            "Gwnaethoch ateb un deg chwech o sefyllfaoedd",
            "Gwnaethoch ateb dau ddeg pedair o sefyllfaoedd",
        ]

    def test_english_has_one_and_many(self):
        told = [ENGLISH.plural("{Word} thing", "{Word} things", n) for n in (0, 1, 2, 21)]
        assert told == ["No things", "One thing", "Two things", "Twenty-one things"]


class TestLanguages:
    @pytest.mark.parametrize("code", sorted(LANGUAGES))
    def test_dates_are_those_of_unicode(self, code):
        locale = {"en": "en_GB"}.get(code, code)
        for month in range(1, 13):
            day = date(2026, month, month + 7)
            assert words_in(code).date(day) == format_date(day, "d MMMM y", locale=locale)

    @pytest.mark.parametrize("code", sorted(LANGUAGES))
    def test_no_two_numbers_have_one_word(self, code):
        words = words_in(code)
        told = [words.number(number) for number in range(120)]
        assert len(set(told)) == 120
        assert not any(map(str.isdigit, "".join(told[:100])))
        assert told[100:] == [str(number) for number in range(100, 120)]

    def test_welsh_places(self):
        told = [words_in("cy").ordinal(number) for number in (*range(1, 13), 18, 20, 21, 40)]
        assert " ".join(told) == (
            "1af 2il 3ydd 4ydd 5ed 6ed 7fed 8fed 9fed 10fed 11eg 12fed 18fed 20fed 21ain 40fed"
        )

    @pytest.mark.parametrize(
        ("last", "told"),
        [
            ("‘ymddiriedaeth’", "x ac ‘ymddiriedaeth’"),
            ("ŵyn", "x ac ŵyn"),
            ("‘Gonest’", "x a ‘Gonest’"),
            ("7", "x a 7"),
        ],
    )
    def test_welsh_and_before_a_vowel(self, last, told):
        assert words_in("cy").listed(["x", last]) == told

    @pytest.mark.parametrize("code", ["xx", "", "en-US", "EN", "e", "../en"])
    def test_what_is_not_known_is_english(self, code):
        assert words_in(code) is ENGLISH

    def test_a_region_makes_no_difference(self):
        assert words_in("cy-GB") is words_in("cy_GB") is words_in("CY") is words_in("cy")

    def test_a_draft_says_so(self):
        assert ENGLISH.reviewed
        team = words_in("cy").messages.info()["language-team"]
        assert words_in("cy").reviewed == team.startswith("reviewed")

    def test_fields_of_a_value_are_not_read(self):
        assert ENGLISH("{name}", name="{word} {0} {name.x}") == "{word} {0} {name.x}"

    def test_languages_name_each_other(self):
        assert words_in("cy").language_name("en") == "Saesneg"
        assert (ENGLISH.language_name("cy"), ENGLISH.language_name("pl")) == ("Welsh", "pl")
