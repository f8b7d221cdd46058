"""`vbr ratings`, from a table to figures."""

import pandas as pd
import pytest
from click.testing import CliRunner

from vbr_engine.cli import vbr

BANK = "tests/banks/tiny"


@pytest.fixture
def run(tmp_path):
    """Write a table of ratings, run the command, return its result and what it wrote."""

    def command(rows, *options):
        given, made = tmp_path / "ratings.csv", tmp_path / "agreement.csv"
        pd.DataFrame(rows, columns=["sitting", "item", "rater", "level"]).to_csv(given, index=False)
        result = CliRunner().invoke(vbr, ["ratings", BANK, str(given), "-o", str(made), *options])
        return result, pd.read_csv(made) if made.exists() else None

    return command


def rows(*pairs, item="cold-tea"):
    return [
        (f"s{n}", item, r, level) for n, pair in enumerate(pairs) for r, level in enumerate(pair)
    ]


def test_figures_are_written_and_told(run):
    result, made = run(rows((0, 0), (1, 2), (4, 1), (3, 3), (2, None)))
    assert result.exit_code == 0, result.output
    assert made.loc[0, ["exact", "adjacent", "third"]].tolist() == [0.5, 0.75, 0.4]
    assert list(made["what"]) == ["all", "item", "pair", "rater", "rater"]
    assert "4 of 5 answers have two levels to compare." in result.stderr
    assert "sent to a third rater: 40%" in result.stderr


def test_the_raters_of_everything_have_an_intraclass_correlation(run):
    result, made = run(rows((0, 0), (1, 2), (4, 1), (3, 3)))
    assert "The 2 raters who rated everything" in result.stderr
    assert made.loc[0, "icc"] == pytest.approx(made.loc[2, "icc"])


def test_quiet_says_nothing(run):
    assert run(rows((0, 0), (1, 2)), "-q")[0].stderr == ""


def test_an_unknown_item_and_an_impossible_level_are_named_and_nothing_is_written(run):
    result, made = run(rows((0, 5)) + rows((1, 1), item="no-such"))
    assert result.exit_code != 0
    told = [str(problem) for problem in result.exception.problems]
    assert told == [
        "row 2: column level: expected a level from 0 to 4, got 5",
        "row 3: column item: tiny 0.1.0 has no item no-such",
        "row 4: column item: tiny 0.1.0 has no item no-such",
    ]
    assert made is None
