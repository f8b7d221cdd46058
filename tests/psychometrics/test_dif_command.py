"""`vbr dif`, as a researcher types it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from vbr_engine.cli import vbr
from vbr_engine.files import read_bank, write_table
from vbr_engine.psychometrics import dif
from vbr_engine.scoring import score
from vbr_engine.simulate import simulate_responses

BANK = Path(__file__).parents[2] / "question_banks" / "homecare-values"


@pytest.fixture
def files(tmp_path, monkeypatch):
    """200 sittings of five items; the second is harder for one group."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(4)
    group = np.repeat(["zzmost", "zzless"], [110, 90])
    pull = rng.normal(size=(200, 1)) + rng.logistic(size=(200, 5))
    pull[:, 1] -= 2.5 * (group == "zzless")
    answers = pd.DataFrame((pull > 0).astype(int), columns=[f"q{j}" for j in range(1, 6)])
    names = pd.Series([f"{i:03d}" for i in range(200)], name="sitting")
    answers.insert(0, "sitting", names)
    answers.to_csv("responses.csv", index=False)
    people = pd.DataFrame({"sitting": names, "born": group}).sample(frac=1, random_state=2)
    people.to_csv("people.csv", index=False)
    return answers.set_index("sitting"), people.set_index("sitting")["born"]


def _run(*options):
    return CliRunner().invoke(vbr, ["dif", "responses.csv", "-o", "dif.csv", *options])


def test_it_writes_the_table_of_the_verb_and_says_what_to_do(files):
    ran = _run("--group", "people.csv:born", "--purify")
    assert ran.exit_code == 0, ran.output
    expected = dif(*files, purify=True).table
    written = pd.read_csv("dif.csv", keep_default_na=False, na_values=[""])
    assert written["item"].tolist() == expected["item"].tolist()
    np.testing.assert_allclose(written["chi2"], expected["chi2"])
    assert "q2: at the same score, the focal group answers lower" in ran.stderr
    assert "The reference group is the largest one." in ran.stderr
    assert "5 comparisons, 1 flagged; written to dif.csv" in ran.stderr


@pytest.mark.parametrize("options", [(), ("--method", "logistic"), ("--method", "generalised")])
def test_no_group_is_written_anywhere(files, options):
    ran = _run("--group", "people.csv:born", *options)
    assert ran.exit_code == 0, ran.output
    with open("dif.csv") as opened:
        assert "zz" not in opened.read() + ran.output


def test_a_likelihood_ratio_of_chosen_options(files):
    answers, people = files
    ran = _run("--group", "people.csv:born", "--method", "likelihood-ratio", "--model", "nominal")
    assert ran.exit_code == 0, ran.output
    written = pd.read_csv("dif.csv").set_index("item")
    expected = dif(answers, people, method="likelihood-ratio", model="nominal").table
    np.testing.assert_allclose(written["chi2"], expected["chi2"], rtol=1e-6)
    assert written.index[written["flagged"]].tolist() == ["q2"]


def test_the_adjustment_and_the_rule_can_be_chosen(files):
    ran = _run("--group", "people.csv:born", "--method", "logistic", "--criterion", "chi2")
    assert ran.exit_code == 0, ran.output
    _run("--group", "people.csv:born", "--adjust", "holm")
    written = pd.read_csv("dif.csv")
    assert written["p_adjusted"].tolist() == written["p_holm"].tolist()


@pytest.mark.parametrize("kind", ["byte-order mark", "semicolons", "numbers as text"])
def test_groups_from_an_office_are_read_as_they_are_meant(files, kind):
    _, people = files
    plain = _run("--group", "people.csv:born")
    wanted = Path("dif.csv").read_text()
    table = people.reset_index()
    place = Path("people.csv")
    if kind == "byte-order mark":
        table.to_csv(place, index=False, encoding="utf-8-sig")
    elif kind == "semicolons":
        table.to_csv(place, index=False, sep=";")
    else:
        table["born"] = table["born"].map({"zzmost": "1", "zzless": "2"})
        table.to_csv(place, index=False, quoting=1)
    ran = _run("--group", f"{place}:born")
    assert (ran.exit_code, plain.exit_code) == (0, 0), str(ran.exception)
    assert Path("dif.csv").read_text() == wanted


