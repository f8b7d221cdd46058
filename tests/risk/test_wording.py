"""The words of a risk: whole people, ranges that cover, never none and never all."""

from __future__ import annotations

import re
from math import inf
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbr_engine.risk.levels import EvidenceLevel
from vbr_engine.risk.prediction import BANDS
from vbr_engine.risk.published_rates import benchmarks
from vbr_engine.risk.stages import OUTCOMES
from vbr_engine.risk.wording import (
    SENTENCES,
    EnglandRate,
    band_sentence,
    change_sentence,
    england_sentence,
    figure_sentence,
    people,
    provider_sentence,
    rounded_people,
    say,
    shown_number,
    within,
)

shares = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted)


@given(shares)
def test_people_are_whole_and_the_range_covers(numbers):
    low, risk, high = numbers
    number, bottom, top = rounded_people(risk, low, high)
    assert 1 <= number <= 99
    assert 0 <= bottom <= number <= top <= 100
    assert bottom <= 100 * low + 1e-6
    assert top >= 100 * high - 1e-6
    assert abs(number - 100 * risk) <= 0.5 + 1e-9 or risk < 0.01 or risk > 0.99


@given(shares, st.sampled_from(OUTCOMES), st.sampled_from([None, 30, 90, 180, 365]))
def test_nobody_is_told_none_or_all(numbers, outcome, horizon):
    low, risk, high = numbers
    for told in (
        figure_sentence(outcome, risk, low, high, horizon=horizon),
        provider_sentence(outcome, risk, low, high, horizon=horizon),
        provider_sentence(outcome, risk, low, high, horizon=horizon, pooled=True),
    ):
        assert not re.search(r"\b0 \(|\(0 |to 100\)|about 0|about 100|of 0\b", told)
        assert told.endswith(".")


@pytest.mark.parametrize(
    ("risk", "told"),
    [
        ((0.384, 0.221, 0.561), "about 38 (22 to 57) leave within 12 months"),
        ((0.29, 0.29, 0.29), "about 29 (29 to 29) leave"),
        ((0.012, 0.004, 0.031), "about 1 (fewer than 1 to 4) leaves within"),
        ((0.002, 0.0005, 0.004), "fewer than 1 (fewer than 1 to 1) leaves within"),
        ((0.999, 0.991, 0.9995), "more than 99 (99 to more than 99) leave within"),
    ],
)
def test_worked_figures(risk, told):
    assert told in figure_sentence("leaving", *risk)


def test_each_outcome_and_horizon_has_its_own_words():
    assert "withdraw before the first day" in figure_sentence("withdrawal", 0.2, 0.1, 0.3)
    assert within(90) == "90 days"
    assert within(1) == "1 day"
    assert "within 30 days" in figure_sentence("leaving", 0.2, 0.1, 0.3, horizon=30)


def test_no_rate_is_said_to_be_none():
    nan = float("nan")
    assert provider_sentence("leaving", nan, nan, nan) == say("provider.none")
    assert england_sentence(None) == england_sentence(EnglandRate(nan, "x", "y", "z"))


@pytest.mark.parametrize("benchmark", [held for held in benchmarks() if held.rate is not None])
def test_every_published_rate_is_told_with_year_and_source(benchmark):
    told = england_sentence(
        EnglandRate(benchmark.rate, benchmark.measure, benchmark.period, benchmark.publisher)
    )
    assert benchmark.period in told
    assert benchmark.publisher in told
    assert f"{100 * benchmark.rate:.1f}%" in told
    assert "turnover" in told
    assert "not the risk of a new starter" in say("england.what")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_band_that_can_be_has_words(outcome):
    names = ["/".join(BANDS[low:high]) for low in range(3) for high in range(low + 1, 4)]
    told = {band_sentence(outcome, name) for name in names}
    assert len(told) == 6
    assert not [words for words in told if re.search(r"\d", words)]


def test_every_level_has_words():
    told = [say(f"level.{level.code}") for level in EvidenceLevel]
    assert len(set(told)) == 4
    assert not [words for words in told if re.search(r"\d", words)]


@given(st.floats(0.01, 0.9), st.floats(0, 0.5), st.floats(0, 0.5))
def test_a_change_is_told_with_a_range_that_covers(difference, below, above):
    low, high = difference - below, difference + above
    told = change_sentence("leaving", "A round nearby", difference, low, high)
    found = re.search(r"\((from )?(\d+)( more)? to (\d+) fewer\)", told)
    bottom = int(found[2]) * (-1 if found[3] else 1)
    assert bottom <= 100 * low + 1e-6
    assert int(found[4]) >= 100 * high - 1e-6
    assert bool(found[1]) == bool(found[3]) == (low < -1e-11)
    assert "will" not in told


def test_facts_are_written_short():
    assert [shown_number(value) for value in (45.4, 9.96, 0.0, 0.004, -2.5, 240.0)] == [
        "45", "10", "0", "0", "−2.5", "240"]  # fmt: skip


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_fields_are_named_and_forms_for_one_have_the_same(name):
    held = SENTENCES[name]
    forms = [held] if isinstance(held, str) else list(held)
    fields = [{field for _, field, _, _ in Formatter().parse(form) if field} for form in forms]
    assert all(field.isidentifier() for found in fields for field in found)
    assert len({frozenset(found) for found in fields}) == 1


def test_people_out_of_a_hundred():
    assert [people(number) for number in (-3, 0, 1, 99, 100)] == [
        "fewer than 1", "fewer than 1", "1", "99", "more than 99"]  # fmt: skip
    assert not [words for words in map(people, range(101)) if words in ("0", "100", str(inf))]
