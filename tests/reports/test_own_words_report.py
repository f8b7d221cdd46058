"""A candidate who answered in their own words gets the same report, and never a lesser one."""

import json

import pytest

from vbr_engine.bank.form import draw_items
from vbr_engine.rendering import report_html
from vbr_engine.reports import candidate_feedback, recruiter_report
from vbr_engine.scoring import Rating, rubric_text, score_ratings


@pytest.fixture(scope="module")
def own(homecare):
    """A sitting rated by two, and what was said."""
    items = [item.id for item in draw_items(homecare)]
    given = [
        Rating(item, rater, min(4, at % 5 + step))
        for at, item in enumerate(items)
        for rater, step in (("r1", 0), ("r2", at % 2))
    ]
    profile = score_ratings(homecare, items, given, sitting="s-1")
    return profile, {item: f"I would <b>ask</b> her about {item}." for item in items}


def test_it_says_how_it_was_answered_and_that_neither_way_counts_for_less(homecare, own):
    report = recruiter_report(own[0], homecare, {}, said=own[1])
    told = " ".join(report.reading)
    for words in (
        "in their own words",
        "neither way counts for less",
        "has not been established yet",
        "the people who rated the answers",
    ):
        assert words in told
    everything = json.dumps(report.to_dict()).casefold()
    for word in ("adjust", "disab", "instead of the normal", "special", "help needed"):
        assert word not in everything


def test_an_answer_to_options_is_told_as_before(homecare, profile_of, as_keyed):
    told = " ".join(recruiter_report(profile_of(as_keyed), homecare, as_keyed).reading)
    assert "own words" not in told
    assert "who rated" not in told


def test_the_report_has_every_part_that_others_have(homecare, own, profile_of, as_keyed):
    mine = recruiter_report(own[0], homecare, {}, said=own[1])
    theirs = recruiter_report(profile_of(as_keyed), homecare, as_keyed)
    assert mine.to_dict().keys() == theirs.to_dict().keys()
    assert len(mine.scenarios) >= len(theirs.scenarios) >= 3
    assert len(mine.values) == len(theirs.values)


def test_the_scenarios_to_talk_about_show_what_was_asked_and_said(homecare, own):
    profile, said = own
    for point in recruiter_report(profile, homecare, {}, said=said).scenarios:
        assert point.question == rubric_text(homecare).prompt
        assert [line.text for line in point.answers] == [said[point.item]]
    page = report_html(recruiter_report(profile, homecare, {}, said=said))
    assert "&lt;b&gt;ask&lt;/b&gt;" in page
    assert "<b>ask" not in page


def test_without_the_texts_there_is_a_report_all_the_same(homecare, own):
    report = recruiter_report(own[0], homecare, {})
    assert report.scenarios == ()
    assert report.guide.topics


def test_it_is_said_in_welsh(homecare, own):
    report = recruiter_report(own[0], homecare, {}, language="cy", said=own[1])
    assert "yn eu geiriau eu hunain" in " ".join(report.reading)
    assert {line.label for point in report.scenarios for line in point.answers} == {
        "Yn eu geiriau eu hunain"
    }


def test_feedback_is_written_from_it(homecare, own):
    assert candidate_feedback(own[0], homecare).strengths is not None
