"""What candidates may ask for, what is held about them, and what erasing leaves."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from service.errors import InvalidForm, NotFound, ProviderPaused
from service.storage.records import EVENT_KINDS, Identity
from service.storage.tables import identities, links, messages, remarks
from service.use_cases import asking, reports, sittings
from service.use_cases.erasing import ASKED, erase
from service.use_cases.happenings import happen
from service.use_cases.holding import as_document, held_about, note_download
from service.use_cases.holding_words import HAPPENED, REASONS, WAYS, what
from service.use_cases.messages import enqueue, plan_reminders
from service.use_cases.rights import place_of
from service.use_cases.steps import record_step
from vbr_engine.funnel import reasons_for


@pytest.fixture
def sitting(house):
    return house.invite().sitting_id


def events_of(house, sitting_id):
    with house.store.read() as unit:
        return unit.at(house.provider_id).events.of(sitting_id)


def messages_of(house, sitting_id):
    with house.store.read() as unit:
        return unit.at(house.provider_id).messages.of((sitting_id,))


def standing_of(house, sitting_id):
    with house.store.read() as unit:
        return unit.at(house.provider_id).standings.get(sitting_id)


def test_every_code_has_words():
    assert set(REASONS) | {"lost-touch", "not-said"} == set(reasons_for("withdrawn", "candidate"))
    assert set(WAYS) == set(asking.WAYS)


def test_words_for_every_kind_of_event():
    apart = {"step", "decided", "first-view", "consented", "answered", "written", "report-read"}
    assert EVENT_KINDS - apart <= set(HAPPENED)


def test_language_of_a_bank_without_it_is_refused(house):
    invited = house.invite()
    with pytest.raises(InvalidForm, match="Choose one of the languages"):
        asking.choose_language(house.store, invited.token, "gd", now=house.clock())


def test_consent_is_no_until_it_is_yes_and_the_last_word_holds(house, sitting):
    said = []
    for wanted in (False, True, True, False):
        asking.consent(house.store, sitting, research=wanted, now=house.clock())
        said.append(asking.consents(events_of(house, sitting)))
    assert said == [False, True, True, False]
    bodies = [e.body for e in events_of(house, sitting) if e.kind == "consented"]
    assert bodies == [{"research": True}, {"research": False}]


def test_what_somebody_writes_stands_in_no_event(house, sitting):
    now = house.clock()
    secret = "a word that nobody else would use: quokka"
    asking.ask_adjustment(
        house.store, sitting, ways=["paper", "no-such-way"], text=secret, reach=secret, now=now
    )
    asking.ask_person(house.store, sitting, text=secret, reach=secret, now=now)
    asking.contest(house.store, sitting, text=secret, now=now)
    asking.ask_erasure(house.store, sitting, text=secret, now=now)
    for event in events_of(house, sitting):
        assert "quokka" not in json.dumps(dict(event.body)), event
    with house.store.read() as unit:
        tasks = unit.at(house.provider_id).tasks.open()
        raw = unit.connection.exec_driver_sql("SELECT text FROM remarks").scalars().all()
    assert sorted(task.kind for task in tasks) == ["adjustment", "contest", "erasure", "person"]
    assert len(raw) == 6
    assert not any(b"quokka" in text for text in raw)


@pytest.mark.parametrize("name", ["text", "reach"])
def test_too_much_is_told_by_field(house, sitting, name):
    given = {"text": "", "reach": "", name: "x" * 2001}
    with pytest.raises(InvalidForm) as caught:
        asking.ask_person(house.store, sitting, now=house.clock(), **given)
    assert set(caught.value.fields) == {name}


def test_an_unknown_candidate_can_ask_for_nothing(house):
    with pytest.raises(NotFound):
        asking.ask_person(house.store, "nobody", text="", reach="", now=house.clock())
    with pytest.raises(NotFound):
        place_of(house.store, "nobody")
    with pytest.raises(NotFound):
        erase(house.store, house.provider_id, "nobody", now=house.clock())


def test_withdrawing_stops_reminders_and_coming_back_plans_new_ones(house, sitting):
    now = house.clock()
    with house.store.write() as unit:
        plan_reminders(unit.at(house.provider_id), sitting, at=now)
    assert asking.withdraw(house.store, sitting, reason="travel", now=now)
    assert {m.state for m in messages_of(house, sitting)} == {"cancelled"}
    ended = standing_of(house, sitting)
    assert (ended.ended, ended.ended_by, ended.reason) == ("withdrawn", "candidate", "travel")
    assert not asking.withdraw(house.store, sitting, reason="pay", now=now)
    assert asking.take_back_withdrawal(house.store, sitting, now=house.clock.forward(hours=1))
    assert standing_of(house, sitting).ended is None
    assert [m.state for m in messages_of(house, sitting)].count("ready") == 2
    assert not asking.take_back_withdrawal(house.store, sitting, now=house.clock())


def test_a_reason_that_is_none_is_refused(house, sitting):
    for reason in ("lost-touch", "health", "interview"):
        with pytest.raises(InvalidForm):
            asking.withdraw(house.store, sitting, reason=reason, now=house.clock())


@pytest.mark.parametrize("kind", ["step", "erased"])
def test_a_withdrawal_stays_once_somebody_has_acted(house, sitting, kind):
    asking.withdraw(house.store, sitting, reason="", now=house.clock())
    body = {"step": "called", "outcome": "reached"} if kind == "step" else {}
    with house.store.write() as unit:
        tenant = unit.at(house.provider_id)
        happen(tenant, sitting, kind, at=house.clock(), by=house.account.id, body=body)
    assert not place_of(house.store, sitting).withdrew
    assert not asking.take_back_withdrawal(house.store, sitting, now=house.clock())


def test_whoever_works_here_leaves_otherwise(house, sitting):
    for step in ("accepted", "started-work"):
        record_step(
            house.store,
            house.provider_id,
            sitting,
            step,
            account=house.account,
            now=house.clock(),
        )
    assert not asking.withdraw(house.store, sitting, reason="", now=house.clock())
    assert place_of(house.store, sitting).hired
    erase(house.store, house.provider_id, sitting, now=house.clock(), why=ASKED)
    assert standing_of(house, sitting).ended is None


def test_who_may_start(house):
    store, now = house.store, house.clock()
    fresh, begun, done = house.invite(), house.started(), house.submitted()
    with store.write() as unit:
        unit.providers.pause(house.provider_id, at=now)
    places = [place_of(store, one.sitting_id) for one in (fresh, begun, done)]
    assert [place.may_start for place in places] == [False, True, True]
    with pytest.raises(ProviderPaused):
        sittings.start_sitting(store, fresh.token, now=now)
    assert sittings.start_sitting(store, begun.token, now=now) == begun.sitting_id
    with store.write() as unit:
        unit.providers.pause(house.provider_id, at=None)
    for one in (fresh, begun, done):
        asking.withdraw(store, one.sitting_id, reason="", now=now)
    places = [place_of(store, one.sitting_id) for one in (fresh, begun, done)]
    assert [place.may_start for place in places] == [False, False, True]


def test_who_was_ended_by_others_can_finish_what_they_began(house):
    fresh, begun = house.invite(), house.started()
    for one in (fresh, begun):
        record_step(
            house.store,
            house.provider_id,
            one.sitting_id,
            "withdrawn",
            account=house.account,
            now=house.clock(),
            reason="lost-touch",
        )
    places = [place_of(house.store, one.sitting_id) for one in (fresh, begun)]
    assert [place.may_start for place in places] == [False, True]
    assert not any(place.withdrew for place in places)


def test_languages_on_offer_are_those_of_the_bank(house, sitting):
    place = place_of(house.store, sitting)
    with house.store.read() as unit:
        record = unit.at(house.provider_id).sittings.get(sitting)
        bank = house.store.bank(unit, record.bank_id, record.bank_version, record.bank_sha256)
    assert {choice.code for choice in place.languages} == set(bank.catalogues) & {"en", "cy"}
    assert place.language == "en"


def decided(house):
    sitting_id = house.submitted().sitting_id
    owner, account = house.provider_id, house.account
    reports.record_first_view(
        house.store,
        owner,
        sitting_id,
        account=account,
        view="concerns",
        note="A quiet call.",
        now=house.clock(),
    )
    reports.open_report(house.store, owner, sitting_id, account=account, now=house.clock())
    reports.record_decision(
        house.store,
        owner,
        sitting_id,
        account=account,
        decision="hold",
        reason="Until the round is known.",
        now=house.clock.forward(minutes=7),
    )
    return sitting_id


def test_everything_that_is_held_is_told(house, bank):
    sitting_id = decided(house)
    asking.ask_person(house.store, sitting_id, text="Why hold?", reach="", now=house.clock())
    held = held_about(house.store, sitting_id, now=house.clock())
    assert (held.name, held.email) == ("Ana Beispiel", "ana@example.org")
    assert [entry.text for entry in held.decisions] == ["Until the round is known."]
    assert [entry.who for entry in held.opened] == ["Somebody who recruits"]
    assert "A quiet call." in [entry.text for entry in held.history]
    assert [request.text for request in held.requests] == ["Why hold?"]
    assert len(held.answers) == sittings.show_question(house.store, sitting_id, 1).total
    for answered in held.answers:
        assert answered.scenario
        assert answered.lines
    # Nothing of what happened to the candidate is left out but what is told elsewhere.
    told = [entry.kind for entry in held.history]
    everything = [event.kind for event in events_of(house, sitting_id)]
    assert told == [k for k in everything if k not in ("answered", "report-read")]
    text = json.dumps(as_document(held))
    for catalogue in bank.catalogues.values():
        for words in catalogue.items.values():
            assert words.rationale not in text
    assert house.account.name not in [entry.who for entry in held.history]
    assert json.loads(text)["sitting_id"] == sitting_id


def test_a_download_is_noted(house, sitting):
    note_download(house.store, sitting, now=house.clock())
    assert events_of(house, sitting)[-1].kind == "data-downloaded"


def test_before_the_end_there_is_no_feedback(house, sitting):
    held = held_about(house.store, sitting, now=house.clock())
    assert held.feedback is None
    assert held.answers == ()


def test_erasing_leaves_events_and_nothing_that_names(house):
    sitting_id = decided(house)
    now = house.clock()
    with house.store.write() as unit:
        tenant = unit.at(house.provider_id)
        enqueue(tenant, "contest-received", key="x", at=now, sitting_id=sitting_id)
        plan_reminders(tenant, sitting_id, at=now)
    asking.ask_erasure(house.store, sitting_id, text="Please do.", now=now)
    before = events_of(house, sitting_id)
    assert erase(
        house.store, house.provider_id, sitting_id, by=house.account.id, now=now, why=ASKED
    )
    after = events_of(house, sitting_id)
    assert after[: len(before)] == before
    assert [event.kind for event in after[len(before) :]] == ["withdrawn", "erased"]
    with house.store.read() as unit:
        for table in (identities, remarks, links):
            rows = unit.connection.execute(
                table.select().where(table.c.sitting_id == sitting_id)
            ).all()
            assert rows == [], table.name
        left = unit.connection.execute(
            messages.select().where(messages.c.sitting_id == sitting_id)
        ).all()
        assert unit.at(house.provider_id).tasks.open() == ()
        profile = unit.at(house.provider_id).profiles.get(sitting_id)
    assert profile is not None
    waiting = [row for row in left if row.state == "ready"]
    assert [row.kind for row in waiting] == ["erasure-done"]
    assert b"Ana" not in repr(waiting[0].body).encode()
    assert all(row.body == {} for row in left if row.state == "cancelled")


def test_erasing_leaves_no_page_as_it_was_in_the_files(house, sitting):
    with house.store.read() as unit:
        sealed = unit.connection.execute(
            identities.select().where(identities.c.sitting_id == sitting)
        ).one()
    wal = house.store.path.with_name(f"{house.store.path.name}-wal")

    def stands() -> bool:
        files = (house.store.path, wal)
        return any(sealed.name in file.read_bytes() for file in files if file.exists())

    assert stands()
    erase(house.store, house.provider_id, sitting, now=house.clock())
    assert not stands()


def test_files_are_kept_as_they_are_while_somebody_reads(house, sitting):
    with house.store.read() as unit:
        unit.connection.execute(identities.select()).all()
        erase(house.store, house.provider_id, sitting, now=house.clock())
        assert not house.store.forget_erased()
    assert house.store.forget_erased()


def test_erasing_forgets_what_a_mail_server_said_and_whom_a_message_was_sealed_to(house, sitting):
    now, waiting = house.clock(), {"owner": "w", "now": house.clock()}
    with house.store.write() as unit:
        tenant, who = unit.at(house.provider_id), Identity("Ana Beispiel", "ana@example.org")
        ids = [
            enqueue(tenant, "contest-received", key=state, at=now, sitting_id=sitting, to=who)
            for state in ("dead", "unsure")
        ]
        unit.outbox.claim(tuple(ids), **waiting, until=now + timedelta(minutes=1))
        for one, state in zip(ids, ("dead", "unsure"), strict=True):
            said = "refused: 550 <ana@example.org>"
            assert unit.outbox.settle(one, **waiting, state=state, problem=said)
    assert all(message.body for message in messages_of(house, sitting))
    erase(house.store, house.provider_id, sitting, now=now)
    left = messages_of(house, sitting)
    assert [(message.body, message.problem) for message in left] == [({}, None)] * 2


def test_erasing_twice_changes_nothing(house, sitting):
    now = house.clock()
    assert erase(house.store, house.provider_id, sitting, now=now)
    length = len(events_of(house, sitting))
    assert not erase(house.store, house.provider_id, sitting, now=now)
    assert len(events_of(house, sitting)) == length


def test_erasing_by_the_clock_tells_nobody_and_ends_nothing(house, sitting):
    assert erase(house.store, house.provider_id, sitting, now=house.clock())
    assert messages_of(house, sitting) == ()
    assert standing_of(house, sitting).ended is None


def test_a_candidate_of_another_provider_is_not_erased(house, make_house, sitting):
    other = make_house("Harbour Care")
    with pytest.raises(NotFound):
        erase(house.store, other.provider_id, sitting, now=house.clock())
    with house.store.read() as unit:
        identity = unit.at(house.provider_id).identities.get(sitting)
    assert identity == Identity("Ana Beispiel", "ana@example.org")


def test_what_is_held_of_an_erased_candidate(house):
    sitting_id = decided(house)
    erase(house.store, house.provider_id, sitting_id, now=house.clock())
    held = held_about(house.store, sitting_id, now=house.clock())
    assert held.name == ""
    assert {entry.text for entry in held.history} == {""}
    assert held.history[-1].what == "Your name and what was written was erased"


def test_a_link_made_before_erasing_works_no_more(house):
    invited = house.invite()
    assert sittings.candidate_may(house.store, invited.sitting_id, invited.token)
    erase(house.store, house.provider_id, invited.sitting_id, now=house.clock())
    assert not sittings.candidate_may(house.store, invited.sitting_id, invited.token)


def test_words_of_a_step_name_the_reason(house, sitting):
    record_step(
        house.store,
        house.provider_id,
        sitting,
        "not-appointed",
        account=house.account,
        now=house.clock.forward(days=1),
        reason="post-filled",
        text="Somebody else got it.",
    )
    assert what(events_of(house, sitting)[-1]) == "Not appointed: The post was filled"
    assert place_of(house.store, sitting).decided
