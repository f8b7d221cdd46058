"""The page of an analysis: sound HTML that stands alone, and what a browser makes of it."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest

from vbr_engine.analysis import Analysis, analyse, analyse_table
from vbr_engine.rendering import report_html, report_pdf
from vbr_engine.rendering.figures import written
from vbr_engine.reports import analysis_report
from vbr_engine.reports.analysis.parts import Interval
from vbr_engine.simulate import simulate_responses


@pytest.fixture(scope="module")
def pages(homecare):
    """Pages by name: a bank, three sittings of it, a plain table, and nothing."""
    sittings = simulate_responses(homecare, 150, seed=1)
    groups = pd.Series(["one", "other", "one"] * 50, index=list(sittings.sittings))
    frame = pd.DataFrame({f"q{n}": [(n + k * k) % 5 for k in range(120)] for n in range(6)})
    frame["<b>&'\"</b>"] = [k % 2 for k in range(120)]
    few = analyse(simulate_responses(homecare, 3, seed=1), homecare)
    told = analyse(sittings, homecare, groups={"language": groups}, made="2026-11-22")
    report = analysis_report(told, homecare)
    shorter = tuple(replace(section, cards=section.cards[:4]) for section in report.sections)
    return {
        "bank": report_html(report),
        "bank, four cards": report_html(replace(report, sections=shorter)),
        "three sittings": report_html(analysis_report(few, homecare)),
        "plain table": report_html(analysis_report(analyse_table(frame))),
        "nothing": report_html(analysis_report(Analysis({"sittings": 0}))),
    }


NAMES = ["bank", "three sittings", "plain table", "nothing"]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_a_sound_document(pages, name, check_document):
    check_document(pages[name])
    assert not re.search(r"url\(|@import", pages[name])


@pytest.mark.parametrize("name", NAMES)
def test_no_figure_is_left_raw(pages, name, read_page):
    told = " ".join(read_page(pages[name]).words)
    assert not re.search(r"\b(nan|inf|None|NaN)\b(?! of )", told)
    assert not re.search(r"\d\.\d{5}", told)
    assert not re.search(r"(?<![\w.])-\d\.\d\d\b", told)  # a true minus instead


@pytest.mark.parametrize("name", NAMES)
def test_every_table_has_a_caption_and_scopes_in_a_box_that_scrolls(pages, name, read_page):
    outline = read_page(pages[name])
    count = Counter(tag for tag, _ in outline.elements)
    assert count["table"] == count["caption"]
    assert all(attrs.get("scope") in ("row", "col") for tag, attrs in outline.elements
               if tag == "th")  # fmt: skip
    boxes = [attrs for tag, attrs in outline.elements if "report-scroll" in attrs.get("class", "")]
    assert len(boxes) >= count["table"]
    assert all(box["tabindex"] == "0" and box["aria-label"] for box in boxes)


def test_every_picture_is_named_and_followed_by_its_table(pages):
    page = pages["bank"]
    for place in re.finditer(r'aria-label="Picture: ', page):
        rest = page[place.end() :]
        assert rest.index("<table") < rest.index("<h3") or "<h3" not in rest
    assert page.count('role="img"') == page.count("<desc")
    assert page.count('role="img"') > 60


def test_a_draft_made_of_simulated_answers_says_both(pages):
    assert "draft key, no panel, no norms" in pages["bank"]
    assert "A computer made these answers up" in pages["bank"]
    assert "A computer made these answers up" not in pages["plain table"]


def test_hostile_names_of_columns_stay_words(pages):
    assert "<b>" not in pages["plain table"]
    assert "&lt;b&gt;&amp;" in pages["plain table"]


def test_three_sittings_give_a_page_that_promises_little(pages):
    assert "There are only 3 sittings" in pages["three sittings"]
    assert "not computed" in pages["three sittings"].lower()


def test_two_hundred_items_stay_below_three_megabytes(pages):
    frame = pd.DataFrame({f"question{n:03d}": [(n + k) % 5 for k in range(40)] for n in range(200)})
    options = [
        {"item": name, "option": option, "answer": str(answer), "n": 8, "share": 0.2,
         "point_biserial": 0.1, "keyed": answer == 1}
        for name in frame for option in "abcde" for answer in (1, 2, 3, 4)
    ]  # fmt: skip
    traces = [
        {"item": row["item"], "option": row["option"], "answer": row["answer"], "group": group,
         "share": 0.2, "n": 20}
        for row in options for group in range(1, 6)
    ]  # fmt: skip
    items = pd.DataFrame({"item": list(frame), "n": 400, "sd": 0.3, "item_rest_r": 0.3})
    held = {"value": "", "format": "", "missing": 0.0, "facility": 0.5, "alpha_if_deleted": 0.8}
    held |= {"item_rest_low": 0.2, "item_rest_high": 0.4, "omega_if_deleted": 0.8}
    analysis = Analysis(
        {"sittings": 400, "items": 200},
        items=items.assign(**held),
        options=pd.DataFrame(options).assign(mean_rest=0.5, points=1.0),
        traces=pd.DataFrame(traces),
    )
    page = report_html(analysis_report(analysis))
    assert page.count('<article class="report-card"') == 200
    assert len(page.encode()) < 3_000_000


@pytest.mark.parametrize(
    ("held", "kind", "told"),
    [
        (-0.004, "r", "0.00"),
        (-0.1234, "fine", "−0.123"),
        (0.0004, "share", "under 1%"),
        (0.0, "share", "0%"),
        (0.00099, "p", "under 0.001"),
        (12345, "count", "12,345"),
        (Interval(0.5), "r", "0.50"),
        (True, "words", "yes"),
        (None, "r", "not computed"),
    ],
)
def test_figures_are_written_for_people(held, kind, told):
    assert written(held, kind) == told


def test_it_prints_as_a_tagged_file():
    pikepdf = pytest.importorskip("pikepdf")
    pytest.importorskip("weasyprint", reason="WeasyPrint and Pango: pip install 'vbr-engine[pdf]'")
    frame = pd.DataFrame({f"q{n}": [(n * k) % 4 for k in range(60)] for n in range(1, 5)})
    pdf = pikepdf.open(io.BytesIO(report_pdf(analysis_report(analyse_table(frame)))))
    assert bool(pdf.Root.MarkInfo.Marked)
    assert 4 <= len(pdf.pages) <= 14


@pytest.mark.browser
@pytest.mark.slow
def test_a_browser_finds_it_accessible(pages, check_in_browser):
    check_in_browser(pages["bank, four cards"], 1280, 320)
