"""Answers in the candidate's own words: raters' levels become the same kind of profile."""

import itertools
import json
import random
from dataclasses import replace
from statistics import fmean, variance

import numpy as np
import pytest

from vbr_engine.bank.form import draw_items
from vbr_engine.bank.model import ResponseFormat
from vbr_engine.bank.rubric import DEFAULT_RUBRIC, ThirdRule
from vbr_engine.errors import BankError, ResponsesError
from vbr_engine.scoring import (
    Profile,
    Rating,
    combine,
    needs_third,
    raters_needed,
    rating_guide,
    rubric_text,
    score_ratings,
)
from vbr_engine.scoring.own_words import rater_variance


def of(*levels, item="late"):
    return [Rating(item, f"r{at}", level) for at, level in enumerate(levels, start=1)]


def everything(bank, *levels):
    """The same levels for every item of the default form."""
    return [one for item in draw_items(bank) for one in of(*levels, item=item.id)]


def form(bank):
    return [item.id for item in draw_items(bank)]


class TestSettling:
    @pytest.mark.parametrize("pair", list(itertools.product(range(5), repeat=2)))
    def test_a_third_is_called_beyond_one_level_and_never_within(self, pair):
        assert needs_third(of(*pair), DEFAULT_RUBRIC) == (abs(pair[0] - pair[1]) > 1)

    @pytest.mark.parametrize("pair", [(a, b) for a in range(5) for b in range(5) if abs(a - b) < 2])
    def test_two_who_are_near_give_their_mean(self, pair):
        assert combine(of(*pair), DEFAULT_RUBRIC) == sum(pair) / 8

    @pytest.mark.parametrize(
        "three", [t for t in itertools.product(range(5), repeat=3) if max(t) - min(t) > 1]
    )
    def test_the_middle_one_of_three_or_their_mean(self, three):
        by_mean = replace(DEFAULT_RUBRIC, third=ThirdRule.MEAN)
        assert combine(of(*three), DEFAULT_RUBRIC) == sorted(three)[1] / 4
        assert combine(of(*three), by_mean) == pytest.approx(sum(three) / 12)

    @pytest.mark.parametrize(
        ("levels", "needed", "score"),
        [
            ((), 2, None),
            ((3,), 1, None),
            ((None,), 1, None),
            ((None, 3), 1, None),
            ((None, None), 0, "not scored"),
            ((3, None, None), 0, "not scored"),
            ((None, 3, 3), 0, 0.75),
            ((None, 1, 4), 1, None),
            ((None, 1, 4, 4), 0, 1.0),
            ((None, 1, 4, None), 0, "not scored"),
        ],
    )
    def test_who_cannot_rate_calls_another_and_two_settle_it(self, levels, needed, score):
        for order in itertools.permutations(levels):
            assert raters_needed(of(*order), DEFAULT_RUBRIC) == needed
            assert needs_third(of(*order), DEFAULT_RUBRIC) == (needed > 0 and len(levels) > 1)
            if needed:
                with pytest.raises(ResponsesError, match="more to rate it"):
                    combine(of(*order), DEFAULT_RUBRIC)
            else:
                expected = None if score == "not scored" else score
                assert combine(of(*order), DEFAULT_RUBRIC) == expected

    def test_points_need_not_be_even(self):
        steep = replace(DEFAULT_RUBRIC, points=(-0.5, 0.0, 0.2, 0.9, 1.0))
        assert combine(of(0, 1), steep) == -0.25
        assert combine(of(0, 3, 2), steep) == 0.2

    @pytest.mark.parametrize("level", [-1, 5, 2.5, True, "3"])
    def test_a_level_that_is_none_is_refused(self, level):
        with pytest.raises(ResponsesError, match="expected a level from 0 to 4"):
            raters_needed(of(2, level), DEFAULT_RUBRIC)

    def test_a_level_out_of_a_table_is_taken(self):
        assert combine(of(np.int64(2), np.int8(3)), DEFAULT_RUBRIC) == 0.625

    def test_nobody_rates_twice_and_answers_are_not_mixed(self):
        with pytest.raises(ResponsesError, match="r1 rated late more than once"):
            raters_needed(of(2) + of(2), DEFAULT_RUBRIC)
        with pytest.raises(ResponsesError, match="early, late"):
            raters_needed(of(2) + of(2, item="early"), DEFAULT_RUBRIC)


