"""`vbr risk` as an analyst types it: simulate, check, train, predict."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from vbr_engine.cli import vbr
from vbr_engine.errors import CareersError, FileError, InvalidInput
from vbr_engine.files import read_table, write_table
from vbr_engine.files.model_folders import read_models, switched_off
from vbr_engine.risk.prediction import PREDICTION_COLUMNS

CUT = "2026-07-03"


def run(*words):
    """What the command printed; what it raised, where it ended with an error."""
    result = CliRunner().invoke(vbr, ["risk", *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with simulated careers and the models that were trained on them."""
    folder = tmp_path_factory.mktemp("risk")
    run("simulate", "-n", 700, "--seed", 1, "-o", folder / "careers.csv")
    run("train", folder / "careers.csv", "-o", folder / "model", "-q")
    careers = read_table(folder / "careers.csv")
    new = careers.drop(columns=["ended", "ended_by", "started_work", "cut"]).head(30)
    write_table(new, folder / "new.csv")
    return folder


@pytest.fixture
def damaged(place, tmp_path):
    """A copy of the models to be spoiled."""
    folder = tmp_path / "model"
    folder.mkdir()
    for source in (place / "model").iterdir():
        (folder / source.name).write_bytes(source.read_bytes())
    return folder


# simulate


def test_simulated_careers_say_so_in_every_row(place):
    table = read_table(place / "careers.csv")
    assert table["application"].str.startswith("simulated-").all()
    assert table["provider"].str.startswith("simulated-").all()
    assert len(table) == 700
    assert table["cut"].astype(str).unique().tolist() == [CUT]


