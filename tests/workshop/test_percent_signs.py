"""One way to write a share: the sign stands at its number, as in 95%."""

import re
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[2] / "vbr_engine"
# Not before what belongs to a template, as in `{% if n > 0 %}`.
APART = re.compile(r"[0-9][ \u00a0\u202f]%(?![}(])")
IN_CODE = re.compile(r"\}[ \u00a0\u202f]%(?![}(])")
FILES = sorted(p for p in ENGINE.rglob("*") if p.suffix in {".py", ".yaml", ".csv", ".html"})


def test_what_is_looked_for_would_be_found():
    assert APART.search("a 95 % interval")
    assert not APART.search("{% if n > 0 %}")
    assert IN_CODE.search('f"{share} % of them"')


@pytest.mark.parametrize("place", FILES, ids=lambda place: str(place.relative_to(ENGINE)))
def test_no_percent_sign_stands_apart(place):
    text = place.read_text("utf-8")
    found = APART.findall(text) + (IN_CODE.findall(text) if place.suffix == ".py" else [])
    assert found == []
    assert '"%", " %"' not in text
