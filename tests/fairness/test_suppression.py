"""What is hidden stays hidden: linear programmes over everything that is shown find it nowhere."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from vbr_engine.fairness import Rule, adverse_impact
from vbr_engine.fairness.group_comparisons import REST

RULE = Rule()


def people(seed, *, providers=4, n=600, columns=("sex", "ethnicity"), stated=0.95):
    """A table with small groups, small cells and gaps in it."""
    rng = np.random.default_rng(seed)
    table = {"provider": rng.choice([f"P{k}" for k in range(providers)], n)}
    for column in columns:
        shares = rng.dirichlet([4, 2, 0.6, 0.15])
        labels = rng.choice([f"{column}{k}" for k in range(4)], n, p=shares).astype(object)
        labels[rng.random(n) > stated] = None
        table[column] = labels
    table["offered"] = np.where(rng.random(n) < rng.uniform(0.06, 0.6), "yes", "no")
    return pd.DataFrame(table)


class Attack:
    """Everything that a reader of a report knows of how many there are of each kind of person.

    An unknown for every combination of provider, groups and outcome; one more for people who are in
    no figure, which the reader may make as many as they like.
    """

    def __init__(self, table, columns):
        self.columns = list(columns)
        named = table.assign(**{c: table[c].fillna("none") for c in self.columns})
        kinds = ["provider", *self.columns]
        found = named.groupby(kinds, dropna=False)["offered"].agg(
            yes=lambda held: (held == "yes").sum(), no=lambda held: (held == "no").sum()
        )
        self.cells = [dict(zip(kinds, key, strict=True)) for key in found.index]
        self.counts = {"yes": found["yes"].to_numpy(), "no": found["no"].to_numpy()}
        self.rows, self.right = [], {"yes": [], "no": []}

    def where(self, **wanted):
        return np.array([all(cell[k] in v for k, v in wanted.items()) for cell in self.cells])

    def learn(self, at, n, selected):
        self.rows.append(at.astype(float))
        self.right["yes"].append(float(selected))
        self.right["no"].append(float(n - selected))

    def width(self, at, what):
        known, right = np.array(self.rows), np.array(self.right[what])
        goal = at.astype(float)
        least = linprog(goal, A_eq=known, b_eq=right, bounds=(0, None), method="highs")
        most = linprog(-goal, A_eq=known, b_eq=right, bounds=(0, None), method="highs")
        if most.status == 3:  # as many as you like
            return np.inf
        assert least.status == most.status == 0
        return -most.fun - least.fun


def attack(table, columns, *, intersect=False):
    """Read a report as an attacker does; say how narrowly it pins down anything hidden."""
    found = adverse_impact(
        table, columns, outcome="offered=yes", provider="provider", intersect=intersect
    )
    work = Attack(table, columns)
    about = found.about
    kept = _counted(table, columns, found, intersect)
    inside = work.where(**kept)
    if about["counted"] is not None:
        work.learn(inside, about["counted"], about["selected"])
    shown = []
    for row in found.groups.to_dict("records"):
        if not np.isfinite(row["n"]):
            continue
        at = inside & _at(work, row, columns, found)
        work.learn(at, row["n"], row["selected"])
        shown.append(at)
        assert RULE.allows(row["n"], row["selected"])
    for row in found.providers.to_dict("records"):
        for end in ("", "_reference"):
            label = row["reference"] if end else row["group"]
            at = inside & work.where(**{"provider": [row["provider"]], row["dimension"]: [label]})
            counts = row[f"n{end}"], row[f"selected{end}"]
            work.learn(at, *counts)
            shown.append(at)
            assert RULE.allows(*counts)
    for at, right in zip(work.rows, zip(work.right["yes"], work.right["no"], strict=True),
                         strict=True):  # fmt: skip
        for what, told in zip(("yes", "no"), right, strict=True):
            assert work.counts[what][at > 0].sum() == told  # the attack reads the report rightly
    return min(
        (
            work.width(at & inside, what)
            for at in _sensitive(work, columns, intersect)
            if at.any() and not any((at & inside == one).all() for one in shown)
            for what in ("yes", "no")
            if (at & inside).any()
        ),
        default=np.inf,
    ), found


def _at(work, row, columns, found):
    if row["dimension"] not in columns:
        labels = row["group"].split(", ")
        return work.where(**{c: [label] for c, label in zip(columns, labels, strict=True)})
    if row["group"] != REST:
        return work.where(**{row["dimension"]: [row["group"]]})
    same = found.groups["dimension"] == row["dimension"]
    others = set(found.groups.loc[same & found.groups["n"].notna(), "group"])
    return np.array([cell[row["dimension"]] not in others for cell in work.cells])


def _counted(table, columns, found, intersect):
    """Who is in the figures: the report says that groups without a rest are set aside."""
    kept = {}
    for column in columns:
        mine = found.groups[found.groups["dimension"] == column]
        shown = set(mine.loc[mine["n"].notna(), "group"])
        if REST not in shown:
            kept[column] = shown
    return kept


def _sensitive(work, columns, intersect):
    """Every group, every group of every provider, and with intersections every crossing."""
    for column in columns:
        for label in {cell[column] for cell in work.cells}:
            yield work.where(**{column: [label]})
            if not intersect:
                for provider in {cell["provider"] for cell in work.cells}:
                    yield work.where(provider=[provider], **{column: [label]})
    if intersect:
        for key in {tuple(cell[c] for c in columns) for cell in work.cells}:
            yield work.where(**{c: [label] for c, label in zip(columns, key, strict=True)})


@pytest.mark.parametrize("seed", range(4))
def test_groups_and_providers_cannot_be_worked_out(seed):
    narrowest, _ = attack(people(seed), ("sex", "ethnicity"))
    assert narrowest >= RULE.cell


@pytest.mark.parametrize("seed", range(4))
def test_intersections_cannot_be_worked_out(seed):
    narrowest, _ = attack(people(seed, n=900), ("sex", "ethnicity"), intersect=True)
    assert narrowest >= RULE.cell


def test_single_providers_that_are_shown_give_nobody_away():
    """Hiding everything would pass the tests above, and would help nobody."""
    shown = 0
    for seed in range(4):
        table = people(seed, n=2000, providers=5, columns=("sex",), stated=1)
        table["sex"] = table["sex"].replace({"sex2": "sex1", "sex3": "sex0"})
        table["provider"] = np.where(table.index % 7 < 3, "P0", table["provider"])
        narrowest, found = attack(table, ("sex",))
        assert narrowest >= RULE.cell
        shown += len(found.providers)
    assert shown >= 4


def test_intersections_are_shown_where_they_may_be():
    crossed = [
        adverse_impact(people(seed, n=900), ["sex", "ethnicity"], outcome="offered=yes",
                       intersect=True)
        for seed in range(4)
    ]  # fmt: skip
    counts = [found.groups.query("dimension == 'sex × ethnicity'")["n"] for found in crossed]
    assert sum(held.notna().any() for held in counts) >= 2
    assert any(held.notna().any() and held.isna().any() for held in counts)


def test_the_attack_succeeds_where_only_small_cells_are_hidden():
    """It would find a report out that hid one cell and showed its total."""
    work = Attack(people(0), ("sex",))
    every = np.ones(len(work.cells), dtype=bool)
    last = work.where(sex=["sex3"])
    for at in (every, every & ~last):
        yes, no = (work.counts[what][at].sum() for what in ("yes", "no"))
        work.learn(at, yes + no, yes)
    assert work.width(last, "yes") == pytest.approx(0, abs=1e-6)


def test_a_small_group_is_in_no_total():
    table = pd.DataFrame(
        {"sex": ["F"] * 60 + ["M"] * 50 + ["X"] * 5, "offered": (["yes", "no"] * 58)[:115]}
    )
    found = adverse_impact(table, "sex", outcome="offered=yes")
    assert found.about["counted"] == 110
    assert found.groups["n"].dropna().tolist() == [60, 50]
    assert found.comparisons.set_index("group").loc["X", "verdict"] == "not enough data"
    told = " ".join([*found.notes, *found.sentences, str(found.to_dict())])
    assert "115" not in told
    assert "are in no figure" in told


def test_a_small_group_among_many_who_did_not_say_is_in_the_total():
    table = pd.DataFrame(
        {
            "sex": ["F"] * 60 + ["M"] * 50 + ["X"] * 5 + [None] * 40,
            "offered": (["yes", "no"] * 78)[:155],
        }
    )
    found = adverse_impact(table, "sex", outcome="offered=yes")
    assert found.about["counted"] == 155
    rest = found.groups.set_index("group").loc[REST]
    assert (rest["n"], rest["role"]) == (45, "rest")


def test_another_column_does_not_give_a_small_group_away():
    """Everybody's ethnicity is known; summed up it would tell how many there are in all."""
    table = pd.DataFrame(
        {
            "sex": ["F"] * 60 + ["M"] * 50 + ["X"] * 5,
            "ethnicity": (["A", "B", "B"] * 39)[:115],
            "offered": (["yes", "no"] * 58)[:115],
        }
    )
    found = adverse_impact(table, ["sex", "ethnicity"], outcome="offered=yes")
    totals = found.groups.groupby("dimension")["n"].sum()
    assert totals.tolist() == [110, 110]


@pytest.mark.parametrize("n", [1, 2, 19])
def test_nothing_is_counted_of_very_few(n):
    table = pd.DataFrame({"sex": (["F", "M"] * 10)[:n], "offered": (["yes", "no"] * 10)[:n]})
    found = adverse_impact(table, "sex", outcome="offered=yes")
    assert found.about["counted"] is None
    assert found.groups["n"].isna().all()
    assert set(found.comparisons["verdict"]) <= {"not enough data"}


def test_limits_are_where_they_say():
    def of(n, selected):
        table = pd.DataFrame(
            {
                "sex": ["F"] * n + ["M"] * 50,
                "offered": ["yes"] * selected + ["no"] * (n - selected) + ["yes", "no"] * 25,
            }
        )
        return adverse_impact(table, "sex", outcome="offered=yes").comparisons["verdict"].iloc[0]

    short = "not enough data"
    assert [of(20, 8), of(20, 12)] == ["cannot tell"] * 2
    assert [of(19, 9), of(40, 7), of(40, 33)] == [short] * 3
    assert all(a <= b for a, b in pairwise([RULE.cell, RULE.least]))
