"""The words of the board, without a browser or a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.pages.board import group_of, grouped, happened, next_step, progress
from service.pages.elapsed import how_long_ago
from service.storage.records import EVENT_KINDS
from service.use_cases.views import BoardRow, TimelineEntry

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_british_english(house):
    with house.app.test_request_context():
        yield


def row(state: str, *, hours: float = 1, name: str = "A", **more) -> BoardRow:
    given = {
        "sitting_id": name, "name": name, "state": state, "n_answered": 0, "total": 16,
        "invited_at": NOW - timedelta(hours=hours), "simulated": False, "decision": None,
        "last_activity_at": NOW - timedelta(hours=hours),
        "first_view_recorded": False, **more,
    }  # fmt: skip
    return BoardRow(**given)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (-1, "less than an hour ago"),
        (0.99, "less than an hour ago"),
        (1, "1 hour ago"),
        (23.9, "23 hours ago"),
        (24, "1 day ago"),
        (71.9, "2 days ago"),
    ],
)
def test_how_long_ago(hours, said):
    assert how_long_ago(NOW - timedelta(hours=hours), NOW) == said


def test_groups_come_in_the_order_of_what_to_do_and_empty_ones_are_left_out():
    rows = [
        row("completed", decision="hold"),
        row("invited"),
        row("completed"),
        row("stuck", hours=50),
    ]
    assert [group.id for group in grouped(rows)] == ["call", "read", "under-way", "decided"]
    assert grouped([]) == ()
    assert [group.id for group in grouped([row("started")])] == ["under-way"]


def test_whoever_waits_longest_comes_first_within_a_group():
    rows = [row("stuck", hours=hours, name=f"{hours}") for hours in (60, 90, 50)]
    assert [r.name for r in grouped(rows)[0].rows] == ["90", "60", "50"]


@pytest.mark.parametrize(
    ("given", "group", "said"),
    [
        (row("stuck"), "call", "Ask if the link arrived. If it is lost, make a new one."),
        (row("stuck", n_answered=1), "call", "The 1 answer so far is kept."),
        (row("completed"), "read", "Record your first view"),
        (row("completed", first_view_recorded=True), "read", "Read the report"),
        (row("started", n_answered=1), "under-way", "Part of the way through"),
        (row("started"), "under-way", "Has opened the first scenario"),
        (row("invited"), "under-way", "has not started"),
        (row("completed", decision="not-now"), "decided", "Decided: Not now."),
    ],
)
def test_next_step(given, group, said):
    assert group_of(given) == group
    assert said in next_step(given)


def test_progress_counts_answers_and_time_since_the_last_sign():
    assert progress(row("started", n_answered=3, hours=5), NOW) == (
        "3 of 16 answered. Last activity 5 hours ago."
    )
    assert progress(row("started", hours=2), NOW) == "Started 2 hours ago. No answers yet."
    assert progress(row("completed", n_answered=16, hours=30), NOW) == "Finished 1 day ago."
    assert progress(row("invited", hours=2), NOW) == "Invited 2 hours ago. No answers yet."


@pytest.mark.parametrize(
    ("kind", "by", "choice", "said"),
    [
        ("started", "", "", "Started"),
        ("first-view", "Rae", "unsure", "First view recorded: Not sure yet (Rae)"),
        ("decided", "Rae", "not-now", "Decision recorded: Not now (Rae)"),
    ],
)
def test_what_happened_is_said_in_the_words_of_the_forms(kind, by, choice, said):
    assert happened(TimelineEntry(NOW, kind, by, choice)) == said


def test_every_kind_of_event_but_an_answer_has_words():
    for kind in set(EVENT_KINDS) - {"answered"}:
        assert happened(TimelineEntry(NOW, kind, "", ""))
