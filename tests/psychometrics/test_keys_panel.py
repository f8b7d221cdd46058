"""What a panel holds, against answers that can be worked out by hand."""

from itertools import combinations, permutations

import numpy as np
import pytest

from vbr_engine.bank import dump_bank, load_bank
from vbr_engine.bank.model import KeyKind
from vbr_engine.errors import BankError, InvalidInput, ResponsesError
from vbr_engine.files import read_bank
from vbr_engine.psychometrics import (
    consensus_key,
    panel_key,
    panel_statistics,
    profile_components,
)
from vbr_engine.responses import MISSING, ResponseMatrix
from vbr_engine.scoring import score
from vbr_engine.scoring.keys import Key, best_answer, key_of, narrowed, table_rule, with_key
from vbr_engine.scoring.rules import expected_by_guessing, item_rules, maximum, points
from vbr_engine.simulate import simulate_responses

BANK = read_bank("tests/banks/tiny")


def sat(**items):
    """Experts' answers: item (with _ for -) -> a row of codes for each expert."""
    n = len(next(iter(items.values())))
    answers = {}
    for expert in range(n):
        answers[f"expert-{expert}"] = {
            name.replace("_", "-"): dict(
                zip(BANK.item_by_id[name.replace("_", "-")].options, rows[expert], strict=True)
            )
            for name, rows in items.items()
            if rows[expert] is not None
        }
    return ResponseMatrix.from_answers(answers, BANK)


PANEL = sat(
    cold_tea=[(1, 4, 2, 3), (2, 4, 2, 3), (1, 4, 3, 3), (1, 4, 4, 2)],
    long_talk=[(3, 1, 5, 2, 4), (2, 1, 5, 3, 4), (3, 1, 4, 2, 5), None],
    birthday_note=[(1, -1, 0, 0), (1, 0, 0, -1), (1, 0, -1, 0), (0, 1, 0, -1)],
    late_start=[(1, 1, 0, 0, 1, 0, 0, 0), (1, 1, 1, 0, 0, 0, 0, 0)] * 2,
)


def row(frame, **where):
    for name, value in where.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_an_option_by_hand():
    found = row(panel_statistics(PANEL, BANK).options, item="cold-tea", option="a")
    assert (found["n"], found["mean"], found["mode"], found["share"]) == (4, 1.25, 1, 0.75)
    assert found["sd"] == pytest.approx(0.5)
    # Four ratings 1, 2, 1, 1: variance 1/4, against (16 - 1) / 12.
    assert found["r_wg"] == pytest.approx(1 - 0.25 / 1.25)
    assert found["key"] == 2
    assert not found["drop"]
    assert found["why"] == ""


def test_options_to_drop_say_why():
    options = panel_statistics(PANEL, BANK).options
    middle = row(options, item="cold-tea", option="c")
    # 2, 2, 3, 4: mean 2.75 is within a sixth of the range (0.5) of the midpoint 2.5.
    assert middle["drop"]
    assert "2.75 on average, in the middle" in middle["why"]
    # Variance 11/12: r_wg = 1 - 11/15 = .2667.
    assert "r_wg is 0.26, below 0.5" in middle["why"]
    nobody = row(options, item="wet-coat", option="a")
    assert nobody["why"] == "Fewer than two experts rated it."
    assert not options[options["format"] != "rate"]["drop"].any()


def test_a_panel_that_never_answers_in_the_middle_drops_nothing():
    options = panel_statistics(sat(cold_tea=[(1, 4, 1, 4)] * 3), BANK).options
    assert not options[options["item"] == "cold-tea"]["drop"].any()


def test_the_middle_ends_where_a_third_of_the_scale_does():
    # Means 2, 3, 2.5 and 2.5 on a scale of 4, whose middle third is what lies between 2 and 3.
    options = panel_statistics(sat(cold_tea=[(2, 3, 2, 2), (2, 3, 3, 3)] * 2), BANK).options
    named = options[(options["item"] == "cold-tea") & options["drop"]]
    assert list(named["option"]) == ["c", "d"]
    wide = panel_statistics(sat(cold_tea=[(2, 3, 2, 2), (2, 3, 3, 3)] * 2), BANK, middle=0.2)
    assert wide.options.loc[wide.options["item"] == "cold-tea", "drop"].all()


