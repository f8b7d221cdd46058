"""`vbr calibrate`, as a researcher types it."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from vbr_engine.cli import vbr
from vbr_engine.errors import InvalidInput
from vbr_engine.files import read_bank, write_table
from vbr_engine.files.parameter_files import read_parameters
from vbr_engine.psychometrics.score_classes import score_classes
from vbr_engine.scoring import score
from vbr_engine.simulate import simulate_responses

BANK = Path(__file__).parents[2] / "question_banks" / "homecare-values"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def act(*options, status=0):
        ran = CliRunner().invoke(vbr, ["calibrate", *options], catch_exceptions=False)
        assert ran.exit_code == status, ran.output
        return ran

    return act


@pytest.fixture
def refused(run):
    def act(*options):
        with pytest.raises(InvalidInput) as caught:
            run(*options)
        assert not Path("items.csv").exists()
        return str(caught.value)

    return act


def _figure(ran, name):
    return float(re.search(rf"^{name} +(\S+)$", ran.stderr, re.M)[1])


@pytest.mark.parametrize("model", ["graded", "gpcm"])
def test_the_figures_printed_and_written_are_those_of_r(run, bfi_N, golden, model):
    bfi_N.rename_axis("id").to_csv("bfi.csv")
    ran = run("--matrix", "bfi.csv", "--model", model, "-o", "items.csv", "--scores", "theta.csv")
    r = golden(f"irt/bfi_N__{model}.json")
    best = golden("irt/best_known_logLik.json").get(f"bfi_N__{model}", {})
    wanted = best.get("best_known_logLik_61", r["logLik"])
    assert _figure(ran, "log-likelihood") == pytest.approx(wanted, abs=1e-3)
    assert _figure(ran, "aic") == pytest.approx(r["AIC"], abs=3e-3)
    assert _figure(ran, "bic") == pytest.approx(r["BIC"], abs=3e-3)
    assert _figure(ran, "n") == len(bfi_N)
    assert re.search(r"^converged +yes$", ran.stderr, re.M)
    items = read_parameters("items.csv")
    slopes = [r["items_par"][item]["par"]["a1"] for item in items.index]
    np.testing.assert_allclose(items["a"], slopes, atol=5e-3)
    assert items["n"].tolist() == bfi_N.notna().sum().tolist()
    assert set(items["categories"]) == {"1/2/3/4/5/6"}
    scores = pd.read_csv("theta.csv", dtype={"id": str})
    assert scores["id"].tolist() == [str(name) for name in bfi_N.index]
    wanted = golden(f"irt/bfi_N__{model}__scores50.csv")
    np.testing.assert_allclose(scores["theta"][:50], wanted["EAP"], atol=1e-3)


def test_the_best_known_likelihood_of_the_graded_model_is_reached(run, bfi_N):
    bfi_N.to_csv("bfi.csv", index=False)
    ran = run("--matrix", "bfi.csv", "-o", "items.csv")
    assert _figure(ran, "log-likelihood") == pytest.approx(-21721.378, abs=1e-3)


@pytest.mark.parametrize(("model", "ending"), [("graded", "csv"), ("nominal", "json")])
def test_two_calibrations_can_be_linked(run, bfi_N, model, ending):
    places = [f"{name}.{ending}" for name in ("old", "new")]
    for half, place in enumerate(places):
        bfi_N.iloc[half::2].to_csv("half.csv", index=False)
        run("--matrix", "half.csv", "--model", model, "-o", place, "-q")
    ran = CliRunner().invoke(vbr, ["link", *places, "-o", "linked.csv"], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    slope = float(re.search(r"old = (\S+) x new", ran.stderr)[1])
    # Halves of one sample, each on a standard normal scale.
    assert slope == pytest.approx(1.0, abs=0.1)


def test_items_whose_categories_differ_do_not_tie_scales_together(run, bfi_N):
    bfi_N.to_csv("bfi.csv", index=False)
    run("--matrix", "bfi.csv", "-o", "old.csv", "-q")
    # As many categories, but cut elsewhere.
    bfi_N.assign(N3=bfi_N["N3"].replace({6: 7})).to_csv("bfi.csv", index=False)
    run("--matrix", "bfi.csv", "-o", "new.csv", "-q")
    ran = CliRunner().invoke(vbr, ["link", "old.csv", "new.csv", "-o", "linked.json"])
    assert ran.exit_code == 0, ran.output
    assert "N3 is no anchor: the categories differ (1 2 3 4 5 6 and 1 2 3 4 5 7)" in ran.stderr
    assert "4 anchors" in ran.stderr


def test_items_that_nobody_was_asked_are_left_out_and_named(run):
    bank = read_bank(BANK)
    sat = simulate_responses(bank, 120, seed=2, form="default")
    write_table(sat.to_frame(), "responses.csv")
    ran = run(str(BANK), "responses.csv", "-o", "items.csv", "--model", "2pl")
    items = read_parameters("items.csv")
    unasked = re.findall(r"^(\S+) is left out: nobody answered it\.$", ran.stderr, re.M)
    asked = [item.id for item in bank.items if item.id not in unasked]
    assert len(asked) == bank.blueprint.length
    assert set(items.index) <= set(asked)
    assert (items["categories"].str.count("/") == 1).all()


def test_json_holds_the_fit_too(run, bfi_N):
    bfi_N.to_csv("bfi.csv", index=False)
    run("--matrix", "bfi.csv", "-o", "items.json", "-q")
    fit = json.loads(Path("items.json").read_text())["calibration"]
    assert fit["converged"] is True
    assert fit["parameters"] == 5 * 6
    assert fit["log-likelihood"] == pytest.approx(-21721.378, abs=1e-3)


def test_rasch_and_2pl_agree_with_r(run, lsat7, golden):
    lsat7.to_csv("lsat.csv", index=False)
    for model, tag in (("rasch", "Rasch"), ("2pl", "2PL")):
        ran = run("--matrix", "lsat.csv", "--model", model, "-o", "items.csv")
        wanted = golden(f"irt/LSAT7__{tag}.json")["logLik"]
        assert _figure(ran, "log-likelihood") == pytest.approx(wanted, abs=1e-3)


def test_what_did_not_converge_is_written_and_said_and_ends_with_1(run, bfi_N):
    bfi_N.to_csv("bfi.csv", index=False)
    ran = run("--matrix", "bfi.csv", "-o", "items.csv", "--max-iter", "1", status=1)
    assert "did not converge" in ran.stderr
    assert re.search(r"^converged +no$", ran.stderr, re.M)
    assert len(read_parameters("items.csv")) == 5


def test_ordered_models_say_what_to_do_with_words(refused):
    Path("words.csv").write_text("p,q,r\nnever,1,2\noften,2,1\n", encoding="utf-8")
    told = refused("--matrix", "words.csv", "-o", "items.csv")
    assert "column p: expected a number or nothing, got 'never'" in told
    assert told.endswith("use --model nominal, or write numbers")


def test_nominal_takes_words(run):
    rng = np.random.default_rng(3)
    lean = rng.normal(size=(300, 1)) + rng.logistic(size=(300, 4))
    words = np.select([lean < -0.7, lean < 0.7], ["never", "often"], "always")
    pd.DataFrame(words, columns=list("pqrs")).to_csv("words.csv", index=False)
    run("--matrix", "words.csv", "--model", "nominal", "-o", "items.csv")
    assert read_parameters("items.csv")["categories"].tolist() == ["always/never/often"] * 4


def test_every_cell_that_is_no_number_is_named(refused, run, bfi_N):
    table = bfi_N.head(50).astype(object).rename_axis("sitting")
    table.iloc[3, 1] = "quite"
    table.to_csv("bfi.csv")
    name = bfi_N.index[3]
    told = refused("--matrix", "bfi.csv", "-o", "items.csv").splitlines()
    assert told[0] == f"bfi.csv: row {name}: column N2: expected a number or nothing, got 'quite'"
    assert told[1:] == ["answers in words have no order: use --model nominal, or write numbers"]
    table.to_csv("bfi.csv", index=False)
    assert "row 4: column N2" in refused("--matrix", "bfi.csv", "-o", "items.csv")


def test_constant_and_empty_columns_and_few_rows_are_refused_together(refused, bfi_N):
    table = bfi_N.dropna().head(9).assign(same=3, none=np.nan)
    table.to_csv("bfi.csv", index=False)
    told = refused("--matrix", "bfi.csv", "-o", "items.csv").splitlines()
    assert told == [
        "bfi.csv: expected at least 10 sittings, got 9",
        "bfi.csv: column same: everybody who answered has 3; leave this column out",
        "bfi.csv: column none: nobody answered; leave this column out",
    ]


def test_rows_of_one_name_and_2pl_on_ratings_are_refused(refused, bfi_N):
    table = bfi_N.head(40).reset_index(drop=True).rename_axis("row")
    table.to_csv("bfi.csv")
    told = refused("--matrix", "bfi.csv", "--model", "2pl", "-o", "items.csv")
    assert "bfi.csv: column N1: expected two categories for 2pl, got" in told
    table.set_axis([0, 0, *range(2, 40)]).rename_axis("row").to_csv("bfi.csv")
    told = refused("--matrix", "bfi.csv", "-o", "items.csv")
    assert told == "bfi.csv: row 2: row 0 comes twice (row 1 too)"


def test_a_bank_or_a_matrix_is_needed_not_both(run):
    assert "expected BANK and RESPONSES" in run("-o", "items.csv", status=2).stderr
    both = run("a", "b", "--matrix", "c.csv", "-o", "items.csv", status=2)
    assert "--matrix takes the place" in both.stderr


def test_a_bank_is_calibrated_on_what_its_answers_earn(run):
    bank = read_bank(BANK)
    sat = simulate_responses(bank, 600, seed=5)
    write_table(sat.to_frame(), "responses.csv")
    ran = run(
        str(BANK), "responses.csv", "--value", "kind", "-o", "items.json", "--scores", "theta.csv"
    )
    assert re.search(r"^value +kind$", ran.stderr, re.M)
    items = read_parameters("items.json")
    kind = [item.id for item in bank.items if item.value == "kind"]
    assert set(items.index) <= set(kind)
    assert len(items) > len(kind) / 2
    # Simulated sittings lean towards the key, so theta and the score of the value agree.
    theta = pd.read_csv("theta.csv").set_index("sitting")["theta"]
    kindness = score(sat, bank).to_frame().set_index("sitting")["kind"]
    assert theta.corr(kindness) > 0.8


def test_categories_are_the_points_in_order(run):
    bank = read_bank(BANK)
    sat = simulate_responses(bank, 400, seed=6)
    found = score_classes(sat, bank)
    scored = pd.DataFrame(
        {name: score(sat, bank).profile(name).items for name in sat.sittings[:60]}, dtype=float
    ).T
    for item, classes in found.table.items():
        sizes = classes.value_counts().sort_index()
        assert sizes.index.tolist() == list(range(len(found.starts[item])))
        assert len(sizes) <= 8
        assert sizes.min() >= 10
        order = scored[item].sort_values().index
        assert classes[order].dropna().is_monotonic_increasing
