"""Calibration and error rates by group, held to fairlearn, statsmodels and scikit-learn."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import DecisionsError
from vbr_engine.fairness import model_fairness

GOLDEN = Path(__file__).parent.parent / "golden" / "fairness"


@pytest.fixture(scope="module")
def people():
    return pd.read_csv(GOLDEN / "people.csv")


def test_other_programs_agree(people):
    found = {
        "plain": model_fairness(people["risk"], people["event"], people["group"], threshold=0.5),
        "weighted": model_fairness(
            people["risk"],
            people["event"],
            people["group"],
            weights=people["weight"],
            threshold=0.5,
        ),
    }
    with (GOLDEN / "model.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 36
    for row in rows:
        kind, group = row["case"].split()
        figures = found[kind].groups.set_index("group")
        assert figures.loc[group, row["figure"]] == pytest.approx(float(row["value"]), abs=1e-6)


def test_the_area_under_the_curve_has_delongs_interval(people):
    held = people[people["group"] == "a"]
    yes, no = held.loc[held["event"] == 1, "risk"], held.loc[held["event"] == 0, "risk"]
    beats = np.array([[(a > b) + (a == b) / 2 for b in no] for a in yes])
    variance = beats.mean(axis=1).var(ddof=1) / len(yes) + beats.mean(axis=0).var(ddof=1) / len(no)
    area = beats.mean()
    row = model_fairness(people["risk"], people["event"], people["group"]).groups
    row = row.set_index("group").loc["a"]
    logit = np.log(area / (1 - area))
    half = 1.959963984540054 * np.sqrt(variance) / (area * (1 - area))
    ends = 1 / (1 + np.exp(-np.array([logit - half, logit + half])))
    assert [row["auc"], row["auc_low"], row["auc_high"]] == pytest.approx([area, *ends], abs=1e-9)


def test_weights_put_back_who_was_lost():
    """Of group b, those with the event are lost more often; the weights know how much more."""
    rng = np.random.default_rng(3)
    n = 40_000
    risk, group = rng.uniform(0.1, 0.6, n), rng.choice(["a", "b"], n)
    event = (rng.random(n) < risk).astype(float)
    seen = rng.random(n) < np.where((group == "b") & (event == 1), 0.4, 0.8)
    chance = np.where((group == "b") & (event == 1), 0.4, 0.8)
    outcome, weight = np.where(seen, event, np.nan), np.where(seen, 1 / chance, 0.0)
    naive = model_fairness(risk, outcome, group).groups.set_index("group")
    right = model_fairness(risk, outcome, group, weights=weight).groups.set_index("group")
    assert naive.loc["b", "calibration_high"] < -0.5
    assert abs(right.loc["b", "calibration"]) < 0.06
    assert right.loc["b", "fnr"] == pytest.approx(right.loc["a", "fnr"], abs=0.03)


def test_calibrated_risks_are_called_right_and_others_wrong():
    rng = np.random.default_rng(5)
    wrong = 0
    for _ in range(60):
        risk = rng.uniform(0.1, 0.6, 200)
        event = rng.random(200) < risk
        found = model_fairness(risk, event, ["a", "b"] * 100)
        wrong += (found.groups["verdict"] != "no sign of wrong risks").sum()
    assert 1 <= wrong <= 13  # 5% of 120, give or take
    risk = rng.uniform(0.1, 0.6, 600)
    group = np.repeat(["a", "b"], 300)
    event = rng.random(600) < np.where(group == "b", risk + 0.25, risk)
    found = model_fairness(risk, event, group)
    assert found.groups["verdict"].tolist() == ["no sign of wrong risks", "risks too low"]
    assert found.sentences[1].startswith("b: of 100, about ")
    clear = found.differences.set_index("figure")["clear"]
    assert clear["calibration"]


def test_small_groups_are_named_and_not_counted():
    risk = np.tile([0.2, 0.7], 55)
    outcome = np.tile([0, 1], 55)
    group = ["a", "a"] * 25 + ["b", "b"] * 25 + ["tiny"] * 10
    found = model_fairness(risk, outcome, group)
    small = found.groups.set_index("group").loc["tiny"]
    assert small["verdict"] == "not enough data"
    assert np.isnan(small["n"])
    assert np.isnan(small["fpr"])
    told = json.loads(json.dumps(found.to_dict()))
    assert told["groups"][-1]["n"] is None
    assert "tiny: not enough data." in found.sentences


def test_the_threshold_is_stated():
    risk, outcome = np.tile([0.2, 0.7], 50), np.tile([0, 1, 1, 0], 25)
    found = model_fairness(risk, outcome, ["a"] * 100)
    assert found.about["threshold"] == pytest.approx(0.45)
    assert found.about["threshold_is"] == "the mean risk"
    assert "There is no group" not in " ".join(found.notes)
    assert len(found.differences) == 0


def test_people_who_were_lost_without_weights_are_told():
    outcome = np.tile([0, 1, 1, 0], 25).astype(float)
    outcome[3] = np.nan
    found = model_fairness(np.tile([0.2, 0.7], 50), outcome, ["a", "b"] * 50)
    assert "not seen to the end" in found.notes[0]


def test_every_problem_is_told_at_once():
    with pytest.raises(DecisionsError) as caught:
        model_fairness([0.2, 1.2, np.nan], [0, 1, 2], ["a"] * 3, weights=[1, -1, 1], threshold=2)
    assert list(map(str, caught.value.problems)) == [
        "row 2: column risks: expected 0 to 1",
        "row 3: column risks: expected 0 to 1",
        "row 3: column outcomes: expected 0, 1 or nothing",
        "row 2: column weights: expected 0 or more",
        "expected a threshold between 0 and 1, got 2",
    ]
    with pytest.raises(DecisionsError, match="expected 2 outcomes, one for each risk, got 3"):
        model_fairness([0.1, 0.2], [1, 0, 1], ["a", "b"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"coverage": 2}, "expected a coverage of 0.5 to 0.999, got 2"),
        ({"cell": 0}, "smallest counts are 1 or more, got 20 and 0"),
        ({"reference": "Q"}, "there is no group 'Q' to compare with"),
        ({"weights": ["some"] * 3}, "expected weights to be numbers"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(options, words):
    with pytest.raises(DecisionsError, match=words):
        model_fairness([0.2, 0.3, 0.4], [0, 1, 0], ["a", "b", "a"], **options)


def test_nobody_at_all():
    found = model_fairness([], [], [])
    assert len(found.groups) == 0
    assert found.about["threshold"] is None
