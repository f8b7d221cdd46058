"""The risk panel as a page and as print: sound, named, readable narrow, with its picture."""

from __future__ import annotations

import io
import re
from datetime import date

import pandas as pd
import pytest

from vbr_engine.rendering import report_body, report_css, report_html, report_pdf
from vbr_engine.reports import risk_panel
from vbr_engine.risk import STAGES, Careers, DropOutModel, employer_actions, simulate_careers
from vbr_engine.risk.explanation import unknown_facts

HOSTILE = '<script>alert("1")</script>'


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
def test_the_page_is_a_sound_document(panels, name, check_document):
    outline = check_document(report_html(panels[name]))
    assert not [attrs for _, attrs in outline.elements if "href" in attrs]
    assert not re.search(r"\b(nan|None)\b", " ".join(outline.words))


@pytest.mark.parametrize("name", NAMES)
def test_the_fragment_starts_below_a_heading_and_has_only_its_own_classes(panels, name, read_page):
    outline = read_page(str(report_body(panels[name])))
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
def test_a_browser_finds_it_accessible_and_narrow_enough(panels, check_in_browser):
    for name in NAMES:
        check_in_browser(report_html(panels[name]), 320)
