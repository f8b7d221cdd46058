"""The technical manual as data: every section there, nothing claimed that is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from vbr_engine import ResponseMatrix, simulate_responses
from vbr_engine.analysis import Analysis
from vbr_engine.analysis.tables import TABLES, typed
from vbr_engine.bank.model import KeyKind
from vbr_engine.errors import BankError
from vbr_engine.files import read_changelog
from vbr_engine.psychometrics import plan_retention
from vbr_engine.psychometrics.panel import panel_statistics
from vbr_engine.reports.manual import technical_manual
from vbr_engine.scoring.rules import expected_by_guessing, maximum

SECTIONS = [
    "identity", "purpose", "values", "form", "scoring", "key", "panel", "sample", "items",
    "dimensionality", "reliability", "errors", "decisions", "retest", "calibration", "dif",
    "fairness", "norms", "validity", "faking", "adjustments", "languages", "limits", "cite",
    "references",
]  # fmt: skip
OPEN = {
    "form", "scoring", "key", "panel", "sample", "items", "dimensionality", "reliability",
    "errors", "decisions", "retest", "calibration", "dif", "fairness", "norms", "validity",
    "faking", "adjustments", "languages",
}  # fmt: skip


def words_of(part):
    yield from (part.title, *part.sentences, *part.points, part.gap, part.study)
    for name, lines in part.lists:
        yield from (name, *lines)
    for table in part.tables:
        yield from (table.caption, *table.columns)
        yield from (cell for row in table.rows for cell in row)


def text_of(manual, *sections):
    wanted = [s for s in manual.sections if not sections or s.id in sections]
    told = "\n".join(word for s in wanted for part in s.parts for word in words_of(part))
    return told.replace("\u00a0", " ")


def filled(table, rows):
    """A table with what is given, and something of the right kind in every other column."""
    fill = {"text": "", "count": 0, "number": float("nan"), "truth": False}
    blank = {name: fill[kind] for name, (kind, _) in TABLES[table].items()}
    return typed(table, pd.DataFrame([blank | row for row in rows]))


def analysis_of(bank, /, **about):
    """An analysis with figures that nothing else could produce."""
    items = bank.items[0].id, bank.items[1].id
    return Analysis(
        about={
            "bank": bank.label, "sha256": bank.sha256, "status": str(bank.status),
            "policy": bank.policy.id, "sittings": 1234, "items": 28, "engine": "9.9.9",
            "made": "2026-11-20", "simulated": False, **about,
        },
        values=filled("values", [
            {"scale": "composite", "items": 28, "n": 1234, "mean": 0.61, "sd": 0.13,
             "alpha": 0.7131, "alpha_low": 0.69, "alpha_high": 0.7358, "omega_total": 0.7421,
             "omega_hierarchical": 0.4567, "split_half_mean": 0.7213, "sem": 0.0697,
             "retest": 0.7712, "retest_low": 0.64, "retest_high": 0.8519, "retest_n": 87},
            {"scale": "kind", "items": 4, "n": 1230, "alpha": 0.3417, "alpha_low": 0.28,
             "alpha_high": 0.4021, "omega": 0.3612, "sem": 0.1531},
        ]),
        items=filled("items", [{"item": items[0], "n": 1229, "facility": 0.5772, "sd": 0.2123,
                                "item_rest_r": 0.3141, "item_rest_low": 0.26,
                                "item_rest_high": 0.3644}]),
        conditional_errors=filled("conditional_errors", [
            {"scale": "composite", "score": 0.4141, "sem": 0.0831, "relative": 0.0812, "n": 120}]),
        decisions=filled("decisions", [{"scale": "composite", "cut": 0.65, "accuracy": 0.8412,
                                        "consistency": 0.7788, "kappa": 0.5511}]),
        dimensionality=filled("dimensionality", [
            {"component": 1, "eigenvalue": 3.3313, "parallel_95": 1.41, "retained": True}]),
        factor={"n_factors": 1, "rmsr": 0.0477, "explained": 0.1123},
        parameters=filled("parameters", [{"item": items[0], "parameter": "a", "estimate": 1.1}]),
        calibration={"model": "graded", "sittings": 1234, "log_likelihood": -54321.5,
                     "aic": 1.0, "bic": 2.0, "n_parameters": 140, "converged": True,
                     "reliability": 0.7345},
        item_fit=filled("item_fit", [{"item": items[0], "flagged": True}]),
        groups=filled("groups", [
            {"column": "sex", "group": "man", "role": "focal", "n": 301.0, "d": -0.1512,
             "d_low": -0.28, "d_high": -0.0233},
            {"column": "sex", "group": "other", "role": "too small"}]),
        differential=filled("differential", [
            {"column": "sex", "reference": "woman", "focal": "man", "item": items[1],
             "method": "mantel-haenszel", "p": 0.001, "flagged": True,
             "sentence": "At the same score men earn less on this one."}]),
        keys=filled("keys", [{"key": "current", "validity": 0.1717, "validity_low": 0.09,
                              "validity_high": 0.2511, "outcomes": 517}]),
        persons=filled("persons", [{"measure": "misfit", "words": "odd", "n": 17,
                                    "share": 0.0138}]),
        notes=("A note of the analysis.",),
    )  # fmt: skip


FIGURES = {
    "sample": ["1,234", "2026-11-20", "A note of the analysis.", "17", "1.4%"],
    "items": ["1,229", "0.58", "0.31 (0.26 to 0.36)"],
    "dimensionality": ["3.33", "keeps 1 of 1", "11%", "0.048"],
    "reliability": ["0.71 (0.69 to 0.74)", "0.74", "0.46", "0.34 (0.28 to 0.40)", "0.36"],
    "errors": ["0.070", "0.41", "0.083"],
    "decisions": ["84%", "78%", "0.55"],
    "retest": ["87", "0.77 (0.64 to 0.85)"],
    "calibration": ["graded", "−54,321.50", "140", "0.73", "1 of 1"],
    "dif": ["man against woman", "At the same score men earn less on this one."],
    "fairness": ["−0.15 (−0.28 to −0.02)", "too few to show"],
    "validity": ["517 people", "0.17", "(95% interval 0.09 to 0.25)"],
}


@pytest.fixture(scope="module")
def draft(homecare):
    return technical_manual(homecare, changelog=read_changelog("question_banks/homecare-values"))


@pytest.fixture(scope="module")
def studied(homecare):
    return technical_manual(homecare, analyses=[analysis_of(homecare)])


def test_every_section_is_there(draft, studied):
    assert [section.id for section in draft.sections] == SECTIONS
    assert [section.id for section in studied.sections] == SECTIONS


def test_what_nobody_knows_stays_visible_with_a_study_and_its_size(draft):
    assert {section.id for section, _ in draft.gaps} == OPEN
    for section in draft.sections:
        for part in section.parts:
            assert bool(part.gap) == bool(part.study)


def test_the_draft_bank_claims_no_evidence(draft):
    assert draft.status == "draft key, no panel, no norms"
    assert "no sittings of people and no panel" in draft.summary[1]
    assert "the authors' own proposal" in text_of(draft, "key")
    assert "no norms" in text_of(draft, "norms")


def test_studies_are_as_big_as_the_planning_says(draft):
    assert f"About {plan_retention(0.3, 0.056).size} hires" in text_of(draft, "validity")
    assert "At least 194 people" in text_of(draft, "validity")


def test_identity_and_changes(draft, homecare):
    told = text_of(draft, "identity")
    assert homecare.sha256 in told
    assert "Apache-2.0" in told
    assert "0.1.0 (November 2026): First draft: seven values" in told


def test_blueprint_counts_add_up(draft, homecare):
    (table,) = (t for s in draft.sections if s.id == "form" for p in s.parts for t in p.tables
                if t.caption == "Items for each value")  # fmt: skip
    assert sum(int(row[1]) for row in table.rows) == len(homecare.items)
    assert sum(int(row[2]) for row in table.rows) == homecare.blueprint.length
    assert all(int(row[2]) >= int(row[3]) for row in table.rows)


def test_the_arithmetic_of_guessing(draft, homecare):
    (table,) = (t for s in draft.sections if s.id == "scoring" for p in s.parts for t in p.tables
                if t.caption.startswith("Marks"))  # fmt: skip
    told = {row[0]: row[1:] for row in table.rows}
    assert told["rank"] == ("4", "12.0", "20.0")  # published for five options ranked
    assert told["most-least"] == ("4", "0.0", "2.0")
    picks = [item for item in homecare.items if item.format == "pick"]
    guess = sum(expected_by_guessing(item, homecare.policy) for item in picks) / len(picks)
    most = sum(maximum(item, homecare.policy) for item in picks) / len(picks)
    assert told["pick"] == ("4", f"{guess:.1f}", f"{most:.1f}")


@pytest.mark.parametrize(("section", "figures"), FIGURES.items())
def test_figures_are_those_of_the_analysis(studied, draft, section, figures):
    told = text_of(studied, section)
    for one in figures:
        assert one in told
    assert section not in {held.id for held, _ in studied.gaps} - {
        "sample", "fairness", "validity",
    }  # fmt: skip
    assert not any(one in text_of(draft, section) for one in figures if len(one) > 8)


def test_what_an_analysis_does_not_tell_stays_open(studied):
    still = {section.id for section, _ in studied.gaps}
    assert {"key", "panel", "norms", "faking", "adjustments", "languages", "form"} <= still
    assert studied.status == "draft key, no panel, no norms"
    assert "1,234 analysed sittings and no panel" in studied.summary[1]


def test_simulated_sittings_are_named_and_are_no_evidence(homecare, draft):
    made_up = analysis_of(homecare, simulated=True)
    manual = technical_manual(homecare, analyses=[made_up])
    assert [gap for _, gap in manual.gaps] == [gap for _, gap in draft.gaps]
    told = text_of(manual, "sample")
    assert "1,234 simulated sittings" in told
    assert "none of its figures is used" in told
    assert "0.71" not in text_of(manual, "reliability")


def test_several_analyses_stand_side_by_side(homecare):
    held = [analysis_of(homecare), analysis_of(homecare, sittings=55)]
    manual = technical_manual(homecare, analyses=held)
    titles = [p.title for s in manual.sections if s.id == "reliability" for p in s.parts]
    assert titles == ["Analysis 1", "Analysis 2"]


def test_an_analysis_that_does_not_say_how_much_it_rests_on(homecare):
    odd = analysis_of(homecare, sittings="many", items=None, made=None)
    told = text_of(technical_manual(homecare, analyses=[odd]), "sample")
    assert "not known" in told


def test_few_sittings_are_called_few(homecare):
    manual = technical_manual(homecare, analyses=[analysis_of(homecare, sittings=40)])
    assert any("40 are few" in gap for section, gap in manual.gaps if section.id == "sample")


def test_an_analysis_of_another_version_is_refused(homecare):
    other = analysis_of(homecare, sha256="f" * 64, bank="homecare-values 0.0.9")
    with pytest.raises(BankError, match=r"homecare-values 0\.0\.9 with the hash f{12}, but"):
        technical_manual(homecare, analyses=[other])
    with pytest.raises(BankError, match="an analysis without a bank"):
        technical_manual(homecare, analyses=[analysis_of(homecare, sha256=None, bank=None)])


def test_every_wrong_analysis_is_named_at_once(homecare):
    wrong = [analysis_of(homecare, sha256=digit * 64) for digit in "ab"]
    with pytest.raises(BankError) as caught:
        technical_manual(homecare, analyses=wrong, language="gd")
    assert len(caught.value.problems) == 3


def test_the_key_is_left_out_unless_asked_for(draft, homecare):
    open_copy = text_of(draft)
    rationales = [text.rationale for text in homecare.text().items.values()]
    actions = [a for text in homecare.text().items.values() for a in text.options.values()]
    assert not any(told in open_copy for told in (*rationales, *actions))
    held = technical_manual(homecare, with_key=True)
    assert held.with_key
    assert not draft.with_key
    assert all(told in text_of(held, "key") for told in (*rationales, *actions))


def experts(bank, n=12):
    made = simulate_responses(bank, n, seed=3)
    answers = {f"expert-{i}": made.answers(name) for i, name in enumerate(made.sittings)}
    return panel_statistics(ResponseMatrix.from_answers(answers, bank), bank)


def test_a_panel_is_described_without_giving_the_key_away(homecare):
    panel = experts(homecare)
    manual = technical_manual(homecare, panel=panel)
    told = text_of(manual, "panel")
    row = panel.scales.iloc[0]
    assert "12 experts sat the bank" in told
    assert f"ICC(2,k) {row['icc_average']:.2f}" in told
    assert f"{panel.items['kendall_w'].dropna().iloc[0]:.2f}" in told
    assert "panel" not in {section.id for section, _ in manual.gaps}
    (table,) = (t for s in manual.sections if s.id == "panel" for p in s.parts for t in p.tables)
    assert len(table.rows) == len(homecare.items)  # no row for an option, so no mean of one


def test_a_made_up_panel_is_no_panel(homecare):
    manual = technical_manual(homecare, panel=experts(homecare), panel_simulated=True)
    assert "panel" in {section.id for section, _ in manual.gaps}
    assert "made up by a computer" in text_of(manual, "panel")


def test_other_policies_and_keys_are_told_as_they_are(homecare):
    policy = replace(
        homecare.policy, key=KeyKind.PANEL, rate="distance", standardise_within_person=True
    )
    told = text_of(technical_manual(replace(homecare, policy=policy)), "scoring", "key")
    assert "Rule ‘distance’" in told
    assert "Ratings are standardised within the person" in told
    assert "what a panel of experts held" in told


def test_the_day_and_the_whole_as_plain_data(homecare):
    told = technical_manual(homecare, prepared=date(2026, 11, 22)).to_dict()
    assert told["prepared"] == "22 November 2026"
    assert [section["id"] for section in told["sections"]] == SECTIONS
