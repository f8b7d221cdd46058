"""Tasks: opened by what candidates ask, seen to by the right person, answered in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.errors import AnotherPersonNeeded, FirstViewNeeded, InvalidForm, NotFound
from service.use_cases import accounts, asking, reports, tasks
from service.use_cases.answering import MESSAGES, answer_task
from service.use_cases.contesting import last_decision
from service.use_cases.first_views import ONLY_READ
from service.use_cases.holding import held_about
from service.use_cases.message_kinds import KINDS as MESSAGE_KINDS
from service.use_cases.steps import record_step
from service.use_cases.task_kinds import KINDS
from service.use_cases.undoing import undo_step
from service.use_cases.views import Account


@pytest.fixture
def sitting(house):
    return house.submitted().sitting_id


@pytest.fixture
def colleague(house):
    return another(house, "Mo")


def another(house, name, role="recruiter"):
    email = f"{name.lower()}@example.org"
    made = accounts.add_account(
        house.store,
        house.provider_id,
        name=name,
        email=email,
        password="correct horse battery",
        now=house.clock(),
        role=role,
    )
    return Account(made, house.provider_id, "Meadow Care", name, email, role)


def decide(house, sitting_id, account=None, decision="not-now"):
    account = account or house.account
    owner, now = house.provider_id, house.clock()
    think(house, sitting_id, account)
    reports.open_report(house.store, owner, sitting_id, account=account, now=now)
    reports.record_decision(
        house.store,
        owner,
        sitting_id,
        account=account,
        decision=decision,
        reason=f"Because of {account.name}.",
        now=now,
    )


def think(house, sitting_id, account, view="unsure"):
    reports.record_first_view(
        house.store,
        house.provider_id,
        sitting_id,
        account=account,
        view=view,
        note="",
        now=house.clock(),
    )


def contested(house, sitting_id, text="I do not agree."):
    asking.contest(house.store, sitting_id, text=text, now=house.clock())
    return [line.task for line in tasks.list_tasks(house.store, house.account)][-1].id


def answer(house, task_id, account, outcome="stands", text="We looked."):
    """Answer like a colleague who does as the page says: their own first view comes first."""
    if account.provider_id == house.provider_id:
        view = tasks.show_task(house.store, account, task_id)
        if view.needs_view:
            think(house, view.line.task.sitting_id, account)
    return answer_task(house.store, account, task_id, outcome=outcome, text=text, now=house.clock())


def events_of(house, sitting_id):
    with house.store.read() as unit:
        return unit.at(house.provider_id).events.of(sitting_id)


def test_every_kind_that_can_be_answered_has_a_message():
    assert {code for code, kind in KINDS.items() if kind.outcomes} == set(MESSAGES)
    assert set(MESSAGES.values()) <= set(MESSAGE_KINDS)
    for code in ("request-answered", "adjustment-answered"):
        assert "answer" in MESSAGE_KINDS[code].fields


def test_open_tasks_are_listed_longest_open_first(house, sitting):
    first = house.clock()
    asking.ask_person(house.store, sitting, text="One", reach="", now=first)
    later = house.clock.forward(hours=3)
    asking.ask_erasure(house.store, sitting, text="", now=later)
    lines = tasks.list_tasks(house.store, house.account)
    assert [(line.kind.code, line.task.opened_at) for line in lines] == [
        ("person", first),
        ("erasure", later),
    ]
    assert {line.name for line in lines} == {"Ana Beispiel"}


def test_a_task_is_taken_and_given_back_by_whoever_has_it(house, sitting, colleague):
    task_id = contested(house, sitting)
    tasks.take_task(house.store, house.account, task_id)
    tasks.take_task(house.store, colleague, task_id, give_back=True)
    assert tasks.show_task(house.store, colleague, task_id).line.taken_by == "Rae"
    tasks.take_task(house.store, house.account, task_id, give_back=True)
    assert tasks.show_task(house.store, colleague, task_id).line.taken_by == ""


def test_whoever_decided_does_not_answer(house, sitting):
    decide(house, sitting)
    task_id = contested(house, sitting)
    with pytest.raises(AnotherPersonNeeded, match="nobody else at your organisation"):
        answer(house, task_id, house.account)
    mo = another(house, "Mo")
    with pytest.raises(AnotherPersonNeeded, match="ask a colleague"):
        answer(house, task_id, house.account)
    assert answer(house, task_id, mo) == "stands"
    view = tasks.show_task(house.store, mo, task_id)
    assert (view.answer, view.line.closed_by) == ("We looked.", "Mo")
    assert view.contested is not None
    assert view.contested.reason == "Because of Rae."


def test_somebody_who_cannot_sign_in_any_more_is_nobody(house, sitting):
    mo = another(house, "Mo")
    with house.store.write() as unit:
        unit.at(house.provider_id).accounts.change(mo.id, disabled_at=house.clock())
    decide(house, sitting)
    with pytest.raises(AnotherPersonNeeded, match="nobody else"):
        answer(house, contested(house, sitting), house.account)


def test_who_answers_a_contest_notes_a_first_view_before(house, sitting, colleague):
    decide(house, sitting)
    task_id = contested(house, sitting)
    assert tasks.show_task(house.store, colleague, task_id).needs_view
    given = {"outcome": "stands", "text": "We looked.", "now": house.clock()}
    with pytest.raises(FirstViewNeeded):
        answer_task(house.store, colleague, task_id, **given)
    with pytest.raises(InvalidForm):
        think(house, sitting, colleague, view=ONLY_READ)
    think(house, sitting, colleague)
    assert not tasks.show_task(house.store, colleague, task_id).needs_view
    assert answer_task(house.store, colleague, task_id, **given) == "stands"
    views = [event for event in events_of(house, sitting) if event.kind == "first-view"]
    assert [event.body["by"] for event in views] == [house.account.id, colleague.id]


def test_who_only_read_leaves_a_contest_to_a_colleague(house, sitting, colleague):
    decide(house, sitting)
    think(house, sitting, colleague, view=ONLY_READ)
    third = another(house, "Third")
    task_id = contested(house, sitting)
    with pytest.raises(AnotherPersonNeeded, match="without a first view of your own"):
        answer(house, task_id, colleague)
    assert answer(house, task_id, third) == "stands"


def test_who_only_read_answers_a_contest_where_nobody_else_could(house, sitting, colleague):
    decide(house, sitting)
    think(house, sitting, colleague, view=ONLY_READ)
    assert answer(house, contested(house, sitting), colleague) == "stands"


def test_without_a_score_a_contest_is_answered_straight_away(house):
    sitting_id = house.invite().sitting_id
    task_id = contested(house, sitting_id)
    assert not tasks.show_task(house.store, house.account, task_id).needs_view
    given = {"outcome": "stands", "text": "We looked.", "now": house.clock()}
    assert answer_task(house.store, house.account, task_id, **given) == "stands"


def test_an_earlier_decision_does_not_bar_whoever_took_it(house, sitting, colleague):
    decide(house, sitting, decision="hold")
    decide(house, sitting, colleague)
    task_id = contested(house, sitting)
    with pytest.raises(AnotherPersonNeeded):
        answer(house, task_id, colleague)
    assert answer(house, task_id, house.account) == "stands"


def test_a_decision_after_the_contest_bars_nobody(house, sitting, colleague):
    decide(house, sitting)
    task_id = contested(house, sitting)
    decide(house, sitting, colleague, decision="hold")
    assert answer(house, task_id, colleague) == "stands"
    assert tasks.show_task(house.store, colleague, task_id).contested.code == "not-now"


def test_whoever_ended_an_application_decided_it_too(house, sitting, colleague):
    decide(house, sitting)
    record_step(
        house.store,
        house.provider_id,
        sitting,
        "not-appointed",
        account=colleague,
        now=house.clock(),
        reason="post-filled",
        text="Somebody else got it.",
    )
    task_id = contested(house, sitting)
    for account in (house.account, colleague):
        with pytest.raises(AnotherPersonNeeded):
            answer(house, task_id, account)
    assert answer(house, task_id, another(house, "Third")) == "stands"


def test_a_step_that_was_taken_back_is_no_decision(house, sitting, colleague):
    record_step(
        house.store,
        house.provider_id,
        sitting,
        "not-appointed",
        account=house.account,
        now=house.clock(),
        reason="post-filled",
        text="No.",
    )
    assert last_decision(events_of(house, sitting)) is not None
    number = events_of(house, sitting)[-1].number
    undo_step(
        house.store,
        house.provider_id,
        sitting,
        account=house.account,
        now=house.clock(),
        number=number,
    )
    assert last_decision(events_of(house, sitting)) is None


def test_the_candidates_own_end_is_no_decision(house, sitting):
    asking.withdraw(house.store, sitting, reason="pay", now=house.clock())
    assert last_decision(events_of(house, sitting)) is None


def test_a_result_can_be_contested_before_anybody_decides(house, sitting):
    task_id = contested(house, sitting)
    view = tasks.show_task(house.store, house.account, task_id)
    assert (view.contested, view.problem, view.asked.about) == (None, "", "result")
    assert answer(house, task_id, house.account) == "stands"


def test_an_answer_goes_out_once_and_stands_on_the_candidates_page(house, sitting, colleague):
    decide(house, sitting)
    task_id = contested(house, sitting)
    for text in ("It changes.", "Something else."):
        assert answer(house, task_id, colleague, outcome="changed", text=text) == "changed"
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        sent = [m.kind for m in tenant.messages.of((sitting,))]
        chained = [entry.kind for entry in tenant.ledger.entries()]
    assert sorted(sent) == ["contest-answered", "contest-received"]
    assert chained[-3:] == ["contested", "first-view", "contest-answered"]
    (request,) = held_about(house.store, sitting, now=house.clock()).requests
    assert (request.answer, request.outcome) == ("It changes.", "changed")


@pytest.mark.parametrize(
    ("outcome", "text", "fields"),
    [
        ("", "", {"outcome", "text"}),
        ("stands", "", {"text"}),
        ("erased", "x", {"outcome"}),
        ("stands", "x" * 4001, {"text"}),
    ],
)
def test_problems_are_told_by_field(house, sitting, outcome, text, fields):
    task_id = contested(house, sitting)
    with pytest.raises(InvalidForm) as caught:
        answer(house, task_id, house.account, outcome=outcome, text=text)
    assert set(caught.value.fields) == fields
    assert len(tasks.list_tasks(house.store, house.account)) == 1


def test_asking_for_a_person_waits_on_the_call_list_until_answered(house, sitting):
    asking.ask_person(house.store, sitting, text="", reach="", now=house.clock())
    (line,) = tasks.list_tasks(house.store, house.account)
    assert waiting(house, sitting).person_asked_at is not None
    answer(house, line.task.id, house.account, outcome="talked", text="About Sundays.")
    assert waiting(house, sitting).person_asked_at is None
    with house.store.read() as unit:
        assert unit.at(house.provider_id).messages.of((sitting,)) == ()


def waiting(house, sitting_id):
    with house.store.read() as unit:
        return unit.at(house.provider_id).standings.get(sitting_id)


def test_a_request_for_another_way_is_answered_by_message(house):
    sitting_id = house.invite().sitting_id
    asking.ask_adjustment(
        house.store, sitting_id, ways=["phone"], text="", reach="evenings", now=house.clock()
    )
    (line,) = tasks.list_tasks(house.store, house.account)
    view = tasks.show_task(house.store, house.account, line.task.id)
    assert (view.asked.ways, view.asked.reach) == (("phone",), "evenings")
    answer(house, line.task.id, house.account, outcome="agreed", text="We ring at six.")
    assert waiting(house, sitting_id).adjustment_asked_at is None
    with house.store.read() as unit:
        (message,) = unit.at(house.provider_id).messages.of((sitting_id,))
        texts = unit.at(house.provider_id).remarks.of(sitting_id)
    assert message.kind == "adjustment-answered"
    assert texts[message.body["fields"]["remark"]] == "We ring at six."


def test_erasure_is_a_managers(house, sitting):
    asking.ask_erasure(house.store, sitting, text="", now=house.clock())
    asking.ask_erasure(house.store, sitting, text="", now=house.clock())
    (line,) = tasks.list_tasks(house.store, house.account)
    with pytest.raises(AnotherPersonNeeded, match="A manager"):
        answer(house, line.task.id, house.account, outcome="erased", text="")
    manager = replace(house.account, role="manager")
    answer(house, line.task.id, manager, outcome="kept", text="The law asks for it until May.")
    assert tasks.list_tasks(house.store, house.account) == ()
    (request,) = held_about(house.store, sitting, now=house.clock()).requests
    assert request.outcome == "kept"
    asking.ask_erasure(house.store, sitting, text="", now=house.clock())
    (line,) = tasks.list_tasks(house.store, house.account)
    assert answer(house, line.task.id, manager, outcome="erased", text="") == "erased"
    closed = tasks.show_task(house.store, house.account, line.task.id)
    assert closed.outcome == "erased"
    assert closed.line.name == "Name erased"


def test_tasks_of_another_provider_are_not_found(house, make_house, sitting):
    other = make_house("Harbour Care")
    task_id = contested(house, sitting)
    for call in (
        lambda: tasks.show_task(house.store, other.account, task_id),
        lambda: tasks.take_task(house.store, other.account, task_id),
        lambda: answer(house, task_id, other.account),
    ):
        with pytest.raises(NotFound):
            call()
    assert tasks.list_tasks(house.store, other.account) == ()
    assert tasks.tasks_about(house.store, other.provider_id, sitting) == ()


def test_another_room_opens_and_closes_its_own(house, sitting):
    with house.store.write() as unit:
        tenant = unit.at(house.provider_id)
        one = tasks.open_task(tenant, sitting, "third-rating", at=house.clock())
        assert tasks.open_task(tenant, sitting, "third-rating", at=house.clock(), id=one) == one
        tasks.close_task(tenant, one, by=house.account.id, at=house.clock(), outcome="rated")
        tasks.close_task(tenant, one, by=None, at=house.clock(), outcome="again")
    (line,) = tasks.tasks_about(house.store, house.provider_id, sitting)
    assert (line.task.outcome, line.closed_by) == ("rated", "Rae")
