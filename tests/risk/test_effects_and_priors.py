"""Declared effects: read as declared, with priors that say where they come from."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest
import yaml

from vbr_engine.errors import CareersError, FileError
from vbr_engine.files.risk_models import read_effects
from vbr_engine.risk import Careers, DropOutModel, default_effects, simulate_careers
from vbr_engine.risk.features import design_matrix
from vbr_engine.risk.priors import effects_of, override_priors, prior_table


def read(name, outcome="leaving", **columns):
    effect = next(held for held in default_effects(outcome, optional=True) if held.name == name)
    design = design_matrix(pd.DataFrame(columns), [effect])
    return np.where(design.missing, np.nan, design.X)[:, 0].tolist()


@pytest.mark.parametrize(
    ("name", "columns", "wanted"),
    [
        ("travel", {"travel_minutes": [20, 35, 5]}, [0, 1, -1]),
        ("hours-shortfall", {"hours_wanted": [20, 30], "hours_offered": [17, 40]}, [0, -0.3]),
        ("shift-mismatch", {"shift_match": [0.75, 0.25]}, [0, 1]),
        ("no-transport", {"own_transport": ["yes", "No ", "1", False]}, [-0.3, 0.7, -0.3, 0.7]),
        ("referred", {"source": ["referral", "walk-in"]}, [0.75, -0.25]),
    ],
)
def test_effects_by_hand(name, columns, wanted):
    assert read(name, **columns) == pytest.approx(wanted)


def test_doubling_the_wait_is_one_unit():
    first, second = read("slow-contact", "withdrawal", contacted_within_hours=[9, 19])
    assert second - first == pytest.approx(1)


def test_what_is_missing_is_the_mean_and_is_counted():
    frame = pd.DataFrame({"travel_minutes": [None, 35], "application": ["a", "b"]})
    design = design_matrix(frame, default_effects("leaving"))
    assert design.X[0].tolist() == [0] * 7
    assert design.missing[0].all()
    assert design.missing[1].sum() == 6


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("travel_minutes", -5, "expected a number from 0 to 240, got -5.0"),
        ("travel_minutes", "soon", "got 'soon'"),
        ("own_transport", "perhaps", "expected yes or no, got 'perhaps'"),
        ("shift_match", 80, "expected a number from 0 to 1"),
    ],
)
def test_values_that_cannot_be_are_refused_by_row_and_column(column, value, said):
    frame = pd.DataFrame({"application": ["a", "b"], column: [None, value]})
    with pytest.raises(CareersError) as caught:
        design_matrix(frame, default_effects("leaving"))
    (problem,) = caught.value.problems
    assert (problem.row, problem.column) == ("b", column)
    assert said in problem.message


def test_every_prior_has_a_date_a_source_and_half_its_size():
    table = prior_table()
    assert table["dated"].isoformat() == "2026-11-22"
    for outcome in ("leaving", "withdrawal"):
        effects = default_effects(outcome)
        assert 5 <= len(effects) <= 8
        for effect in effects:
            assert effect.prior_sd == 0.2
            if effect.published is None:
                assert effect.prior_mean == 0
            else:
                assert effect.prior_mean == pytest.approx(effect.published / 2)
                assert effect.source


def edited(*path, value=None):
    table = copy.deepcopy(prior_table())
    inner = table
    for name in path[:-1]:
        inner = inner[name]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return table


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("format",), 2, "expected format 1, got 2"),
        (("dated",), None, "the day that it was written on"),
        (("shrink",), 1.5, "expected a number from 0 to 1"),
        (("effects", 0, "group"), "personal", "one of practical, assessment, workplace"),
        (("effects", 0, "form"), "cubic", "expected form"),
        (("effects", 1, "columns"), ["hours_wanted"], "expected 2 of columns"),
        (("effects", 0, "outcomes"), ["promotion"], "outcomes among"),
        (("effects", 0, "published", "source"), None, "no source"),
        (("effects", 0, "published", "log-odds"), 12, "from -3 to 3"),
        (("effects", 0, "per"), 0, "above 0 as per"),
        (("effects", 0, "unit"), None, "has no unit"),
        (("effects", 1, "name"), "travel", "twice"),
        (("effects",), "none", "a list of effects"),
    ],
)
def test_own_tables_are_checked(path, value, said):
    with pytest.raises(CareersError, match=said):
        effects_of(edited(*path, value=value), "leaving")


def test_own_file_of_priors(tmp_path):
    place = tmp_path / "priors.yaml"
    place.write_text(yaml.safe_dump(edited("shrink", value=1.0)), encoding="utf-8")
    effects = read_effects(place, "leaving")
    assert effects[0].prior_mean == pytest.approx(0.13)
    made = simulate_careers(200, seed=1, starters_only=True)
    model = DropOutModel(effects=effects).fit(Careers.from_frame(made.frame, cut=made.cut))
    assert model.manifest_["priors"]["table"][0]["mean"] == pytest.approx(0.13)
    place.write_text("- just\n- a list\n", encoding="utf-8")
    with pytest.raises(FileError, match="expected a table of priors"):
        read_effects(place, "leaving")
    place.write_text(yaml.safe_dump(edited("format", value=9)), encoding="utf-8")
    with pytest.raises(FileError, match=r"priors\.yaml.*expected format 1"):
        read_effects(place, "leaving")


def test_single_priors_can_be_set():
    effects = override_priors(default_effects("leaving"), {"travel": (0.4, 0.05)})
    assert (effects[0].prior_mean, effects[0].prior_sd) == (0.4, 0.05)
    assert effects[0].source == "set by the operator"
    assert effects[1:] == default_effects("leaving")[1:]
    with pytest.raises(CareersError, match=r"no effect 'luck'[\s\S]*above 0, got 0"):
        override_priors(default_effects("leaving"), {"luck": (0, 1), "travel": (0, 0)})


def test_a_firm_prior_holds_and_an_open_one_gives_way():
    made = simulate_careers(800, seed=2, starters_only=True)
    careers = Careers.from_frame(made.frame, cut=made.cut)
    firm = override_priors(default_effects("leaving"), {"travel": (1.0, 0.001)})
    model = DropOutModel(effects=firm).fit(careers)
    assert model.coef_["estimate"][0] == pytest.approx(1.0, abs=0.02)
    open_ = override_priors(default_effects("leaving"), {"travel": (1.0, 5.0)})
    assert DropOutModel(effects=open_).fit(careers).coef_["estimate"][0] < 0.5
