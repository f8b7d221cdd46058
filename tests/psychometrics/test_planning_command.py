"""`vbr plan`, as a county's analyst types it."""

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from vbr_engine.cli import vbr
from vbr_engine.errors import FileError, InvalidInput
from vbr_engine.files import read_table, write_table
from vbr_engine.psychometrics import parameter_frame
from vbr_engine.psychometrics.expected_information import typical_items


def plan(*words):
    result = CliRunner().invoke(vbr, ["plan", *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def flat(result):
    return " ".join(result.output.split())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["retention"], "990 hires under the programme and 990 without it"),
        (["retention", "--leaving", "43.7%", "--difference", "5.6%"], "1,209 hires"),
        (["retention", "-n", "200"], "has a chance of 80% to show is 11.9 percentage points"),
        (["validity", "0.3"], "85 hires with an outcome"),
        (["precision", "facility", "--se", "0.05"], "100 sittings give a standard error of 0.05"),
        (["precision", "percentile", "--percentile", "50%", "-n", "500"], "At 500 sittings"),
        (["items", "--reliability", "0.5", "--items", "10", "--target", "0.8"], "40 items as good"),
        (["dif", "1"], "class B begins at 1"),
    ],
)
def test_an_answer_in_a_sentence(words, sentence):
    result = plan(*words)
    assert result.exit_code == 0
    assert sentence in flat(result)
    assert "Formula:" in result.output
    assert "Source:" in result.output


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_table_is_written(tmp_path, ending):
    place = tmp_path / f"table.{ending}"
    plan("retention", "--csv", place)
    table = read_table(place)
    assert 990 in table["hires with"].tolist()
    assert table["smallest difference"].isna().sum() == 1


def test_json_holds_sentences_formula_and_table(tmp_path):
    place = tmp_path / "plan.json"
    plan("retention", "-o", place)
    told = json.loads(place.read_text())
    assert told["size"] == 990
    assert {"question", "answer", "formula", "source", "table"} <= set(told)
    assert told["table"][0]["smallest difference"] is None


def test_items_from_a_calibration(tmp_path):
    place = tmp_path / "items.csv"
    write_table(parameter_frame(typical_items("gpcm", 12, 4)).reset_index(), place)
    assert "items of the present mix" in flat(
        plan("items", "--parameters", place, "--target", "0.9")
    )


def test_a_bare_thirty_is_not_guessed_at():
    result = plan("retention", "--leaving", "30")
    assert result.exit_code == 2
    assert "write 30% if you mean that" in flat(result)


def test_words_for_a_number():
    assert "expected a share such as 30% or 0.3, got 'a third'" in flat(
        plan("retention", "--leaving", "a third")
    )


def test_every_problem_at_once():
    with pytest.raises(InvalidInput) as caught:
        plan("retention", "--leaving", "100%", "--power", "1%", "--lost", "99%")
    assert len(caught.value.problems) == 3


def test_another_ending_before_the_work(tmp_path):
    with pytest.raises(FileError, match=r"\.csv, \.parquet or \.json"):
        plan("retention", "-o", tmp_path / "plan.xlsx")


def test_a_table_of_parameters_that_is_none(tmp_path):
    place = tmp_path / "items.csv"
    write_table(pd.DataFrame({"colour": ["red"]}), place)
    with pytest.raises(FileError, match="a column item"):
        plan("items", "--parameters", place, "--target", "0.9")
