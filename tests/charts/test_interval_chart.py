from __future__ import annotations

from xml.etree import ElementTree

import pytest

from vbr_engine.charts import ChartBand, ChartRow, interval_chart

SVG = "{http://www.w3.org/2000/svg}"
BANDS = (ChartBand("Low", float("-inf")), ChartBand("Mid", 0.35), ChartBand("High", 0.65))


def drawn(*rows, bands=BANDS):
    svg = interval_chart(rows, title="Title", description="Description", bands=bands)
    return ElementTree.fromstring(svg)


def test_people_who_do_not_see_it_are_told():
    svg = drawn(ChartRow("Respect", 0.5, 0.3, 0.7))
    ids = svg.attrib["aria-labelledby"].split()
    assert svg.attrib["role"] == "img"
    assert [svg.find(f"{SVG}title").attrib["id"], svg.find(f"{SVG}desc").attrib["id"]] == ids
    assert svg.find(f"{SVG}title").text == "Title"


def test_bands_are_told_by_name_not_by_shade_alone():
    texts = [text.text for text in drawn(ChartRow("Respect", 0.5, 0.3, 0.7)).iter(f"{SVG}text")]
    assert {"Low", "Mid", "High", "Respect"} <= set(texts)


def test_nothing_that_a_strict_policy_forbids():
    svg = drawn(ChartRow("Respect", 0.5, 0.3, 0.7))
    assert {element.tag for element in svg.iter()} <= {
        SVG + name for name in ("svg", "title", "desc", "rect", "line", "circle", "text")
    }
    assert not any("style" in element.attrib for element in svg.iter())


@pytest.mark.parametrize(
    ("score", "low", "across"),
    [
        (0.5, 0.3, 65.0),  # (0.5 + 0.54) / 1.6
        (1.0, 0.9, 96.25),  # 1.54 / 1.6
        (-0.5, -0.5, 2.5),  # 0.04 / 1.6
        (0.0, -0.8, 50.0),  # the scale reaches from -1.06 to 1.06
    ],
)
def test_the_dot_stands_where_the_figure_says(score, low, across):
    dot = drawn(ChartRow("Respect", score, low, 1.0)).find(f"{SVG}circle")
    assert float(dot.attrib["cx"].rstrip("%")) == pytest.approx(across, abs=0.01)


def test_an_end_outside_the_scale_has_no_cap():
    inside = drawn(ChartRow("Respect", 0.0, -0.9, 0.4), bands=())
    outside = drawn(ChartRow("Respect", 0.0, -1.9, 0.4), bands=())
    assert len(list(inside.iter(f"{SVG}line"))) - len(list(outside.iter(f"{SVG}line"))) == 1


def test_not_measured_is_said_and_not_drawn():
    svg = drawn(ChartRow("Respect"))
    assert svg.find(f"{SVG}circle") is None
    assert "not measured" in [text.text for text in svg.iter(f"{SVG}text")]


def test_a_hostile_label_stays_text():
    svg = drawn(ChartRow("<script>alert(1)</script>", 0.5, 0.3, 0.7))
    assert not list(svg.iter(f"{SVG}script"))
    assert (
        len(max((text.text for text in drawn(ChartRow("x" * 999)).iter(f"{SVG}text")), key=len))
        < 50
    )
