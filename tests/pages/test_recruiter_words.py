"""The words of the board and of the history, without a browser or a server."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from service.pages.board import (
    DECISIONS,
    VIEWS,
    group_of,
    message_words,
    next_step,
    progress,
    says_all,
    stuck_words,
)
from service.pages.elapsed import how_long, how_long_ago
from service.pages.fact_words import LABELS, known_facts
from service.pages.history import HAPPENED, happened, who
from service.pages.phones import phone_words
from service.storage.records import BY_CANDIDATE, EVENT_KINDS
from service.use_cases import funnel_words
from service.use_cases.board import board_row
from service.use_cases.calls import calls_of
from service.use_cases.facts import FACTS
from service.use_cases.messages import Delivery
from service.use_cases.reports import DECISIONS as DECIDED
from service.use_cases.reports import FIRST_VIEWS
from service.use_cases.views import BoardRow, TimelineEntry
from vbr_engine.funnel import (
    CALL_SENTENCES,
    STEP_PROBLEMS,
    STEPS,
    TABLES,
    TRIED_SENTENCES,
    Call,
    Happening,
    StepProblem,
    standing_of,
)

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def in_british_english(house):
    with house.app.test_request_context():
        yield


def row(*kinds: str, hours: float = 1, sent: Delivery | None = None, **body) -> BoardRow:
    """Give a row for somebody to whom these things happened, all of them some hours ago."""
    at = NOW - timedelta(hours=hours)
    made = [Happening(kind, at, body if kind == kinds[-1] else {}) for kind in kinds]
    standing = standing_of(made, total=16)
    call = calls_of({"a": standing}, NOW).get("a")
    return board_row("a", standing, None, call=call, sent=sent, simulated=False, now=NOW)


@pytest.mark.parametrize(
    ("hours", "ago", "long"),
    [
        (-1, "less than an hour ago", "less than an hour"),
        (0.99, "less than an hour ago", "less than an hour"),
        (1, "1 hour ago", "1 hour"),
        (23.9, "23 hours ago", "23 hours"),
        (24, "1 day ago", "1 day"),
        (71.9, "2 days ago", "2 days"),
    ],
)
def test_how_long_ago_and_how_long(hours, ago, long):
    since = NOW - timedelta(hours=hours)
    assert (how_long_ago(since, NOW), how_long(since, NOW)) == (ago, long)


@pytest.mark.parametrize(
    ("given", "group", "next_words", "where"),
    [
        (row("invited"), "under-way", "Nothing to do for now.", "Invited 1 hour ago. No answers"),
        (row("invited", hours=50), "call", "Invited on Friday; has not started.", "2 days ago"),
        (row("invited", "started"), "under-way", "Nothing to do for now.", "Started 1 hour ago."),
        (
            row("invited", "started", "answered", revision=1),
            "under-way",
            "Nothing to do for now.",
            "1 of 16 answered. Last activity 1 hour ago.",
        ),
        (
            row("invited", "submitted"),
            "under-way",
            "Record your first view, then read the report.",
            "Finished 1 hour ago.",
        ),
        (
            row("invited", "submitted", "first-view", view="unsure"),
            "under-way",
            "Read the report and record a decision.",
            "Finished",
        ),
        (
            row("invited", "submitted", "decided", decision="not-now"),
            "under-way",
            "Decided: Not now.",
            "Finished",
        ),
        (
            row("invited", "step", step="withdrawn", reason="hours", on="2026-11-22"),
            "ended",
            "",
            "Withdrawn on 22 November 2026: The hours or shifts did not suit.",
        ),
        (
            row("invited", "step", step="offered", on="2026-11-22"),
            "under-way",
            "Nothing to do for now.",
            "Offered the job 1 hour ago.",
        ),
    ],
)
def test_where_somebody_stands_and_what_to_do(given, group, next_words, where):
    assert group_of(given) == group
    assert next_words in next_step(given, NOW)
    assert bool(next_step(given, NOW)) == bool(next_words)
    assert where in progress(given, NOW)


def test_stuck_is_said_with_its_time():
    assert stuck_words(row("invited", hours=1), NOW) == ""
    assert stuck_words(row("invited", hours=73), NOW) == "Stuck for 3 days"


def test_a_reason_to_call_that_names_the_stage_is_not_said_twice():
    assert says_all(row("invited", hours=73))
    assert not says_all(row("invited", hours=1))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (None, ""),
        (Delivery("sent", NOW - timedelta(days=2), "reminder", "email"), "Reminder sent 2 days"),
        (Delivery("waiting", NOW, "invitation", "sms"), "Invitation waits to be sent."),
        (Delivery("failed", NOW, "invitation", "email", "It came back."), "Invitation: It came"),
        (Delivery("sent", NOW, "link-renewed", "email"), "New link sent less than an hour"),
        (Delivery("sent", NOW, "of a later version", "email"), "Message sent less than an hour"),
    ],
)
def test_what_became_of_the_last_message(sent, said):
    assert message_words(sent, NOW).startswith(said)


def entry(what: str, by: str = "", choice: str = "", **body) -> TimelineEntry:
    return TimelineEntry(NOW, what, by, choice, body=body)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (entry("started"), "Started"),
        (entry("first-view", "Rae", "unsure"), "First view recorded: Not sure yet"),
        (entry("decided", "Rae", "not-now"), "Decision recorded: Not now"),
        (entry("step", "Rae", step="called", outcome="no-answer"), "Called: No answer"),
        (
            entry("step", "Rae", step="interview-booked", on="2026-11-27", time="10:30"),
            "Interview booked, 27 November 2026 at 10:30",
        ),
        (
            entry("step", "Rae", step="left", on="2026-11-27", ended_by="candidate", reason="pay"),
            "Left, 27 November 2026: They left, The pay did not suit",
        ),
        (entry("facts", "Rae", source="agency"), "Details changed: How they found the job"),
        (entry("message-sent", kind="invitation", channel="sms"), "Message sent: Invitation"),
        (entry("bounced", kind="reminder"), "A message came back: Reminder"),
        (
            entry("adjusted", "Rae", mode="typed"),
            "Adjustment put in place: In their own words, typed",
        ),
        (entry("report-read", "Rae", seconds=700), "Time with the report: 12 minutes"),
        (entry("withdrawn", reason="travel"), "Withdrew: The travel did not suit"),
        (entry("step", step="a step of a later version"), "Step recorded"),
    ],
)
def test_what_happened_is_said_in_the_words_of_the_forms(given, said):
    assert happened(given) == said


def test_who_did_it_is_said():
    assert who(entry("started")) == "the candidate"
    assert who(entry("reminded")) == "automatic"
    assert who(entry("step", "Rae", step="called")) == "Rae"


def test_every_kind_of_event_has_words_and_no_other_has():
    assert set(HAPPENED) == set(EVENT_KINDS)
    assert EVENT_KINDS > BY_CANDIDATE
    assert len({str(words) for words in HAPPENED.values()}) == len(HAPPENED)
    for kind in EVENT_KINDS:
        assert happened(entry(kind))
    for step in STEPS:
        assert happened(entry("step", step=step)) != "Step recorded"


def test_forms_have_words_for_each_choice():
    assert set(VIEWS) == set(FIRST_VIEWS)
    assert set(DECISIONS) == set(DECIDED)
    assert set(LABELS) == set(FACTS)


def test_facts_are_shown_as_people_say_them():
    known = {
        "source": "jobcentre",
        "travel_minutes": 1,
        "hours_wanted": 22.5,
        "own_transport": "no",
    }
    assert [value for _label, value in known_facts(known)] == [
        "Jobcentre Plus",
        "1 minute",
        "22.5",
        "No",
    ]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("+447700900123", "07700 900 123"),
        ("+441632960001", "01632 960 001"),
        ("+35314960000", "+35314960000"),
        ("", ""),
    ],
)
def test_numbers_are_said_as_they_are_dialled_here(number, said):
    assert phone_words(number) == said


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (TODAY, "today"),
        (TODAY - timedelta(days=1), "yesterday"),
        (TODAY + timedelta(days=1), "tomorrow"),
        (TODAY - timedelta(days=6), "on Monday"),
        (TODAY - timedelta(days=7), "on 15 November"),
        (date(2025, 11, 22), "on 22 November 2025"),
    ],
)
def test_days_in_a_sentence(day, said):
    assert funnel_words.day_in_sentence(day, TODAY) == said


def test_every_sentence_about_a_call_is_filled_in_like_the_engines():
    """The page's words are the engine's, with days in the reader's language."""
    values = {"day": TODAY, "called": TODAY, "answered": 3, "total": 16}
    for why in CALL_SENTENCES:
        for tried in ("", *TRIED_SENTENCES):
            said = funnel_words.call_sentence(Call("a", why, "", "due", NOW, tried, values), TODAY)
            assert "%" not in said
            assert said.startswith(CALL_SENTENCES[why].split("%")[0])
            assert not tried or "today." in said


def test_every_problem_of_a_step_is_filled_in():
    values = {"step": "offered", "stage": "in_post_30", "day": TODAY, "number": 30}
    for key in STEP_PROBLEMS:
        said = funnel_words.problem_words(StepProblem(key, "step", values))
        assert "%" not in said
        assert "in_post_30" not in said
        assert said == StepProblem(key, "step", values).words


def test_every_word_of_the_funnel_is_handed_to_the_translators():
    with (ROOT / "babel.cfg").open(encoding="utf-8") as config:
        methods, options = parse_mapping_cfg(config)
    found = {
        message if isinstance(message, str) else message[0]
        for _file, _line, message, _comments, _context in extract_from_dir(
            str(ROOT),
            methods,
            options,
            directory_filter=lambda path: (
                Path(path).name in ("service", "vbr_engine", "funnel")
                or "service" in Path(path).parts
            ),
        )
    }
    for about, table in TABLES.items():
        assert set(table.values()) <= found, about
    assert "Choose everybody on this page" in found
