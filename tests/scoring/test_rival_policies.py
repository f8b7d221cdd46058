"""Under another policy: who would be told another band, counted apart from the code that counts."""

import numpy as np
import pytest
from click.testing import CliRunner

from vbr_engine.bank import dump_bank, load_bank
from vbr_engine.bank.rewrite import written
from vbr_engine.cli import vbr
from vbr_engine.errors import InvalidInput, ResponsesError
from vbr_engine.files import read_bank, read_policy, read_table, write_table
from vbr_engine.scoring import score
from vbr_engine.scoring.rivals import band_changes
from vbr_engine.simulate import simulate_responses

BANK = read_bank("tests/banks/tiny")
POLICY = dump_bank(BANK)["bank"]["policy"]
RESPONSES = simulate_responses(BANK, 150, seed=5, careless=0.3)


def under(**fields):
    dump = dump_bank(BANK)
    dump["bank"]["policy"] |= {"id": "rival-1", **fields}
    return load_bank(dump)


def cuts(part, close):
    return [
        {"id": "apart", "minimum": None},
        {"id": "part", "minimum": part},
        {"id": "close", "minimum": close},
    ]


RIVALS = [
    {"interval": 0.5},
    {"bands": cuts(0.2, 0.5)},
    {"bands": cuts(0.5, 0.9)},
    {"rules": POLICY["rules"] | {"rate": "distance"}},
    {"weights": {"kind": 5, "honest": 1}},
]


@pytest.mark.parametrize("fields", RIVALS)
def test_the_counts_are_those_of_the_two_tables(fields):
    before, after = score(RESPONSES, BANK), score(RESPONSES, under(**fields))
    changes = band_changes(before, after).set_index("score")
    place = {"apart": 0, "part": 1, "close": 2}
    for name in ("composite", "kind", "honest"):
        column = "band" if name == "composite" else f"{name}_band"
        pairs = list(zip(before.to_frame()[column], after.to_frame()[column], strict=True))
        both = [(a, b) for a, b in pairs if "not measured" not in (a, b)]
        middle = [
            [np.mean([place[band] for band in bands.split("/")]) for bands in pair] for pair in both
        ]
        row = changes.loc[name]
        assert row["measured"] == len(both)
        assert row["changed"] == sum(a != b for a, b in both)
        assert row["higher"] == sum(b > a for a, b in middle)
        assert row["lower"] == sum(b < a for a, b in middle)
        assert row["gained"] == sum(a == "not measured" != b for a, b in pairs)
        assert row["lost"] == sum(b == "not measured" != a for a, b in pairs)
    assert changes["changed"].sum() > 0 or "weights" in fields


def test_a_stricter_minimum_takes_away_measures():
    answers = {
        sitting: {
            item: held
            for item, held in RESPONSES.answers(sitting).items()
            if item not in {"cold-tea", "wet-coat"}
        }
        for sitting in RESPONSES.sittings[:20]
    }
    few = type(RESPONSES).from_answers(answers, BANK)
    lenient, strict = under(**{"minimum-share": 0.1}), under(**{"minimum-share": 1.0})
    changes = band_changes(score(few, lenient), score(few, strict)).set_index("score")
    assert changes.loc["kind", "lost"] == 20
    assert changes.loc["kind", "measured"] == changes.loc["kind", "changed"] == 0


def test_other_sittings_cannot_be_compared():
    other = simulate_responses(BANK, 3, seed=5)
    with pytest.raises(ResponsesError, match="the same sittings"):
        band_changes(score(RESPONSES, BANK), score(other, BANK))


@pytest.mark.parametrize("wrapped", [True, False])
def test_the_command_scores_under_the_policy_and_counts(tmp_path, wrapped):
    rival = POLICY | {"id": "strict-1", "bands": cuts(0.5, 0.9)}
    place = tmp_path / "policy.yaml"
    place.write_text(written({"policy": rival} if wrapped else rival), encoding="utf-8")
    write_table(RESPONSES.to_frame(), tmp_path / "responses.csv")
    words = ["score", "tests/banks/tiny", str(tmp_path / "responses.csv"), "-q"]
    output = tmp_path / "scores.csv"
    told = CliRunner().invoke(vbr, [*words, "--policy", str(place), "-o", str(output)])
    assert told.exit_code == 0, told.output
    table = read_table(output)
    before = score(RESPONSES, BANK).to_frame()
    changed = sum(a != b for a, b in zip(before["band"], table["band"], strict=True))
    assert changed > 0
    assert (
        f"Under strict-1 in place of near-miss-1, {changed} of 150 candidates measured both ways "
        "would change band."
    ) in told.output
    assert set(table["policy"]) == {"strict-1"}
    assert BANK.sha256[:12] not in table["bank"][0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (written(POLICY | {"interval": 0.9}), r"policy.yaml:1: policy.id: near-miss-1 is the name"),
        (written(POLICY | {"id": "x", "interval": 2}), r"policy.yaml:1\d: policy.interval: expect"),
        (written({"policy": POLICY | {"weights": {}}}), r"policy.yaml:\d+: policy.weights"),
        ("", "the file is empty"),
        ("[1]", "expected a mapping"),
        ("a: &b 1", "anchors"),
    ],
)
def test_a_policy_that_cannot_be_used_is_explained(tmp_path, text, says):
    place = tmp_path / "policy.yaml"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=says):
        read_policy(place, BANK)


def test_the_banks_own_policy_is_no_rival(tmp_path):
    place = tmp_path / "policy.yaml"
    place.write_text(written(POLICY), encoding="utf-8")
    assert read_policy(place, BANK) == BANK
