"""Holding providers out: nobody is judged by a model that saw their provider, or their double."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import CareersError
from vbr_engine.risk import (
    Careers,
    DropOutModel,
    auc_at,
    leave_provider_out,
    simulate_careers,
)
from vbr_engine.risk.follow_up import follow_up
from vbr_engine.risk.refitting import for_risks_only
from vbr_engine.risk.stages import OUTCOMES
from vbr_engine.risk.validation_folds import MOST_FOLDS, held_out, provider_folds


class Remembers:
    """A model that knows who it learned from, and says so as a risk."""

    outcome = "leaving"

    def fit(self, careers, y=None):
        self.seen = set(careers.frame["application"])
        self.providers = set(careers.frame["provider"])
        self.likes = set(careers.frame["travel_minutes"])
        return self

    def risks(self, candidates, horizon=None):
        known = candidates["application"].isin(self.seen) | candidates["provider"].isin(
            self.providers
        )
        return candidates[["application"]].assign(risk=known.astype(float))


class Recognises(Remembers):
    def risks(self, candidates, horizon=None):
        known = candidates["travel_minutes"].isin(self.likes)
        return candidates[["application"]].assign(risk=known.astype(float))


def _careers(n=200, providers=9, **more):
    made = simulate_careers(n, seed=5, providers=providers, starters_only=True, **more)
    return Careers.from_frame(made.frame, cut=made.cut)


def test_whole_providers_stay_together_and_folds_are_about_equal():
    provider = np.repeat(np.arange(30), np.arange(1, 31))
    folds = provider_folds(provider, k=5, seed=3)
    assert all(len(np.unique(folds[provider == one])) == 1 for one in range(30))
    sizes = np.bincount(folds)
    assert len(sizes) == 5
    assert sizes.max() - sizes.min() <= 5


def test_by_default_each_provider_is_held_out_and_fifty_folds_at_most():
    assert len(np.unique(provider_folds(list("abcab")))) == 3
    assert len(np.unique(provider_folds(np.arange(200)))) == MOST_FOLDS


def test_one_provider_cannot_be_held_out():
    with pytest.raises(CareersError, match="at least two providers"):
        provider_folds(["P", "P"])


@pytest.mark.parametrize("k", [None, 3])
def test_nobody_is_judged_by_a_model_that_saw_them_or_their_provider(k):
    careers = _careers()
    steps = []
    table = leave_provider_out(
        careers, Remembers, horizons=[90, 30], k=k, on_step=lambda *told: steps.append(told)
    )
    assert list(table.columns) == ["application", "provider", "fold", "risk-30", "risk-90"]
    assert table["application"].tolist() == careers.frame["application"].tolist()
    assert (table[["risk-30", "risk-90"]] == 0).all(axis=None)
    assert steps[-1] == (k or 9, k or 9)


def _twins():
    """Ten people who stand at another provider once more."""
    frame = _careers().frame
    frame["travel_minutes"] = np.arange(len(frame)) % 115 + 1.0
    frame = frame.iloc[:100]
    names = sorted(frame["provider"].unique())
    elsewhere = dict(zip(names, [*names[1:], names[0]], strict=True))
    again = frame.head(10).assign(
        application=[f"again-{place}" for place in range(10)],
        provider=frame["provider"].head(10).map(elsewhere),
    )
    return Careers.from_frame(pd.concat([frame, again]), cut="2026-12-31")


def test_the_double_of_somebody_held_out_is_kept_from_the_model():
    careers = _twins()
    table = leave_provider_out(careers, Recognises, horizons=[90])
    assert (table["risk-90"] == 0).all()
    apart = leave_provider_out(
        careers, Recognises, horizons=[90], duplicates=np.arange(len(careers))
    )
    assert apart["risk-90"].sum() == 20


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("provider_effects", [True, False])
def test_a_fit_for_risks_only_says_the_same_risks(outcome, provider_effects):
    made = simulate_careers(300, seed=6, providers=9)
    careers = Careers.from_frame(made.frame, cut=made.cut)
    model = DropOutModel(outcome, provider_effects=provider_effects)
    quick = for_risks_only(model).fit(careers).risks(made.frame)["risk"]
    np.testing.assert_allclose(quick, model.fit(careers).risks(made.frame)["risk"], atol=1e-6)
    other = Remembers()
    assert for_risks_only(other) is other


class Level:
    """A model that says to all the share who left among those it saw."""

    outcome = "leaving"

    def fit(self, careers, y=None):
        self.share = (careers.frame["ended_by"] == "candidate").mean()
        return self

    def risks(self, candidates, horizon=None):
        return candidates[["application"]].assign(risk=self.share)


def test_one_level_for_all_folds_takes_away_what_only_the_folds_tell():
    careers = _careers(400, 20)
    table, common = held_out(careers, Level, horizons=[365])
    line = follow_up(careers, "leaving").line
    # Knowing nothing, it looks worse than nothing, because who left was kept from it.
    assert auc_at(line.time, line.event, table["risk-365"], 365) < 0.42
    np.testing.assert_allclose(common, common[0, 0])
    pd.testing.assert_frame_equal(table, leave_provider_out(careers, Level, horizons=[365]))


def test_a_common_level_keeps_the_ranks_within_a_fold():
    careers = _careers(150, 9)
    table, common = held_out(careers, DropOutModel, horizons=[90])
    for _, part in table.assign(common=common[:, 0]).groupby("fold"):
        assert part["common"].rank().equals(part["risk-90"].rank())


def test_horizons_out_of_range_are_told():
    with pytest.raises(CareersError, match="horizons of 1 to 365"):
        leave_provider_out(_careers(), Remembers, horizons=[400])
