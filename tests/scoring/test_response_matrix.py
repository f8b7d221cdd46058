"""What is let into a response matrix, and how what is not let in is told."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbr_engine.bank.model import Item, ResponseFormat
from vbr_engine.errors import ResponsesError
from vbr_engine.files import read_bank
from vbr_engine.responses import MISSING, ResponseMatrix, allowed_codes, check_answer
from vbr_engine.simulate import simulate_responses

TINY = read_bank("tests/banks/tiny")


@pytest.fixture
def frame():
    return simulate_responses(TINY, 3, seed=1).to_frame().astype(object)


def problems(frame, bank=TINY):
    with pytest.raises(ResponsesError) as caught:
        ResponseMatrix.from_frame(frame, bank)
    return caught.value.problems


def test_columns_may_stand_in_any_order(frame):
    straight = ResponseMatrix.from_frame(frame, TINY)
    turned = ResponseMatrix.from_frame(frame[frame.columns[::-1]], TINY)
    np.testing.assert_array_equal(straight.codes, turned.codes)


@pytest.mark.parametrize("three", [3, 3.0, "3", " 3 ", "3.0", np.int64(3), "+3"])
def test_whole_numbers_in_any_dress(frame, three):
    frame.loc[0, "cold-tea.a"] = three
    assert ResponseMatrix.from_frame(frame, TINY).codes[0, 0] == 3


@pytest.mark.parametrize("nothing", [None, np.nan, "", "  ", pd.NA])
def test_empty_is_not_answered(frame, nothing):
    frame.loc[0, "cold-tea.a"] = nothing
    assert ResponseMatrix.from_frame(frame, TINY).codes[0, 0] == MISSING


@pytest.mark.parametrize(
    "wrong", [0, 5, -1, -128, 2.5, "3,0", "x", "1_0", "nan", "inf", "NA", True, 1e300, [3]]
)
def test_anything_else_is_refused_with_its_place(frame, wrong):
    frame["cold-tea.a"] = pd.Series([1, wrong, 2], dtype=object)
    (problem,) = problems(frame)
    assert (problem.row, problem.column) == ("simulated-000002", "cold-tea.a")
    assert problem.message == f"expected a whole number 1 to 4, got '{wrong}'"


def test_every_wrong_cell_is_told_at_once(frame):
    frame.loc[0, "cold-tea.a"] = 9
    frame.loc[2, "late-start.h"] = 2
    frame.loc[1, "birthday-note.b"] = -2
    assert {(p.row, p.column, p.message) for p in problems(frame)} == {
        ("simulated-000001", "cold-tea.a", "expected a whole number 1 to 4, got '9'"),
        ("simulated-000003", "late-start.h", "expected 1 or 0, got '2'"),
        ("simulated-000002", "birthday-note.b", "expected 1 (most), -1 (least) or 0, got '-2'"),
    }


def test_columns_that_do_not_belong(frame):
    frame = frame.rename(columns={"cold-tea.a": "cold-tee.a"})
    frame["extra\x1b[31m"] = 1
    told = {(p.column, p.message) for p in problems(frame)}
    assert told == {
        ("cold-tee.a", "tiny 0.1.0 has no such column: do you mean 'cold-tea.a'?"),
        ("extra\\x1b[31m", "tiny 0.1.0 has no such column"),
        ("cold-tea.a", "this column is missing, though other options of 'cold-tea' are here"),
    }


def test_an_item_that_is_absent_altogether_was_not_asked(frame):
    frame = frame.drop(columns=[c for c in frame.columns if c.startswith("cold-tea.")])
    matrix = ResponseMatrix.from_frame(frame, TINY)
    assert (matrix.codes[:, :4] == MISSING).all()
    assert "cold-tea" not in matrix.answers("simulated-000001")


def test_a_column_that_comes_twice(frame):
    twice = pd.concat([frame, frame[["cold-tea.a"]]], axis=1)
    assert [(p.column, p.message) for p in problems(twice)] == [
        ("cold-tea.a", "this column comes 2 times")
    ]


def test_sittings_that_come_twice_or_have_no_name(frame):
    frame["sitting"] = ["s1", "s1", None]
    assert [(p.row, p.message) for p in problems(frame)] == [
        (3, "the sitting has no name"),
        ("s1", "this sitting comes 2 times"),
    ]


def test_sittings_may_be_numbers(frame):
    frame["sitting"] = [7.0, 8.0, 9.0]
    assert ResponseMatrix.from_frame(frame, TINY).sittings == ("7", "8", "9")


def test_no_rows_and_no_sittings(frame):
    assert [p.message for p in problems(frame.iloc[:0])] == [
        "the table has no rows: expected one for each sitting"
    ]
    assert "there is no column 'sitting'" in problems(frame.drop(columns="sitting"))[0].message


def test_a_shifted_column_is_told_in_a_thousand_lines_and_a_count():
    frame = simulate_responses(TINY, 3_000, seed=2).to_frame()
    frame["cold-tea.b"] += 10
    frame["late-start.a"] += 10
    told = problems(frame)
    assert len(told) == 1001
    assert told[-1].message == "and 5,000 more, in late-start.a (3,000), cold-tea.b (2,000)"


def test_a_name_in_capitals_is_recognised():
    frame = simulate_responses(TINY, 1, seed=2).to_frame()
    told = problems(frame.rename(columns={"sitting": " Sitting", "cold-tea.a": "COLD-TEA.A"}))
    assert any("do you mean 'sitting'?" in problem.message for problem in told)
    assert any("do you mean 'cold-tea.a'?" in problem.message for problem in told)


def test_words_of_few_kinds_are_read_like_any_others():
    frame = simulate_responses(TINY, 5, seed=2).to_frame()
    cells = ["1", None, " 2 ", "x", "9"]
    frame["cold-tea.a"] = pd.Categorical(cells, categories=["x", " 2 ", "9", "1"])
    assert [(p.row, p.column) for p in problems(frame)] == [
        ("simulated-000004", "cold-tea.a"),
        ("simulated-000005", "cold-tea.a"),
    ]
    read = ResponseMatrix.from_frame(frame.iloc[:3], TINY)
    assert read.codes[:, TINY.columns.index("cold-tea.a")].tolist() == [1, MISSING, 2]


def test_answers_come_back_as_they_went():
    responses = simulate_responses(TINY, 5, seed=3, form="default")
    answers = {name: responses.answers(name) for name in responses.sittings}
    again = ResponseMatrix.from_answers(answers, TINY)
    np.testing.assert_array_equal(again.codes, responses.codes)


def test_answers_that_the_bank_does_not_know():
    answers = {"s": {"cold-tea": {"a": 5, "z": 1}, "soup": {"a": 1}, "late-start": {"a": True}}}
    with pytest.raises(ResponsesError) as caught:
        ResponseMatrix.from_answers(answers, TINY)
    assert [(p.row, p.column) for p in caught.value.problems] == [
        *(("s", "cold-tea.a"), ("s", "cold-tea.z"), ("s", "soup.a"), ("s", "late-start.a")),
    ]


def test_a_matrix_of_another_shape_or_with_other_codes_is_refused():
    with pytest.raises(ResponsesError, match="expected an int8 matrix of 1 sittings by 30 options"):
        ResponseMatrix(np.zeros((1, 30)), ("a",), TINY)
    codes = np.full((1, 30), MISSING, dtype=np.int8)
    codes[0, 0] = 5
    with pytest.raises(ResponsesError, match=r"row a: column cold-tea\.a: expected .* got '5'"):
        ResponseMatrix(codes, ("a",), TINY)


def test_a_sitting_that_is_not_there():
    with pytest.raises(ResponsesError, match="no sitting 'x'"):
        simulate_responses(TINY, 1, seed=1).answers("x")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_allowed_codes_survive_a_table(seed):
    rng = np.random.default_rng(seed)
    bounds = [allowed_codes(item) for item in TINY.items for _ in item.options]
    codes = np.array([[rng.integers(lo, hi + 1) for lo, hi in bounds] for _ in range(4)], np.int8)
    codes[rng.random(codes.shape) < 0.2] = MISSING
    matrix = ResponseMatrix(codes, tuple("abcd"), TINY)
    np.testing.assert_array_equal(ResponseMatrix.from_frame(matrix.to_frame(), TINY).codes, codes)


def item(response_format, key, **more):
    return Item("i", "v", ResponseFormat(response_format), tuple("abcd"), key, **more)


RATE = item("rate", (1, 2, 3, 4), scale=4)
RANK = item("rank", (1, 2, 3, 4))
PAIR = item("most-least", (1, 0, 0, -1))
PICK = item("pick", (1, 1, 0, 0))


@pytest.mark.parametrize(
    ("asked", "answer", "whole"),
    [
        (RATE, {"d": 4, "a": 1, "b": 1, "c": 2}, [1, 1, 2, 4]),
        (RANK, {"a": 4, "b": 3, "c": 2, "d": 1}, [4, 3, 2, 1]),
        (PAIR, {"b": 1, "c": -1}, [0, 1, -1, 0]),
        (PICK, {"a": 1, "d": 1, "b": 0}, [1, 0, 0, 1]),
    ],
)
def test_a_complete_answer(asked, answer, whole):
    assert list(check_answer(asked, answer).items()) == list(zip("abcd", whole, strict=True))


@pytest.mark.parametrize(
    ("asked", "answer", "told"),
    [
        (RATE, {"a": 1, "b": 2}, [("c", "missing"), ("d", "missing")]),
        (RATE, {"a": 1, "b": 5, "c": 0, "d": 1}, [("b", "range"), ("c", "range")]),
        (RATE, {"a": 1, "b": "2", "c": 1.0, "d": True}, [(o, "range") for o in "bcd"]),
        (RATE, {"a": 1, "b": 1, "c": 1, "d": 1, "z": 1}, [("z", "unknown-option")]),
        (RANK, {"a": 1, "b": 1, "c": 2}, [("d", "missing"), ("a", "tied"), ("b", "tied")]),
        (RANK, {"a": 1, "b": 2, "c": 3, "d": 5}, [("d", "range")]),
        (PAIR, {}, [("", "missing"), ("", "missing")]),
        (PAIR, {"a": 1}, [("", "missing")]),
        (PAIR, {"a": 1, "b": 1, "c": -1}, [("", "too-many")]),
        (PICK, {}, [("", "missing")]),
        (PICK, {"a": 1}, [("", "too-few")]),
        (PICK, {"a": 1, "b": 1, "c": 1}, [("", "too-many")]),
        (PICK, {"a": -1, "b": 1, "c": 1}, [("a", "range")]),
    ],
)
def test_an_answer_that_is_not_complete_or_not_allowed(asked, answer, told):
    with pytest.raises(ResponsesError) as caught:
        check_answer(asked, answer)
    assert [(p.path, p.rule) for p in caught.value.problems] == told
