"""Every sentence of the pages is in the Welsh catalogue, whole, and the compiled file is that."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import format_date

from service import create_app
from service.languages import in_draft
from service.words import gettext, ngettext

ROOT = Path(__file__).parent.parent.parent
HELD = ROOT / "service" / "translations" / "cy" / "LC_MESSAGES"
KEPT = re.compile(r"%\(\w+\)[sd]|%%|</?[^>]+>|&\w+;")


@pytest.fixture(scope="module")
def welsh() -> Catalog:
    with (HELD / "messages.po").open("rb") as file:
        return read_po(file, locale="cy", abort_invalid=True)


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What `make translations` collects from code and templates as they are now."""
    found = tmp_path_factory.mktemp("words") / "messages.pot"
    options = ["-q", "extract", "-F", "babel.cfg", "-k", "lazy_gettext", "--no-location"]
    with pytest.MonkeyPatch.context() as here:
        here.chdir(ROOT)
        CommandLineInterface().run(["pybabel", *options, "-o", str(found), "."])
    with found.open("rb") as file:
        return read_po(file)


def _forms(message: Message) -> list[str]:
    text = message.string
    return [text] if isinstance(text, str) else list(text)


def _english(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def test_every_sentence_has_its_welsh(extracted: Catalog, welsh: Catalog) -> None:
    wanted = [message for message in extracted if message.id]
    assert len(wanted) > 1500
    missing = [m.id for m in wanted if m.id not in welsh]
    assert not missing, f"run `make translations` and translate {missing}"
    empty = [m.id for m in wanted if not all(_forms(welsh[m.id]))]
    assert not empty, f"translate {empty}"


def test_nothing_is_kept_that_no_page_says(extracted: Catalog, welsh: Catalog) -> None:
    assert [m.id for m in welsh if m.id and m.id not in extracted] == []


def test_no_sentence_is_fuzzy_and_each_number_has_all_forms(welsh: Catalog) -> None:
    assert welsh.num_plurals == 5
    for message in welsh:
        assert not message.fuzzy, message.id
        if message.id:
            wanted = 5 if isinstance(message.id, tuple) else 1
            assert len(_forms(message)) == wanted, message.id


def test_placeholders_and_marks_are_those_of_the_english(welsh: Catalog) -> None:
    held = 0
    for message in welsh:
        if message.id:
            one, *_, several = [sorted(KEPT.findall(text)) for text in _english(message) * 2]
            held += len(several)
            for place, form in enumerate(_forms(message)):
                # The form for one may leave its number out, as the English does.
                allowed = [several, one] if place == 1 else [several]
                assert sorted(KEPT.findall(form)) in allowed, form
    assert held > 300


def test_the_compiled_file_is_that_of_the_words(welsh: Catalog) -> None:
    made = io.BytesIO()
    write_mo(made, welsh)
    same = made.getvalue() == (HELD / "messages.mo").read_bytes()
    assert same, "run `make translations`"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("words")
    return create_app({"VBR_DATA_DIR": str(folder), "VBR_LOG_LEVEL": "error"})


def in_welsh() -> dict[str, dict[str, str]]:
    return {"headers": {"Cookie": "vbr_language=cy"}}


def test_days_and_numbers_are_told_in_welsh(app: Flask) -> None:
    with app.test_request_context(**in_welsh()):
        assert format_date(date(2026, 11, 22), "long") == "22 Tachwedd 2026"
        assert format_date(datetime(2027, 2, 1, 9, 0), "EEEE") == "Dydd Llun"
        days = [ngettext("%(num)d day", "%(num)d days", n) for n in (0, 1, 2, 3, 6, 11)]
        codes = [
            ngettext("%(num)d recovery code is left.", "%(num)d recovery codes are left.", n)
            for n in (1, 2, 3, 5, 6)
        ]
        assert gettext("Sign in") == "Mewngofnodi"
    wanted = "0 diwrnod, 1 diwrnod, 2 ddiwrnod, 3 diwrnod, 6 diwrnod, 11 diwrnod"
    assert days == wanted.split(", ")
    assert [code.split()[2] for code in codes] == ["cod", "god", "chod", "cod", "chod"]


def test_a_welsh_page_says_in_both_languages_that_it_is_a_draft(app: Flask) -> None:
    client = app.test_client()
    english = client.get("/sign-in").get_data(as_text=True)
    assert "draft translation" not in english
    client.set_cookie("vbr_language", "cy")
    page = client.get("/sign-in").get_data(as_text=True)
    assert '<html lang="cy" dir="ltr"' in page
    assert "Cyfieithiad drafft yw geiriau" in page
    assert '<span lang="en-GB">The words of these pages are a draft translation' in page


def test_the_note_is_gone_once_the_catalogue_says_reviewed(
    welsh: Catalog, tmp_path: Path, app: Flask
) -> None:
    with app.test_request_context(**in_welsh()):
        assert in_draft()
    team, folder = welsh.language_team, tmp_path / "words" / "cy" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    try:
        welsh.language_team = "reviewed by a translator, 2027"
        with (folder / "messages.mo").open("wb") as file:
            write_mo(file, welsh)
    finally:
        welsh.language_team = team
    with pytest.MonkeyPatch.context() as other:
        read_words_from(other, tmp_path / "words")
        with app.test_request_context(**in_welsh()):
            assert gettext("Sign in") == "Mewngofnodi"
            assert not in_draft()


def read_words_from(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let pages find their words in another folder, and forget them afterwards."""
    domain = "flask_babel.Domain"
    patch.setattr(f"{domain}.translation_directories", [str(folder)])
    patch.setattr(f"{domain}.get_translations_cache", lambda *_: {})
