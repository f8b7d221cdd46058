"""`vbr manual` as a researcher types it: page, print and data."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

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
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-sync"]  # fmt: skip


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


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


def test_one_heading_and_links_that_lead_somewhere(html):
    found = Tags(html).found
    assert sum(tag == "h1" for tag, _ in found) == 1
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for tag, attributes in found if tag == "a"]
    assert len(links) == 25
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_headings_do_not_skip_a_level(html):
    levels = [int(tag[1]) for tag, _ in Tags(html).found if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_gaps_are_visible(html, manual):
    assert html.count("Not yet established:") == len(manual.gaps) == 22
    assert html.count("What would establish it:") == 22


def test_nothing_is_fetched_and_no_style_is_inline(html):
    found = Tags(html).found
    assert not any({"style", "src"} & set(attributes) for _, attributes in found)
    assert "<script" not in html


def test_a_wide_table_can_be_reached_and_has_a_name(html):
    boxes = [held for tag, held in Tags(html).found if held.get("class") == "report-wide"]
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


def test_pictures_have_names_and_ids_of_their_own(homecare):
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
    found = Tags(report_html(technical_manual(homecare, analyses=[held, held]))).found
    pictures = [attributes for tag, attributes in found if tag == "svg"]
    assert len(pictures) == 4
    assert all(picture["role"] == "img" for picture in pictures)
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.browser
def test_a_browser_finds_it_accessible_and_narrow_enough(html, tmp_path):
    place = shutil.which("chromium")
    if place is None:
        pytest.skip("needs chromium: sudo apt-get install -y chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    (tmp_path / "manual.html").write_text(html, encoding="utf-8")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=place, args=FLAGS)
        page = browser.new_page(viewport={"width": 320, "height": 800})
        page.goto((tmp_path / "manual.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert [found["id"] for found in axe.run(page).response["violations"]] == []
        browser.close()


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
    with pytest.raises(BankError, match="no texts in 'cy', only in en"):
        run("-o", tmp_path / "manual.html", "--language", "cy")