class TestProfile:
    def test_all_at_one_level_stands_at_its_points(self, homecare):
        profile = score_ratings(homecare, form(homecare), everything(homecare, 3, 3), sitting="s")
        assert {value.score for value in profile.values} == {0.75}
        assert profile.mode == "own-words"
        assert profile.flags == ()
        assert profile.bank_sha256 == homecare.sha256

    def test_figures_are_those_of_a_plain_calculation(self, homecare):
        rng = random.Random(4)
        given = []
        for item in form(homecare):
            first = rng.randrange(1, 5)
            second = first - (rng.random() < 0.85)
            given += [Rating(item, "a", first), Rating(item, "b", second)]
        profile = score_ratings(homecare, form(homecare), given, sitting="s")
        scores, differences = {}, []
        for item in form(homecare):
            one, other = (rating.level / 4 for rating in given if rating.item == item)
            scores[item], differences = (one + other) / 2, [*differences, one - other]
        groups = {
            value.id: [scores[i.id] for i in draw_items(homecare) if i.value == value.id]
            for value in homecare.values
        }
        squares = sum((x - fmean(g)) ** 2 for g in groups.values() for x in g)
        spread = (squares / (len(scores) - len(groups))) ** 0.5
        n = len(differences)
        raters = max(0.01, (fmean(differences) ** 2 - variance(differences) / n) / 2)
        assert raters > 0.01
        for value in profile.values:
            mine = groups[value.value]
            assert value.score == pytest.approx(fmean(mine))
            assert value.se == pytest.approx((spread**2 / len(mine) + raters / 2) ** 0.5)
        weights = homecare.policy.weights
        total = sum(weights.values())
        share = {name: weight / total for name, weight in weights.items()}
        assert profile.composite.score == pytest.approx(
            sum(share[name] * fmean(mine) for name, mine in groups.items())
        )
        chance = sum(share[name] ** 2 * spread**2 / len(mine) for name, mine in groups.items())
        assert profile.composite.se == pytest.approx((chance + raters / 2) ** 0.5)

    def test_the_order_of_ratings_changes_nothing(self, homecare):
        rng = np.random.default_rng(8)
        given = []
        for item in form(homecare):
            levels = [int(level) for level in rng.integers(0, 5, 3)]
            given += of(*(levels if max(levels) - min(levels) > 1 else levels[:1] * 2), item=item)
        profile = score_ratings(homecare, form(homecare), given, sitting="s")
        for seed in range(5):
            random.Random(seed).shuffle(given)
            assert score_ratings(homecare, form(homecare)[::-1], given, sitting="s") == profile

    def test_items_without_a_rating_are_missing_and_never_low(self, tiny):
        items = form(tiny)
        kind = [item.id for item in draw_items(tiny) if item.value == "kind"]
        given = [one for item in kind for one in of(4, 4, item=item)]
        profile = score_ratings(tiny, items, given, sitting="s")
        assert profile.value("kind").score == 1
        assert not profile.value("honest").measured
        assert profile.value("honest").bands == ()
        assert [flag.id for flag in profile.flags] == ["many-unanswered"]

    def test_an_answer_that_cannot_be_rated_is_not_scored(self, homecare):
        given = everything(homecare, 2, 2)
        first = form(homecare)[0]
        given = [one for one in given if one.item != first] + of(None, 1, 4, None, item=first)
        profile = score_ratings(homecare, form(homecare), given, sitting="s")
        assert profile.items[first] is None
        assert profile.composite.score == pytest.approx(0.5)

    def test_everything_that_does_not_fit_is_named_at_once(self, tiny):
        items = ["cold-tea", "long-talk", "no-such"]
        given = [
            *of(1, 4, item="cold-tea"),
            *of(1, 9, item="long-talk"),
            *of(1, 1, item="wet-coat"),
        ]
        with pytest.raises(ResponsesError) as raised:
            score_ratings(tiny, items, given, sitting="s")
        told = " ".join(map(str, raised.value.problems))
        assert len(raised.value.problems) == 4
        for word in ("cold-tea: needs 1 more", "got 9", "wet-coat: is not on the form", "no-such"):
            assert word in told

    def test_lenient_raters_widen_every_interval_and_more_raters_narrow_it(self, homecare):
        def se(*levels):
            given = everything(homecare, *levels)
            return score_ratings(homecare, form(homecare), given, sitting="s").composite.se

        assert se(2, 3) > se(3, 3)
        many = [
            Rating(item, f"r{(2 * at + k) % 8}", 3)
            for at, item in enumerate(form(homecare))
            for k in range(2)
        ]
        spread_out = score_ratings(homecare, form(homecare), many, sitting="s").composite.se
        assert spread_out < se(3, 3)

    def test_the_interval_covers_as_often_as_it_says_when_raters_are_lenient(self, homecare):
        """Against raters, items and chance drawn anew for 120 sittings; 80 % is declared."""
        rng, rubric = np.random.default_rng(11), DEFAULT_RUBRIC
        fine = replace(homecare, policy=replace(homecare.policy, rubric=rubric))
        inside = without = 0
        for _ in range(120):
            truth, lenient = 0.5, rng.normal(0, 0.12, 3)
            given = []
            for item in form(homecare):
                own = truth + rng.normal(0, 0.2) + lenient + rng.normal(0, 0.12, 3)
                levels = [int(np.clip(round(4 * x), 0, 4)) for x in own]
                two = of(*levels[:2], item=item)
                given += of(*levels, item=item) if needs_third(two, rubric) else two
            composite = score_ratings(fine, form(homecare), given, sitting="s").composite
            inside += composite.low <= truth <= composite.high
            part = composite.se**2 - rater_variance(_grouped(given), rubric) / 2
            without += abs(composite.score - truth) <= 1.2816 * max(part, 0) ** 0.5
        assert inside / 120 >= 0.75
        assert without / 120 < 0.6


