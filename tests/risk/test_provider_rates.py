"""Rates of providers: exact where nobody is censored, honest where somebody is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, betabinom

from vbr_engine.risk import Careers, simulate_careers, spells_of, tenure_intervals
from vbr_engine.risk.published_rates import benchmark_for, benchmarks, read_benchmarks
from vbr_engine.risk.rates import BENCHMARK_WEIGHT, LifeTable, _strength, provider_rates
from vbr_engine.risk.stages import counted_share


def table_of(careers, outcome="leaving"):
    return LifeTable.of(spells_of(careers, outcome))


def careers_of(rows, cut):
    names = ["application", "provider", "applied", "started_work", "ended", "ended_by"]
    return Careers.from_frame(pd.DataFrame(rows, columns=names), cut=cut)


def test_counts_by_hand():
    careers = careers_of(
        [
            ("a", "P", "2025-01-01", "2025-01-01", "2025-01-03", "candidate"),
            ("b", "P", "2025-01-01", "2025-01-01", "2025-01-12", "candidate"),
            ("c", "P", "2025-01-01", "2025-01-01", "2025-01-11", "employer"),
            ("d", "Q", "2025-01-01", "2025-01-01", None, None),
        ],
        "2025-01-18",
    )
    table = table_of(careers)
    # Week 1 in full for b, c, d and the end of a; week 2: b ends, c is seen 3 of 7 days.
    assert table.at_risk[:, :4] == pytest.approx(np.array([[3, 1 + 3 / 7, 0, 0], [1, 1, 3 / 7, 0]]))
    assert table.events[:, :4].tolist() == [[1, 1, 0, 0], [0, 0, 0, 0]]
    assert table.n_events() == 2


def test_life_table_agrees_with_the_person_period_table():
    made = simulate_careers(300, seed=4, providers=6)
    for outcome in ("leaving", "withdrawal"):
        spells = spells_of(Careers.from_frame(made.frame, cut=made.cut), outcome)
        table = LifeTable.of(spells)
        at_risk = np.zeros_like(table.at_risk)
        for i in range(len(spells)):
            for step in range(spells.entered[i], spells.exited[i] + 1):
                share = spells.exposure[i] if step == spells.exited[i] else 1.0
                at_risk[spells.provider[i], step] += share
        assert table.at_risk == pytest.approx(at_risk)
        assert table.n_events() == spells.n_events


def test_without_censoring_people_and_events_are_those_counted():
    rng = np.random.default_rng(1)
    ends = rng.integers(0, 6, (2, 50))
    events = np.array([[(row == step).sum() for step in range(4)] for row in ends], dtype=float)
    at_risk = 50 - np.cumsum(np.column_stack([np.zeros(2), events[:, :-1]]), axis=1)
    rate, counted, people = LifeTable(at_risk, events).followed(np.ones(4))
    assert people == pytest.approx([50, 50, 100])
    assert rate[:2] == pytest.approx(events.sum(axis=1) / 50)
    assert counted[:2] == pytest.approx(events.sum(axis=1))


def test_censored_people_count_for_as_long_as_they_were_seen():
    """Half of the people are seen for the first of two intervals only."""
    table = LifeTable(np.array([[100.0, 40.0]]), np.array([[20.0, 10.0]]))
    rate, _events, people = table.followed(np.ones(2))
    assert rate[0] == pytest.approx(1 - 0.8 * 0.75)
    assert people[0] == pytest.approx(30 / 0.4)


def test_nobody_counts_for_more_than_one():
    for seed in range(8):
        made = simulate_careers(80, seed=seed, providers=8, starters_only=True)
        table = table_of(Careers.from_frame(made.frame, cut=made.cut))
        _rate, events, people = table.followed(np.ones(22))
        assert (people[:-1] <= table.at_risk.max(axis=1) + 1e-9).all()
        assert (events <= people + 1e-9).all()


def test_rate_is_that_of_the_beta_binomial():
    table = LifeTable(np.full((5, 1), 20.0), np.array([[2.0], [4.0], [6.0], [8.0], [10.0]]))
    rates = provider_rates(table, level=0.8)
    a, b = rates.strength * rates.pooled, rates.strength * (1 - rates.pooled)
    held = beta(a + table.events[:, 0], b + 20 - table.events[:, 0])
    assert rates.rate == pytest.approx(held.mean())
    assert rates.low == pytest.approx(held.ppf(0.1))
    assert rates.high == pytest.approx(held.ppf(0.9))


def test_strength_is_the_mode_of_likelihood_and_prior():
    rng = np.random.default_rng(3)
    chance = rng.beta(4, 6, 60)
    events = rng.binomial(30, chance).astype(float)
    found = _strength(events, np.full(60, 30.0), 0.4)
    grid = np.exp(np.linspace(0, 5, 400))
    heights = [
        betabinom.logpmf(events, 30, 0.4 * k, 0.6 * k).sum() - 0.5 * (np.log(k / 10) / 0.75) ** 2
        for k in grid
    ]
    assert found == pytest.approx(grid[int(np.argmax(heights))], rel=0.02)
    assert 5 < found < 20


def test_small_providers_are_drawn_in_more():
    table = LifeTable(np.array([[4.0], [40.0], [200.0]]), np.array([[4.0], [40.0], [60.0]]))
    rates = provider_rates(table)
    assert rates.pooled < rates.rate[0] < rates.rate[1] < 1


def test_without_data_the_published_rate_is_all_there_is():
    nothing = LifeTable(np.zeros((2, 1)), np.zeros((2, 1)))
    rates = provider_rates(nothing, benchmark=0.246)
    assert rates.pooled == pytest.approx(0.246)
    assert rates.pooled_low < 0.1 < 0.4 < rates.pooled_high
    assert rates.new_high - rates.new_low > 0.3


def test_published_rate_counts_for_ten_people():
    table = LifeTable(np.array([[10.0]]), np.array([[5.0]]))
    assert BENCHMARK_WEIGHT == 10
    alone = provider_rates(table).pooled
    drawn = provider_rates(table, benchmark=0.2).pooled
    assert 0.2 < drawn < 0.35 < alone


def test_intervals_hold_what_they_promise():
    """90% intervals of providers that leave at rates of their own, censored by staggered entry."""
    held, seen, pooled = 0, 0, 0
    share = counted_share(tenure_intervals(), "leaving", 180)
    for seed in range(20):
        made = simulate_careers(400, seed=seed, providers=15, starters_only=True)
        spells = spells_of(Careers.from_frame(made.frame, cut=made.cut), "leaving")
        rates = provider_rates(LifeTable.of(spells), share=share)
        true = made.truth.groupby("provider")["leaving-180"].mean()
        wanted = true[list(spells.providers)].to_numpy()
        held += int(((rates.low <= wanted) & (wanted <= rates.high)).sum())
        seen += len(wanted)
        pooled += int(rates.pooled_low <= made.truth["leaving-180"].mean() <= rates.pooled_high)
    assert 0.82 <= held / seen <= 0.98
    assert pooled >= 16


def test_benchmarks_are_dated_and_sourced():
    for held in benchmarks():
        assert held.basis == "stock turnover"
        assert pd.Timestamp(held.read) <= pd.Timestamp("2026-11-22")
        if held.rate is not None:
            assert held.address.startswith("https://")
            assert "not a risk of new starters" in held.sentence


def test_newest_benchmark_with_a_figure_is_taken():
    assert benchmark_for("leaving", 365).rate == 0.246
    assert benchmark_for("leaving", None, service="adult social care").period == "2024/25"
    assert benchmark_for("leaving", 365, area="East Midlands", service="adult social care") is None
    assert benchmark_for("withdrawal", None) is None


def test_own_benchmarks_can_be_read():
    row = dict.fromkeys(("area", "measure", "service", "publisher", "source", "address"), "")
    own = read_benchmarks(
        [
            {
                **row,
                "outcome": "leaving",
                "horizon": "90",
                "period": "2026",
                "rate": "0.2",
                "basis": "new starters",
                "read": "2026-11-22",
            }
        ]
    )
    assert (own[0].rate, own[0].horizon) == (0.2, 90)


def test_people_who_are_alike_count_for_fewer_in_the_rate_of_all():
    """As many as independent people would give shares that vary as the beta-binomial's do."""
    people, events = np.array([10.0, 40.0, 150.0]), np.array([2.0, 18.0, 40.0])
    rates = provider_rates(LifeTable(people[:, None], events[:, None]), level=0.9)
    share = events.sum() / people.sum()
    worth = 0.0
    for n in people.astype(int):
        as_alike = betabinom(n, rates.strength * share, rates.strength * (1 - share))
        worth += share * (1 - share) / (as_alike.var() / n**2)
    held = beta(0.5 + worth * share, 0.5 + worth * (1 - share))
    assert worth < people.sum() / 2
    assert rates.pooled == pytest.approx(held.mean())
    assert rates.pooled_low == pytest.approx(held.ppf(0.05))
    assert rates.pooled_high == pytest.approx(held.ppf(0.95))


def test_alike_people_weigh_less_against_the_published_rate():
    """120 people of one provider are worth fewer than three times 40 of three."""
    one = LifeTable(np.array([[120.0]]), np.array([[60.0]]))
    three = LifeTable(np.full((3, 1), 40.0), np.full((3, 1), 20.0))
    drawn, less = provider_rates(one, benchmark=0.2), provider_rates(three, benchmark=0.2)
    for rates, sizes in ((drawn, [120]), (less, [40, 40, 40])):
        n = np.array(sizes)
        worth = (n * (1 + rates.strength) / (n + rates.strength)).sum()
        assert rates.pooled == pytest.approx((2 + worth * 0.5) / (10 + worth))
    assert drawn.pooled < less.pooled < 0.5
