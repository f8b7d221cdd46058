"""Who is called today: each rule by a case worked out by hand. Monday is 2 March 2026."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from vbr_engine.funnel import (
    CALL_RULES,
    CALL_SENTENCES,
    TRIED_SENTENCES,
    Happening,
    Standing,
    call_list,
    day_words,
    next_due,
    standing_of,
)


def at(day, hour=9, minute=0):
    """Give a moment of March 2026."""
    return datetime(2026, 3, 1, hour, minute, tzinfo=UTC) + timedelta(days=day - 1)


def step(code, day, hour=9, **body):
    return Happening("step", at(day, hour), {"step": code, **body})


def called(outcome, day, hour=9):
    return step("called", day, hour, outcome=outcome)


INVITED = Happening("invited", at(2), {"total": 14})
STARTED = Happening("started", at(2, 10))
ANSWERED = Happening("answered", at(2, 11), {"revision": 1})
SUBMITTED = Happening("submitted", at(2, 12))
FINISHED = (INVITED, STARTED, ANSWERED, SUBMITTED)
BOOKED = step("interview-booked", 3, on="2026-03-10", time="10:30")


def decided(decision, day=3):
    return Happening("decided", at(day), {"decision": decision})


def on_list(happenings, now):
    calls = call_list({"a": standing_of(happenings)}, now)
    return (calls[0].why, calls[0].words) if calls else None


# What happened; from when on the call is due; why; what it says then.
CASES = {
    "invited and silent": (
        (INVITED,),
        at(4),
        "not-started",
        "Invited on Monday; has not started.",
    ),
    "a new link gives two more days": (
        (INVITED, Happening("link-renewed", at(3))),
        at(5),
        "not-started",
        "Invited on Monday; has not started.",
    ),
    "started and stopped": (
        (INVITED, STARTED, ANSWERED),
        at(4, 11),
        "not-finished",
        "Stopped on Monday after 1 of 14 scenarios.",
    ),
    "the message came back": (
        (INVITED, Happening("bounced", at(2, 10))),
        at(2, 10),
        "bounced",
        "Our message came back today. Ask for the right address.",
    ),
    "asked for a person": (
        (INVITED, Happening("person-asked", at(2, 10))),
        at(2, 14),
        "person-asked",
        "Asked today to speak with a person.",
    ),
    "asked for an adjustment, spoken with, none agreed": (
        (INVITED, Happening("adjustment-asked", at(2, 10)), called("reached", 2, 15)),
        at(3, 15),
        "adjustment-asked",
        "Asked yesterday for an adjustment; none is agreed yet.",
    ),
    "asked for both, spoken with, adjusted": (
        (
            INVITED,
            Happening("person-asked", at(2, 10)),
            Happening("adjustment-asked", at(2, 10)),
            called("reached", 2, 15),
            Happening("adjusted", at(2, 16)),
        ),
        at(4, 15),
        "not-started",
        "Invited on Monday; has not started.",
    ),
    "finished, four hours ago": (
        FINISHED,
        at(2, 16),
        "finished",
        "Finished today; nobody has called since.",
    ),
    "finished, called in vain": (
        (*FINISHED, called("no-answer", 2, 17)),
        at(3, 17),
        "finished-tried",
        "Finished yesterday; nobody has spoken with them since. No answer yesterday.",
    ),
    "finished, a message left": (
        (*FINISHED, called("message-left", 2, 17)),
        at(4, 17),
        "finished-tried",
        "Finished on Monday; nobody has spoken with them since. We left a message on Monday.",
    ),
    "finished, spoken with, nothing decided": (
        (*FINISHED, called("reached", 2, 17)),
        at(4, 17),
        "undecided",
        "Finished on Monday; nothing is decided yet.",
    ),
    "chosen, no day": (
        (*FINISHED, decided("invite-to-interview")),
        at(4),
        "no-interview-day",
        "Chosen for an interview yesterday; no day is agreed yet.",
    ),
    "on hold": (
        (*FINISHED, decided("hold")),
        at(10),
        "on-hold",
        "Put on hold on 3 March. Tell them how things stand.",
    ),
    "decided against, not told": (
        (*FINISHED, decided("not-now")),
        at(5),
        "not-told",
        "Decided against on Tuesday, and still open here. Tell them, unless that is done, "
        "and record it.",
    ),
    "interview tomorrow": (
        (*FINISHED, BOOKED),
        at(9, 0),
        "interview-tomorrow",
        "The interview is tomorrow. Ask if they can come.",
    ),
    "interview was": (
        (*FINISHED, BOOKED, called("reached", 9)),
        at(11, 0),
        "interview-past",
        "The interview was yesterday. Did they come?",
    ),
    "missed it": (
        (*FINISHED, BOOKED, step("did-not-attend", 10, 14)),
        at(10, 18),
        "missed-interview",
        "Missed the interview today. Ask what happened.",
    ),
    "interviewed": (
        (*FINISHED, BOOKED, step("attended", 10, 14)),
        at(12, 14),
        "interviewed",
        "Interviewed on Tuesday; no offer and no answer yet.",
    ),
    "offered": (
        (*FINISHED, step("offered", 5)),
        at(7),
        "offer-open",
        "Offered the job on Thursday; has not answered.",
    ),
    "accepted": (
        (*FINISHED, step("accepted", 5)),
        at(12),
        "keep-warm",
        "Accepted the job; last in touch on 5 March. Keep in touch until the first day.",
    ),
    "accepted, spoken with since": (
        (*FINISHED, step("accepted", 5), called("reached", 9)),
        at(16),
        "keep-warm",
        "Accepted the job; last in touch on 9 March. Keep in touch until the first day.",
    ),
    "third day at work": (
        (*FINISHED, step("started-work", 5)),
        at(8, 0),
        "first-week",
        "Started work on Thursday. Ask how the first days are going.",
    ),
    "thirty days": (
        (*FINISHED, step("started-work", 5), called("reached", 7)),
        at(35, 0),
        "day-30",
        "Started work on 5 March. Ask how the first 30 days went.",
    ),
    "ninety days, thirty never confirmed": (
        (*FINISHED, step("started-work", 5), called("reached", 35)),
        at(95, 0),
        "day-90",
        "Started work on 5 March. Ask how the first 90 days went.",
    ),
    "half a year, ninety confirmed": (
        (*FINISHED, step("started-work", 5), step("in-post-90", 95)),
        at(185, 0),
        "day-180",
        "Started work on 5 March. Ask how the first half year went.",
    ),
    "a year": (
        (*FINISHED, step("started-work", 5), step("in-post-180", 185)),
        at(370, 0),
        "day-365",
        "Started work on 5 March 2026. Ask how the first year went.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_call_is_due_from_then_on_and_not_a_minute_before(case):
    happenings, due, why, words = CASES[case]
    assert on_list(happenings, due) == (why, words)
    before = on_list(happenings, due - timedelta(minutes=1))
    assert before is None or before[0] != why


@pytest.mark.parametrize("case", CASES)
def test_a_store_can_ask_for_those_due_by_now(case):
    happenings, due, *_ = CASES[case]
    assert next_due(standing_of(happenings)) <= due


@pytest.mark.parametrize("code", ["withdrawn", "not-appointed", "declined-offer"])
@pytest.mark.parametrize("case", [case for case in CASES if "work" not in case])
def test_nobody_is_called_who_has_ended(case, code):
    happenings, due, *_ = CASES[case]
    if standing_of(happenings).has_come_to("started_work"):
        code = "left"
    gone = standing_of([*happenings, step(code, 200)])
    assert gone.ended
    assert call_list({"a": gone}, due + timedelta(days=300)) == ()
    assert next_due(gone) is None


def test_nobody_is_called_whom_nobody_knows():
    erased = standing_of((*FINISHED, Happening("erased", at(3))))
    assert next_due(erased) is None
    assert not erased.is_stuck(at(30))


def test_a_booking_made_today_for_tomorrow_needs_no_further_call():
    booked = step("interview-booked", 9, on="2026-03-10")
    assert on_list((*FINISHED, booked), at(9, 12)) is None


def test_an_interview_is_confirmed_on_the_day_where_nobody_answered():
    happenings = (*FINISHED, BOOKED, called("no-answer", 9, 8))
    assert on_list(happenings, at(9, 20)) is None
    words = "The interview is today. Ask if they can come. No answer yesterday."
    assert on_list(happenings, at(10, 8)) == ("interview-tomorrow", words)


def test_a_call_in_vain_does_not_bring_the_next_one_forward():
    happenings = (INVITED, called("no-answer", 2, 10))
    assert on_list(happenings, at(4, 8)) is None
    words = "Invited on Monday; has not started. No answer on Monday."
    assert on_list(happenings, at(4, 9)) == ("not-started", words)


def test_an_interview_that_was_is_not_confirmed_any_more():
    happenings = (*FINISHED, BOOKED)
    assert on_list(happenings, at(10, 23))[0] == "interview-tomorrow"
    assert on_list(happenings, at(11, 0))[0] == "interview-past"


def test_who_agreed_on_an_interview_need_not_be_asked_for_an_address():
    bounced = (INVITED, Happening("bounced", at(2, 10)))
    assert on_list(bounced, at(4))[0] == "bounced"
    assert on_list((*bounced, BOOKED), at(4)) is None


def test_a_form_of_unknown_length_is_not_counted():
    begun = (Happening("invited", at(2)), Happening("started", at(2, 11)))
    assert on_list(begun, at(4, 11)) == ("not-finished-unknown", "Started, and stopped on Monday.")


def test_a_second_interview_is_confirmed_as_the_first_was():
    second = step("interview-booked", 10, 15, on="2026-03-16")
    happenings = (*FINISHED, BOOKED, step("attended", 10, 14), second)
    assert on_list(happenings, at(14)) is None
    assert on_list(happenings, at(15))[0] == "interview-tomorrow"


def test_after_a_second_interview_there_are_two_more_days():
    second = step("interview-booked", 10, 15, on="2026-03-16")
    happenings = (*FINISHED, BOOKED, step("attended", 10, 14), second, step("attended", 16, 14))
    assert on_list(happenings, at(18, 13)) is None
    assert on_list(happenings, at(18, 14))[0] == "interviewed"


def test_nobody_asks_about_a_year_in_post_for_ever():
    happenings = (*FINISHED, step("started-work", 5))
    assert on_list(happenings, at(5 + 365 + 59))[0] == "day-365"
    assert on_list(happenings, at(5 + 365 + 61)) is None


def test_what_cannot_wait_comes_first_then_who_waits_longest_for_the_rule():
    standings = {
        "interview": standing_of((*FINISHED, BOOKED)),
        "silent": standing_of([INVITED]),
        "finished": standing_of(FINISHED),
        "hold": standing_of((*FINISHED, decided("hold", 2))),
    }
    calls = call_list(standings, at(9, 10))
    assert [call.key for call in calls] == ["interview", "finished", "silent", "hold"]
    assert [call.urgency for call in calls] == ["now", "late", "late", "due"]
    assert calls == call_list(reversed(standings.items()), at(9, 10))


def test_midnight_is_that_of_the_clock_given():
    london = ZoneInfo("Europe/London")
    booked = {"step": "interview-booked", "on": "2026-07-10"}
    standing = standing_of(
        [
            Happening("invited", datetime(2026, 7, 1, 9, tzinfo=london)),
            Happening("step", datetime(2026, 7, 2, 9, tzinfo=london), booked),
        ]
    )
    assert next_due(standing).astimezone(UTC) == datetime(2026, 7, 8, 23, tzinfo=UTC)


def test_days_are_local_also_for_a_standing_kept_through_the_change_of_the_clocks():
    london = ZoneInfo("Europe/London")
    booked = {"step": "interview-booked", "on": "2026-04-10"}
    winter = standing_of(
        [
            Happening("invited", datetime(2026, 3, 20, 9, tzinfo=london)),
            Happening("step", datetime(2026, 3, 21, 9, tzinfo=london), booked),
        ]
    )
    kept = Standing.from_dict(winter.to_dict())
    due = datetime(2026, 4, 8, 23, tzinfo=UTC)
    assert next_due(kept, london) == next_due(winter) == due
    assert call_list({"a": kept}, due.astimezone(london))[0].due == due


def test_every_rule_has_a_sentence_and_a_source():
    assert set(CALL_RULES) <= set(CALL_SENTENCES)
    assert all(rule.source for rule in CALL_RULES.values())
    tested = {case[2].removesuffix("-tried") for case in CASES.values()}
    # An application is recorded without an invitation only by other services.
    assert set(CALL_RULES) - tested == {"applied"}


def test_who_applied_is_called_within_hours():
    applied = standing_of([Happening("applied", at(2))])
    (call,) = call_list({"a": applied}, at(2, 13))
    assert (call.why, call.due) == ("applied", at(2, 13))


def test_no_sentence_speaks_of_a_score_or_a_risk():
    for sentence in (*CALL_SENTENCES.values(), *TRIED_SENTENCES.values()):
        assert not {"score", "risk", "band", "result", "%"} & set(
            sentence.lower().replace("%(", "(").split()
        )


@pytest.mark.parametrize(
    ("apart", "words"),
    [
        (0, "today"),
        (-1, "yesterday"),
        (1, "tomorrow"),
        (-6, "on Thursday"),
        (6, "on Tuesday"),
        (-7, "on 25 February"),
        (7, "on 11 March"),
        (-70, "on 24 December 2025"),
    ],
)
def test_days_in_words(apart, words):
    today = date(2026, 3, 4)  # a Wednesday
    assert day_words(today + timedelta(days=apart), today) == words
