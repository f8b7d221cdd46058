"""Reports as HTML: well formed, escaped, and fit for a page with a strict policy."""

from __future__ import annotations

import re

import pytest

from vbr_engine.rendering import report_body, report_css, report_html
from vbr_engine.reports import candidate_feedback

FLAGS = ("straight-lining", "very-fast", "many-unanswered")


@pytest.fixture(scope="module")
def cases(homecare, profile_of, made, as_keyed, against_key):
    half = dict(list(as_keyed.items())[:6])
    mixed = half | dict(list(against_key.items())[6:])
    return {
        "nothing answered": made({}),
        "half answered": made(half, flags=("many-unanswered",)),
        "as keyed": made(),
        "against the key": made(against_key),
        "spanning bands, all flags": made(mixed, flags=FLAGS, simulated=True),
        "feedback": candidate_feedback(profile_of(mixed), homecare, contact="Jo\n01234"),
        "feedback on nothing": candidate_feedback(profile_of({}), homecare),
    }


def test_every_kind_is_a_sound_document(cases, check_document):
    for report in cases.values():
        check_document(report_html(report))


def test_every_fragment_fits_a_strict_policy(cases, read_page):
    for name, report in cases.items():
        outline = read_page(str(report_body(report)))
        assert not outline.tags("h1", "script", "style", "link", "img", "iframe"), name
        for tag, attrs in outline.elements:
            assert not [key for key in attrs if key == "style" or key.startswith("on")]
            assert not {"href", "src"} & set(attrs)
            assert all(word.startswith("report") for word in (attrs.get("class") or "").split())
            assert tag != "th" or attrs.get("scope") in ("row", "col")


def test_the_table_has_a_row_for_each_value_and_all(cases):
    for name in ("as keyed", "nothing answered"):
        html = str(report_body(cases[name]))
        table = re.search(r"The same results as a table(.*?)</table>", html, re.S).group(1)
        rows = re.findall(r'<th scope="row">(.*?) <span', table)
        assert rows == ["Overall", *(value.name for value in cases[name].values)]


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }}{% raw %}",
        "نور الهدى",
        "Ana\u202eamiL",
        "x" * 10_000,
        "\x00\x0b\ud800",
    ],
)
def test_hostile_names_stay_words(made, name, read_page):
    report = made(candidate=name, vacancy=name, provider=name)
    html = report_html(report)
    outline = read_page(html)
    assert not outline.tags("script", "img")
    assert "49" not in outline.words
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\ud800]", html)
    assert len(html) < len(report_html(made())) + 2_000
    html.encode("utf-8")


def test_a_hostile_contact_stays_words(homecare, profile_of):
    feedback = candidate_feedback(profile_of({}), homecare, contact="<b onclick=x()>Jo</b>")
    assert "&lt;b onclick=x()&gt;Jo" in str(report_body(feedback))


def test_a_simulated_sitting_is_marked_and_another_is_not(made):
    assert "There is no such person" in str(report_body(made(simulated=True)))
    assert "There is no such person" not in str(report_body(made()))


def test_the_style_sheet_fetches_nothing():
    css = report_css()
    assert not re.search(r"url\(|@import|</|http", css)
    selectors = re.findall(r"^\s*(\.[^{@]+)\{", css, re.M)
    assert len(selectors) > 30
    assert all(part.strip().startswith(".report") for line in selectors for part in line.split(","))


def test_figures_have_two_decimals_and_a_true_minus(made, against_key):
    html = str(report_body(made(against_key)))
    assert re.search(r"−\d\.\d\d \(−\d\.\d\d to", html)
    assert not re.search(r"-\d\.\d\d", html)
