"""Reasons: they add up, they stand above their noise, and they speak of the situation."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbr_engine.bank.reading import reading_age
from vbr_engine.risk import Careers, DropOutModel, default_effects, simulate_careers
from vbr_engine.risk.explanation import (
    LEAST,
    contributions,
    explain,
    natural_values,
    situation,
    unknown_facts,
)
from vbr_engine.risk.features import Effect, design_matrix
from vbr_engine.risk.stages import OUTCOMES
from vbr_engine.risk.wording import SENTENCES

# Nothing that speaks of what somebody is like, of health, or of a protected characteristic.
BANNED = re.compile(
    r"\b(lazy|unreliable|reliable|type of person|kind of person|personality|character|attitude|"
    r"commitment|committed|motivat\w*|loyal\w*|flaky|job.?hopp\w*|weak|bad|poor|fault|blame|"
    r"young|old|older|age|aged|woman|women|man|men|male|female|mother|pregnan\w*|maternity|"
    r"married|single|disab\w*|ill|illness|sick\w*|health|mental|race|ethnic\w*|nationality|"
    r"foreign\w*|migrant|religio\w*|belief|gay|lesbian|sexual\w*|gender|trans)\b",
    re.IGNORECASE,
)
# Said of the tool and of the law, not of a person.
ALLOWED = {"use.situation", "reason.none"}


@pytest.fixture(scope="module")
def made():
    return simulate_careers(700, seed=11)


@pytest.fixture(scope="module")
def models(made):
    careers = Careers.from_frame(made.frame, cut=made.cut)
    return {
        outcome: DropOutModel(
            outcome, effects=default_effects(outcome, optional=True)
        ).fit(careers)
        for outcome in OUTCOMES
    }  # fmt: skip


def logit_now(model, frame):
    """The linear predictor of the first interval, worked out the long way, without providers."""
    X = design_matrix(frame, model.effects_).X
    return np.array(
        [
            model.speaking().baseline[0]
            + sum(a * b for a, b in zip(row, model.speaking().effects, strict=True))
            for row in X
        ]
    )


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_contributions_sum_to_the_difference_from_the_usual(models, made, outcome):
    model = models[outcome]
    frame = made.frame.head(200)
    parts = contributions(model, frame)
    usual = frame[["application"]]  # nothing known: at every centre
    apart = logit_now(model, frame) - logit_now(model, usual)
    np.testing.assert_allclose(parts.values.sum(axis=1), apart, atol=1e-12)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_reasons_are_few_large_and_above_their_noise(models, made, outcome):
    model = models[outcome]
    told = explain(model, made.frame)
    assert len(told)
    assert told.groupby("application").size().max() <= 3
    assert (told["contribution"].abs() > told["sd"]).all()
    assert (told["contribution"].abs() >= LEAST).all()
    size = told["contribution"].abs()
    assert (size.groupby(told["application"]).diff().dropna() <= 1e-12).all()
    assert set(told["group"]) <= {"practical", "assessment", "workplace"}
    assert set(told["outcome"]) == {outcome}


def test_the_largest_are_kept(models, made):
    model = models["leaving"]
    parts = contributions(model, made.frame)
    told = explain(model, made.frame, most=2)
    for number, name in enumerate(made.frame["application"].head(100)):
        size = np.abs(parts.values[number])
        size[(size <= parts.sd[number]) | (size < LEAST)] = 0
        expected = sorted(size[size > 0], reverse=True)[:2]
        held = told.loc[told["application"] == name, "contribution"].abs()
        np.testing.assert_allclose(held, expected)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_is_not_known_is_never_a_reason(models, made, outcome):
    model = models[outcome]
    nothing = made.frame[["application", "provider"]].head(5)
    assert explain(model, nothing).empty
    assert list(explain(model, nothing).columns) == list(explain(model, made.frame).columns)
    gaps = made.frame.assign(travel_minutes=np.nan)
    assert "travel" not in set(explain(model, gaps)["effect"])
    missing = unknown_facts(model, gaps)
    assert set(gaps["application"]) == set(
        missing.loc[missing["effect"] == "travel", "application"]
    )
    assert len(unknown_facts(model, nothing)) == 5 * len(model.effects_)


def test_the_order_of_effects_changes_nothing(made):
    careers = Careers.from_frame(made.frame, cut=made.cut)
    effects = default_effects("leaving")
    turned = tuple(reversed(effects))
    one, other = (
        explain(DropOutModel("leaving", effects=order).fit(careers), made.frame)
        for order in (effects, turned)
    )
    key = ["application", "effect"]
    merged = one.merge(other, on=key, suffixes=("", "_turned"))
    assert len(merged) == len(one) == len(other)
    np.testing.assert_allclose(merged["contribution"], merged["contribution_turned"], atol=1e-6)
    assert (merged["sentence"] == merged["sentence_turned"]).all()


def test_rows_may_have_any_index(models, made):
    odd = made.frame.head(20).set_axis(range(100, 120))
    plain = made.frame.head(20)
    pd.testing.assert_frame_equal(
        explain(models["leaving"], odd), explain(models["leaving"], plain)
    )


def every_effect():
    return [
        (outcome, effect)
        for outcome in OUTCOMES
        for effect in default_effects(outcome, optional=True)
    ]


@pytest.mark.parametrize(("outcome", "effect"), every_effect())
def test_every_declared_effect_has_its_own_plain_sentences(outcome, effect):
    assert f"reason.{effect.name}.above" in SENTENCES
    assert f"reason.{effect.name}.below" in SENTENCES
    low = max(effect.least, 0.0) if np.isfinite(effect.least) else 0.0
    high = min(effect.most, 3 * max(effect.centre, 1.0))
    units = {"no": (0.0, 1.0), "one-of": (0.0, 1.0), "share-not": (0.0, 1.0)}
    told = []
    for value in units.get(effect.form, (low, high)):
        raw = np.log2(1 + value) if effect.form == "log2" else value
        centre = np.log2(1 + effect.centre) if effect.form == "log2" else effect.centre
        x = (raw - centre) / effect.per
        np.testing.assert_allclose(natural_values(effect, np.array([x])), [value], atol=1e-9)
        told.append(situation(effect, x))
    assert told[0] != told[1]
    for sentence in told:
        assert sentence.endswith(".")
        assert "{" not in sentence
        assert "nan" not in sentence
        assert not BANNED.search(sentence)
        assert reading_age(sentence) <= 13


def test_the_sentence_of_the_issue():
    travel = default_effects("leaving")[0]
    assert situation(travel, (45 - 20) / 15) == "The round is 45 minutes away; 20 is usual."


def test_an_effect_that_somebody_declares_gets_a_sentence_too():
    pay = Effect("pay", "pay above the minimum, in pence", "workplace", "number", ("pence",), "10p",
                 centre=50, per=10)  # fmt: skip
    suits = Effect("suits", "visits near home", "practical", "share-not", ("near",), "x",
                   centre=0.5, per=0.5)  # fmt: skip
    no_van = Effect("no-van", "no seat in the van", "practical", "no", ("van",), "x", centre=0.5)
    assert situation(pay, -2.0) == "Pay above the minimum, in pence: 30; 50 is usual."
    assert situation(suits, 0.4) == "Visits near home: 30%; 50% is usual."
    assert situation(no_van, 0.5) == "No seat in the van: yes."
    assert situation(no_van, -0.5) == "No seat in the van: no."


@settings(max_examples=60, deadline=None)
@given(
    minutes=st.floats(0, 240),
    wanted=st.floats(0, 60),
    offered=st.floats(0, 60),
    suits=st.floats(0, 1),
    answers=st.lists(st.sampled_from(["yes", "no", None]), min_size=3, max_size=3),
)
def test_any_facts_become_sound_sentences(models, minutes, wanted, offered, suits, answers):
    frame = pd.DataFrame(
        {
            "application": ["a"],
            "provider": ["p"],
            "travel_minutes": [minutes],
            "hours_wanted": [wanted],
            "hours_offered": [offered],
            "shift_match": [suits],
            "own_transport": answers[:1],
            "guaranteed_hours": answers[1:2],
            "care_experience": answers[2:],
        }
    )
    for model in models.values():
        for row in explain(model, frame).itertuples():
            assert re.fullmatch(r"[A-Z0-9].*\.", row.sentence)
            assert not BANNED.search(row.sentence)
            assert not re.search(r"\d{5}|nan|None|-\d", row.sentence)


@pytest.mark.parametrize("name", sorted(set(SENTENCES) - ALLOWED))
def test_no_sentence_speaks_of_what_somebody_is_like(name):
    held = SENTENCES[name]
    for template in [held] if isinstance(held, str) else held:
        words = re.sub(r"\{\w+\}", "", template)
        assert not BANNED.search(words), words


def test_the_words_can_be_read_by_most(made):
    told = [words for held in SENTENCES.values() for words in ([held] if isinstance(held, str)
            else held) if words.endswith(".")]  # fmt: skip
    filled = [re.sub(r"\{(\w+)\}", "10", words) for words in told]
    assert reading_age("\n".join(filled)) <= 11
    assert max(map(reading_age, filled)) <= 16


def test_the_model_explains_itself(models, made):
    for outcome, model in models.items():
        frame = made.frame.head(30)
        horizon = 90 if outcome == "leaving" else None
        pd.testing.assert_frame_equal(
            model.explain(frame, horizon), explain(model, frame, horizon=horizon)
        )


def test_who_has_started_work_needs_no_reasons_to_withdraw(models, made):
    told = explain(models["withdrawal"], made.frame)
    at_work = made.frame.loc[made.frame["started_work"].notna(), "application"]
    assert len(at_work)
    assert not set(told["application"]) & set(at_work)
