"""The report of an analysis as data: what it says, in which order, and that nothing is invented."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from vbr_engine.analysis import TABLES, Analysis, analyse_table
from vbr_engine.analysis.tables import typed
from vbr_engine.bank.proposals import Proposal
from vbr_engine.psychometrics import ItemParameters, category_probabilities
from vbr_engine.reports import analysis_report
from vbr_engine.reports.analysis.categories import category_panel
from vbr_engine.reports.analysis.flags import FLAGS, item_flags
from vbr_engine.reports.analysis.naming import Names
from vbr_engine.reports.analysis.parts import Interval

SECTIONS = ["proposals", "scales", "items", "dimensions", "model", "groups", "keys", "people",
            "notes", "method"]  # fmt: skip


def made(about=None, *, notes=(), proposals=(), factor=None, calibration=None, **rows):
    """An analysis with a few rows; every column that is not given is empty."""
    tables = {name: typed(name, pd.DataFrame(held)) for name, held in rows.items()}
    told = {"bank": None, "sha256": None, "sittings": 400, "items": 3} | (about or {})
    return Analysis(
        told,
        notes=notes,
        proposals=proposals,
        factor=factor or {},
        calibration=calibration or {},
        **tables,
    )


def item(name, r=0.4, **more):
    row = {"item": name, "n": 400, "missing": 0.0, "facility": 0.6, "sd": 0.3, "item_rest_r": r}
    return row | {"item_rest_low": r - 0.1, "item_rest_high": r + 0.1, "value": ""} | more


def blocks(report, section):
    (found,) = [part for part in report.sections if part.id == section]
    return found.blocks


def tables(report, section):
    return [block.table for block in blocks(report, section) if block.table]


def words(report):
    return json.dumps(report.to_dict(), ensure_ascii=False, default=str)


def test_the_order_of_the_page():
    report = analysis_report(made())
    assert [section.id for section in report.sections] == SECTIONS


def test_an_analysis_of_nothing_says_so():
    report = analysis_report(Analysis({"sittings": 0, "items": 0}, notes=("Too few sittings.",)))
    assert report.findings[0].sentence.startswith("There are only 0 sittings")
    assert blocks(report, "notes")[0].sentences == ("Too few sittings.",)
    assert blocks(report, "scales")[0].sentences == ("Not computed. The notes say why.",)


def test_a_draft_is_called_a_draft(homecare):
    about = {"bank": homecare.label, "sha256": homecare.sha256, "status": str(homecare.status)}
    report = analysis_report(made(about | {"simulated": True}), homecare)
    assert "draft key, no panel, no norms" in report.status
    assert report.simulated
    assert ("Hash", homecare.sha256[:12]) in report.facts


def test_items_stand_worst_first():
    rows = [item("good", 0.5), item("weak", 0.1), item("wrong", -0.2), item("fair", 0.3)]
    table = tables(analysis_report(made(items=rows)), "items")[0]
    assert [row[0] for row in table.rows] == ["wrong", "weak", "fair", "good"]
    cards = next(s for s in analysis_report(made(items=rows)).sections if s.id == "items").cards
    assert [card.id for card in cards] == ["wrong", "weak", "fair", "good"]
    assert table.anchors == tuple(card.anchor for card in cards)


def test_a_figure_comes_with_its_interval():
    values = [{"scale": "composite", "items": 3, "n": 400, "alpha": 0.7, "alpha_low": 0.6,
               "alpha_high": 0.8, "sem": 0.1}]  # fmt: skip
    report = analysis_report(made(values=values))
    assert Interval(0.7, 0.6, 0.8) in tables(report, "scales")[0].rows[0]
    assert "0.70 (0.60 to 0.80)" in report.findings[0].sentence


@pytest.mark.parametrize(
    ("low", "grade"), [(0.82, "high enough"), (0.7, "fair for comparing"), (0.4, "too low")]
)
def test_reliability_is_graded_by_the_lower_end(low, grade):
    values = [{"scale": "composite", "alpha": 0.85, "alpha_low": low, "alpha_high": 0.9}]
    assert grade in analysis_report(made(values=values)).findings[0].sentence


def test_no_more_than_five_findings_and_the_gravest_first():
    report = analysis_report(
        made(
            items=[item("wrong", -0.3)],
            values=[{"scale": "composite", "alpha": 0.7}, {"scale": "kind", "alpha": 0.3}],
            calibration={"converged": False},
            dimensionality=[{"component": 1, "eigenvalue": 3.0, "retained": True}],
            dependence=[{"item": "a", "other": "b", "q3": 0.3, "excess": 0.3}],
            persons=[{"measure": "very-fast", "words": "w", "n": 100, "share": 0.25}],
        )
    )
    assert len(report.findings) == 5
    assert "did not reach its end" in report.findings[0].sentence
    assert {finding.section for finding in report.findings} <= set(SECTIONS)


def test_few_sittings_are_not_judged():
    values = [{"scale": "composite", "alpha": 0.95, "alpha_low": 0.9, "alpha_high": 0.99}]
    report = analysis_report(made({"sittings": 3}, values=values, items=[item("a", -0.9, n=3)]))
    told = [finding.sentence for finding in report.findings]
    assert told[0].startswith("There are only 3 sittings")
    assert not any("serious" in sentence or "enough" in sentence for sentence in told)


def test_proposals_are_listed_with_their_reasons(homecare):
    proposal = Proposal("items.the-cream", "retire-item", "Too easy.", evidence={"n": 300})
    report = analysis_report(made(proposals=(proposal,)), homecare)
    (row,) = tables(report, "proposals")[0].rows
    title = homecare.text().items["the-cream"].title
    assert row == (f"{title} (items.the-cream)", "retire the item", "Too easy.", "n = 300")
    assert any("vbr revise" in sentence for sentence in blocks(report, "proposals")[0].sentences)
    assert report.n_proposals == 1


def everything_wrong(homecare):
    """An analysis in which each sign is seen at least once."""
    ids = [held.id for held in homecare.items]
    rate = next(held for held in homecare.items if str(held.format) == "rate")
    pick = next(held for held in homecare.items if str(held.format) == "pick")
    items = [
        item(ids[0], 0.4, format="rate", sd=0.0),
        item(ids[1], -0.2, format="rate", missing=0.3, alpha_if_deleted=0.9),
        item(ids[2], 0.1, format="rate", facility=0.95, n=50),
        item(ids[3], 0.1, format="rate", facility=-0.1),
        item(pick.id, 0.3, format="pick"),
        item(rate.id, 0.3, format="rate"),
    ]
    option = {"item": rate.id, "option": "a", "n": 200}
    return made(
        values=[{"scale": "composite", "alpha": 0.7}],
        items=items,
        options=[
            option | {"answer": "1", "share": 0.4, "keyed": True},
            option | {"answer": "2", "share": 0.6, "keyed": False},
            {
                "item": pick.id,
                "option": "b",
                "answer": "0",
                "share": 0.999,
                "n": 399,
                "keyed": False,
            },
        ],
        traces=[
            {"item": rate.id, "option": "a", "answer": "1", "group": 5, "share": 0.2, "n": 80},
            {"item": rate.id, "option": "a", "answer": "2", "group": 5, "share": 0.8, "n": 80},
        ],
        parameters=[{"item": ids[1], "parameter": "a", "estimate": -0.5, "se": 0.1}],
        item_fit=[{"item": ids[1], "flagged": True, "s_x2": 40.0}],
        dependence=[{"item": ids[1], "other": ids[2], "q3": 0.4, "excess": 0.4}],
        ambiguity=[{"item": ids[1], "ambiguous": True, "why": "They hold b to be best."}],
        differential=[
            {"column": "sex", "item": ids[1], "flagged": True, "sentence": "s", "effect": 0.3}
        ],
        panel=[{"item": ids[1], "option": "a", "drop": True, "why": "No agreement."}],
    )


def test_every_sign_has_words(homecare):
    flags = item_flags(everything_wrong(homecare), Names(homecare))
    seen = {flag.id for held in flags.values() for flag in held}
    assert seen == set(FLAGS)
    for held in flags.values():
        for flag in held:
            assert flag.title
            assert flag.meaning.endswith((".", "?"))
            assert "{" not in flag.meaning
        assert [flag.serious for flag in held] == sorted(
            (flag.serious for flag in held), reverse=True
        )


def test_the_key_is_the_thick_line(homecare):
    report = analysis_report(everything_wrong(homecare), homecare)
    cards = next(section for section in report.sections if section.id == "items").cards
    (panel,) = next(card for card in cards if card.panels).panels
    assert [(curve.label, curve.strong) for curve in panel.curves] == [("1", True), ("2", False)]
    assert panel.top == 1.0


def test_category_curves_agree_with_the_model():
    """The chances are those of `category_probabilities`, which is tested against R."""
    table = pd.DataFrame(
        [("q", "a", 1.3), ("q", "d_1", 1.5), ("q", "d_2", -0.4)],
        columns=["item", "parameter", "estimate"],
    )
    (panel,) = category_panel(table.assign(se=0.1).to_dict("records"), "m")
    model = ItemParameters("graded", ("q",), [1.3], [[1.5, -0.4]])
    (expected,) = category_probabilities(model, [-3.0, 0.0, 3.0])
    for k, curve in enumerate(panel.curves):
        drawn = dict(curve.points)
        assert [drawn[x] for x in (-3.0, 0.0, 3.0)] == pytest.approx(expected[k])


def test_a_group_that_is_too_small_is_not_counted():
    groups = [
        {"column": "sex", "group": "w", "role": "reference", "n": 300, "mean": 0.5, "sd": 0.1},
        {"column": "sex", "group": "x", "role": "too small", "n": float("nan"), "mean": 0.123},
    ]
    report = analysis_report(made(groups=groups))
    assert tables(report, "groups")[0].rows[1][:3] == ("sex: x", "too few to show", "")
    assert "0.123" not in words(report)


def test_nothing_that_is_not_a_number_reaches_the_report(homecare):
    report = analysis_report(everything_wrong(homecare), homecare)
    json.dumps(report.to_dict(), allow_nan=False)


def test_each_table_of_an_analysis_is_told_somewhere(homecare):
    """A row in any table changes the report: no table is computed for nothing."""
    base = {"items": [item("composite")]}
    plain = analysis_report(made(**base), homecare)
    kinds = {"text": "composite", "count": 3, "number": 0.5, "truth": True}
    for name, columns in TABLES.items():
        row = {column: kinds[kind] for column, (kind, _) in columns.items()}
        if name == "information":
            row["item"] = "test"
        rows = (
            [row, row | {"theta": 1.0}] if name in ("information", "conditional_errors") else [row]
        )
        told = analysis_report(made(**base | {name: rows}), homecare)
        assert words(told) != words(plain), name


def test_a_plain_table_needs_no_bank():
    frame = pd.DataFrame({f"q{n}": [1, 2, 3, 2, 1, 3, 2, 3] * 10 for n in range(4)})
    frame["q0"] = [1, 2] * 40
    report = analysis_report(analyse_table(frame))
    assert report.title == "Analysis of item responses"
    assert "No bank was given" in report.status
    assert {row[0] for row in tables(report, "items")[0].rows} == set(frame)


def test_how_to_read_the_pictures_depends_on_whether_there_is_a_key():
    frame = pd.DataFrame({f"q{n}": [1, 2, 3, 2, 1, 3, 2, 3] * 10 for n in range(4)})
    frame["q0"] = [1, 2] * 40
    for key, wanted in ((None, "High answers should rise"), ([1, 2, 3, 2], "keyed answer is")):
        report = analysis_report(analyse_table(frame, key=key))
        (note,) = (section.cards_note for section in report.sections if section.id == "items")
        assert wanted in note


def test_the_same_analysis_gives_the_same_report():
    analysis = made(items=[item("a", 0.3)])
    assert analysis_report(analysis) == analysis_report(replace(analysis))
