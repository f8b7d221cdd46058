"""Rival keys side by side, and the command that writes them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy.stats import kendalltau, pearsonr, spearmanr

from vbr_engine.bank.model import KeyKind
from vbr_engine.cli import vbr
from vbr_engine.errors import FileError, InvalidInput
from vbr_engine.files import read_bank, write_table
from vbr_engine.psychometrics import (
    compare_keys,
    empirical_key,
    panel_key,
    panel_statistics,
    rival_keys,
)
from vbr_engine.responses import MISSING, ResponseMatrix
from vbr_engine.scoring import score
from vbr_engine.scoring.keys import Key, key_of, with_key
from vbr_engine.simulate import simulate_responses

TINY = "tests/banks/tiny"
BANK = read_bank(TINY)
N = 300
RESPONSES = simulate_responses(BANK, N, seed=21)
SCORES = score(RESPONSES, BANK)
UPSIDE_DOWN = Key(
    "upside-down", KeyKind.PANEL, {"cold-tea": (3, 1, 4, 2), "wet-coat": (1, 3, 2, 4)}
)


def outcome():
    composite = SCORES.score[0]
    noise = np.random.default_rng(5).normal(size=N)
    return pd.Series(composite / composite.std() + 2 * noise, index=RESPONSES.sittings)


@pytest.fixture(scope="module")
def groups():
    names = np.where(np.arange(N) < 180, "Larger", np.where(np.arange(N) < 297, "Smaller", "Tiny"))
    return pd.Series(np.random.default_rng(0).permutation(names), index=RESPONSES.sittings)


def test_a_rival_against_the_engine_itself(groups):
    y = outcome()
    found = compare_keys(RESPONSES, BANK, {"rival": UPSIDE_DOWN}, outcome=y, group=groups)
    own, rival = found.keys.iloc[0], found.keys.iloc[1]
    other = with_key(BANK, UPSIDE_DOWN)
    mine, theirs = (
        SCORES.score[0],
        score(ResponseMatrix(RESPONSES.codes, RESPONSES.sittings, other), other),
    )
    assert own["key"] == "current"
    assert own["validity"] == pytest.approx(pearsonr(mine, y).statistic)
    assert rival["validity"] == pytest.approx(pearsonr(theirs.score[0], y).statistic)
    assert rival["validity_low"] == pytest.approx(
        pearsonr(theirs.score[0], y).confidence_interval().low
    )
    assert rival["spearman"] == pytest.approx(spearmanr(mine, theirs.score[0]).statistic)
    assert rival["kendall"] == pytest.approx(kendalltau(mine, theirs.score[0]).statistic)
    bands, others = (scores.to_frame()["band"].astype(str) for scores in (SCORES, theirs))
    assert rival["changed"] == (bands != others).sum() > 0
    assert rival["changed_share"] == pytest.approx(rival["changed"] / N)
    one, two = (theirs.score[0][groups == name] for name in ("Smaller", "Larger"))
    pooled = np.sqrt((one.var(ddof=1) * 116 + two.var(ddof=1) * 179) / 295)
    assert rival["group_d"] == pytest.approx((one.mean() - two.mean()) / pooled)
    assert rival["group_d_low"] < rival["group_d"] < rival["group_d_high"]


def test_the_key_itself_changes_nothing():
    same = {"key": key_of(BANK), "policy": BANK.policy, "bank": BANK}
    found = compare_keys(RESPONSES, BANK, same)
    assert (found.keys[["spearman", "kendall"]] == 1).all().all()
    assert (found.keys["changed"] == 0).all()
    assert found.keys[["mean", "sd", "alpha"]].nunique().eq(1).all()
    assert found.keys["validity"].isna().all()


def test_bands_add_up():
    found = compare_keys(RESPONSES, BANK, {"rival": UPSIDE_DOWN})
    rival = found.bands[found.bands["key"] == "rival"]
    assert rival["sittings"].sum() == N
    moved = rival.loc[rival["current"] != rival["band"], "sittings"].sum()
    assert moved == found.keys.iloc[1]["changed"]


def test_alpha_of_the_current_key():
    items = np.array([list(SCORES.profile(name).items.values()) for name in RESPONSES.sittings])
    k = items.shape[1]
    expected = k / (k - 1) * (1 - items.var(axis=0, ddof=1).sum() / items.sum(axis=1).var(ddof=1))
    assert compare_keys(RESPONSES, BANK, {}).keys["alpha"].item() == pytest.approx(expected)


def test_no_group_is_named_and_small_ones_are_left_out(groups):
    found = compare_keys(RESPONSES, BANK, {"rival": UPSIDE_DOWN}, group=groups)
    text = " ".join(
        [found.keys.to_csv(), found.bands.to_csv(), found.groups.to_csv(), *found.notes]
    )
    assert not any(name in text for name in ("Larger", "Smaller", "Tiny"))
    assert "1 of 3 groups are left out: they have fewer than 30 sittings" in text
    assert found.groups["group"].tolist() == [2, 2]
    assert found.groups["n"].tolist() == [117, 117]


def test_one_group_is_no_comparison():
    found = compare_keys(RESPONSES, BANK, {}, group=["all"] * N)
    assert found.keys["group_d"].isna().all()
    assert any("none are compared" in note for note in found.notes)


def test_usual_rivals_with_a_panel_and_an_outcome():
    panel = panel_statistics(simulate_responses(BANK, 15, seed=2), BANK)
    rivals = rival_keys(RESPONSES, BANK, panel=panel, outcome=outcome())
    found = compare_keys(RESPONSES, BANK, rivals, outcome=outcome())
    names = list(found.keys["key"])
    assert names[:3] == ["current", "distance", "within-person"]
    assert {"consensus-mode", "panel-mode", "panel-mean", "panel-proportion"} < set(names)
    assert {"empirical-mean-difference", "empirical-point-biserial"} < set(names)
    assert panel_key(panel, drop=True).dropped
    assert "panel-mode-shorter" in names
    assert found.keys["spearman"].gt(0.4).all()


def test_an_empirical_key_is_judged_by_people_who_did_not_make_it():
    null = pd.Series(np.random.default_rng(9).normal(size=N), index=RESPONSES.sittings)
    key = empirical_key(RESPONSES, BANK, null, shrinkage=0)
    assert key.validity.loc["apparent", "r"] > 0.25
    found = compare_keys(RESPONSES, BANK, {"made": key}, outcome=null).keys.iloc[1]
    assert found["validity"] == pytest.approx(key.validity.loc["held out", "r"], abs=0.05)
    assert found["validity_low"] < 0 < found["validity_high"]


def test_too_few_outcomes_are_said_and_the_rest_is_compared():
    few = outcome().iloc[:20]
    found = compare_keys(RESPONSES, BANK, outcome=few)
    assert any("needs 50 sittings that have one, got 20" in note for note in found.notes)
    assert not found.keys["key"].str.startswith("empirical").any()
    assert found.keys["outcomes"].eq(20).all()


def test_sittings_that_are_not_measured_do_not_count():
    codes = RESPONSES.codes.copy()
    codes[:40] = MISSING
    part = ResponseMatrix(codes, RESPONSES.sittings, BANK)
    found = compare_keys(part, BANK, {"rival": UPSIDE_DOWN}, outcome=outcome())
    assert found.keys["n"].eq(N - 40).all()
    assert found.keys["outcomes"].eq(N - 40).all()
    assert found.bands.loc[found.bands["key"] == "rival", "sittings"].sum() == N - 40


def test_a_rival_that_cannot_score_is_named():
    impossible = replace(BANK.policy, rate="agreement")
    found = compare_keys(RESPONSES, BANK, {"shares": impossible})
    assert list(found.keys["key"]) == ["current"]
    assert any(note.startswith("shares cannot be scored") for note in found.notes)
    with pytest.raises(InvalidInput, match="the bank's own key"):
        compare_keys(RESPONSES, BANK, {"current": BANK})


@pytest.fixture
def run(tmp_path, groups):
    write_table(RESPONSES.to_frame(), tmp_path / "responses.csv")
    write_table(simulate_responses(BANK, 12, seed=4).to_frame(), tmp_path / "experts.csv")
    later = outcome().rename("stayed").rename_axis("sitting").reset_index()
    later["team"] = groups.to_numpy()
    write_table(later, tmp_path / "later.csv")

    def invoke(*words):
        first = [TINY, tmp_path / "responses.csv", "-o", tmp_path / "keys.csv"]
        return CliRunner().invoke(vbr, ["keys", *map(str, [*first, *words])])

    return invoke


def test_the_command(run, tmp_path):
    later = tmp_path / "later.csv"
    words = ("--panel", tmp_path / "experts.csv", "--outcome", f"{later}:stayed")
    more = ("--group", f"{later}:team", "--bands", tmp_path / "bands.csv")
    done = run(*words, *more)
    assert done.exit_code == 0, done.output
    written = pd.read_csv(tmp_path / "keys.csv")
    assert written["validity"].notna().all()
    assert written["group_d"].notna().all()
    everything = (
        done.output + (tmp_path / "keys.csv").read_text() + (tmp_path / "bands.csv").read_text()
    )
    assert not any(name in everything for name in ("Larger", "Smaller", "Tiny", "simulated-0"))


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("later.csv", "expected FILE:COLUMN"),
        ("later.csv:gone", "there is no column 'gone'"),
        ("nowhere.csv:stayed", "nowhere.csv"),
    ],
)
def test_a_column_that_is_not_there(run, tmp_path, place, message):
    done = run("--outcome", tmp_path / place if ":" in place else place)
    assert isinstance(done.exception, FileError)
    assert message in str(done.exception)
    assert not (tmp_path / "keys.csv").exists()


def test_strangers_and_doubles_in_the_outcome(run, tmp_path):
    rows = pd.DataFrame({"sitting": ["x", "simulated-000001", "simulated-000002"], "y": [1, 2, 3]})
    write_table(rows, tmp_path / "some.csv")
    done = run("--outcome", f"{tmp_path}/some.csv:y")
    assert done.exit_code == 0
    assert "sittings without responses, left out: 1" in done.stderr
    write_table(pd.concat([rows, rows]), tmp_path / "twice.csv")
    assert "row 6: sitting simulated-000002 comes twice" in str(
        run("--outcome", f"{tmp_path}/twice.csv:y").exception
    )