def test_items_and_scales():
    panel = panel_statistics(PANEL, BANK)
    ranked = row(panel.items, item="long-talk")
    # Rank sums 8, 3, 14, 7, 13 of three rankings: squares about 9 are 82; W = 12 * 82 / 1080.
    assert ranked["n"] == 3
    assert ranked["kendall_w"] == pytest.approx(12 * 82 / (9 * 120))
    assert any("long-talk: 1 of 4 experts" in note for note in panel.notes)
    assert (panel.scales["options"].item(), panel.scales["n"].item()) == (4, 4)
    rated = row(panel.items, item="cold-tea")
    assert panel.scales["icc_average"].item() == pytest.approx(rated["icc_average"])


def test_no_expert_is_named():
    panel = panel_statistics(PANEL, BANK)
    tables = (panel.options, panel.items, panel.scales)
    assert not any("expert-" in table.to_csv() for table in tables)


def test_a_panel_of_one_is_refused():
    with pytest.raises(ResponsesError, match="at least two experts, got 1"):
        panel_statistics(sat(cold_tea=[(1, 4, 2, 3)]), BANK)


def test_invalid_rankings_do_not_count():
    tied = sat(long_talk=[(1, 1, 2, 3, 4), (1, 2, 3, 4, 5), (1, 2, 3, 5, 4)])
    assert row(panel_statistics(tied, BANK).items, item="long-talk")["n"] == 2


def test_keys_of_the_panel_by_hand():
    panel = panel_statistics(PANEL, BANK)
    mode, mean, share = (panel_key(panel, rule=rule) for rule in ("mode", "mean", "proportion"))
    # Of c, rated 2, 2, 3 and 4, the mode is 2.
    assert mode.keyed["cold-tea"] == (1, 4, 2, 3)
    assert mean.keyed["cold-tea"] == (1.25, 4, 2.75, 2.75)
    assert share.agreement["cold-tea"][0] == (0.75, 0.25, 0, 0)
    assert mode.keyed["long-talk"] == (3, 1, 5, 2, 4)
    assert mode.keyed["birthday-note"] == (1, 0, 0, -1)
    assert mode.keyed["late-start"] in {(1, 1, 1, 0, 0, 0, 0, 0), (1, 1, 0, 0, 1, 0, 0, 0)}
    assert "wet-coat" not in mode.keyed
    assert "wet-coat" in mode.notes[0]
    assert (mean.rate_rule, share.rate_rule, mode.rate_rule) == ("distance", "agreement", None)


def test_a_tie_of_modes_goes_to_the_one_near_the_mean():
    panel = panel_statistics(
        sat(cold_tea=[(1, 4, 1, 1), (1, 1, 4, 4), (3, 4, 4, 1), (3, 4, 3, 4)]), BANK
    )
    # 1, 1, 3, 3: both are as near to the mean, so the lower one; 1, 4, 4, 3: 4.
    assert panel_key(panel).keyed["cold-tea"] == (1, 4, 4, 1)


def test_the_ranking_that_agrees_with_most_answers():
    made = simulate_responses(BANK, 25, seed=5)
    codes = made.codes[:, 4:9]
    agreed = {order: int((codes == np.array(order)).sum()) for order in permutations(range(1, 6))}
    key = consensus_key(made, BANK).keyed["long-talk"]
    assert agreed[tuple(int(rank) for rank in key)] == max(agreed.values())
    borda = consensus_key(made, BANK, rule="mean").keyed["long-talk"]
    order = np.argsort(np.argsort(codes.mean(axis=0), kind="stable")) + 1
    assert borda == tuple(order)


def test_the_panel_that_is_the_key_gives_the_key():
    right = {item.id: [tuple(int(k) for k in item.key)] * 3 for item in BANK.items}
    panel = panel_statistics(sat(**{n.replace("-", "_"): rows for n, rows in right.items()}), BANK)
    assert panel_key(panel).keyed == key_of(BANK).keyed
    assert with_key(BANK, panel_key(panel)).items == BANK.items


def test_dropping_options_leaves_two():
    panel = panel_statistics(PANEL, BANK)
    key = panel_key(panel, drop=True)
    # c and d of cold-tea are in the middle; the items nobody rated keep their options.
    assert key.dropped == {"cold-tea": ("c", "d")}
    assert any(note.startswith("wet-coat keeps all its options") for note in key.notes)
    rival = with_key(BANK, key)
    assert rival.item_by_id["cold-tea"].options == ("a", "b")
    assert load_bank(dump_bank(rival)) == rival
    fewer = narrowed(PANEL, rival)
    assert fewer.codes.shape == (4, len(BANK.columns) - 2)
    assert score(fewer, rival).to_frame()["policy"].iloc[0] == "near-miss-1-panel-mode"


