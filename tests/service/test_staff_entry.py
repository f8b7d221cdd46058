"""Colleagues enter answers: on the same form, with the same checks, and it says who and how."""

from __future__ import annotations

import pytest

from service.errors import InvalidForm, NotFound
from service.storage.ledger import LEDGER_KINDS
from service.use_cases import adjustments, asking, entry, sittings
from service.use_cases.candidate import gather
from service.use_cases.happenings import happen
from service.use_cases.tasks import list_tasks
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring import score


def adjust(house, sitting_id, way, note="", account=None):
    return adjustments.adjust(
        house.store,
        house.provider_id,
        sitting_id,
        account=account or house.account,
        way=way,
        note=note,
        now=house.clock.forward(minutes=1),
    )


def events(house, sitting_id):
    with house.store.read() as unit:
        return unit.at(house.provider_id).events.of(sitting_id)


def begin(house, sitting_id, how="phone"):
    return entry.begin(
        house.store,
        house.provider_id,
        sitting_id,
        account=house.account,
        how=how,
        now=house.clock(),
    )


def enter_all(house, sitting_id, valid_answer, bank, *, how="phone", skip=0):
    total = sittings.show_question(house.store, sitting_id, 1).total
    for number in range(1, total + 1 - skip):
        item = sittings.show_question(house.store, sitting_id, number).item.id
        saved = sittings.save_answer(
            house.store,
            sitting_id,
            item,
            valid_answer(bank.item_by_id[item]),
            revision=0,
            now=house.clock.forward(seconds=2),
            by=house.account.id,
            how=how,
        )
        assert saved.outcome == "saved"


def submit(house, sitting_id, **more):
    given = {"how": "phone", "confirmed": True, "allow_incomplete": False} | more
    return entry.submit_for(
        house.store,
        house.provider_id,
        sitting_id,
        account=house.account,
        now=house.clock(),
        **given,
    )


def test_an_adjustment_is_logged_in_the_ledger_with_who_and_which_way(house):
    sitting = house.invite().sitting_id
    assert adjust(house, sitting, "entered", "Ring on Tuesdays.")
    (event,) = [e for e in events(house, sitting) if e.kind == "adjusted"]
    assert event.body["mode"] == "entered"
    assert event.body["by"] == house.account.id
    assert "Tuesdays" not in str(event.body)
    assert "adjusted" in LEDGER_KINDS
    with house.store.read() as unit:
        assert unit.at(house.provider_id).standings.get(sitting).adjusted
    found = adjustments.adjustment_of(house.store, house.provider_id, sitting)
    assert (found.way, found.note, found.by_staff) == ("entered", "Ring on Tuesdays.", True)


def test_choosing_the_same_way_again_records_nothing(house):
    sitting = house.invite().sitting_id
    adjust(house, sitting, "self")
    adjust(house, sitting, "typed")
    adjust(house, sitting, "typed")
    assert [e.body["mode"] for e in events(house, sitting) if e.kind == "adjusted"] == ["typed"]


@pytest.mark.parametrize("way", ["", "quick", "own-words"])
def test_only_known_ways_are_taken(house, way):
    with pytest.raises(InvalidForm) as caught:
        adjust(house, house.invite().sitting_id, way)
    assert set(caught.value.fields) == {"way"}


def test_another_provider_finds_nothing(house, make_house):
    other, sitting = make_house("Other Care"), house.invite().sitting_id
    for call in (
        lambda: adjust(other, sitting, "entered"),
        lambda: begin(other, sitting),
        lambda: submit(other, sitting),
        lambda: entry.paper_form(other.store, other.provider_id, sitting),
        lambda: adjustments.adjustment_of(other.store, other.provider_id, sitting),
    ):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(InvalidForm):
        entry.find_by_reference(other.store, other.provider_id, sitting[:8])


def test_the_request_is_shown_answered_and_sent(house):
    invited = house.invite()
    asking.ask_adjustment(
        house.store,
        invited.sitting_id,
        ways=("phone",),
        text="I read slowly on a screen.",
        reach="Evenings",
        now=house.clock(),
    )
    asked = adjustments.adjustment_of(house.store, house.provider_id, invited.sitting_id).asked
    assert asked is not None
    assert (asked.text, asked.ways) == ("I read slowly on a screen.", ("phone",))
    with pytest.raises(InvalidForm):  # an answer to the candidate is wanted
        adjust(house, invited.sitting_id, "entered")
    adjust(house, invited.sitting_id, "entered", "Rae rings you on Monday at six.")
    assert list_tasks(house.store, house.account) == ()
    with house.store.read() as unit:
        sent = unit.at(house.provider_id).messages.of((invited.sitting_id,))
        standing = unit.at(house.provider_id).standings.get(invited.sitting_id)
    assert [m.kind for m in sent if m.kind == "adjustment-answered"] == ["adjustment-answered"]
    assert standing.adjustment_asked_at is None


