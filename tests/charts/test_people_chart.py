"""A hundred people: counted, shaded, named, and sound for a strict page."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbr_engine.charts import people_chart

SVG = "{http://www.w3.org/2000/svg}"


def counted(svg):
    """People filled, people in outline, squares shaded: heads and squares are counted."""
    told = {"filled": 0, "hollow": 0, "squares": 0}
    for path in ElementTree.fromstring(svg).iter(f"{SVG}path"):
        heads = path.get("d").count("a4 4 0 1 1 8 0")
        squares = len(re.findall(r"h24v26h-24z", path.get("d")))
        told["squares"] += squares
        told["filled" if path.get("fill") == path.get("stroke") else "hollow"] += heads
    return told


@given(st.lists(st.integers(0, 100), min_size=3, max_size=3).map(sorted))
def test_there_are_always_a_hundred(numbers):
    low, number, high = numbers
    svg = people_chart(number, low, high, title="t", description="d", chart_id="c")
    assert counted(svg) == {"filled": number, "hollow": 100 - number, "squares": high - low}


def test_it_is_named_and_needs_no_style():
    svg = people_chart(3, 1, 9, title="<b>&", description='"x"', chart_id="one")
    tree = ElementTree.fromstring(svg)
    assert tree.get("role") == "img"
    assert tree.get("aria-labelledby") == "one-t one-d"
    assert tree.find(f"{SVG}title").text == "<b>&"
    assert tree.find(f"{SVG}desc").text == '"x"'
    assert "style" not in svg
    assert tree.get("width") is None  # as wide as its place


@pytest.mark.parametrize("numbers", [(5, 6, 9), (9, 1, 5), (1, -1, 5), (50, 40, 101)])
def test_numbers_that_cannot_be(numbers):
    with pytest.raises(ValueError, match="expected 0 <= low"):
        people_chart(*numbers, title="t", description="d", chart_id="c")
