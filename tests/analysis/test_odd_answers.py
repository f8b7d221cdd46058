"""Plain tables as people really have them: codes for no answer, reversed items, numbers of rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vbr_engine.analysis import analyse_table
from vbr_engine.analysis.odd_answers import odd_answers, turned_round
from vbr_engine.errors import ResponsesError
from vbr_engine.files.matrices import read_matrix
from vbr_engine.psychometrics import PartialCredit


def answers(n: int = 300, n_items: int = 6, *, against: tuple[int, ...] = ()) -> pd.DataFrame:
    """Answers from 1 to 4 that share one trait; some items run against it."""
    rng = np.random.default_rng(20261122)
    trait = rng.standard_normal(n)
    signs = np.where(np.isin(np.arange(n_items), against), -1.5, 1.5)
    latent = trait[:, None] * signs + rng.logistic(size=(n, n_items))
    codes = 1 + (latent[:, :, None] > np.array([-1.0, 0.0, 1.0])).sum(axis=2)
    return pd.DataFrame(codes, columns=[f"q{j + 1}" for j in range(n_items)])


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ([1, 2, 3, 4, 99], "99 lies far from the other answers, 1 to 4"),
        ([1, 2, 3, 4, -9], "-9 lies far from the other answers, 1 to 4"),
        ([1, 2, 3, 4, 88, 99], "88, 99 lie far from the other answers, 1 to 4"),
        ([0, 1, -8, 999], "-8, 999 lie far from the other answers, 0 to 1"),
        ([1, 2, 3, 4, 7], None),  # a gap, but no wider than the answers themselves
        ([0, 10], None),
        ([10, 20, 30, 40], None),
        ([0.5, 1, 2, 30], None),  # a measurement
    ],
)
def test_a_number_far_from_the_others_may_stand_for_no_answer(
    told: list[float], wanted: str | None
) -> None:
    usual = [value for value in told if 0 <= value <= 40 and value != 7] or told
    sentences = odd_answers(pd.DataFrame({"late": usual * 5 + told, "tea": 1}))
    assert [sentence.partition(";")[0] for sentence in sentences] == (
        [f"late: {wanted}"] if wanted else []
    )


def test_codes_for_no_answer_are_told_in_the_notes_and_still_counted() -> None:
    table = answers()
    plain = analyse_table(table)
    table.loc[[3, 8], "q2"] = 99
    found = analyse_table(table)
    assert any(note.startswith("q2: 99 lies far") for note in found.notes)
    assert not any("lies far" in note for note in plain.notes)
    assert found.values["alpha"].iloc[0] < plain.values["alpha"].iloc[0]


def test_a_column_of_many_numbers_is_asked_about() -> None:
    table = answers()
    found = analyse_table(table.assign(age=np.arange(len(table)) % 50 + 18))
    assert any("More than 15 different numbers stand in age." in note for note in found.notes)
    assert not any("different numbers stand in" in note for note in analyse_table(table).notes)


def test_items_that_run_against_the_others_are_named_for_reverse() -> None:
    found = analyse_table(answers(against=(1, 4)))
    assert turned_round(["q2", "q5"]) in found.notes
    assert "--reverse q2,q5" in turned_round(["q2", "q5"])
    assert not any("against the others" in note for note in analyse_table(answers()).notes)
    turned = analyse_table(answers(against=(1, 4)), reverse=["q2", "q5"])
    assert not any("against the others" in note for note in turned.notes)


def test_the_fewer_items_are_named_whichever_way_the_trait_runs() -> None:
    notes = analyse_table(answers(against=(0, 1, 2, 3))).notes
    assert turned_round(["q5", "q6"]) in notes


def test_with_a_key_nothing_is_to_be_reversed() -> None:
    found = analyse_table(answers(against=(1,)), key=[4] * 6)
    assert not any("against the others" in note for note in found.notes)


def test_sittings_without_any_answer_are_counted_in_a_sentence() -> None:
    table = answers().astype(float)
    table.iloc[:7] = np.nan
    notes = analyse_table(table).notes
    assert "7 of 300 sittings answered none of the items: no figure counts them." in notes


def test_the_row_names_of_r_s_tables_are_no_item(tmp_path: Path) -> None:
    table = answers(20)
    table.insert(0, "rownames", np.arange(1, 21))
    table.to_csv(tmp_path / "t.csv", index=False)
    read = read_matrix(tmp_path / "t.csv")
    assert list(read) == [f"q{j}" for j in range(1, 7)]
    table["rownames"] = 1
    table.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ResponsesError, match="rownames"):
        read_matrix(tmp_path / "t.csv")


def test_items_without_anything_in_common_are_told_where_slopes_are_held() -> None:
    against = PartialCredit().fit(answers(against=(0, 1, 2)))
    assert any("hardly anything in common" in advice for advice in against.advice_)
    assert not any("in common" in advice for advice in PartialCredit().fit(answers()).advice_)