def test_answers_entered_say_who_and_how_and_give_the_same_profile(house, bank, valid_answer):
    by_phone = house.invite().sitting_id
    adjust(house, by_phone, "entered")
    assert begin(house, by_phone) == 1
    enter_all(house, by_phone, valid_answer, bank)
    answered = [e for e in events(house, by_phone) if e.kind == "answered"]
    assert {e.body["by"] for e in answered} == {house.account.id}
    assert {e.body["entered"]["how"] for e in answered} == {"phone"}
    with pytest.raises(InvalidForm):
        submit(house, by_phone, confirmed=False)
    assert submit(house, by_phone).outcome == "submitted"
    assert submit(house, by_phone).outcome == "already-submitted"
    (sent,) = [e for e in events(house, by_phone) if e.kind == "submitted"]
    assert (sent.body["by"], sent.body["entered"]) == (house.account.id, {"how": "phone"})
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        sat = gather(house.store, unit, tenant.sittings.get(by_phone))
        kept = tenant.profiles.get(by_phone)
    given = {item: valid_answer(bank.item_by_id[item]) for item in sat.sitting.form.items}
    matrix = ResponseMatrix.from_answers({by_phone: given}, bank)
    assert kept == score(matrix, bank).profile(by_phone).to_dict()


def test_how_fast_a_colleague_types_says_nothing_about_a_candidate(house, bank, valid_answer):
    flags = {}
    for way in ("self", "entered"):
        sitting = house.invite().sitting_id
        adjust(house, sitting, way)
        with house.store.write() as unit:
            happen(unit.at(house.provider_id), sitting, "started", at=house.clock())
        total = sittings.describe_sitting(house.store, sitting).n_items
        for number in range(1, total + 1):
            item = sittings.show_question(house.store, sitting, number).item.id
            sittings.save_answer(
                house.store,
                sitting,
                item,
                valid_answer(bank.item_by_id[item]),
                revision=0,
                now=house.clock.forward(seconds=0.5),
                by=house.account.id if way == "entered" else None,
                how="phone" if way == "entered" else None,
            )
        sittings.submit_sitting(house.store, sitting, now=house.clock(), allow_incomplete=True)
        with house.store.read() as unit:
            kept = unit.at(house.provider_id).profiles.get(sitting)
        flags[way] = str(kept["flags"])
    assert "very-fast" in flags["self"]
    assert "very-fast" not in flags["entered"]


def test_incomplete_entry_asks_first(house, bank, valid_answer):
    sitting = house.invite().sitting_id
    adjust(house, sitting, "entered")
    begin(house, sitting, "paper")
    enter_all(house, sitting, valid_answer, bank, how="paper", skip=1)
    outcome = submit(house, sitting)
    assert (outcome.outcome, len(outcome.missing)) == ("incomplete", 1)
    assert submit(house, sitting, allow_incomplete=True).outcome == "submitted"


def test_nobody_sends_for_a_candidate_who_answers_in_person(house):
    sitting = house.started().sitting_id
    assert submit(house, sitting).outcome == "other-way"
    assert not [e for e in events(house, sitting) if e.kind == "submitted"]


def test_answers_are_kept_when_the_way_changes(house, bank, valid_answer):
    sitting = house.started().sitting_id
    house.answer_all(sitting, skip=2)
    n = sittings.describe_sitting(house.store, sitting).n_answered
    adjust(house, sitting, "typed")
    assert sittings.describe_sitting(house.store, sitting).n_answered == 0
    with house.store.read() as unit:
        assert unit.at(house.provider_id).standings.get(sitting).n_answered == 0
    first = sittings.show_question(house.store, sitting, 1)
    refused = sittings.save_answer(
        house.store,
        sitting,
        first.item.id,
        valid_answer(bank.item_by_id[first.item.id], 1),
        revision=1,
        now=house.clock(),
    )
    assert refused.outcome == "other-way"
    adjust(house, sitting, "entered")
    assert sittings.describe_sitting(house.store, sitting).n_answered == n
    with house.store.read() as unit:
        assert unit.at(house.provider_id).standings.get(sitting).n_answered == n


def test_the_paper_form_has_the_same_scenarios_in_the_same_order(house):
    invited = house.started()
    paper = entry.paper_form(house.store, house.provider_id, invited.sitting_id)
    shown = [
        sittings.show_question(house.store, invited.sitting_id, number)
        for number in range(1, len(paper.questions) + 1)
    ]
    assert [q.item.id for q in paper.questions] == [q.item.id for q in shown]
    assert [q.options for q in paper.questions] == [q.options for q in shown]
    assert paper.contact == "Ask Sam."
    assert "Beispiel" not in str(paper)


def test_a_reference_finds_its_form(house):
    sittings_made = [house.invite().sitting_id for _ in range(5)]
    for sitting in sittings_made:
        code = adjustments.reference(sitting)
        for given in (code, code.lower(), code.replace("-", " ")):
            assert entry.find_by_reference(house.store, house.provider_id, given) == sitting
    for wrong in ("", "%", "1234", "%%%%%%%%", "ZZZZ-ZZZZ"):
        with pytest.raises(InvalidForm):
            entry.find_by_reference(house.store, house.provider_id, wrong)


def test_nothing_changes_once_the_answers_are_sent(house):
    sitting = house.submitted().sitting_id
    assert not adjust(house, sitting, "typed")
    assert not [e for e in events(house, sitting) if e.kind == "adjusted"]
