"""Raters of answers in own words: agreement and leniency, against R's figures."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import ResponsesError
from vbr_engine.psychometrics import rater_agreement, weighted_kappa

GOLDEN = Path(__file__).parents[1] / "golden" / "ratings"
COLUMNS = ["sitting", "item", "rater", "level"]


@pytest.fixture(scope="module")
def r():
    """R's figures by name."""
    return pd.read_csv(GOLDEN / "r.csv").set_index("name")["figure"]


@pytest.fixture(scope="module")
def three():
    """Sixty answers, levels by three raters."""
    return pd.read_csv(GOLDEN / "three_raters.csv")


def long(frame, raters):
    """The same as a table of ratings, two items of thirty answers."""
    return pd.DataFrame(
        [
            (f"s{row % 30}", f"item-{row // 30}", rater, levels[rater])
            for row, levels in frame.iterrows()
            for rater in raters
        ],
        columns=COLUMNS,
    )


@pytest.mark.parametrize("pair", list(itertools.combinations("abc", 2)))
class TestPairsAgainstR:
    def test_agreement_and_bias(self, r, three, pair):
        row = rater_agreement(long(three, pair)).pairs.iloc[0]
        assert (row["first"], row["second"], row["n"]) == (*pair, 60)
        name = "-".join(pair)
        for figure in ("kappa", "exact", "adjacent", "bias"):
            assert row[figure] == pytest.approx(r[f"{name}.{figure}"], abs=1e-9)
        for end in ("low", "high"):
            assert row[f"bias_{end}"] == pytest.approx(r[f"{name}.bias.{end}"], abs=1e-9)

    def test_intraclass_correlations(self, r, three, pair):
        found = rater_agreement(long(three, pair))
        row, name = found.pairs.iloc[0], "-".join(pair)
        for mine, its in (("icc", "icc"), ("icc_both", "iccs")):
            assert row[mine] == pytest.approx(r[f"{name}.{its}"], abs=1e-9)
            assert row[f"{mine}_low"] == pytest.approx(r[f"{name}.{its}.low"], abs=1e-9)
            assert row[f"{mine}_high"] == pytest.approx(r[f"{name}.{its}.high"], abs=1e-9)
        assert found.intraclass.single == pytest.approx(row["icc"])

    def test_who_is_written_first_does_not_matter(self, three, pair):
        one, other = (rater_agreement(long(three, order)) for order in (pair, pair[::-1]))
        pd.testing.assert_frame_equal(one.to_frame(), other.to_frame())


def test_over_all_raters_are_interchangeable(r, three):
    found = rater_agreement(long(three, "ab"))
    assert found.kappa == pytest.approx(r["interchangeable.kappa"], abs=1e-9)


def test_the_intraclass_correlation_of_all_who_rated_everything(r, three):
    found = rater_agreement(long(three, "abc")).intraclass
    assert (found.things, found.raters) == (60, 3)
    assert found.single == pytest.approx(r["all.icc"], abs=1e-9)
    assert found.single_low == pytest.approx(r["all.icc.low"], abs=1e-9)
    assert found.average == pytest.approx(r["all.iccs"], abs=1e-9)
    assert found.average_high == pytest.approx(r["all.iccs.high"], abs=1e-9)


def test_kappa_of_cohens_table(r):
    counts = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    cells = [(i, j) for i in range(3) for j in range(3) for _ in range(counts[i, j])]
    assert weighted_kappa(*zip(*cells, strict=True)) == pytest.approx(r["cohen.kappa"], abs=1e-9)


def test_kappa_is_nothing_where_nothing_varies():
    assert np.isnan(weighted_kappa([2, 2], [2, 2]))
    assert np.isnan(weighted_kappa([], []))
    assert weighted_kappa([0, 4], [4, 0]) == -1


def test_only_the_first_two_are_compared_and_the_third_is_counted(three):
    pair, all_three = rater_agreement(long(three, "ab")), rater_agreement(long(three, "abc"))
    assert (all_three.exact, all_three.kappa) == (pair.exact, pair.kappa)
    assert len(all_three.pairs) == 1
    assert list(all_three.raters["rater"]) == ["a", "b", "c"]
    apart = (three["a"] - three["b"]).abs()
    assert pair.third == pytest.approx((apart > 1).mean())
    assert rater_agreement(long(three, "ab"), limit=0).third == pytest.approx((apart > 0).mean())


def test_by_item(three):
    found = rater_agreement(long(three, "ab"))
    part = three[:30]
    row = found.items.iloc[0]
    assert (row["item"], row["n"]) == ("item-0", 30)
    assert row["exact"] == pytest.approx((part["a"] == part["b"]).mean())
    assert row["mean"] == pytest.approx(part[["a", "b"]].to_numpy().mean())
    both = [*part["a"], *part["b"]], [*part["b"], *part["a"]]
    assert row["kappa"] == pytest.approx(weighted_kappa(*both))


def test_a_lenient_rater_is_seen_against_whoever_rated_the_same_answer(three):
    """Rater b saw half of the answers with a, half with c; its bias is the mean of both."""
    table = pd.concat([long(three, "ab")[:60], long(three, "cb")[60:]])
    found = rater_agreement(table).raters.set_index("rater")
    expected = [*(three["b"] - three["a"])[:30], *(three["b"] - three["c"])[30:]]
    assert found.loc["b", "bias"] == pytest.approx(np.mean(expected))
    assert found.loc["b", "bias_low"] > 0
    assert found.loc["b", "n"] == 60


def test_who_could_not_rate_is_counted_and_not_compared(three):
    table = long(three, "ab").astype({"level": float})
    table.loc[[0, 4, 5], "level"] = np.nan
    found = rater_agreement(table)
    assert found.not_rateable == pytest.approx(3 / 120)
    assert found.compared == 58
    apart = (three["a"] - three["b"]).abs()
    assert found.third == pytest.approx(((apart[[1, *range(3, 60)]] > 1).sum() + 1) / 60)
    assert found.intraclass is None


def test_raters_may_be_numbered(three):
    numbered = long(three, "ab").replace({"rater": {"a": 1, "b": 2}})
    named = rater_agreement(long(three, "ab"))
    assert rater_agreement(numbered).to_frame()["name"].tolist()[3:] == ["1 - 2", "1", "2"]
    assert rater_agreement(numbered).kappa == named.kappa


def test_one_table_of_everything(three):
    table = rater_agreement(long(three, "ab")).to_frame()
    assert list(table["what"]) == ["all", "item", "item", "pair", "rater", "rater"]
    assert list(table["name"]) == ["all answers", "item-0", "item-1", "a - b", "a", "b"]


def test_nothing_to_compare_is_no_error():
    table = pd.DataFrame([("s", "late", "a", 3)], columns=COLUMNS)
    found = rater_agreement(table)
    assert (found.answers, found.compared) == (1, 0)
    assert np.isnan(found.exact)
    assert np.isnan(found.third)
    assert len(found.to_frame()) == 2
    assert rater_agreement(table[:0]).answers == 0


def test_what_cannot_be_used_is_named_by_row():
    rows = [("s", "late", "a", 2.5), ("s", "late", "a", "high"), (None, "late", "b", 1)]
    with pytest.raises(ResponsesError) as raised:
        rater_agreement(pd.DataFrame(rows, columns=COLUMNS))
    assert [(p.row, p.column) for p in raised.value.problems] == [
        (1, "level"),
        (2, "level"),
        (2, "rater"),
        (3, ""),
    ]
    with pytest.raises(ResponsesError, match="needs the column level"):
        rater_agreement(pd.DataFrame({"sitting": [], "item": [], "rater": []}))
