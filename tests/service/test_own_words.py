"""Answers in own words: saved one by one, kept through anything, sent without a profile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from service.errors import BeingRated, InvalidForm, NotFound
from service.use_cases import adjustments, invitations, reports, sittings, words
from service.use_cases.candidate import gather
from service.use_cases.written import words_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sitting(house):
    sitting_id = house.started().sitting_id
    adjustments.adjust(
        house.store,
        house.provider_id,
        sitting_id,
        account=house.account,
        way="typed",
        note="",
        now=house.clock(),
    )
    return sitting_id


def write(house, sitting_id, number, text, *, revision=0):
    return words.save_words(
        house.store, sitting_id, number, text, revision=revision, now=house.clock.forward(minutes=1)
    )


def shown(house, sitting_id, number=1):
    return words.show_words(house.store, sitting_id, number)


def kinds(house, sitting_id):
    with house.store.read() as unit:
        return [event.kind for event in unit.at(house.provider_id).events.of(sitting_id)]


def test_the_prompt_stands_in_place_of_question_and_options(house, sitting, bank):
    found = shown(house, sitting)
    text = bank.text("en").items[sittings.show_question(house.store, sitting, 1).item.id]
    assert found.scenario == text.scenario
    assert "own words" in found.prompt
    assert not [option for option in text.options.values() if option in str(found)]
    assert text.rationale not in str(found)


def test_each_text_is_kept_as_typed_and_the_last_holds(house, sitting):
    said = "First I’d listen.\n\nThen — “ring the office”, <b>not</b> before; 3 > 2.\tÄgypten 🙂"
    assert write(house, sitting, 1, said).outcome == "saved"
    kept = shown(house, sitting)
    assert kept.said == said.replace("\t", " ")
    assert kept.n_answered == 1
    assert write(house, sitting, 1, said, revision=1).outcome == "unchanged"
    assert write(house, sitting, 1, "Something else.", revision=1).outcome == "saved"
    assert shown(house, sitting).said == "Something else."
    assert write(house, sitting, 1, "From an old window.", revision=1).outcome == "replaced-other"
    assert shown(house, sitting).said == "From an old window."
    assert kinds(house, sitting).count("written") == 3


def test_no_text_stands_in_an_event(house, sitting):
    write(house, sitting, 1, "Unmistakable sentence.")
    with house.store.read() as unit:
        events = unit.at(house.provider_id).events.of(sitting)
        raw = unit.connection.exec_driver_sql("SELECT text FROM remarks").scalars().all()
    assert "Unmistakable" not in str([event.body for event in events])
    assert all(b"Unmistakable" not in sealed for sealed in raw)


@pytest.mark.parametrize("text", ["", "  \n\t ", "\x00\x07", "x" * (words.LONGEST + 1)])
def test_nothing_and_too_much_are_refused_and_nothing_is_lost(house, sitting, text):
    write(house, sitting, 1, "Here.")
    with pytest.raises(InvalidForm) as caught:
        write(house, sitting, 1, text, revision=1)
    assert set(caught.value.fields) == {"words"}
    assert shown(house, sitting).said == "Here."


def test_it_can_be_resumed_by_a_new_link(house, sitting):
    write(house, sitting, 2, "On my phone.")
    token = invitations.renew_link(
        house.store, house.provider_id, sitting, by=house.account, now=house.clock()
    )
    invitation = sittings.view_invitation(house.store, token)
    assert (invitation.n_answered, invitation.next_number, invitation.in_words) == (1, 1, True)
    assert shown(house, sitting, 2).said == "On my phone."


def test_numbers_beyond_the_form_are_not_there(house, sitting):
    for number in (0, shown(house, sitting).total + 1):
        with pytest.raises(NotFound):
            shown(house, sitting, number)
        with pytest.raises(NotFound):
            write(house, sitting, number, "Text.")


def test_who_chooses_between_answers_writes_nothing(house):
    sitting_id = house.started().sitting_id
    assert write(house, sitting_id, 1, "Text.").outcome == "other-way"
    assert "written" not in kinds(house, sitting_id)


def test_sending_waits_for_people_and_then_changes_nothing_more(house, sitting):
    total = shown(house, sitting).total
    for number in range(1, total):
        write(house, sitting, number, f"Answer {number}.")
    review = sittings.review_sitting(house.store, sitting)
    assert review.entries[0].answer_lines == ("Answer 1.",)
    outcome = sittings.submit_sitting(house.store, sitting, now=house.clock())
    assert (outcome.outcome, outcome.missing) == ("incomplete", (total,))
    write(house, sitting, total, "The last.")
    assert sittings.submit_sitting(house.store, sitting, now=house.clock()).outcome == "submitted"
    assert write(house, sitting, 1, "Too late.").outcome == "already-submitted"
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        assert tenant.profiles.get(sitting) is None
        assert tenant.standings.get(sitting).stage == "completed"
        assert tenant.standings.get(sitting).n_answered == total
    with pytest.raises(BeingRated):
        sittings.candidate_feedback_for(house.store, sitting)
    with pytest.raises(BeingRated):
        reports.record_first_view(
            house.store,
            house.provider_id,
            sitting,
            account=house.account,
            view="unsure",
            note="",
            now=house.clock(),
        )


def test_sending_nothing_needs_no_rater(house, sitting):
    done = sittings.submit_sitting(house.store, sitting, now=house.clock(), allow_incomplete=True)
    assert done.outcome == "submitted"
    with house.store.read() as unit:
        kept = unit.at(house.provider_id).profiles.get(sitting)
        assert unit.at(house.provider_id).answering.unrated() == ()
    assert kept["mode"] == "own-words"
    assert kept["composite"]["score"] is None
    assert sittings.candidate_feedback_for(house.store, sitting).strengths == ()


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from service.storage import Store
from service.use_cases import words
store = Store(Path(sys.argv[1]), secret="a secret for tests, 32 characters")
for n in range(10**6):
    words.save_words(store, sys.argv[2], 1, f"Text {n}", revision=0, now=datetime.now(UTC))
    print(n, flush=True)
"""


def test_every_text_acknowledged_survives_kill_9(house, sitting):
    for _round in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(house.store.path), sitting],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert writer.stdout is not None
        acknowledged = -1
        while acknowledged < 5:
            acknowledged = int(writer.stdout.readline())
        os.kill(writer.pid, signal.SIGKILL)
        rest = writer.communicate()[0].split()
        acknowledged = max([acknowledged, *map(int, rest)])
        kept = int(shown(house, sitting).said.removeprefix("Text "))
        assert acknowledged <= kept <= acknowledged + 1
        with house.store.read() as unit:
            tenant = unit.at(house.provider_id)
            events = tenant.events.of(sitting)
            texts = tenant.remarks.of(sitting)
        named = {event.body["remark"] for event in events if event.kind == "written"}
        assert named <= set(texts)


def test_erased_texts_are_gone_and_not_counted(house, sitting):
    write(house, sitting, 1, "To be forgotten.")
    with house.store.write() as unit:
        unit.connection.exec_driver_sql("DELETE FROM remarks")
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        progress = gather(house.store, unit, tenant.sittings.get(sitting)).progress
        assert words_of(tenant, progress) == {}
    assert shown(house, sitting).said == ""
