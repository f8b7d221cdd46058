"""`vbr report`, as a researcher types it."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner

from vbr_engine import simulate_responses
from vbr_engine.cli import main, vbr
from vbr_engine.errors import FileError, ResponsesError
from vbr_engine.files import write_table


@pytest.fixture(scope="module")
def table(homecare, tmp_path_factory):
    path = tmp_path_factory.mktemp("responses") / "responses.csv"
    write_table(simulate_responses(homecare, 20, seed=2).to_frame(), path)
    return path


@pytest.fixture
def report(table, tmp_path):
    def run(name, *more, sitting="simulated-000007"):
        output = tmp_path / name
        words = ["report", "question_banks/homecare-values", str(table), "--sitting", sitting]
        result = CliRunner().invoke(vbr, [*words, "-o", str(output), *more])
        if result.exception:
            assert not output.exists()
            raise result.exception
        return output

    return run


def test_html(report):
    html = report("r.html", "--candidate", "Ana Lima", "--provider", "Example Homecare").read_text()
    assert "Ana Lima" in html
    assert "Example Homecare" in html
    assert "A computer made these answers up" in html


def test_pdf(report):
    assert report("r.PDF").read_bytes().startswith(b"%PDF-1.7")


def test_json_has_everything(report):
    told = json.loads(report("r.json").read_text(encoding="utf-8"))
    assert {"header", "notice", "summary", "composite", "values", "bands", "flags"} <= set(told)
    assert {"scenarios", "guide", "limits", "reading"} <= set(told)
    assert told["header"]["sitting"] == "simulated-000007"
    assert [value["id"] for value in told["values"]][:2] == ["kind", "honest"]
    assert told["values"][0]["low"] <= told["values"][0]["score"] <= told["values"][0]["high"]


def test_feedback_for_the_candidate(report):
    told = json.loads(report("f.json", "--for", "candidate", "--contact", "Jo").read_text())
    assert told["contact"] == "Jo"
    assert not {"values", "composite", "header"} & set(told)


def test_an_unknown_sitting_names_near_ones(report):
    with pytest.raises(ResponsesError, match="no sitting 'simulated-7' among the 20") as caught:
        report("r.html", sitting="simulated-7")
    assert "near ones: simulated-000007" in str(caught.value)


def test_a_sitting_like_none_names_the_first(report):
    with pytest.raises(ResponsesError, match="the first ones: simulated-000001"):
        report("r.html", sitting="§§§")


def test_another_ending_is_a_sentence(report, monkeypatch, capsys):
    with pytest.raises(FileError, match=r"ends in \.html, \.pdf or \.json, not '\.docx'"):
        report("r.docx")
    monkeypatch.setattr(sys, "argv", ["vbr", "report", "b", "t", "--sitting", "s", "-o", "r"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    assert (
        capsys.readouterr().err
        == "r: a report's name ends in .html, .pdf or .json, not 'nothing'\n"
    )