def test_a_workbook_of_groups_is_said_to_be_one(files):
    Path("people.xlsx").write_bytes(b"PK\x03\x04 a workbook begins so")
    ran = _run("--group", "people.xlsx:born")
    assert ran.exit_code == 1
    assert "Excel workbook" in str(ran.exception)
    assert "CSV" in str(ran.exception)


def test_small_groups_are_named_and_not_counted(files):
    _, people = files
    people = people.copy()
    people.iloc[:3] = "zzfew"
    people.to_csv("people.csv")
    ran = _run("--group", "people.csv:born")
    assert ran.exit_code == 0, ran.output
    assert "Group zzfew has fewer than 20 sittings: it is not compared" in ran.stderr
    written = pd.read_csv("dif.csv")
    assert written.loc[written["verdict"] == "not enough data", "n_focal"].isna().all()
    assert "zz" not in Path("dif.csv").read_text()


def test_sittings_that_are_in_one_file_only_are_counted(files):
    _, people = files
    extra = pd.concat([people.iloc[:150], pd.Series({"who": "zzmost"}, name="born")])
    extra.rename_axis("sitting").to_csv("people.csv")
    ran = _run("--group", "people.csv:born")
    assert "sittings without responses, left out: 1" in ran.stderr
    assert "50 sittings without a group were left out" in ran.stderr


def test_a_group_of_three_is_refused(files):
    _, people = files
    few = pd.Series(["few"] * 3 + ["many"] * 197, index=people.index, name="born")
    few.to_csv("people.csv")
    ran = _run("--group", "people.csv:born")
    assert ran.exit_code == 1
    assert "the focal group few has fewer than 20 sittings" in str(ran.exception)


@pytest.mark.parametrize(
    ("group", "told"),
    [
        ("people.csv", "expected FILE:COLUMN"),
        ("people.csv:age", "there is no column 'age'"),
        ("nobody.csv:born", "nobody.csv"),
    ],
)
def test_a_wrong_group_file_is_said(files, group, told):
    ran = _run("--group", group)
    assert ran.exit_code == 1
    assert told in str(ran.exception)


def test_sittings_that_come_twice_are_said_with_their_rows(files):
    answers, _ = files
    twice = pd.concat([answers.iloc[:30], answers.iloc[:2]])
    twice.to_csv("responses.csv")
    ran = _run("--group", "people.csv:born")
    assert ran.exit_code == 1
    assert "row 31: sitting 000 comes twice" in str(ran.exception)


def test_with_a_bank_the_scores_to_its_key_are_compared(files):
    bank = read_bank(BANK)
    made = simulate_responses(bank, 300, seed=3)
    write_table(made.to_frame(), "responses.csv")
    groups = pd.DataFrame({"sitting": made.sittings, "born": np.arange(300) % 2})
    groups.to_csv("people.csv", index=False)
    ran = _run("--group", "people.csv:born", "--bank", str(BANK))
    assert ran.exit_code == 0, ran.output
    written = pd.read_csv("dif.csv").set_index("item")
    assert written.index.tolist() == [item.id for item in bank.items]
    profiles = [score(made, bank).profile(sitting).items for sitting in made.sittings]
    items = pd.DataFrame(profiles, index=list(made.sittings)).round(9)
    expected = dif(items, np.arange(300) % 2, strata=20).table.set_index("item")
    np.testing.assert_allclose(written["smd"], expected["smd"])
    assert written["matched"].min() > 0.8


def test_scores_that_few_share_are_said_so():
    rng = np.random.default_rng(8)
    answers, group = rng.integers(0, 30, (120, 6)), np.repeat([0, 1], 60)
    assert "somebody of the reference group" in dif(answers, group).advice[-1]
    assert dif(answers, group, strata=5).advice == ()


def test_a_search_that_does_not_converge_is_said_and_shows_in_the_status(files, monkeypatch):
    monkeypatch.setattr("vbr_engine.psychometrics.dif_logistic._ROUNDS", 1)
    ran = _run("--group", "people.csv:born", "--method", "logistic")
    assert ran.exit_code == 1
    assert "did not converge for some items" in ran.stderr
    assert not pd.read_csv("dif.csv")["converged"].any()
