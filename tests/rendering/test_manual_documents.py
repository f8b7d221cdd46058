"""`vbr manual` as a researcher types it: page, print and data."""

from __future__ import annotations

import json
from collections import Counter

import pandas as pd
import pytest
from click.testing import CliRunner

from vbr_engine import simulate_responses
from vbr_engine.analysis import TABLES, Analysis
from vbr_engine.analysis.tables import typed
from vbr_engine.cli import vbr
from vbr_engine.errors import BankError, FileError
from vbr_engine.files import write_table
from vbr_engine.rendering import report_html
from vbr_engine.reports.manual import technical_manual

pikepdf = pytest.importorskip("pikepdf")
BANK = "question_banks/homecare-values"


@pytest.fixture(scope="module")
def manual(homecare):
    return technical_manual(homecare)


@pytest.fixture(scope="module")
def html(manual):
    return report_html(manual)


def run(*words):
    result = CliRunner().invoke(vbr, ["manual", BANK, *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_the_page_is_a_sound_document_whose_links_lead_somewhere(html, check_document):
    assert len(check_document(html).tags("a")) == 25


def test_gaps_are_visible(html, manual):
    assert html.count("Not yet established:") == len(manual.gaps) == 22
    assert html.count("What would establish it:") == 22


def test_a_wide_table_can_be_reached_and_has_a_name(html, read_page):
    boxes = [held for _, held in read_page(html).elements if held.get("class") == "report-wide"]
    assert boxes
    assert all(held["tabindex"] == "0" and held["aria-label"] for held in boxes)


@pytest.fixture(scope="module")
def pdf(tmp_path_factory):
    pytest.importorskip("weasyprint", reason="WeasyPrint and Pango: pip install 'vbr-engine[pdf]'")
    place = tmp_path_factory.mktemp("manual") / "manual.pdf"
    run("-o", place)
    return pikepdf.open(place)


def test_the_pdf_is_tagged_and_named(pdf):
    assert bool(pdf.Root.MarkInfo.Marked)
    assert str(pdf.Root.Lang) == "en-GB"
    with pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == "Technical manual: Values in homecare"
        assert metadata["pdfuaid:part"] == "1"
    tags = Counter(_tags(pdf))
    assert tags["/H1"] == 1
    assert tags["/H2"] == 27
    assert tags["/Table"] >= 5


def _tags(pdf):
    waiting = [pdf.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop()
        if "/S" in element:
            yield str(element.S)
        kids = element.get("/K", [])
        kids = kids if isinstance(kids, pikepdf.Array) else [kids]
        waiting += [kid for kid in kids if isinstance(kid, pikepdf.Dictionary)]


@pytest.mark.parametrize("ending", ["html", "json"])
def test_each_kind_of_file(tmp_path, ending):
    place = tmp_path / f"manual.{ending}"
    result = run("-o", place)
    assert "not yet established: 22 things" in result.output
    start = {"html": b"<!doctype html>", "json": b"{"}[ending]
    assert place.read_bytes().startswith(start)


def test_the_key_only_when_asked_for(tmp_path, homecare):
    rationale = homecare.text().items["same-question"].rationale
    for more, there in (((), False), (("--with-key",), True)):
        place = tmp_path / "manual.json"
        run("-o", place, *more)
        told = json.loads(place.read_text(encoding="utf-8"))
        assert (rationale in place.read_text(encoding="utf-8")) is there
        assert told["with_key"] is there


def test_a_copy_with_the_key_says_so(homecare):
    assert "This copy holds the key" in report_html(technical_manual(homecare, with_key=True))


def test_pictures_have_names_and_ids_of_their_own(homecare, check_document):
    errors = [
        {"scale": "composite", "score": score, "sem": 0.05 + score / 100, "relative": 0.05, "n": 9}
        for score in (0.3, 0.5, 0.7)
    ]
    scale = dict.fromkeys(TABLES["values"], 0) | {
        "scale": "composite", "alpha": 0.71, "alpha_low": 0.6, "alpha_high": 0.8, "sem": 0.05,
    }  # fmt: skip
    held = Analysis(
        {"bank": homecare.label, "sha256": homecare.sha256, "sittings": 70},
        values=typed("values", pd.DataFrame([scale])),
        conditional_errors=typed("conditional_errors", pd.DataFrame(errors)),
    )
    outline = check_document(report_html(technical_manual(homecare, analyses=[held, held])))
    pictures = [attributes for tag, attributes in outline.elements if tag == "svg"]
    assert len(pictures) == 4
    assert all(picture["role"] == "img" for picture in pictures)


@pytest.mark.browser
def test_a_browser_finds_it_accessible_and_narrow_enough(html, check_in_browser):
    check_in_browser(html, 320)


@pytest.fixture
def analysis(tmp_path, homecare):
    def write(**about):
        told = {"bank": homecare.label, "sha256": homecare.sha256, "sittings": 77, **about}
        place = tmp_path / f"analysis-{len(list(tmp_path.iterdir()))}.json"
        place.write_text(json.dumps(Analysis(told).to_dict()))
        return place

    return write


def test_evidence_from_files(tmp_path, analysis):
    place = tmp_path / "manual.json"
    run("-o", place, "--analysis", analysis(), "--analysis", analysis(simulated=True, sittings=99))
    told = place.read_text(encoding="utf-8")
    assert "77 analysed sittings" in told
    assert "99 simulated sittings" in told


def test_another_version_is_refused_by_the_name_of_its_file(tmp_path, analysis):
    place, first, second = tmp_path / "m.html", analysis(sha256="a" * 64), analysis(sha256="b" * 64)
    with pytest.raises(BankError) as caught:
        run("-o", place, "--analysis", first, "--analysis", second)
    assert [problem.file for problem in caught.value.problems] == [str(first), str(second)]
    assert "takes evidence about its own version only" in str(caught.value)
    assert not place.exists()


def test_a_panel_from_a_file(tmp_path, homecare):
    ratings = simulate_responses(homecare, 10, seed=9).to_frame()
    made_up, people = tmp_path / "made-up.csv", tmp_path / "people.csv"
    write_table(ratings, made_up)
    write_table(ratings.assign(sitting=[f"e{n}" for n in range(10)]), people)
    for table, sentence in ((made_up, "made up by a computer"), (people, "10 experts sat")):
        place = tmp_path / "manual.html"
        run("-o", place, "--panel", table)
        assert sentence in place.read_text(encoding="utf-8")


def test_bad_input_is_a_sentence(tmp_path):
    with pytest.raises(FileError, match=r"ends in \.html, \.pdf or \.json, not '\.docx'"):
        run("-o", tmp_path / "manual.docx")
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    with pytest.raises(FileError, match=r"broken\.json:1: is not JSON"):
        run("-o", tmp_path / "manual.html", "--analysis", broken)
    broken.write_text('{"format": 1}')
    with pytest.raises(BankError, match=r"broken\.json: about: is missing"):
        run("-o", tmp_path / "manual.html", "--analysis", broken)
    with pytest.raises(BankError, match="no texts in 'gd', only in en, cy"):
        run("-o", tmp_path / "manual.html", "--language", "gd")
