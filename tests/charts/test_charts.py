"""Every chart: figures become places, words stay words, nothing that is not a number is drawn."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from vbr_engine.charts import (
    Bar,
    Curve,
    PlotRow,
    Point,
    Zone,
    category_chart,
    distribution_chart,
    error_chart,
    forest_chart,
    information_chart,
    scatter_chart,
    scree_chart,
    trace_chart,
)
from vbr_engine.charts.canvas import PENS, Axis, spread

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<script>alert("1")</script>'
NAN = float("nan")
ALLOWED = {"svg", "title", "desc", "g", "text", "line", "path", "polyline", "polygon", "rect"}
ALLOWED |= {"circle"}


def charts(word="Word", odd=None):
    """One of each kind; `odd` takes the place of a figure."""
    named = {"title": word, "description": word, "chart_id": "chart"}
    rising = Curve(word, ((1, 0.1), (2, odd), (3, 0.4), (4, 0.6), (5, 0.9)), strong=True)
    falling = Curve(word, ((1, 0.8), (2, 0.6), (3, 0.5), (4, 0.2), (5, odd)))
    points = [Point(word, 0.2, 0.3, named=True), Point(word, 0.4, NAN if odd else 0.1, named=True)]
    rows = [PlotRow(word, 0.4, 0.1, 0.7, word), PlotRow(word, odd, odd, odd, word, strong=True)]
    return {
        "trace": trace_chart([rising, falling], **named),
        "trace alone": trace_chart([rising, falling], large=True, top=0.5, **named),
        "category": category_chart([rising, falling], **named),
        "information": information_chart(rising, falling, **named),
        "scree": scree_chart(rising, falling, **named),
        "errors": error_chart([rising], cuts=[(2.5, word)], **named),
        "scatter": scatter_chart(
            points, x_label=word, y_label=word, lines_at=[(0.15, word)], **named
        ),
        "forest": forest_chart(rows, x_label=word, zones=[Zone(-1, 0.2, word)], **named),
        "distribution": distribution_chart(
            [Bar(0, 0.5, 4), Bar(0.5, 1, 9)], x_label=word, cuts=[(0.4, word)], **named
        ),
    }


@pytest.mark.parametrize("name", sorted(charts()))
def test_a_chart_is_named_and_keeps_a_strict_policy(name):
    svg = ElementTree.fromstring(charts()[name])
    assert svg.attrib["role"] == "img"
    told = [svg.find(f"{SVG}{part}").attrib["id"] for part in ("title", "desc")]
    assert svg.attrib["aria-labelledby"].split() == told
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} <= ALLOWED
    for element in svg.iter():
        assert not {"style", "href", "onclick"} & set(element.attrib)


@pytest.mark.parametrize("name", sorted(charts()))
def test_letters_are_at_least_twelve_pixels(name):
    svg = ElementTree.fromstring(charts()[name])
    assert svg.attrib["viewBox"] == f"0 0 {svg.attrib['width']} {svg.attrib['height']}"
    sizes = [float(element.attrib["font-size"]) for element in svg.iter() if "font-size" in
             element.attrib]  # fmt: skip
    assert min(sizes) >= 12


@pytest.mark.parametrize("name", sorted(charts()))
def test_hostile_words_stay_words(name):
    svg = ElementTree.fromstring(charts(HOSTILE)[name])
    assert svg.find(f"{SVG}title").text == HOSTILE
    assert not list(svg.iter(f"{SVG}script"))


@pytest.mark.parametrize("odd", [None, NAN, float("inf")])
@pytest.mark.parametrize("name", sorted(charts()))
def test_what_is_not_a_number_is_left_out(name, odd):
    svg = charts(odd=odd)[name]
    assert not re.search(r"nan|inf\b", svg.lower().replace("information", ""))
    ElementTree.fromstring(svg)


@pytest.mark.parametrize("name", sorted(charts()))
def test_everything_stands_inside_the_picture(name):
    svg = ElementTree.fromstring(charts("A word")[name])
    width, height = float(svg.attrib["width"]), float(svg.attrib["height"])
    for element in svg.iter():
        for where, end in (("x", width), ("cx", width), ("x1", width), ("x2", width)):
            assert 0 <= float(element.attrib.get(where, 0)) <= end
        for where in ("y", "cy", "y1", "y2"):
            assert 0 <= float(element.attrib.get(where, 0)) <= height
        for x, y in places(element):
            assert 0 <= x <= width
            assert 0 <= y <= height


def places(element):
    told = element.attrib.get("points", "").split()
    return [tuple(map(float, pair.split(","))) for pair in told]


def lines(svg):
    return [places(element) for element in ElementTree.fromstring(svg).iter(f"{SVG}polyline")]


def named(**more):
    return {"title": "t", "description": "d", "chart_id": "i"} | more


def test_a_rising_trace_rises_by_equal_steps():
    (drawn,) = lines(trace_chart([Curve("a", tuple((n, n / 5) for n in range(1, 6)))], **named()))
    across = [b[0] - a[0] for a, b in pairwise(drawn)]
    down = [b[1] - a[1] for a, b in pairwise(drawn)]
    assert across == pytest.approx([across[0]] * 4, abs=0.11)
    assert down == pytest.approx([down[0]] * 4, abs=0.11)
    assert down[0] < 0


def test_the_ends_of_the_scale_are_the_ends_of_the_frame():
    (drawn,) = lines(trace_chart([Curve("a", ((1, 0.0), (5, 1.0)))], **named()))
    assert [y for _, y in drawn] == [168 - 42, 12]


def test_a_gap_parts_the_line():
    curve = Curve("a", ((1, 0.1), (2, 0.2), (3, None), (4, 0.4), (5, 0.5)))
    assert [len(line) for line in lines(trace_chart([curve], **named()))] == [2, 2]


def test_lines_differ_without_colour():
    assert len({(pen.dashes, pen.shape) for pen in PENS}) == len(PENS)


def test_the_key_is_thicker_and_bold():
    curves = [Curve("1", ((1, 0.2), (5, 0.3))), Curve("2", ((1, 0.4), (5, 0.9)), strong=True)]
    svg = ElementTree.fromstring(trace_chart(curves, **named()))
    plain, key = (float(e.attrib["stroke-width"]) for e in svg.iter(f"{SVG}polyline"))
    assert key > 1.5 * plain
    bold = [e.text for e in svg.iter(f"{SVG}text") if e.attrib.get("font-weight") == "bold"]
    assert bold == ["2"]


def test_the_dot_of_a_row_stands_between_the_ends_of_its_interval():
    svg = ElementTree.fromstring(
        forest_chart([PlotRow("a", 0.5, 0.2, 0.8)], x_label="x", include=[0, 1], **named())
    )
    dot = float(svg.find(f"{SVG}circle").attrib["cx"])
    ends = {
        float(e.attrib["x1"])
        for e in svg.iter(f"{SVG}line")
        if e.attrib.get("stroke-width") == "1.8" and e.attrib["x1"] == e.attrib["x2"]
    }
    assert dot == pytest.approx(sum(ends) / 2, abs=0.1)
    assert len(ends) == 2
    assert (max(ends) - dot) == pytest.approx(0.3 * (700 - 236 - 150), abs=0.1)


def test_a_row_beyond_the_limits_is_an_arrow():
    svg = forest_chart([PlotRow("a", 5.0)], x_label="x", include=[-1, 1], limits=(-1, 1), **named())
    assert "►" in svg
    assert "<circle" not in svg


def test_bars_are_as_high_as_they_say():
    bars = [Bar(0, 1, 10), Bar(1, 2, 40), Bar(2, 3, 0)]
    svg = ElementTree.fromstring(distribution_chart(bars, x_label="x", **named()))
    low, high = (float(bar.attrib["height"]) for bar in svg.iter(f"{SVG}rect"))
    assert high == pytest.approx(4 * low, abs=0.1)


def test_names_of_points_do_not_lie_on_each_other():
    points = [Point(f"scenario {n}", 0.5 + n / 1000, 0.3, named=True) for n in range(60)]
    svg = ElementTree.fromstring(scatter_chart(points, x_label="x", y_label="y", **named()))
    told = [e for e in svg.iter(f"{SVG}text") if (e.text or "").startswith("scenario")]
    assert 1 <= len(told) < 60
    boxes = [(float(e.attrib["x"]), float(e.attrib["y"])) for e in told]
    assert all(
        abs(a[1] - b[1]) >= 12 or abs(a[0] - b[0]) >= 60
        for n, a in enumerate(boxes)
        for b in boxes[n + 1 :]
    )


@pytest.mark.parametrize("values", [[0.5], [0, 0], [1e-9, 2e-9], [-1e6, 1e6], [], [NAN, 3.0]])
def test_an_axis_holds_its_values(values):
    axis = Axis.around(values)
    finite = [value for value in values if math.isfinite(value)]
    assert axis.low < axis.high
    assert all(axis.low <= value <= axis.high for value in finite)
    assert 2 <= len(axis.ticks) <= 8
    assert list(axis.ticks) == sorted(set(axis.ticks))


def test_labels_are_spread_within_the_frame():
    found = spread([10, 10, 10, 95, 99], 13, 0, 100)
    assert all(b - a >= 13 - 1e-9 for a, b in pairwise(sorted(found)))
    assert min(found) >= 0
    assert max(found) <= 100


def test_a_chart_without_figures_is_drawn_empty():
    empty = Curve("a", ())
    for svg in (
        trace_chart([], **named()),
        category_chart([], **named()),
        scree_chart(empty, empty, **named()),
        information_chart(empty, empty, **named()),
        error_chart([], **named()),
        scatter_chart([], x_label="x", y_label="y", **named()),
        forest_chart([], x_label="x", **named()),
        distribution_chart([], x_label="x", **named()),
    ):
        assert ElementTree.fromstring(svg).tag == f"{SVG}svg"