def test_a_mean_key_survives_a_dump():
    rival = with_key(BANK, panel_key(panel_statistics(PANEL, BANK), rule="mean"))
    assert rival.item_by_id["cold-tea"].key == (1.25, 4, 2.75, 2.75)
    assert load_bank(dump_bank(rival)) == rival
    assert rival.sha256 != BANK.sha256


def test_what_does_not_fit_is_listed():
    key = Key(
        "odd",
        KeyKind.PANEL,
        {"none": (1.0,), "cold-tea": (1.0,)},
        dropped={"long-talk": ("a",), "wet-coat": ("a", "b", "x")},
    )
    with pytest.raises(BankError) as caught:
        with_key(BANK, key)
    assert [problem.path for problem in caught.value.problems] == [
        "items.none.key",
        "items.cold-tea.key",
        "items.long-talk.dropped",
        "items.wet-coat.dropped",
    ]
    with pytest.raises(InvalidInput, match="expected the rule mode, mean, proportion"):
        panel_key(panel_statistics(PANEL, BANK), rule="median")


def test_any_table_against_every_valid_answer():
    rng = np.random.default_rng(8)
    for item in BANK.items:
        codes = every_valid(item)
        table = rng.normal(
            size=(
                len(item.options),
                len(item_rules(BANK)[0].table[0])
                if item.scale
                else {"rank": len(item.options), "most-least": 3, "pick": 2}[item.format],
            )
        )
        rule = table_rule(item, table)
        earned = points(rule, codes)
        assert rule.expected == pytest.approx(earned.mean())
        assert rule.maximum == pytest.approx(earned.max())


def test_the_tables_of_the_bank_itself():
    for rule in item_rules(BANK):
        made = table_rule(rule.item, rule.table)
        assert made.expected == expected_by_guessing(rule.item, BANK.policy)
        assert made.maximum == maximum(rule.item, BANK.policy)
        assert len(best_answer(rule.item, rule.table)) == len(rule.item.options)


def every_valid(item):
    n = len(item.options)
    if item.format == "rate":
        rows = np.array(np.meshgrid(*[np.arange(1, item.scale + 1)] * n)).reshape(n, -1).T
    elif item.format == "rank":
        rows = list(permutations(range(1, n + 1)))
    elif item.format == "most-least":
        rows = [[(at == m) - (at == k) for at in range(n)] for m, k in permutations(range(n), 2)]
    else:
        rows = [[int(at in c) for at in range(n)] for c in combinations(range(n), item.picks)]
    return np.array(rows, dtype=np.int8)


def test_parts_of_a_profile_against_a_plain_reckoning():
    made = simulate_responses(BANK, 40, seed=2)
    codes = made.codes.copy()
    codes[0, 0] = MISSING  # cold-tea is not rated whole
    codes[1, [0, 1, 2, 3, 9, 10, 11, 12, 13, 14, 15, 16, 17]] = 3
    made = ResponseMatrix(codes, made.sittings, BANK)
    parts = profile_components(made, BANK)
    rated = [("cold-tea", slice(0, 4)), ("wet-coat", slice(9, 13)), ("broken-cup", slice(13, 18))]
    for person in range(40):
        mine = rated[1:] if person == 0 else rated
        x = np.concatenate([codes[person, where] for _, where in mine]).astype(float)
        k = np.concatenate([BANK.item_by_id[name].key for name, _ in mine])
        found = parts.iloc[person]
        assert found["n"] == len(x)
        assert found["elevation"] == pytest.approx(x.mean())
        assert found["scatter"] == pytest.approx(x.std())
        assert found["d2"] == pytest.approx(((x - k) ** 2).mean())
        if person == 1:
            assert np.isnan(found["shape"])
        else:
            assert found["shape"] == pytest.approx(np.corrcoef(x, k)[0, 1])
            shape = 2 * x.std() * k.std() * (1 - found["shape"])
            assert found["d2_shape"] == pytest.approx(shape)
    total = parts[["d2_elevation", "d2_scatter", "d2_shape"]].sum(axis=1)
    np.testing.assert_allclose(total, parts["d2"])


def test_nobody_home_is_not_a_number():
    empty = ResponseMatrix(np.full((2, len(BANK.columns)), MISSING, np.int8), ("a", "b"), BANK)
    parts = profile_components(empty, BANK)
    assert (parts["n"] == 0).all()
    assert parts.drop(columns=["sitting", "n"]).isna().all().all()
