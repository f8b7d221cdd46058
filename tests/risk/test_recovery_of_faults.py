"""What is planted in made-up careers is found, and nothing is found where nothing is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from vbr_engine.errors import CareersError
from vbr_engine.risk import STAGES, Careers, DropOutModel, Faults, simulate_careers
from vbr_engine.risk.alike import alike_groups, check_alike
from vbr_engine.risk.leaks import check_leaks
from vbr_engine.risk.permuted import permuted_careers
from vbr_engine.risk.proxies import proxy_report

SEEDS = range(6)


def made_up(seed: int, n: int = 400, **options: Any) -> tuple[Any, Careers]:
    made = simulate_careers(n, seed=seed, **options)
    return made, Careers.from_frame(made.frame, cut=made.cut)


def told(model: DropOutModel, made: Any) -> pd.DataFrame:
    people = made.frame.drop(columns=[*STAGES, "ended", "ended_by"]).head(40)
    return model.predict_risk(people, today=(made.cut + timedelta(days=1)).date())


def test_shuffled_outcomes_give_no_figure_about_anybody() -> None:
    levels = []
    for seed in SEEDS:
        made, careers = made_up(seed, 600, starters_only=True)
        model = DropOutModel().fit(permuted_careers(careers, seed=seed))
        levels.append(model.evidence_.level.code)
        answers = told(model, made)
        assert not answers["shown"].any()
        assert answers["why_not"].ne("").all()
    assert levels.count("L0") >= 5


def test_outcomes_as_they_were_do_give_figures() -> None:
    shown = []
    for seed in SEEDS:
        made, careers = made_up(seed, 600, starters_only=True)
        shown.append(told(DropOutModel().fit(careers), made)["shown"].mean())
    assert sum(share > 0.8 for share in shown) >= 5


@pytest.mark.parametrize("seed", range(3))
def test_planted_duplicates_are_found(seed: int) -> None:
    made, careers = made_up(seed, faults=Faults(duplicates=0.1))
    (problem,) = check_alike(careers)
    assert "copies" in problem.message
    group = pd.Series(alike_groups(careers), index=careers.frame["application"])
    copies = made.truth.dropna(subset="copy_of")
    together = group[copies["application"]].to_numpy() == group[copies["copy_of"]].to_numpy()
    assert together.mean() > 0.9
    assert check_alike(made_up(seed)[1]) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_leak_is_found(seed: int) -> None:
    assert "rota_hours" in {
        problem.column for problem in check_leaks(made_up(seed, faults=Faults(leak=True))[1])
    }
    assert check_leaks(made_up(seed)[1]) == []


def test_a_protected_column_is_refused() -> None:
    with pytest.raises(CareersError, match="age_band"):
        made_up(1, faults=Faults(protected=True))


def test_a_planted_proxy_is_flagged() -> None:
    made, careers = made_up(2, 800, faults=Faults(proxy=2))
    report = proxy_report(careers, made.monitoring)
    flagged = report[report["flagged"]]
    assert "travel_minutes" in set(flagged["fact"])
    assert set(flagged["characteristic"]) == {"group"}
    plain, same = made_up(2, 800)
    assert not proxy_report(same, plain.monitoring)["flagged"].any()