def _grouped(given):
    return [list(one) for _, one in itertools.groupby(given, key=lambda rating: rating.item)]


class TestRaterVariance:
    def test_it_is_that_of_an_analysis_of_variance_where_all_rated_all(self):
        """R: summary(aov(x ~ item + rater)) has mean squares 0.5375 and 0.0114583333."""
        table = {"a": (0, 1, 3), "b": (1, 2, 3), "c": (1, 3, 4), "d": (2, 2, 4), "e": (0, 1, 3)}
        given = [of(*levels, item=item) for item, levels in table.items()]
        free = replace(DEFAULT_RUBRIC, rater_sd_floor=0.0)
        assert rater_variance(given, free) == pytest.approx((0.5375 - 0.0114583333) / 5)

    def test_no_pair_with_two_common_items_leaves_the_floor(self):
        assert rater_variance([of(0, 4, 2)], DEFAULT_RUBRIC) == pytest.approx(0.01)
        assert rater_variance([], DEFAULT_RUBRIC) == pytest.approx(0.01)


class TestStored:
    def test_it_comes_back_from_json(self, tiny):
        profile = score_ratings(tiny, form(tiny), everything(tiny, 1, 2), sitting="s")
        assert Profile.from_dict(json.loads(json.dumps(profile.to_dict()))) == profile

    def test_a_profile_stored_before_had_options(self, tiny):
        document = score_ratings(tiny, form(tiny), everything(tiny, 1, 2), sitting="s").to_dict()
        del document["mode"]
        assert Profile.from_dict(document).mode == "options"


class TestGuide:
    def test_a_rater_reads_what_to_look_for_and_not_the_options_as_a_question(self, tiny):
        guide = rating_guide(tiny, "broken-cup")
        text = tiny.text().items["broken-cup"]
        assert (guide.scenario, guide.rationale) == (text.scenario, text.rationale)
        assert guide.question == rubric_text(tiny).prompt != text.question
        assert guide.positive == tiny.text().values["honest"].positive
        assert guide.held_good == (text.options["c"], text.options["b"])
        assert guide.held_poor == (text.options["a"], text.options["e"], text.options["d"])
        assert [level.level for level in guide.levels] == [0, 1, 2, 3, 4]

    @pytest.mark.parametrize("kind", list(ResponseFormat))
    def test_each_format_has_a_good_and_a_poor_side(self, tiny, kind):
        item = next(item for item in tiny.items if item.format is kind)
        guide, words = rating_guide(tiny, item.id), tiny.text().items[item.id].options
        assert guide.held_good
        assert guide.held_poor
        assert not set(guide.held_good) & set(guide.held_poor)
        assert {*guide.held_good, *guide.held_poor} <= set(words.values())

    def test_who_answered_is_not_in_it(self, tiny):
        assert not {"candidate", "sitting", "name", "rater"} & set(
            rating_guide(tiny, "cold-tea").to_dict()
        )

    def test_an_unknown_item_is_refused_and_an_unknown_language_is_not(self, tiny):
        with pytest.raises(BankError, match="has no item tea"):
            rating_guide(tiny, "tea")
        assert rating_guide(tiny, "cold-tea", "cy").language == "en"


def test_the_middle_of_three_is_nearer_the_truth_than_the_nearest_two():
    """What Lieblein (1952) found for three normal observations, by drawing them."""
    rng = np.random.default_rng(1)
    three = np.sort(rng.normal(size=(40_000, 3)), axis=1)
    lower = three[:, 1] - three[:, 0] < three[:, 2] - three[:, 1]
    nearest = np.where(lower, three[:, :2].mean(axis=1), three[:, 1:].mean(axis=1))
    assert np.var(np.median(three, axis=1)) < np.var(nearest)
