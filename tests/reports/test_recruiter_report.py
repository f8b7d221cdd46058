"""What the recruiter reads, for every kind of sitting."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from vbr_engine import simulate_responses
from vbr_engine.bank.form import draw_items
from vbr_engine.reports import recruiter_report
from vbr_engine.scoring.profile import Flag


@pytest.fixture(scope="module")
def simulated(homecare, profile_of):
    """Sixty simulated sittings of the default form: (profile, answers)."""
    form = {item.id for item in draw_items(homecare)}
    matrix = simulate_responses(homecare, 60, seed=11)
    sittings = []
    for sitting in matrix.sittings:
        answers = {item: one for item, one in matrix.answers(sitting).items() if item in form}
        sittings.append((profile_of(answers), answers))
    return sittings


def all_text(report) -> str:
    return json.dumps(report.to_dict(), ensure_ascii=False)


class TestBands:
    def test_every_band_that_the_interval_touches_is_named(self, homecare, simulated):
        edges = [(-9.0, 0.35), (0.35, 0.65), (0.65, 9.0)]
        names = [homecare.text().bands[band.id].name for band in homecare.policy.bands]
        spanning = 0
        for profile, answers in simulated:
            report = recruiter_report(profile, homecare, answers)
            for result in (report.composite, *report.values):
                touched = [
                    name
                    for name, (low, high) in zip(names, edges, strict=True)
                    if result.low < high and result.high >= low
                ]
                assert [band.name for band in result.bands] == touched
                if len(touched) == len(names) > 2:
                    assert result.band == "Not clear: any of the bands"
                else:
                    assert all(name in result.band for name in touched)
                assert (result.evidence == "clear") == (len(touched) == 1)
                spanning += len(touched) > 1
        assert spanning > 50

    def test_the_key_itself_is_in_the_highest_band(self, homecare, profile_of, as_keyed):
        report = recruiter_report(profile_of(as_keyed), homecare, as_keyed)
        top = homecare.text().bands["close"].name
        assert {result.band for result in report.values} == {top}
        assert report.summary[0].endswith(f"Overall, the result is ‘{top}’.")
        assert report.unmeasured_note == ""
        assert len(report.scenarios) == 3

    def test_against_the_key_every_value_reaches_the_lowest_band(
        self, homecare, profile_of, against_key
    ):
        report = recruiter_report(profile_of(against_key), homecare, against_key)
        low = homecare.text().bands["apart"].name
        assert {result.band for result in report.values} == {low}
        assert all(result.score < 0 for result in report.values)


class TestNotMeasured:
    def test_nothing_answered_is_not_low(self, homecare, profile_of):
        report = recruiter_report(profile_of({}), homecare, {})
        assert {result.band for result in (report.composite, *report.values)} == {"Not measured"}
        assert report.unmeasured_note.startswith("No value could be measured.")
        assert "not a low result" in report.unmeasured_note
        assert "none of the scenarios" in report.summary[0]
        assert report.scenarios == ()
        assert [topic.purpose for topic in report.guide.topics] == ["explore"] * 3

    def test_a_value_without_answers_is_explored_first(self, homecare, profile_of, as_keyed):
        left = {
            item: answer
            for item, answer in as_keyed.items()
            if homecare.item_by_id[item].value != "proud"
        }
        report = recruiter_report(profile_of(left), homecare, left)
        assert report.guide.topics[0].value == "proud"
        assert "Proud and positive" in report.unmeasured_note
        assert f"{len(left)} of the 16 scenarios" in report.summary[0]


class TestScenarios:
    def test_the_lowest_scores_at_most_two_of_a_value(self, homecare, simulated):
        for profile, answers in simulated:
            report = recruiter_report(profile, homecare, answers)
            chosen = [point.item for point in report.scenarios]
            values = [homecare.item_by_id[item].value for item in chosen]
            assert len(chosen) in (3, 4)
            assert max(values.count(value) for value in values) <= 2
            full = {value for value in values if values.count(value) == 2}
            passed_over = [
                score
                for item, score in profile.items.items()
                if score is not None
                and item not in chosen
                and homecare.item_by_id[item].value not in full
            ]
            assert max(profile.items[item] for item in chosen) <= min(passed_over)

    def test_answers_stand_there_in_words(self, homecare, profile_of, against_key):
        report = recruiter_report(profile_of(against_key), homecare, against_key)
        texts = homecare.text().items
        for point in report.scenarios:
            options = set(texts[point.item].options.values())
            assert {line.text for line in point.answers} <= options
            assert point.discuss == texts[point.item].discuss

    def test_neither_key_nor_rationale(self, homecare, simulated):
        rationales = [text.rationale for text in homecare.text().items.values()]
        for profile, answers in simulated:
            report = recruiter_report(profile, homecare, answers)
            assert not any(json.dumps(words)[1:-1] in all_text(report) for words in rationales)
            assert not {"key", "rationale"} & set(report.to_dict()["scenarios"][0])


class TestGuide:
    def test_explores_the_lowest_and_confirms_the_highest(self, homecare, simulated):
        for profile, answers in simulated:
            guide = recruiter_report(profile, homecare, answers).guide
            starts = {score.value: score.low for score in profile.values}
            explored = [topic.value for topic in guide.topics if topic.purpose == "explore"]
            confirmed = [topic.value for topic in guide.topics if topic.purpose == "confirm"]
            assert explored == sorted(starts, key=lambda value: starts[value])[: len(explored)]
            assert len(explored) in (2, 3)
            assert [starts[value] for value in confirmed] == [max(starts.values())]

    def test_every_question_has_signs_to_listen_for(self, homecare, simulated):
        profile, answers = simulated[0]
        guide = recruiter_report(profile, homecare, answers).guide
        assert [len(topic.questions) for topic in guide.topics][:1] == [2]
        assert all(probe.good and probe.poor for topic in guide.topics for probe in topic.questions)
        assert [anchor.rating for anchor in guide.anchors] == [1, 2, 3, 4]


class TestFlags:
    def test_all_three_in_words_with_something_to_do(self, homecare, profile_of, as_keyed):
        flags = tuple(
            Flag(name, {}) for name in ("straight-lining", "very-fast", "many-unanswered")
        )
        report = recruiter_report(replace(profile_of(as_keyed), flags=flags), homecare, as_keyed)
        assert [flag.id for flag in report.flags] == [flag.id for flag in flags]
        assert all(flag.action and flag.id not in flag.title for flag in report.flags)
        assert report.summary[-1].startswith("Three things about how")

    def test_a_flag_changes_no_result(self, homecare, profile_of, as_keyed):
        hasty = recruiter_report(profile_of(as_keyed, seconds=5), homecare, as_keyed)
        calm = recruiter_report(profile_of(as_keyed, seconds=900), homecare, as_keyed)
        assert [flag.id for flag in hasty.flags] == ["very-fast"]
        assert calm.flags == ()
        assert (hasty.values, hasty.composite) == (calm.values, calm.composite)

    def test_an_unknown_flag_is_still_told(self, homecare, profile_of, as_keyed):
        profile = replace(profile_of(as_keyed), flags=(Flag("new-kind", {}),))
        assert "new-kind" in recruiter_report(profile, homecare, as_keyed).flags[0].title


class TestHonesty:
    def test_the_draft_says_so(self, homecare, profile_of, as_keyed):
        report = recruiter_report(profile_of(as_keyed), homecare, as_keyed)
        assert report.notice.status == "draft key, no panel, no norms"
        assert "trial version" in report.notice.headline
        assert any("structured interview" in line for line in report.notice.use)
        assert any("never decides alone" in line for line in report.notice.use)
        assert 2 <= len(report.summary) <= 4

    def test_the_stamps_are_those_of_the_profile(self, homecare, profile_of, as_keyed):
        profile = profile_of(as_keyed)
        header = recruiter_report(
            profile,
            homecare,
            as_keyed,
            candidate=" Ana\u202e\n\x00Lima ",
            vacancy="x" * 5000,
            simulated=True,
            prepared=date(2026, 11, 2),
        ).header
        assert (header.bank, header.policy, header.engine, header.bank_sha256) == (
            profile.bank,
            profile.policy,
            profile.engine,
            homecare.sha256,
        )
        assert header.candidate == "Ana Lima"
        assert len(header.vacancy) == 100
        assert (header.prepared, header.simulated) == ("2 November 2026", True)

    def test_an_unknown_language_falls_back(self, homecare, profile_of, as_keyed):
        report = recruiter_report(profile_of(as_keyed), homecare, as_keyed, language="xx")
        assert (report.language, report.texts_language) == ("en", "en")
