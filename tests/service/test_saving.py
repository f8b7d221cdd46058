"""Saving an answer: every way in which two pages, two clicks or a late page can meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from service.errors import NotFound, NotSubmitted, UnknownLink
from service.storage import Store
from service.use_cases import sittings
from service.use_cases.candidate import gather
from service.use_cases.invitations import renew_link
from service.use_cases.progress import LONGEST_GAP, answering_seconds, progress_of
from service.use_cases.scoring import score_sitting
from vbr_engine.bank.model import Bank
from vbr_engine.errors import ResponsesError
from vbr_engine.scoring.profile import Profile

Answer = Callable[..., dict[str, int]]


@pytest.fixture
def sitting(house: Any) -> str:
    return str(house.started().sitting_id)


@pytest.fixture
def save(store: Store, house: Any, bank: Bank, valid_answer: Answer, sitting: str) -> Any:
    """Save the answer of some turn to the first question, from a page of some revision."""
    item = bank.item_by_id[sittings.show_question(store, sitting, 1).item.id]

    def saving(turn: int, revision: int) -> str:
        now = house.clock.forward(seconds=5)
        given = valid_answer(item, turn)
        return sittings.save_answer(
            store, sitting, item.id, given, revision=revision, now=now
        ).outcome

    return saving


@pytest.mark.parametrize(
    ("steps", "outcomes", "holds", "revision"),
    [
        pytest.param([(0, 0)], ["saved"], 0, 1, id="once"),
        pytest.param([(0, 0), (0, 0)], ["saved", "unchanged"], 0, 1, id="double click or retry"),
        pytest.param([(0, 0), (1, 1)], ["saved", "saved"], 1, 2, id="changed on purpose"),
        pytest.param([(0, 0), (1, 0)], ["saved", "replaced-other"], 1, 2, id="two tabs"),
        pytest.param(
            [(0, 0), (1, 1), (0, 0)], ["saved", "saved", "replaced-other"], 0, 3, id="stale page"
        ),
        pytest.param(
            [(0, 0), (1, 1), (1, 0)], ["saved", "saved", "unchanged"], 1, 2, id="stale, same"
        ),
        pytest.param([(0, 99)], ["replaced-other"], 0, 1, id="a revision that never was"),
    ],
)
def test_each_meeting_ends_in_one_answer(
    store: Store,
    sitting: str,
    save: Any,
    valid_answer: Answer,
    bank: Bank,
    steps: list[tuple[int, int]],
    outcomes: list[str],
    holds: int,
    revision: int,
) -> None:
    assert [save(turn, shown) for turn, shown in steps] == outcomes
    question = sittings.show_question(store, sitting, 1)
    assert question.answer == valid_answer(bank.item_by_id[question.item.id], holds)
    assert question.revision == revision
    assert question.n_answered == 1


def test_double_clicks_at_the_same_moment_store_one_answer(
    store: Store, house: Any, sitting: str, save: Any
) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = Counter(pool.map(lambda _: save(0, 0), range(24)))
    assert outcomes == {"saved": 1, "unchanged": 23}
    with store.read() as unit:
        kinds = Counter(e.kind for e in unit.at(house.provider_id).events.of(sitting))
    assert kinds == {"invited": 1, "started": 1, "answered": 1}


def test_two_tabs_at_the_same_moment_leave_one_of_the_two(
    store: Store, sitting: str, save: Any, bank: Bank, valid_answer: Answer
) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda turn: save(turn % 2, 0), range(24)))
    assert outcomes.count("saved") == 1
    question = sittings.show_question(store, sitting, 1)
    item = bank.item_by_id[question.item.id]
    assert question.answer in (valid_answer(item, 0), valid_answer(item, 1))
    assert question.revision == 24 - outcomes.count("unchanged")


def test_starting_again_resumes_the_same_sitting(store: Store, house: Any) -> None:
    invited = house.invite()
    with ThreadPoolExecutor(4) as pool:
        started = set(
            pool.map(
                lambda _: sittings.start_sitting(store, invited.token, now=house.clock()), range(8)
            )
        )
    assert started == {invited.sitting_id}
    with store.read() as unit:
        events = unit.at(house.provider_id).events.of(invited.sitting_id)
    assert [event.kind for event in events] == ["invited", "started"]


def test_a_stale_page_after_submitting_changes_nothing(
    store: Store, house: Any, sitting: str, save: Any
) -> None:
    house.answer_all(sitting)
    first = sittings.submit_sitting(store, sitting, now=house.clock())
    again = sittings.submit_sitting(store, sitting, now=house.clock.forward(minutes=1))
    before = sittings.show_question(store, sitting, 1)
    assert (first.outcome, again.outcome) == ("submitted", "already-submitted")
    assert save(3, 1) == "already-submitted"
    assert sittings.show_question(store, sitting, 1) == before


def test_submitting_with_gaps_needs_a_clear_yes(store: Store, house: Any, sitting: str) -> None:
    house.answer_all(sitting, skip=2)
    total = sittings.show_question(store, sitting, 1).total
    asked = sittings.submit_sitting(store, sitting, now=house.clock())
    assert (asked.outcome, asked.missing) == ("incomplete", (total - 1, total))
    with pytest.raises(NotSubmitted):
        sittings.candidate_feedback_for(store, sitting)
    sent = sittings.submit_sitting(store, sitting, now=house.clock(), allow_incomplete=True)
    assert sent.outcome == "submitted"


@pytest.mark.parametrize("broken", ["missing", "out of range", "unknown option"])
def test_an_incomplete_answer_is_refused_and_not_kept(
    store: Store, house: Any, sitting: str, bank: Bank, valid_answer: Answer, broken: str
) -> None:
    question = sittings.show_question(store, sitting, 1)
    given = valid_answer(bank.item_by_id[question.item.id])
    first = next(iter(given))
    if broken == "missing":
        del given[first]
    else:
        given[first if broken == "out of range" else "zz"] = 77
    with pytest.raises(ResponsesError):
        sittings.save_answer(store, sitting, question.item.id, given, revision=0, now=house.clock())
    assert sittings.show_question(store, sitting, 1) == question


def test_an_item_of_another_form_is_refused(store: Store, house: Any, sitting: str) -> None:
    with pytest.raises(NotFound):
        sittings.save_answer(store, sitting, "no-such", {}, revision=0, now=house.clock())


def test_the_stored_profile_can_be_computed_again_to_the_same_figures(
    store: Store, house: Any
) -> None:
    sitting = house.submitted().sitting_id
    with store.read() as unit:
        record = unit.doors.sitting(sitting)
        assert record is not None
        body = unit.at(house.provider_id).profiles.get(sitting)
        assert body is not None
        sat = gather(store, unit, record)
    assert Profile.from_dict(body) == score_sitting(sat)
    assert body["bank_sha256"] == record.bank_sha256


def test_the_speed_clock_caps_long_gaps_and_never_makes_a_slow_reader_fast(
    store: Store, house: Any
) -> None:
    sitting = house.started().sitting_id
    house.answer_all(sitting)
    with store.read() as unit:
        events = list(unit.at(house.provider_id).events.of(sitting))
    total = sittings.show_question(store, sitting, 1).total
    assert answering_seconds(events) == 40.0 * total
    away = [
        type(e)(e.sitting_id, e.number, e.kind, e.item_id, e.at + n * 10 * LONGEST_GAP, e.body)
        for n, e in enumerate(events)
    ]
    assert answering_seconds(away) == LONGEST_GAP.total_seconds() * total


def test_current_answers_follow_from_the_events_alone(
    store: Store, house: Any, save: Any, sitting: str
) -> None:
    for turn in (0, 1, 2):
        save(turn, turn)
    with store.read() as unit:
        progress = progress_of(unit.at(house.provider_id).events.of(sitting))
    question = sittings.show_question(store, sitting, 1)
    assert dict(progress.answers[question.item.id].answer) == question.answer
    assert progress.answers[question.item.id].revision == 3


def test_a_renewed_link_replaces_the_old_one_and_keeps_the_answers(
    store: Store, house: Any
) -> None:
    invited = house.started()
    house.answer_all(invited.sitting_id, skip=1)
    token = renew_link(
        store, house.provider_id, invited.sitting_id, by=house.account, now=house.clock()
    )
    with pytest.raises(UnknownLink, match="replaced"):
        sittings.view_invitation(store, invited.token)
    assert not sittings.candidate_may(store, invited.sitting_id, invited.token)
    assert sittings.candidate_may(store, invited.sitting_id, token)
    view = sittings.view_invitation(store, token)
    assert (view.state, view.n_answered) == ("started", view.n_items - 1)


def test_a_link_expires(store: Store, house: Any) -> None:
    invited = house.started()
    house.clock.forward(days=31)
    with pytest.raises(UnknownLink, match="expired"):
        sittings.view_invitation(store, invited.token)
    assert not sittings.candidate_may(store, invited.sitting_id, invited.token)
