"""The card of risk models and the page of an evaluation: what they say, and how they are made."""

import json
import re
from datetime import date

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from vbr_engine.cli import vbr
from vbr_engine.errors import CareersError, FileError
from vbr_engine.files import read_table, write_table
from vbr_engine.files.model_folders import read_evaluation, read_models
from vbr_engine.rendering import report_html
from vbr_engine.reports.card import evaluation_report, model_card
from vbr_engine.reports.card.effects import effect_figures, risk_by_time
from vbr_engine.reports.card.record import record_fields
from vbr_engine.risk import Careers, DropOutModel, simulate_careers
from vbr_engine.risk.evaluation import evaluate


def run(*words):
    result = CliRunner().invoke(vbr, ["risk", *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def made():
    return simulate_careers(900, seed=2, providers=12)


@pytest.fixture(scope="module")
def careers(made):
    return Careers.from_frame(made.frame, cut=made.cut)


@pytest.fixture(scope="module")
def models(careers):
    return {name: DropOutModel(name).fit(careers) for name in ("withdrawal", "leaving")}


@pytest.fixture(scope="module")
def found(models, careers, made):
    quick = {"n_bootstrap": 20, "refits": 0, "folds": 3, "seed": 1}
    return {
        name: evaluate(model, careers, groups=made.monitoring, **quick).to_dict()
        for name, model in models.items()
    }


@pytest.fixture(scope="module")
def about(made):
    return {"simulated": True, "cut": str(made.cut.date()), "applications": 900, "providers": 12}


@pytest.fixture(scope="module")
def card(models, about):
    return model_card(models, about=about, sha256="a" * 64, prepared=date(2026, 11, 22))


@pytest.fixture(scope="module")
def full(models, about, found):
    return model_card(models, about=about, evaluations=found)


def words_of(report, section):
    chosen = next(held for held in report.sections if held.id == section)
    return json.dumps([sentence for part in chosen.parts for sentence in _said(part)])


def _said(part):
    yield from (*part.sentences, *part.points, part.gap, part.study)
    yield from (cell for table in part.tables for row in table.rows for cell in row)


# What the card says


def test_the_level_comes_first_and_agrees_with_the_model(card, models):
    for (name, model), told in zip(models.items(), card.summary, strict=False):
        assert f"evidence level {model.evidence().level.code}" in told
        assert f"{model.n_events_:,} of {model.n_people_:,}" in told
        assert (
            model.evidence().to_dict()["level"]
            == (card.figures["outcomes"][name]["evidence"]["level"])
        )


def test_simulated_data_are_called_simulated(card, models, about):
    assert "Simulated data." in report_html(card)
    people = model_card(models, about=about | {"simulated": False})
    assert "Simulated data." not in report_html(people)


def test_effects_have_prior_source_and_interval(models):
    for model in models.values():
        rows = pd.DataFrame(effect_figures(model))
        assert rows["effect"].tolist() == [effect.name for effect in model.effects_]
        np.testing.assert_allclose(rows["high"] - rows["low"], 2 * 1.6448536 * rows["sd"])
        assert (rows["published"].notna() == (rows["source"] != "")).all()


def test_the_risk_by_time_is_the_one_of_nobody_in_particular(models):
    rows = pd.DataFrame(risk_by_time(models["leaving"]))
    assert rows["risk"].is_monotonic_increasing
    nobody = pd.DataFrame({"application": ["x"], "provider": ["one that is new"]})
    told = models["leaving"].risks(nobody, horizon=90).iloc[0]
    at = rows[rows["days"] == 90].iloc[0]
    assert (at["risk"], at["low"], at["high"]) == (told["risk"], told["low"], told["high"])


def test_what_nobody_knows_stays_visible(card):
    gaps = [gap for _, gap in card.gaps]
    assert len(gaps) == 4
    assert report_html(card).count("Not yet established:</strong>") == 4


def test_an_evaluation_and_groups_close_the_gaps(full, found):
    assert full.gaps == ()
    told = words_of(full, "performance")
    for held in found.values():
        assert held["sentences"][0] in told
    assert "woman" in words_of(full, "fairness")


def test_groups_that_are_too_small_are_not_shown(models, careers, made, about):
    few = made.monitoring.assign(sex=["other"] * 15 + ["woman"] * (len(made.monitoring) - 15))
    quick = {"n_bootstrap": 20, "refits": 0, "folds": 3, "external": True}
    held = evaluate(models["leaving"], careers, groups=few[["application", "sex"]], **quick)
    told = words_of(
        model_card(models, about=about, evaluations={"leaving": held.to_dict()}), "fairness"
    )
    assert "too few people to be shown" in told
    rows = [row for row in held.to_dict()["groups"] if row["group"] == "other"]
    assert rows
    assert all(row["value"] is None for row in rows)


def test_a_leak_is_told_before_anything_else(models, found, about):
    spoiled = found["leaving"] | {"alarm": "The area under the curve is 0.99: look for a leak."}
    told = model_card(models, about=about, evaluations={"leaving": spoiled})
    assert any("look for a leak" in sentence for sentence in told.summary)
    report = evaluation_report({"leaving": spoiled}, about=about)
    assert report.summary[0].endswith("look for a leak.")


def test_every_item_of_the_standards_is_there(card):
    chosen = next(held for held in card.sections if held.id == "standards")
    tripod, probast = (part.tables[0].rows for part in chosen.parts)
    assert {int(re.match(r"\d+", row[0])[0]) for row in tripod} == set(range(1, 28))
    assert len(probast) == 4
    assert all(row[2] == "Not yet established" for row in probast)


def test_only_the_organisation_can_fill_its_own_fields_of_the_record(card, models):
    held = {(section, field): told for section, field, told in (
        (entry["section"], entry["field"], entry["held"]) for entry in card.figures["record"]
    )}  # fmt: skip
    assert held["Owner and responsibility", "Senior responsible owner"].startswith("Not yet")
    assert held["Tool specification", "Phase"] == "simulated data only"
    assert record_fields.__doc__
    assert all(held.values())


def test_the_card_names_no_person(full, careers):
    text = json.dumps(full.to_dict())
    assert not any(name in text for name in careers.frame["application"])
    assert not any(f'"{name}"' in text for name in careers.frame["provider"])


def test_the_card_is_plain_data(full):
    held = json.loads(json.dumps(full.to_dict(), allow_nan=False))
    assert held["figures"]["outcomes"]["leaving"]["events"] > 0


# How it looks


@pytest.fixture(scope="module", params=["card", "full", "evaluation"])
def html(request, card, full, found, about):
    report = {"card": card, "full": full}.get(request.param)
    return report_html(report or evaluation_report(found, about=about))


def test_the_page_is_a_sound_document_and_pictures_have_names(html, check_document):
    pictures = [held for tag, held in check_document(html).elements if tag == "svg"]
    assert pictures
    assert all(held["role"] == "img" and held["aria-labelledby"] for held in pictures)


@pytest.mark.browser
def test_a_browser_finds_it_accessible_and_narrow_enough(html, check_in_browser):
    check_in_browser(html, 320)


# The commands


@pytest.fixture(scope="module")
def place(tmp_path_factory, made):
    folder = tmp_path_factory.mktemp("card")
    write_table(made.frame.assign(cut=made.cut), folder / "careers.csv")
    write_table(made.monitoring, folder / "monitoring.csv")
    run("train", folder / "careers.csv", "-o", folder / "model", "-q")
    words = ("--quick", "--horizon", 180, "--monitoring", f"{folder}/monitoring.csv:sex")
    run("evaluate", folder / "model", folder / "careers.csv", *words, "-o", folder / "e.json")
    return folder


def test_the_evaluation_is_kept_where_the_card_reads_it(place):
    result = run("card", place / "model", "-o", place / "card.json")
    assert "not yet established: 0 things" in result.output
    card = json.loads((place / "card.json").read_text())
    written = json.loads((place / "e.json").read_text())
    assert card["figures"]["evaluations"] == written["figures"]["outcomes"]
    assert card["figures"]["evaluations"]["leaving"]["horizons"] == [180]


def test_errors_by_group_are_on_the_card(place):
    run("card", place / "model", "-o", place / "card.html")
    html = (place / "card.html").read_text()
    assert "Of those who stayed, called at risk" in html
    found = json.loads((place / "e.json").read_text())["figures"]["outcomes"]
    held = found["withdrawal"]["fairness"]["sex"]
    assert {row["group"] for row in held["groups"]} == {"man", "woman"}
    assert held["sentences"][0] in html.replace("\u00a0", " ")


def test_the_card_says_why_sentence_and_table_differ(place, models, about):
    """Where both are there; sentences alone, or a table alone, need no such word."""
    why = "counted in two ways, so the sentences and the table can be a point or two apart"
    run("card", place / "model", "-o", place / "card.html")
    assert why in (place / "card.html").read_text().replace("\u00a0", " ")
    held = json.loads((place / "e.json").read_text())["figures"]["outcomes"]["leaving"]
    for part, told in (("", True), ("fairness", False), ("groups", False)):
        left = held | ({part: type(held[part])()} if part else {})
        card = model_card(models, about=about, evaluations={"leaving": left})
        assert (why in words_of(card, "fairness")) == told


def test_an_evaluation_of_other_models_or_an_edited_one_is_left_out(place, tmp_path):
    run("train", place / "careers.csv", "--outcome", "leaving", "-o", tmp_path / "m", "-q")
    stored, content = read_models(tmp_path / "m"), (place / "model/evaluation.json").read_text()
    (tmp_path / "m/evaluation.json").write_text(content)
    assert read_evaluation(tmp_path / "m", stored)[1].endswith(
        "about other models, so it is left out"
    )
    (tmp_path / "m/evaluation.json").write_text("[]")
    result = run("card", tmp_path / "m", "-o", tmp_path / "card.html")
    assert "it is not an evaluation of models, so it is left out" in result.output
    held = json.loads(content)
    held["outcomes"]["leaving"]["n_events"] += 1
    (tmp_path / "m/evaluation.json").write_text(json.dumps(held))
    assert "it was changed after it was written" in read_evaluation(tmp_path / "m", stored)[1]


def test_each_kind_of_file(place):
    pytest.importorskip("weasyprint", reason="WeasyPrint and Pango: pip install 'vbr-engine[pdf]'")
    for ending, start in ((".html", b"<!doctype html>"), (".pdf", b"%PDF"), (".json", b"{")):
        run("card", place / "model", "-o", place / f"card{ending}")
        assert (place / f"card{ending}").read_bytes().startswith(start)


def test_other_endings_are_refused_before_any_work(place):
    for words in (("card", place / "model"), ("evaluate", place / "model", place / "careers.csv")):
        with pytest.raises(FileError, match=r"ends in \.html, \.pdf or \.json, not '\.docx'"):
            run(*words, "-o", place / "page.docx")


def test_people_whom_a_model_knows_are_not_external(place):
    words = (place / "model", place / "careers.csv", "--external", "-o", place / "x.html")
    with pytest.raises(CareersError, match="have learned from this very table"):
        run("evaluate", *words)


def test_new_people_are_judged_by_the_models_as_they_stand(place, tmp_path):
    later = simulate_careers(600, seed=77, providers=8)
    write_table(later.frame.assign(cut=later.cut), tmp_path / "later.csv")
    words = (place / "model", tmp_path / "later.csv", "--external", "--quick")
    run("evaluate", *words, "-o", tmp_path / "e.json")
    held = json.loads((tmp_path / "e.json").read_text())["figures"]["outcomes"]
    assert {one["judged"] for one in held.values()} == {"as it stands"}


def test_bad_monitoring_and_horizons_are_sentences(place, tmp_path):
    start = ("evaluate", place / "model", place / "careers.csv", "-o", tmp_path / "e.html")
    with pytest.raises(FileError, match=r"expected FILE:COLUMN, got 'monitoring\.csv'"):
        run(*start, "--monitoring", "monitoring.csv")
    with pytest.raises(FileError, match="there is no column 'age': only application, group, sex"):
        run(*start, "--monitoring", f"{place}/monitoring.csv:age")
    strangers = read_table(place / "monitoring.csv").assign(application="x")
    write_table(strangers.head(1), tmp_path / "others.csv")
    with pytest.raises(FileError, match="no application in it is among the careers"):
        run(*start, "--monitoring", f"{tmp_path}/others.csv:sex")
    with pytest.raises(CareersError, match="expected a horizon of 1 to 365 days, got 400"):
        run(*start, "--horizon", 400)


def test_a_page_about_one_candidate(place, tmp_path):
    new = read_table(place / "careers.csv").drop(
        columns=["ended", "ended_by", "started_work", "cut"]
    )
    write_table(new.head(5), tmp_path / "new.csv")
    start = ("person", place / "model", tmp_path / "new.csv", "--date", "2026-07-03")
    run(*start, "--application", "simulated-000002", "-o", tmp_path / "p.html")
    assert "simulated-000002" in (tmp_path / "p.html").read_text()
    with pytest.raises(CareersError, match=r"new\.csv: there is no application 'nobody'"):
        run(*start, "--application", "nobody", "-o", tmp_path / "q.html")
    (place / "model/switched-off.txt").write_text("paused")
    run(*start, "--application", "simulated-000002", "-o", tmp_path / "off.json")
    (place / "model/switched-off.txt").unlink()
    parts = json.loads((tmp_path / "off.json").read_text())["parts"]
    assert all(part["figures"] == [] for part in parts)
    assert all("switched off: paused" in part["why_not"] for part in parts)
