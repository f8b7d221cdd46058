"""What `adverse_impact` says, of good tables and of bad ones."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

import vbr_engine.fairness as room
from vbr_engine.errors import DecisionsError
from vbr_engine.fairness import (
    adverse_impact,
    difference_interval,
    exact_test,
    ratio_interval,
    wilson,
)
from vbr_engine.fairness.group_comparisons import REST

NOT_ENOUGH = "not enough data"


def table(**groups):
    """`F=(100, 30)`: 100 people of F, 30 of them selected."""
    rows = [
        (label, "yes" if k < chosen else "no")
        for label, (n, chosen) in groups.items()
        for k in range(n)
    ]
    return pd.DataFrame(rows, columns=["sex", "offered"])


def problems(frame, group="sex", outcome="offered=yes", **options):
    with pytest.raises(DecisionsError) as caught:
        adverse_impact(frame, group, outcome=outcome, **options)
    return list(map(str, caught.value.problems))


def test_every_public_name_is_there():
    assert room.__all__ == sorted(room.__all__)
    assert all(getattr(room, name).__doc__ for name in room.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = room.nothing


def test_the_largest_group_is_the_reference_unless_another_is_named():
    people = table(F=(120, 30), M=(80, 40), X=(60, 30))
    found = adverse_impact(people, "sex", outcome="offered=yes").comparisons
    assert set(found["reference"]) == {"F"}
    found = adverse_impact(people, "sex", outcome="offered=yes", reference="M").comparisons
    assert set(found["reference"]) == {"M"}
    assert found.set_index("group")["verdict"].to_dict() == {"F": "lower", "X": "cannot tell"}


def test_verdicts():
    def of(**groups):
        return adverse_impact(
            table(**groups), "sex", outcome="offered=yes", reference="M"
        ).comparisons.iloc[0]

    assert of(F=(100, 30), M=(101, 60))["verdict"] == "lower"
    assert of(F=(100, 60), M=(101, 30))["verdict"] == "higher"
    assert of(F=(60, 20), M=(61, 25))["verdict"] == "cannot tell"
    assert of(F=(3000, 1500), M=(3001, 1500))["verdict"] == "alike"


def test_sentences_are_whole_and_plain():
    people = table(F=(100, 30), M=(100, 60), X=(60, 35), Y=(3, 1))
    found = adverse_impact(people, "sex", outcome="offered=yes", reference="M")
    first, *_, last = found.sentences
    assert first == (
        "sex: F and M. Of 100, 30 and 60 were selected, a ratio of 0.50 (0.35 to 0.70). F was "
        "selected less often, and by more than chance explains (adjusted p under 0.001)."
    )
    assert last == "sex: Y: not enough data to compare."
    assert not [told for told in found.sentences if re.search(r"nan|inf\b|None", told)]


def test_p_is_adjusted_for_the_number_of_groups():
    people = table(M=(200, 100), A=(100, 40), B=(100, 42), C=(100, 60))
    found = adverse_impact(people, "sex", outcome="offered=yes").comparisons
    p = found["p"].to_numpy()
    assert found["p_adjusted"].min() == pytest.approx(3 * p.min())
    assert (found["p_adjusted"] >= p).all()


def test_everybody_and_nobody_selected():
    for chosen in (0, 100):
        found = adverse_impact(
            table(F=(100, chosen), M=(100, chosen)).assign(
                offered=lambda held: held["offered"].where(held.index > 0, "other")
            ),
            "sex",
            outcome="offered=other",
        )
        assert set(found.comparisons["verdict"]) == {NOT_ENOUGH}
        json.dumps(found.to_dict())


def test_one_group_alone():
    found = adverse_impact(table(F=(100, 40)), "sex", outcome="offered=yes")
    assert len(found.comparisons) == 0
    assert found.groups["n"].tolist() == [100]


def test_rows_without_an_outcome_or_a_group():
    people = pd.concat([table(F=(50, 25), M=(50, 30)), table(F=(7, 0))], ignore_index=True)
    people.loc[100:, "offered"] = None
    people.loc[[*range(15), *range(35, 50)], "sex"] = " "
    found = adverse_impact(people, "sex", outcome="offered=yes")
    assert found.notes[0] == "7 rows have no outcome yet and are not counted."
    assert found.about["counted"] == 100
    assert found.groups.set_index("group").loc[REST, "n"] == 30
    people.loc[[*range(3, 15), *range(35, 50)], "sex"] = "F"
    found = adverse_impact(people, "sex", outcome="offered=yes")
    assert found.about["counted"] == 97  # three who did not say could be worked out
    assert REST not in found.groups["group"].tolist()


def test_labels_and_outcomes_of_any_type():
    people = table(F=(100, 30), M=(100, 60))
    people["code"] = people["sex"].map({"F": 1.0, "M": 2.0})
    people["done"] = people["offered"] == "yes"
    people["number"] = people["done"].astype(int)
    told = [
        adverse_impact(people, "code", outcome=outcome, reference="2").comparisons["ratio"].iloc[0]
        for outcome in ("done", "done=yes", "number=1", "number", ("offered", "yes"))
    ]
    assert told == [0.5] * 5


def test_scores():
    people = table(F=(100, 30), M=(100, 60))
    people["composite"] = np.where(people["sex"] == "F", 0.4, 0.5) + np.tile([0.1, -0.1], 100)
    people.loc[0, "composite"] = None
    row = adverse_impact(
        people, "sex", outcome="offered=yes", score="composite", reference="M"
    ).comparisons.iloc[0]
    assert row["d"] == pytest.approx(-1.0, abs=0.02)
    assert row["d_low"] < row["d"] < row["d_high"] < 0
    people["composite"] += np.tile(np.linspace(0, 0.5, 50), 4)
    row = adverse_impact(
        people, "sex", outcome="offered=yes", score="composite", reference="M"
    ).comparisons.iloc[0]
    assert 0 < row["scoring_ratio_low"] < row["scoring_ratio"] < 1


def test_providers_pool_and_say_when_they_cannot():
    people = table(F=(120, 40), M=(120, 60))
    people["provider"] = [f"P{k % 6}" for k in range(240)]
    found = adverse_impact(people, "sex", outcome="offered=yes", provider="provider")
    row = found.pooled.iloc[0]
    assert row["providers"] == 6
    assert row["ratio"] == pytest.approx(found.comparisons["ratio"].iloc[0], abs=0.02)
    people["provider"] = [f"P{k % 2}" for k in range(240)]
    found = adverse_impact(people, "sex", outcome="offered=yes", provider="provider")
    assert "not enough data within providers" in found.pooled["sentence"].iloc[0]
    people["provider"] = None
    found = adverse_impact(people, "sex", outcome="offered=yes", provider="provider")
    assert len(found.providers) == 0


def test_what_shows_only_within_providers_is_told():
    """The group applies where most are taken on, and is taken on less often everywhere."""
    rates = {"P0": 0.2, "P1": 0.5, "P2": 0.8, "P3": 0.3}
    sizes = {"P0": (40, 200), "P1": (100, 100), "P2": (200, 40), "P3": (60, 120)}
    parts = []
    for name, rate in rates.items():
        few, many = sizes[name]
        held = table(F=(few, round(few * rate * 0.8)), M=(many, round(many * rate)))
        parts.append(held.assign(provider=name))
    found = adverse_impact(
        pd.concat(parts), "sex", outcome="offered=yes", provider="provider", reference="M"
    )
    assert found.comparisons["ratio"].iloc[0] > 1
    assert found.pooled["ratio_high"].iloc[0] < 1
    assert "the groups went to different providers" in found.pooled["sentence"].iloc[0]


def test_to_dict_is_plain():
    people = table(F=(100, 30), M=(100, 60), X=(2, 1))
    told = json.loads(json.dumps(adverse_impact(people, "sex", outcome="offered=yes").to_dict()))
    assert told["about"]["counted"] == 200
    small = next(row for row in told["comparisons"] if row["group"] == "X")
    assert small["n"] is None
    assert {type(row["n"]) for row in told["groups"]} == {int, type(None)}


def test_the_table_is_left_as_it_was():
    people = table(F=(100, 30), M=(100, 60))
    before = people.copy()
    adverse_impact(people, "sex", outcome="offered=yes")
    pd.testing.assert_frame_equal(people, before)


def test_every_problem_is_told_at_once():
    people = table(F=(30, 10), M=(30, 12)).assign(application=range(60), score="0.5")
    people.loc[3, "application"] = 2
    people.loc[5, "score"] = "high"
    people.loc[6, "score"] = "inf"
    told = problems(people, outcome="offered=maybe", score="score")
    assert told == [
        "row 2: column application: is there twice",
        "column offered: no row is 'maybe'; the column holds yes, no",
        "row 5: column score: expected a number",
        "row 6: column score: expected a number",
    ]


def test_missing_columns_are_told_with_those_there_are():
    told = problems(table(F=(3, 1)), ["race", "age"], outcome="hired=yes", provider="firm")
    assert [line.split(":")[0] for line in told] == [
        "column hired",
        "column race",
        "column age",
        "column firm",
    ]
    assert all("the table has sex, offered" in line for line in told)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"reference": "Q"}, "there is no group 'Q' to compare with; there are sex: F, M"),
        ({"intersect": True}, "intersections need two columns of groups or more"),
        ({"coverage": 2.0}, "expected a coverage of 0.5 to 0.999, got 2.0"),
        ({"least": 0}, "smallest counts are 1 or more, got 0 and 8"),
        ({"group": "offered"}, "column offered: this is the outcome: it cannot be the group"),
        ({"group": "name"}, "column name: has 60 different entries: groups are expected to be 20"),
        ({"group": "none"}, "column none: nobody's group is stated"),
        ({"group": []}, "expected at least one column of groups"),
        (
            {"outcome": "name"},
            "column name: expected yes or no (true or false, 1 or 0), got n0, n1, n2, n3, n4, n5, "
            "n6, n7 and 52 more (60 rows, the first is 1): say which value counts as selected, "
            "such as name=n0",
        ),
    ],
)
def test_what_cannot_be_asked(options, words):
    people = table(F=(30, 10), M=(30, 12)).assign(name=[f"n{k}" for k in range(60)], none=None)
    assert problems(people, **options)[0].startswith(words)


def test_what_is_no_table_is_refused():
    with pytest.raises(DecisionsError, match="expected a table of decisions, got list"):
        adverse_impact([1], "sex", outcome="offered=yes")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: wilson(7, 5),
        lambda: wilson(-1, 5),
        lambda: ratio_interval(1, 2, 5, 3),
        lambda: difference_interval(3, 2, 1, 3),
        lambda: exact_test([1, 5], [2, 3], [1, 1], [2, 2]),
    ],
)
def test_more_selected_than_there_are_cannot_be(ask):
    with pytest.raises(DecisionsError, match=r"selected of \d people cannot be"):
        ask()


def test_a_wrong_outcome_is_told_once_with_the_values_that_stand_there():
    people = table(F=(30, 10), M=(30, 12))
    people["decision"] = ["yes"] * 10 + ["invite", "wait"] * 25
    (told,) = problems(people, outcome="decision")
    assert told.startswith("column decision: expected yes or no")
    assert "got invite, wait (50 rows, the first is 11)" in told
    assert told.endswith("such as decision=invite")
    people["decision"] = ["yes"] * 59 + ["perhaps"]
    people["application"] = [f"a{k}" for k in range(60)]
    (told,) = problems(people, outcome="decision")
    assert "got perhaps (row a59): say which" in told


def test_an_empty_table_and_two_people():
    assert "nobody's group is stated" in " ".join(problems(table(), outcome="offered"))
    found = adverse_impact(table(F=(1, 1), M=(1, 0)), "sex", outcome="offered=yes")
    assert set(found.comparisons["verdict"]) == {NOT_ENOUGH}
    assert found.about["counted"] is None


def test_a_reference_that_is_too_small():
    found = adverse_impact(
        table(F=(100, 40), M=(10, 5)), "sex", outcome="offered=yes", reference="M"
    )
    assert "sex: M has not enough data to compare with." in found.notes
    assert set(found.comparisons["verdict"]) == {NOT_ENOUGH}
