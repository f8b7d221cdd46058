"""What is offered first, and what is refused, by cases; reasons are plain and lawful."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from vbr_engine import funnel
from vbr_engine.funnel import (
    CAUSES,
    END_WORDS,
    ENDS,
    REASON_WORDS,
    REASONS,
    STAGE_WORDS,
    STEP_PROBLEMS,
    STEPS,
    TABLES,
    Happening,
    allowed_steps,
    check_step,
    fold,
    last_step,
    reasons_for,
    skipped_stages,
    standing_of,
)
from vbr_engine.risk.refused import refused_columns

ROOM = Path(funnel.__file__).parent
MONDAY = datetime(2026, 3, 2, 9)
TODAY = date(2026, 3, 5)


def after(*codes, **last):
    """Give the standing after an invitation and some steps, one an hour; the last has a body."""
    happenings = [Happening("invited", MONDAY)]
    for place, code in enumerate(codes, start=1):
        body = {"step": code, **(last if place == len(codes) else {})}
        happenings.append(Happening("step", MONDAY + timedelta(hours=place), body))
    return standing_of(happenings)


FINISHED = standing_of([Happening("invited", MONDAY), Happening("submitted", MONDAY)])


@pytest.mark.parametrize(
    ("standing", "first"),
    [
        (after(), ["called", "interview-booked", "attended", "offered"]),
        (FINISHED, ["called", "interview-booked", "attended", "offered"]),
        (
            fold(FINISHED, Happening("decided", MONDAY, {"decision": "invite-to-interview"})),
            ["interview-booked", "called", "attended", "offered"],
        ),
        (
            after("interview-booked", on="2026-03-05"),
            ["attended", "did-not-attend", "called", "interview-booked"],
        ),
        (
            after("interview-booked", on="2026-03-06"),
            ["called", "interview-booked", "attended", "did-not-attend"],
        ),
        (after("attended"), ["offered", "called", "interview-booked", "accepted"]),
        (after("offered"), ["accepted", "declined-offer", "called", "started-work"]),
        (after("accepted"), ["started-work", "called", "withdrawn", "not-appointed"]),
        (after("started-work"), ["called", "left"]),
        (after("withdrawn"), ["reopened", "called"]),
    ],
)
def test_the_likeliest_next_step_comes_first(standing, first):
    assert [step.code for step in allowed_steps(standing, TODAY)][: len(first)] == first


def test_the_latest_day_in_post_comes_first():
    started = after("started-work")
    codes = [step.code for step in allowed_steps(started, date(2026, 6, 1))]
    assert codes == ["in-post-90", "in-post-30", "called", "left"]
    assert next(step.code for step in allowed_steps(started)) == "in-post-30"


REFUSED = {
    "nobody": (None, "called", {}, "Invite this person first."),
    "no such step": (after(), "promoted", {}, "There is no step called promoted."),
    "ended": (
        after("withdrawn"),
        "offered",
        {},
        "This application has ended. Reopen it first.",
    ),
    "ends once": (
        after("withdrawn"),
        "not-appointed",
        {"reason": "other"},
        "This application has ended. Reopen it first.",
    ),
    "open": (after(), "reopened", {}, "This application is open already."),
    "beyond it": (
        after("offered"),
        "attended",
        {},
        "“Attended the interview” comes too late: the stage is already “offered the job”.",
    ),
    "not at work": (
        after("accepted"),
        "left",
        {"ended_by": "candidate", "reason": "other"},
        "“Left” comes too early: this person has not started work.",
    ),
    "at work": (
        after("started-work"),
        "withdrawn",
        {"reason": "other"},
        "This person has started work. Record that they left.",
    ),
    "no interview": (after(), "did-not-attend", {}, "No interview is booked."),
    "no offer": (after("attended"), "declined-offer", {"reason": "other"}, "No offer is recorded."),
    "no day": (after(), "offered", {"on": None}, "Enter a day."),
    "ahead": (
        after(),
        "offered",
        {"on": date(2026, 3, 6)},
        "Enter a day that is not in the future.",
    ),
    "interview long ahead": (
        after(),
        "interview-booked",
        {"on": date(2027, 3, 6)},
        "Enter a day within the next year.",
    ),
    "interview behind": (
        after(),
        "interview-booked",
        {"on": date(2026, 3, 4)},
        "Enter the day of the interview: today or later.",
    ),
    "too early": (
        after("started-work"),
        "in-post-30",
        {},
        "30 days in post are reached on 1 April 2026.",
    ),
    "before the invitation": (
        after(),
        "offered",
        {"on": date(2026, 3, 1)},
        "Enter a day from 2 March 2026 on, the day of “invited”.",
    ),
    "no outcome": (after(), "called", {"outcome": "engaged"}, "Choose what came of the call."),
    "no reason": (after(), "withdrawn", {}, "Choose a reason."),
    "another's reason": (after(), "withdrawn", {"reason": "probation"}, "Choose a reason."),
    "nobody ended it": (
        after("started-work"),
        "left",
        {"reason": "other"},
        "Choose who ended it.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_recorded_is_told_in_a_sentence(case):
    standing, code, given, words = REFUSED[case]
    problems = check_step(standing, code, **({"on": TODAY, "today": TODAY} | given))
    assert [problem.words for problem in problems] == [words]


def test_every_problem_has_a_case():
    told = {
        problem.key
        for standing, code, given, _ in REFUSED.values()
        for problem in check_step(standing, code, **({"on": TODAY, "today": TODAY} | given))
    }
    assert told == set(STEP_PROBLEMS)


def test_all_problems_are_told_at_once():
    problems = check_step(after("started-work"), "left", on=date(2026, 3, 9), today=TODAY)
    assert [(problem.part, problem.key) for problem in problems] == [
        ("on", "day-ahead"),
        ("ended_by", "ended-by"),
    ]


def test_a_small_provider_may_skip_stages_and_is_told_which_are_taken_as_read():
    assert skipped_stages(FINISHED, "started_work") == ("interviewed", "offered", "accepted")
    started = fold(FINISHED, Happening("step", MONDAY, {"step": "started-work"}))
    assert started.inferred == ("interviewed", "offered", "accepted")
    assert set(started.reached.values()) == {MONDAY.date()}


@pytest.mark.parametrize("code", ["offered", "withdrawn"])
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-30", MONDAY.date()),  # nothing is recorded before it happens
        ("2026-02-01", MONDAY.date()),  # nor before the stage that it follows
        ("soon", MONDAY.date()),
        (None, MONDAY.date()),
    ],
)
def test_a_day_that_cannot_be_is_read_as_the_nearest_that_can(code, written, read):
    standing = fold(after(), Happening("step", MONDAY, {"step": code, "on": written}))
    day = standing.ended_on if code == "withdrawn" else standing.reached["offered"]
    assert day == read


def test_a_day_before_the_record_is_kept():
    later = MONDAY + timedelta(days=3)
    standing = fold(after(), Happening("step", later, {"step": "offered", "on": "2026-03-03"}))
    assert standing.reached["offered"] == standing.since.date() == date(2026, 3, 3)
    assert standing.since.hour == 12


def test_a_missed_interview_can_be_booked_again():
    missed = after("interview-booked", "did-not-attend")
    assert (missed.missed_on, missed.interview_on) == (MONDAY.date(), None)
    again = Happening("step", MONDAY, {"step": "interview-booked", "on": "2026-03-09"})
    booked = fold(missed, again)
    assert (booked.missed_on, booked.interview_on) == (None, date(2026, 3, 9))
    assert booked.stage == "invited"


def test_the_first_interview_dates_the_stage():
    first, second = MONDAY + timedelta(days=3), MONDAY + timedelta(days=9)
    standing = standing_of(
        [
            Happening("invited", MONDAY),
            Happening("step", first, {"step": "attended"}),
            Happening("step", first, {"step": "interview-booked", "on": "2026-03-11"}),
            Happening("step", second, {"step": "attended"}),
        ]
    )
    assert standing.reached["interviewed"] == standing.since.date() == first.date()
    assert (standing.interview_on, standing.last_contact_at) == (None, second)


def test_declining_an_offer_is_the_candidates_withdrawal():
    declined = after("offered", "declined-offer", reason="pay", ended_by="employer")
    assert (declined.ended, declined.ended_by, declined.reason) == ("withdrawn", "candidate", "pay")


def test_a_candidate_who_withdraws_in_person_has_withdrawn_or_left():
    gone = Happening("withdrawn", MONDAY, {"reason": "hours"})
    assert fold(FINISHED, gone).ended == "withdrawn"
    left = fold(after("started-work"), gone)
    assert (left.ended, left.ended_by, left.reason) == ("left", "candidate", "hours")


def test_what_a_candidate_did_after_the_end_counts_once_it_is_reopened():
    ended = after("not-appointed", reason="post-filled")
    finished = fold(ended, Happening("submitted", MONDAY + timedelta(days=1)))
    assert (finished.stage, finished.ended) == ("invited", "not-appointed")
    reopened = fold(finished, Happening("step", MONDAY + timedelta(days=2), {"step": "reopened"}))
    assert (reopened.stage, reopened.ended, reopened.reason) == ("completed", None, None)


def test_a_message_that_came_back_is_forgotten_with_a_new_link():
    bounced = fold(after(), Happening("bounced", MONDAY))
    assert bounced.bounced_at == MONDAY
    assert fold(bounced, Happening("link-renewed", MONDAY)).bounced_at is None


def test_what_else_happened_is_seen_on_the_board():
    view = fold(FINISHED, Happening("first-view", MONDAY, {"view": "promising"}))
    opened = fold(view, Happening("report-opened", MONDAY))
    reminded = fold(opened, Happening("reminded", MONDAY))
    contested = fold(reminded, Happening("contested", MONDAY))
    assert (contested.first_view, contested.report_opened) == ("promising", True)
    assert (contested.n_reminders, contested.reminded_at) == (1, MONDAY)
    assert (contested.contested, contested.adjusted) == (True, False)
    answered = fold(contested, Happening("contest-answered", MONDAY))
    assert fold(answered, Happening("adjusted", MONDAY)).adjusted
    assert not answered.contested


def test_only_a_first_answer_counts_as_one_more():
    once = fold(after(), Happening("answered", MONDAY, {"revision": 1}))
    again = fold(once, Happening("answered", MONDAY, {"revision": 2}))
    assert again.n_answered == 1


def test_the_first_contact_stays_the_first():
    spoken = {"step": "called", "outcome": "reached"}
    twice = [Happening("step", MONDAY + timedelta(hours=hours), spoken) for hours in (1, 5)]
    standing = standing_of([Happening("invited", MONDAY), *twice])
    assert standing.first_contact_at == twice[0].at
    assert (standing.last_contact_at, standing.n_contacts) == (twice[1].at, 2)


def test_undo_takes_back_the_last_step_that_still_counts():
    happenings = [
        Happening("invited", MONDAY, number=1),
        Happening("step", MONDAY, {"step": "called", "outcome": "reached"}, 2),
        Happening("step", MONDAY, {"step": "offered"}, 3),
        Happening("undone", MONDAY, {"number": 3}, 4),
    ]
    assert last_step(happenings).number == 2
    assert standing_of(happenings).stage == "invited"
    with pytest.raises(ValueError, match="standing_of"):
        fold(standing_of(happenings[:3]), happenings[3])


def test_a_decision_cannot_be_undone():
    happenings = [
        Happening("invited", MONDAY, number=1),
        Happening("decided", MONDAY, {"decision": "hold"}, 2),
        Happening("undone", MONDAY, {"number": 2}, 3),
    ]
    assert standing_of(happenings).decision == "hold"


def test_nothing_that_happened_has_no_standing():
    with pytest.raises(ValueError, match="nothing has happened"):
        standing_of([Happening("undone", MONDAY, {"number": 1})])


def test_every_end_has_reasons_and_every_reason_words():
    ends = {(step.ends, by) for step in STEPS.values() if step.ends for by in step.enders}
    assert ends == set(REASONS)
    assert {how for how, _ in REASONS} == set(ENDS) == set(END_WORDS)
    assert {by for _, by in REASONS} == set(CAUSES)
    used = {code for codes in REASONS.values() for code in codes}
    assert used == set(REASON_WORDS)
    assert all(codes[-1] == "other" for codes in REASONS.values())
    assert set(reasons_for("left")) == {
        code for (how, _), codes in REASONS.items() if how == "left" for code in codes
    }


@pytest.mark.parametrize("code", REASON_WORDS)
def test_no_reason_names_health_or_a_protected_characteristic(code):
    names = [code.replace("-", "_"), REASON_WORDS[code].replace(" ", "_")]
    about_people = [problem for problem in refused_columns(names) if problem.rule == "protected"]
    assert about_people == []


def test_every_stage_and_step_has_words():
    assert all(STAGE_WORDS.values())
    assert all(step.words for step in STEPS.values())
    assert {step.stage for step in STEPS.values()} - {None} <= set(STAGE_WORDS)


def test_every_word_that_a_page_shows_reaches_the_translators(tmp_path):
    settings = tmp_path / "babel.cfg"
    settings.write_text(
        "[extractors]\nfunnel = vbr_engine.funnel.words:extract\n[funnel: words.py]\n"
    )
    extracted = tmp_path / "words.pot"
    command = CommandLineInterface()
    command.run(["pybabel", "-q", "extract", "-F", str(settings), "-o", str(extracted), str(ROOM)])
    with extracted.open("rb") as file:
        found = {message.id for message in read_po(file)}
    assert {words for table in TABLES.values() for words in table.values()} <= found
    assert "Finished %(day)s; nobody has called since." in found
    tables = [
        held
        for held in vars(funnel).values()
        if isinstance(held, dict) and all(isinstance(words, str) for words in held.values())
    ]
    assert len(tables) == len(TABLES)
    assert all(any(table is known for known in TABLES.values()) for table in tables)
