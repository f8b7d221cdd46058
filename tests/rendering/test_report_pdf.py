"""Reports as PDF: tagged, titled, three to five pages."""

from __future__ import annotations

import io
import sys
from collections import Counter

import pytest

from vbr_engine.errors import VbrError
from vbr_engine.rendering import report_pdf
from vbr_engine.reports import candidate_feedback

pikepdf = pytest.importorskip("pikepdf")
pytest.importorskip("weasyprint", reason="WeasyPrint and Pango: pip install 'vbr-engine[pdf]'")

FLAGS = ("straight-lining", "very-fast", "many-unanswered")


def opened(report):
    return pikepdf.open(io.BytesIO(report_pdf(report)))


def structure(pdf):
    """Every element of the structure tree: (tag, element)."""
    waiting, found = [pdf.Root.StructTreeRoot], []
    while waiting:
        element = waiting.pop()
        if "/S" in element:
            found.append((str(element.S), element))
        kids = element.get("/K", [])
        kids = kids if isinstance(kids, pikepdf.Array) else [kids]
        waiting += [kid for kid in kids if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
    return found


@pytest.fixture(scope="module")
def pdf(made):
    return opened(made(candidate="Ana Lima", flags=FLAGS, simulated=True))


def test_title_language_and_standard(pdf):
    assert bool(pdf.Root.MarkInfo.Marked)
    assert str(pdf.Root.Lang) == "en-GB"
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    with pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == "Values assessment: preparing the interview: Ana Lima"
        assert metadata["pdfuaid:part"] == "1"


def test_headings_tables_and_the_figure_are_tagged(pdf):
    found = structure(pdf)
    count = Counter(tag for tag, _ in found)
    assert count["/H1"] == 1
    assert count["/H2"] >= 6
    assert count["/Table"] >= 2
    assert count["/TH"] >= 8 + 3
    assert count["/Figure"] == 1
    (alt,) = [str(element.Alt) for tag, element in found if tag == "/Figure"]
    assert alt.startswith("Results with their intervals. Overall: Mostly in line.")


def test_every_figure_in_the_table_names_its_headers(pdf):
    """A figure points to the ids of its row header and its column header."""
    found = structure(pdf)
    ids = {str(element.ID) for tag, element in found if tag == "/TH"}
    pointed = [
        {str(header) for header in element.A.Headers}
        for tag, element in found
        if tag == "/TD" and "/Headers" in element.A
    ]
    assert len(pointed) >= 8 * 2
    assert all(headers <= ids for headers in pointed)
    assert sum(len(headers) == 2 for headers in pointed) >= 8 * 2


def test_three_to_five_pages(made, as_keyed, against_key):
    half = dict(list(as_keyed.items())[:6])
    reports = [made({}), made(half), made(against_key, flags=FLAGS, simulated=True)]
    assert all(3 <= len(opened(report).pages) <= 5 for report in reports)


def test_feedback_is_one_page(homecare, profile_of, as_keyed):
    assert len(opened(candidate_feedback(profile_of(as_keyed), homecare)).pages) == 1


def test_hostile_names_print(made):
    name = "<img src=file:///etc/passwd> نور " + "x" * 5000
    assert 3 <= len(opened(made(candidate=name, vacancy=name, provider=name)).pages) <= 5


def test_without_weasyprint_it_says_what_to_install(made, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(VbrError, match=r"vbr-engine\[pdf\].*libpango"):
        report_pdf(made())
