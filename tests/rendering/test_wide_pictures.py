"""A picture wider than the screen scrolls in its own box, and a line above it says so."""

from __future__ import annotations

import pytest

from vbr_engine.analysis import analyse
from vbr_engine.rendering import report_html
from vbr_engine.reports import analysis_report
from vbr_engine.reports.card import evaluation_report
from vbr_engine.risk import Careers, DropOutModel, simulate_careers
from vbr_engine.risk.evaluation import evaluate
from vbr_engine.simulate import simulate_responses

HINT = "Move the picture sideways to see all of it."
# For each picture: whether it is wider than its box, and whether the line can be seen.
SEEN = """() => [...document.querySelectorAll(".report-hint")].map(hint => [
    hint.parentElement.querySelector("svg").getBoundingClientRect().width
        > hint.parentElement.clientWidth,
    hint.offsetHeight > 0,
])"""


@pytest.fixture(scope="module", params=["analysis", "evaluation"])
def html(request, homecare):
    if request.param == "analysis":
        return report_html(
            analysis_report(analyse(simulate_responses(homecare, 150, seed=1), homecare))
        )
    made = simulate_careers(300, seed=1, providers=5)
    careers = Careers.from_frame(made.frame, cut=made.cut)
    quick = {"n_bootstrap": 20, "refits": 0, "external": True, "horizons": (180,)}
    found = evaluate(DropOutModel("leaving").fit(careers), careers, **quick)
    about = {"people": 300, "simulated": True}
    return report_html(evaluation_report({"leaving": found.to_dict()}, about=about))


def test_every_picture_has_the_line_and_no_table_has(html):
    assert html.count(HINT) == html.count('aria-label="Picture: ') > 0


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 660, 715, 760, 1280])
def test_the_line_is_seen_where_a_picture_does_not_fit(html, width, chromium, tmp_path):
    place = tmp_path / "page.html"
    place.write_text(html, encoding="utf-8")
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.goto(place.as_uri())
    told = page.evaluate(SEEN)
    assert told
    assert all(seen == wide for wide, seen in told), told
    page.emulate_media(media="print")
    assert not any(seen for _, seen in page.evaluate(SEEN))
    page.close()