def test_the_same_seed_gives_the_same_file(place, tmp_path):
    result = run("simulate", "-n", 700, "--seed", 1, "-o", tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (place / "careers.csv").read_bytes()
    assert "700 simulated applications" in result.output


def test_the_truth_goes_to_a_file_of_its_own(tmp_path):
    words = ("-n", 50, "-o", tmp_path / "c.csv", "--truth", tmp_path / "t.parquet")
    run("simulate", *words, "--providers", 3)
    truth, careers = read_table(tmp_path / "t.parquet"), read_table(tmp_path / "c.csv")
    assert truth["application"].tolist() == careers["application"].tolist()
    assert {"withdrawal", "leaving-365"} <= set(truth)
    assert "leaving-365" not in careers
    assert careers["provider"].nunique() == 3


# check


def test_a_sound_table_is_told_in_short(place):
    result = run("check", place / "careers.csv")
    assert "700 applications to 40 providers, known up to 2026-07-03." in result.output
    assert "simulated" in result.output
    table = read_table(place / "careers.csv")
    withdrew = (table["ended_by"].eq("candidate") & table["started_work"].isna()).sum()
    assert f"withdrawal: 700 applied, {withdrew} withdrew." in result.output


def test_every_problem_comes_at_once_with_its_row_and_column(place, tmp_path):
    table = read_table(place / "careers.csv").head(40).astype(object)
    table.loc[3, "applied"] = "yesterday"
    table.loc[5, "ended_by"] = "nobody"
    table.loc[7, "application"] = table.loc[6, "application"]
    write_table(table, tmp_path / "c.csv")
    with pytest.raises(CareersError) as caught:
        run("check", tmp_path / "c.csv")
    found = {(problem.row, problem.column) for problem in caught.value.problems}
    assert {("simulated-000004", "applied"), ("simulated-000006", "ended_by")} <= found
    assert ("simulated-000007", "application") in found
    assert all(problem.file.endswith("c.csv") for problem in caught.value.problems)


def test_who_reached_what_and_who_is_still_there(place):
    told = run("check", place / "careers.csv").output
    table = read_table(place / "careers.csv")
    reached = {"applied": 700, "interviewed": int(table["interviewed"].notna().sum())}
    for stage, number in reached.items():
        assert any(line.split()[:2] == [stage, str(number)] for line in told.splitlines())
    started = pd.to_datetime(table["started_work"])
    days = (pd.to_datetime(table["ended"]) - started).dt.days
    left = int((table["ended_by"].eq("candidate") & (days < 90)).sum())
    assert any(line.split()[:2] == ["90", str(left)] for line in told.splitlines())


def test_an_interval_of_a_share_becomes_no_narrower(tmp_path):
    run("simulate", "-n", 900, "--starters-only", "-o", tmp_path / "c.csv")
    told = run("check", tmp_path / "c.csv").output
    assert "100% (99% to 100%)" in told
    assert "100% (100% to" not in told


@pytest.mark.parametrize("command", ["check", "train"])
def test_what_was_written_down_afterwards_stops_it(tmp_path, command):
    run("simulate", "-n", 800, "--seed", 2, "--leak", "-o", tmp_path / "c.csv")
    more = ("-o", tmp_path / "m") if command == "train" else ()
    with pytest.raises(CareersError, match=r"c\.csv: column rota_hours: .*afterwards"):
        run(command, tmp_path / "c.csv", *more)
    assert not (tmp_path / "m").exists()


def test_people_who_are_there_twice_are_a_warning_that_the_models_remember(tmp_path):
    run("simulate", "-n", 600, "--seed", 2, "--copies", 0.1, "-o", tmp_path / "c.csv")
    assert "look like copies of one another" in run("check", tmp_path / "c.csv").output
    run("train", tmp_path / "c.csv", "-o", tmp_path / "m", "-q")
    assert any("copies" in note for note in read_models(tmp_path / "m").about["notes"])


def test_facts_that_tell_of_a_group_are_told(place, tmp_path):
    table = read_table(place / "careers.csv")
    far = table["travel_minutes"] > table["travel_minutes"].median()
    groups = pd.DataFrame(
        {"application": table["application"], "faith": far.map({True: "x", False: "y"})}
    )
    write_table(groups, tmp_path / "g.csv")
    result = run("check", place / "careers.csv", "--monitoring", f"{tmp_path}/g.csv:faith")
    assert "travel_minutes tells faith" in result.output
    write_table(groups.assign(faith=["x", "y"] * 350), tmp_path / "g.csv")
    result = run("check", place / "careers.csv", "--monitoring", f"{tmp_path}/g.csv:faith")
    assert "No fact tells who belongs to a group" in result.output


@pytest.mark.parametrize("command", ["check", "train"])
def test_the_cut_is_asked_for_and_never_guessed(place, tmp_path, command):
    write_table(read_table(place / "careers.csv").drop(columns="cut"), tmp_path / "c.csv")
    more = ("-o", tmp_path / "m") if command == "train" else ()
    with pytest.raises(InvalidInput, match="cut"):
        run(command, tmp_path / "c.csv", *more)
    assert not (tmp_path / "m").exists()
    assert run(command, tmp_path / "c.csv", "--cut", CUT, *more).exit_code == 0


def test_a_workbook_and_a_byte_order_mark(place, tmp_path):
    with pytest.raises(FileError, match="an Excel workbook: save it as CSV"):
        run("check", tmp_path / "careers.xlsx")
    marked = tmp_path / "marked.csv"
    marked.write_bytes(b"\xef\xbb\xbf" + (place / "careers.csv").read_bytes())
    assert run("check", marked).exit_code == 0


# train


def test_training_writes_a_file_for_each_outcome(place):
    assert sorted(held.name for held in (place / "model").iterdir()) == [
        "leaving.json",
        "training.json",
        "withdrawal.json",
    ]
    stored = read_models(place / "model")
    assert list(stored.models) == ["withdrawal", "leaving"]
    assert stored.about["simulated"] is True
    assert stored.about["cut"] == CUT
    assert stored.about["applications"] == 700


def test_the_same_table_gives_the_same_models(place, tmp_path):
    run("train", place / "careers.csv", "-o", tmp_path / "again")
    for name in ("leaving.json", "withdrawal.json"):
        assert (tmp_path / "again" / name).read_bytes() == (place / "model" / name).read_bytes()


def test_training_says_the_level_what_it_allows_and_why_not_more(tmp_path):
    run("simulate", "-n", 120, "--seed", 2, "-o", tmp_path / "c.csv")
    result = run("train", tmp_path / "c.csv", "-o", tmp_path / "m")
    assert result.exit_code == 0
    assert "Level L0, rates only." in result.output
    assert "Why not more: There are" in result.output


def test_one_outcome_alone(place, tmp_path):
    run("train", place / "careers.csv", "--outcome", "leaving", "-o", tmp_path / "m", "-q")
    assert list(read_models(tmp_path / "m").models) == ["leaving"]
    run("train", place / "careers.csv", "--outcome", "withdrawal", "-o", tmp_path / "m", "-q")
    assert sorted(held.name for held in (tmp_path / "m").iterdir()) == [
        "training.json",
        "withdrawal.json",
    ]


def test_an_outcome_that_nobody_was_at_risk_of_is_told(place, tmp_path):
    table = read_table(place / "careers.csv")
    write_table(table[table["started_work"].isna()], tmp_path / "c.csv")
    result = run("train", tmp_path / "c.csv", "-o", tmp_path / "m")
    assert "leaving: no model, because nobody in the table started work" in result.output
    assert list(read_models(tmp_path / "m").models) == ["withdrawal"]
    with pytest.raises(CareersError, match="nobody in the table started work"):
        run("train", tmp_path / "c.csv", "--outcome", "leaving", "-o", tmp_path / "n")


def test_a_place_that_is_no_place_for_models(place, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileError, match="the folder holds other files"):
        run("train", place / "careers.csv", "-o", tmp_path)
    with pytest.raises(FileError, match="it is a file: give the name of a folder"):
        run("train", place / "careers.csv", "-o", tmp_path / "notes.txt")
    with pytest.raises(FileError, match="there is no folder"):
        run("train", place / "careers.csv", "-o", tmp_path / "a" / "b")
    assert (tmp_path / "notes.txt").read_text() == "mine"


# predict


@pytest.fixture(scope="module")
def risks(place):
    run("predict", place / "model", place / "new.csv", "-o", place / "risk.csv", "--date", CUT)
    return read_table(place / "risk.csv")


def test_what_is_said_of_each_candidate(place, risks):
    assert tuple(risks.columns) == PREDICTION_COLUMNS
    new = read_table(place / "new.csv")
    order = [name for name in new["application"] for _ in range(2)]
    assert risks["application"].tolist() == order
    assert risks["outcome"].tolist() == ["withdrawal", "leaving"] * 30


def test_a_figure_or_a_reason_never_neither(risks):
    shown = risks["shown"] == "yes"
    assert shown.any()
    assert risks.loc[shown, ["risk", "low", "high"]].notna().all(axis=None)
    assert risks.loc[~shown, ["risk", "low", "high"]].isna().all(axis=None)
    assert risks.loc[~shown, "why_not"].str.endswith(".").all()


def test_no_rank_anywhere(risks):
    assert not any("rank" in name or "order" in name for name in risks.columns)


def test_the_figures_are_those_of_the_model(place, risks):
    model = read_models(place / "model").models["withdrawal"]
    told = model.predict_risk(read_table(place / "new.csv"), today=CUT)
    written = risks[risks["outcome"] == "withdrawal"]["risk"].to_numpy(dtype=float)
    np.testing.assert_allclose(written, told["risk"].to_numpy(dtype=float), rtol=1e-12)


def test_the_summary_tells_why_no_figure_is_given(place, tmp_path):
    words = ("-o", tmp_path / "r.csv", "--date", "2040-01-01")
    result = run("predict", place / "model", place / "new.csv", *words)
    assert result.exit_code == 0
    assert "figures for 0" in result.output
    assert "The model was to be reviewed by" in result.output
    assert result.output.startswith("Simulated data")
    assert (read_table(tmp_path / "r.csv")["shown"] == "no").all()


@pytest.mark.parametrize("horizon", [0, -5, 366])
def test_a_wrong_horizon(place, tmp_path, horizon):
    words = ("-o", tmp_path / "r.csv", "--horizon", horizon)
    with pytest.raises(CareersError, match=f"expected a horizon of 1 to 365 days, got {horizon}"):
        run("predict", place / "model", place / "new.csv", *words)
    assert not (tmp_path / "r.csv").exists()


def test_a_shorter_horizon_is_told_and_is_no_larger(place, tmp_path):
    found = {}
    for days in (90, 365):
        words = ("-o", tmp_path / "r.csv", "--horizon", days, "--date", CUT)
        run("predict", place / "model", place / "new.csv", *words)
        table = read_table(tmp_path / "r.csv")
        found[days] = table[table["outcome"] == "leaving"]
        assert (found[days]["horizon"] == days).all()
    assert (found[90]["provider_rate"] < found[365]["provider_rate"]).all()


def test_candidates_without_what_is_needed(place, tmp_path):
    write_table(read_table(place / "new.csv").drop(columns="provider"), tmp_path / "c.csv")
    with pytest.raises(CareersError, match=r"c\.csv: column provider: "):
        run("predict", place / "model", tmp_path / "c.csv", "-o", tmp_path / "r.csv")


def test_a_value_that_cannot_be_is_told_by_file_row_and_column(place, tmp_path):
    table = read_table(place / "new.csv")
    table.loc[2, "travel_minutes"] = 9999
    write_table(table, tmp_path / "c.csv")
    with pytest.raises(CareersError) as caught:
        run("predict", place / "model", tmp_path / "c.csv", "-o", tmp_path / "r.csv")
    (problem, *_) = caught.value.problems
    assert (problem.row, problem.column) == ("simulated-000003", "travel_minutes")
    assert problem.file.endswith("c.csv")


# the folder of a model


def test_an_edited_model_is_refused(damaged, place, tmp_path):
    held = json.loads((damaged / "leaving.json").read_text())
    held["posterior"]["mean"][0] += 0.1
    (damaged / "leaving.json").write_text(json.dumps(held))
    with pytest.raises(FileError, match=r"leaving\.json: it was changed or damaged"):
        run("predict", damaged, place / "new.csv", "-o", tmp_path / "r.csv")
    assert not (tmp_path / "r.csv").exists()


def test_an_edited_record_is_refused(damaged):
    text = (damaged / "training.json").read_text()
    (damaged / "training.json").write_text(text.replace(CUT, "2026-01-01"))
    with pytest.raises(FileError, match=r"training\.json: it was changed or damaged"):
        read_models(damaged)


def test_another_schema_is_refused(damaged):
    held = json.loads((damaged / "training.json").read_text())
    (damaged / "training.json").write_text(json.dumps(held | {"schema": 99}))
    with pytest.raises(FileError, match="expected schema 1, got 99: train the models again"):
        read_models(damaged)


def test_a_model_that_was_cut_short_or_lost(damaged):
    content = (damaged / "leaving.json").read_bytes()
    (damaged / "leaving.json").write_bytes(content[: len(content) // 2])
    (damaged / "withdrawal.json").unlink()
    with pytest.raises(FileError) as caught:
        read_models(damaged)
    told = str(caught.value)
    assert "withdrawal.json: the file is missing" in told
    assert "leaving.json: it was changed or damaged" in told


def test_what_is_no_folder_of_models(place, tmp_path):
    with pytest.raises(FileError, match="there is no folder"):
        read_models(tmp_path / "nothing")
    with pytest.raises(FileError, match="it is a file, not the folder of a model"):
        read_models(place / "careers.csv")
    with pytest.raises(FileError, match=r"no training\.json in it"):
        read_models(tmp_path)
    (tmp_path / "training.json").write_text("[]")
    with pytest.raises(FileError, match="it is not the record of a training"):
        read_models(tmp_path)


def test_a_model_that_is_switched_off_says_nothing(damaged, place, tmp_path):
    assert switched_off(damaged) is None
    (damaged / "switched-off.txt").write_text("under review\nsince Monday")
    result = run("predict", damaged, place / "new.csv", "-o", tmp_path / "r.csv", "--date", CUT)
    assert result.exit_code == 0
    assert "The model is switched off: under review since Monday" in result.output
    table = read_table(tmp_path / "r.csv")
    assert (table["shown"] == "no").all()
    assert table[["risk", "low", "high", "band"]].isna().all(axis=None)
    assert table["provider_rate"].notna().all()


# audit


def test_later_careers_like_the_first_raise_no_alarm(damaged, tmp_path):
    run("simulate", "-n", 500, "--seed", 8, "--start", CUT, "-o", tmp_path / "later.csv")
    before = (damaged / "training.json").read_bytes()
    result = run("audit", damaged, tmp_path / "later.csv")
    assert result.output.count("No alarm.") == 2
    assert (damaged / "training.json").read_bytes() == before


def test_an_alarm_silences_a_model_until_an_audit_finds_none(damaged, place, tmp_path):
    run("simulate", "-n", 500, "--seed", 8, "--start", CUT, "-o", tmp_path / "later.csv")
    table = read_table(tmp_path / "later.csv")
    write_table(table.assign(travel_minutes=table["travel_minutes"] + 60), tmp_path / "far.csv")
    result = run("audit", damaged, tmp_path / "far.csv", "--dry-run")
    assert result.exit_code == 0
    assert "Alarm: " in result.output
    assert read_models(damaged).models["leaving"].alarms_ == ()
    run("audit", damaged, tmp_path / "far.csv")
    words = ("predict", damaged, place / "new.csv", "-o", tmp_path / "r.csv", "--date", CUT)
    assert "The model no longer fits what is seen" in run(*words).output
    assert (read_table(tmp_path / "r.csv")["shown"] == "no").all()
    run("audit", damaged, tmp_path / "later.csv")
    assert "The model no longer fits" not in run(*words).output


def test_a_table_of_priors_of_ones_own(place, tmp_path):
    own = Path("vbr_engine/risk/priors.yaml").read_text("utf-8").replace("shrink: 0.5", "shrink: 0")
    (tmp_path / "own.yaml").write_text(own)
    run(
        "train",
        place / "careers.csv",
        "-o",
        tmp_path / "m",
        "-q",
        "--priors",
        tmp_path / "own.yaml",
    )
    for model in read_models(tmp_path / "m").models.values():
        assert {effect.prior_mean for effect in model.effects_} == {0.0}
    (tmp_path / "own.yaml").write_text("a: [")
    with pytest.raises(FileError, match=r"own\.yaml: it is not YAML"):
        run("train", place / "careers.csv", "-o", tmp_path / "n", "--priors", tmp_path / "own.yaml")


def test_the_help_names_every_command():
    told = run("--help").output
    assert "evaluate" in told
    for name in ("simulate", "check", "train", "predict", "evaluate", "audit"):
        assert run(name, "--help").exit_code == 0
