"""The risk panel as a page and as print: sound, named, readable narrow, with its picture."""

from __future__ import annotations

import io
import re
import shutil
from collections import Counter
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest

from vbr_engine.rendering import report_body, report_css, report_html, report_pdf
from vbr_engine.reports import risk_panel
from vbr_engine.risk import STAGES, Careers, DropOutModel, employer_actions, simulate_careers
from vbr_engine.risk.explanation import unknown_facts

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-sync"]  # fmt: skip
VOID = {"meta", "br", "hr", "img", "link", "input"}
HOSTILE = '<script>alert("1")</script>'
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Outline(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.open, self.elements, self.words = [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)


def _panel(n, hard=(), *, bands=False, **more):
    made = simulate_careers(1500, seed=8)
    careers = Careers.from_frame(made.frame.head(n), cut=made.cut)
    person = made.frame.iloc[[3]].assign(**dict(hard))
    person[[*STAGES[5:], "ended"]] = pd.NaT
    told = [], [], [], []
    evidence = {}
    for outcome in ("withdrawal", "leaving"):
        model = DropOutModel(outcome).fit(careers)
        for horizon in (90, 365) if outcome == "leaving" else (None,):
            told[0].append(model.predict_risk(person, horizon, today=date(2026, 8, 1)))
        told[1].append(model.explain(person))
        told[2].append(employer_actions(model, person))
        told[3].append(unknown_facts(model, person))
        evidence[outcome] = model.evidence()
    predictions, explanations, actions, unknown = map(pd.concat, told)
    if bands:
        silent = dict.fromkeys(["risk", "low", "high"], float("nan"))
        predictions = predictions.assign(shown=False, level="L1", band="usual/higher", **silent)
    return risk_panel(predictions, explanations, actions, unknown=unknown, evidence=evidence,
                      prepared=date(2026, 11, 22), model="ab" * 32, **more)  # fmt: skip


@pytest.fixture(scope="module")
def panels():
    hard = {
        "travel_minutes": 40,
        "hours_wanted": 30,
        "hours_offered": 22,
        "shift_match": 0.5,
        "guaranteed_hours": "no",
    }
    return {
        "figures": _panel(1500, hard, candidate="Sam Example", simulated=True),
        "bands": _panel(400, {"travel_minutes": None}, bands=True, candidate=HOSTILE),
        "rates": _panel(40),
        "started": _panel(400, started=True, provider="Example Homecare"),
    }


NAMES = ["figures", "bands", "rates", "started"]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_a_sound_document(panels, name):
    outline = Outline(report_html(panels[name]))
    headings = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch(r"h[1-6]", tag)]
    assert headings.count(1) == 1
    assert headings[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(headings))
    ids = Counter(attrs["id"] for _, attrs in outline.elements if "id" in attrs)
    assert set(ids.values()) <= {1}
    for _, attrs in outline.elements:
        assert set(attrs.get("aria-labelledby", "").split()) <= set(ids)
        assert "style" not in attrs
        assert "src" not in attrs
        assert "href" not in attrs
    tags = {tag for tag, _ in outline.elements}
    assert not tags & {"script", "link", "img", "iframe"}
    assert not re.search(r"\b(nan|None)\b", " ".join(outline.words))


@pytest.mark.parametrize("name", NAMES)
def test_the_fragment_starts_below_a_heading_and_has_only_its_own_classes(panels, name):
    outline = Outline(str(report_body(panels[name])))
    assert not [tag for tag, _ in outline.elements if tag in ("h1", "html", "body", "style")]
    used = {word for _, attrs in outline.elements for word in (attrs.get("class") or "").split()}
    assert all(word.startswith("report") for word in used)
    named = {word for word in used if word.startswith(("report-risk-", "report-people"))}
    styled = set(re.findall(r"\.(report[\w-]+)", report_css()))
    assert named - styled <= {"report-risk-help", "report-risk-reasons", "report-risk-action"}


def test_every_figure_has_its_picture_with_words(panels):
    page = report_html(panels["figures"])
    assert page.count("<svg") == 2
    for part in panels["figures"].parts:
        main = part.main
        assert f'<title id="report-people-{part.outcome}-t">{main.sentence}' in page
        assert f"{main.number} are filled in" in page
    assert "<svg" not in report_html(panels["rates"])


def test_hostile_names_stay_words(panels):
    page = report_html(panels["bands"])
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page


def test_simulated_is_said_at_the_head_and_only_then(panels):
    assert "Simulated." in report_html(panels["figures"])
    assert "simulated." not in report_html(panels["rates"]).lower().replace("simulated-", "")


def test_it_prints_on_two_pages_tagged(panels):
    pikepdf = pytest.importorskip("pikepdf")
    for name in ("figures", "bands"):
        with pikepdf.open(io.BytesIO(report_pdf(panels[name]))) as document:
            assert len(document.pages) <= 2
            assert document.Root.MarkInfo.Marked
            assert document.docinfo["/Title"]


@pytest.mark.browser
def test_a_browser_finds_it_accessible_and_narrow_enough(panels):
    playwright = pytest.importorskip("playwright.sync_api")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    place = shutil.which("chromium")
    if place is None:
        pytest.skip("needs chromium: sudo apt-get install -y chromium")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=place, args=FLAGS)
        try:
            for name in NAMES:
                page = browser.new_page(viewport={"width": 320, "height": 900})
                page.set_content(report_html(panels[name]))
                assert page.evaluate(OVERFLOW) <= 0
                found = axe.run(page).response["violations"]
                assert [problem["id"] for problem in found] == []
                page.close()
        finally:
            browser.close()
