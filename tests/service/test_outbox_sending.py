"""Messages on their way: what goes, what waits, what is refused, and what is asked before."""

from __future__ import annotations

import email
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.policy import default
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from service.mail_settings import MailSettings
from service.outbox.envelope import Envelope, Refused, Temporary, Unsure
from service.outbox.sending import MOST_ATTEMPTS, Sender, backoff
from service.outbox.worker import Worker
from service.storage import Store
from service.storage.cipher import sha256
from service.storage.records import Identity
from service.storage.tables import messages, vacancies
from service.use_cases import sittings
from service.use_cases.happenings import happen
from service.use_cases.messages import (
    cancel_messages,
    delivery,
    enqueue,
    plan_reminders,
)
from service.use_cases.views import Invited

HOUR = timedelta(hours=1)


@dataclass
class Fake:
    """A way that takes every message, or does what the test wants."""

    taken: list[Envelope] = field(default_factory=list)
    error: Exception | None = None
    meanwhile: Callable[[], None] = lambda: None

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> None:
        self.meanwhile()
        handing_over()
        if self.error is not None:
            raise self.error
        self.taken.append(envelope)

    def close(self) -> None:
        pass


@pytest.fixture
def way() -> Fake:
    return Fake()


@pytest.fixture
def work(store: Store, way: Fake, tmp_path: Path) -> Callable[[], None]:
    settings = MailSettings.of(
        {"VBR_PUBLIC_URL": "https://recruit.example"}, tmp_path, production=False
    )

    def once() -> None:
        Worker(store, settings, backend=way).once()

    return once


def invite(house: Any, name: str = "Ana Beispiel") -> Invited:
    invited: Invited = house.invite(name)
    with house.store.write() as unit:
        tenant = unit.at(house.provider_id)
        enqueue(
            tenant,
            "invitation",
            key=f"test:{invited.sitting_id}",
            at=house.clock(),
            sitting_id=invited.sitting_id,
        )
        plan_reminders(tenant, invited.sitting_id, at=house.clock(), key="test")
    return invited


def states(house: Any, sitting_id: str) -> list[tuple[str, str]]:
    with house.store.read() as unit:
        found = unit.at(house.provider_id).messages.of((sitting_id,))
    return sorted((message.kind, message.state) for message in found)


def rows(store: Store) -> list[Any]:
    with store.read() as unit:
        return list(unit.connection.execute(sa.select(messages)))


def kinds_of(house: Any, sitting_id: str) -> list[str]:
    with house.store.read() as unit:
        return [event.kind for event in unit.at(house.provider_id).events.of(sitting_id)]


def token_in(envelope: Envelope) -> str:
    line = next(one for one in envelope.text.split() if one.startswith("https://"))
    return line.rpartition("/")[2]


def test_an_invitation_goes_once_with_a_link_that_works(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    invited = invite(house)
    work()
    work()
    (sent,) = way.taken
    assert (sent.to, sent.name, sent.channel) == ("ana@example.org", "Ana Beispiel", "email")
    assert "https://recruit.example/i/" in sent.text
    assert "{" not in sent.text + sent.subject
    token = token_in(sent)
    assert sittings.start_sitting(house.store, token, now=house.clock()) == invited.sitting_id
    # The link that the recruiter got works as well.
    assert sittings.candidate_may(house.store, invited.sitting_id, invited.token)
    assert kinds_of(house, invited.sitting_id)[-1] in ("message-sent", "started")


def test_the_same_key_adds_nothing(house: Any, work: Callable[[], None], way: Fake) -> None:
    invited = house.invite()
    with house.store.write() as unit:
        first, second = (
            enqueue(
                unit.at(house.provider_id),
                "link-renewed",
                key="renewed:1",
                at=house.clock(),
                sitting_id=invited.sitting_id,
            )
            for _ in range(2)
        )
    work()
    assert first == second
    assert len(way.taken) == 1


def test_neither_names_nor_links_nor_addresses_are_kept(house: Any, store: Store) -> None:
    invited = invite(house, name="Zebedee Unusual")
    with store.write() as unit:
        enqueue(
            unit.at(house.provider_id),
            "erasure-done",
            key="erased",
            at=house.clock(),
            sitting_id=invited.sitting_id,
            to=Identity("Zebedee Unusual", "zebedee@example.org"),
        )
    store.close()
    content = b"".join(path.read_bytes() for path in store.path.parent.iterdir() if path.is_file())
    assert b"erasure-done" in content
    for secret in (b"Zebedee", b"zebedee@", b"recruit.example/i/"):
        assert secret not in content


def test_who_was_erased_meanwhile_still_hears_it_once(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    invited = house.invite()
    with house.store.write() as unit:
        tenant = unit.at(house.provider_id)
        enqueue(
            tenant,
            "erasure-done",
            key="erased",
            at=house.clock(),
            sitting_id=invited.sitting_id,
            to=Identity("Ana", "ana@example.org"),
        )
        tenant.identities.erase(invited.sitting_id)
    work()
    assert [sent.to for sent in way.taken] == ["ana@example.org"]
    with house.store.read() as unit:
        (message,) = [
            one
            for one in unit.at(house.provider_id).messages.of((invited.sitting_id,))
            if one.kind == "erasure-done"
        ]
    assert message.body == {}


def test_an_account_gets_its_link(house: Any, work: Callable[[], None], way: Fake) -> None:
    with house.store.write() as unit:
        enqueue(
            unit.at(house.provider_id),
            "account-reset",
            key="reset:1",
            at=house.clock(),
            account_id=house.account.id,
        )
    work()
    (sent,) = way.taken
    assert "https://recruit.example/reset/" in sent.text
    with house.store.read() as unit:
        kept = unit.connection.exec_driver_sql(
            "SELECT purpose, token_sha256 FROM account_links"
        ).all()
    assert [tuple(row) for row in kept] == [("reset", sha256(token_in(sent)))]


# Reminders


def forward(house: Any, **by: float) -> None:
    house.clock.forward(**by)


def test_messages_speak_the_language_that_the_candidate_has_by_then(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    invited = invite(house)
    work()
    with house.store.write() as unit:
        unit.at(house.provider_id).sittings.speak(invited.sitting_id, "cy")
    forward(house, days=2)
    work()
    assert [sent.language for sent in way.taken] == ["en", "cy"]
    assert way.taken[1].text.startswith("Helo Ana Beispiel,")
    assert "2026" in way.taken[1].text
    assert "December" not in way.taken[1].text


def test_two_reminders_and_no_third(house: Any, work: Callable[[], None], way: Fake) -> None:
    invite(house)  # Monday 9:00
    work()
    seen = []
    for _ in range(24 * 30):
        forward(house, hours=1)
        before = len(way.taken)
        work()
        seen += [house.clock()] * (len(way.taken) - before)
    assert [moment.isoformat()[:13] for moment in seen] == ["2026-11-04T09", "2026-11-07T09"]


def test_reminders_keep_their_distance_when_the_worker_was_away(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    invite(house)  # Monday 9:00
    house.clock.forward(days=9)
    work()
    assert [sent.subject[:14] for sent in way.taken] == ["A few question", "Your questions"]
    seen = len(way.taken)
    forward(house, days=2, hours=23)  # Saturday
    work()
    assert len(way.taken) == seen
    forward(house, days=1, hours=1)
    work()
    assert len(way.taken) == seen, "not on a Sunday"
    forward(house, days=1)
    work()
    assert len(way.taken) == seen + 1


def test_reminders_wait_while_somebody_is_at_it_and_stop_at_the_end(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    invited = invite(house)
    work()
    forward(house, hours=47)
    sittings.start_sitting(house.store, invited.token, now=house.clock())
    forward(house, hours=2)
    work()
    assert len(way.taken) == 1, "the reminder counts from what the candidate did last"
    house.answer_all(invited.sitting_id)
    sittings.submit_sitting(house.store, invited.sitting_id, now=house.clock())
    forward(house, days=20)
    work()
    assert len(way.taken) == 1
    assert ("reminder", "ready") not in states(house, invited.sitting_id)


def test_who_finishes_in_the_moment_of_sending_gets_no_reminder(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    invited = invite(house)
    work()
    sittings.start_sitting(house.store, invited.token, now=house.clock())
    house.answer_all(invited.sitting_id)
    forward(house, hours=49)
    way.meanwhile = lambda: _submit(house, invited)
    work()
    assert len(way.taken) == 1
    assert states(house, invited.sitting_id)[1:] == [
        ("reminder", "cancelled"),
        ("reminder", "ready"),
    ]


@pytest.mark.parametrize("how", ["withdrawn", "not-appointed", "closed"])
def test_no_reminder_follows_the_end(
    house: Any, work: Callable[[], None], way: Fake, how: str
) -> None:
    invited = invite(house)
    work()
    with house.store.write() as unit:
        tenant, at = unit.at(house.provider_id), house.clock()
        if how == "closed":
            tenant.vacancies.close(house.vacancy_id, at=at)
        elif how == "withdrawn":
            happen(tenant, invited.sitting_id, "withdrawn", at=at, body={"reason": "not-said"})
        else:
            body = {"step": how, "reason": "post-filled", "ended_by": "employer"}
            happen(tenant, invited.sitting_id, "step", at=at, body=body)
    forward(house, days=9)
    work()
    assert len(way.taken) == 1, "the invitation only"
    reminders = [state for kind, state in states(house, invited.sitting_id) if kind == "reminder"]
    assert reminders == ["cancelled", "cancelled"]


def _submit(house: Any, invited: Invited) -> None:
    sittings.submit_sitting(house.store, invited.sitting_id, now=house.clock())


@pytest.mark.parametrize(
    ("invited_at", "reminded_at"),
    [
        # (a Thursday evening, the Sunday) -> Monday morning at eight
        (datetime(2026, 11, 5, 19, 59, tzinfo=UTC), "2026-11-07T19:59"),
        (datetime(2026, 11, 5, 20, 1, tzinfo=UTC), "2026-11-09T08:00"),
        (datetime(2026, 11, 3, 3, 0, tzinfo=UTC), "2026-11-05T08:00"),
        # British Summer Time: quiet until 7:00 UTC
        (datetime(2026, 7, 7, 3, 0, tzinfo=UTC), "2026-07-09T07:00"),
    ],
)
def test_quiet_hours(
    house: Any,
    work: Callable[[], None],
    way: Fake,
    invited_at: datetime,
    reminded_at: str,
) -> None:
    house.clock.now = invited_at
    invited = invite(house)
    work()
    with house.store.read() as unit:
        planned = min(
            message.run_at
            for message in unit.at(house.provider_id).messages.of((invited.sitting_id,))
            if message.kind == "reminder"
        )
    assert planned.isoformat()[:16] == reminded_at
    house.clock.now = planned - timedelta(minutes=1)
    work()
    assert len(way.taken) == 1
    house.clock.now = planned
    work()
    assert len(way.taken) == 2


def test_a_reminder_by_hand_goes_at_once(house: Any, work: Callable[[], None], way: Fake) -> None:
    invited = invite(house)
    work()
    house.clock.now = datetime(2026, 11, 2, 21, 0, tzinfo=UTC)
    with house.store.write() as unit:
        enqueue(
            unit.at(house.provider_id),
            "reminder",
            key="by hand",
            at=house.clock(),
            sitting_id=invited.sitting_id,
            fields={"number": 3, "by_hand": True},
        )
    work()
    assert len(way.taken) == 2


def test_candidates_read_the_name_and_contacts_that_the_manager_set(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    invited = house.invite()
    with house.store.write() as unit:
        tenant = unit.at(house.provider_id)
        provider = tenant.provider
        held = {"shown_name": "The Meadow", "contacts": {"complaints": "Write to Cas."}}
        unit.providers.change(
            provider.id, name=provider.name, contact=provider.contact, settings=held
        )
        for kind in ("link-renewed", "contest-received"):
            enqueue(tenant, kind, key=kind, at=house.clock(), sitting_id=invited.sitting_id)
    work()
    texts = {sent.subject: sent.text for sent in way.taken}
    assert "Ask Sam." in texts["Your new link from The Meadow"]
    assert "Write to Cas." in texts["We have your request to look at a decision again"]


def test_answers_go_to_the_one_address_of_the_contact(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    for contact in ("Sam, sam@meadow.example.", "a@meadow.example or b@meadow.example", "Ask Sam"):
        with house.store.write() as unit:
            unit.connection.execute(sa.update(vacancies).values(contact=contact))
        invite(house)
        work()
    assert [sent.reply_to for sent in way.taken] == ["sam@meadow.example", "", ""]


def test_who_asked_for_an_adjustment_is_not_reminded_before_the_answer(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    invited = invite(house)
    work()
    with house.store.write() as unit:
        happen(unit.at(house.provider_id), invited.sitting_id, "adjustment-asked", at=house.clock())
    forward(house, days=3)
    work()
    assert len(way.taken) == 1


def test_a_paused_provider_sends_nothing_to_candidates(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    invite(house)
    with house.store.write() as unit:
        unit.providers.pause(house.provider_id, at=house.clock())
        enqueue(
            unit.at(house.provider_id),
            "account-changed",
            key="changed",
            at=house.clock(),
            account_id=house.account.id,
        )
    work()
    assert [sent.subject for sent in way.taken] == ["Your sign-in details have changed"]
    with house.store.write() as unit:
        unit.providers.pause(house.provider_id, at=None)
    work()
    assert len(way.taken) == 2


def test_a_pause_in_the_moment_of_sending_stops_the_message(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    invited = invite(house)

    def pause() -> None:
        with house.store.write() as unit:
            unit.providers.pause(house.provider_id, at=house.clock())

    way.meanwhile = pause
    work()
    assert way.taken == []
    assert ("invitation", "ready") in states(house, invited.sitting_id)


def test_cancelled_messages_do_not_go(house: Any, work: Callable[[], None], way: Fake) -> None:
    invited = invite(house)
    with house.store.write() as unit:
        cancel_messages(unit.at(house.provider_id), invited.sitting_id, at=house.clock())
    forward(house, days=9)
    work()
    assert way.taken == []


# What goes wrong


def test_a_refusal_is_final_and_shown(house: Any, work: Callable[[], None], way: Fake) -> None:
    invited = invite(house)
    way.error = Refused("refused: 550 5.1.1 <ana@example.org> unknown")
    work()
    way.error = None
    forward(house, days=9)
    work()
    assert way.taken == [], "neither the invitation again nor reminders to a dead address"
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        told = delivery(tenant, (invited.sitting_id,))[invited.sitting_id]
        standing = tenant.standings.get(invited.sitting_id)
        (message,) = [m for m in tenant.messages.of((invited.sitting_id,)) if m.state == "dead"]
    assert told.state == "failed"
    assert told.problem.startswith("The message came back.")
    assert standing is not None
    assert standing.bounced_at is not None
    assert "ana@" not in (message.problem or "")


def test_temporary_errors_back_off_and_end(house: Any, work: Callable[[], None], way: Fake) -> None:
    invited = invite(house)
    way.error = Temporary("451 greylisted")
    attempts = 0
    for _ in range(40):
        work()
        with house.store.read() as unit:
            message = unit.at(house.provider_id).messages.by_key(f"test:{invited.sitting_id}")
        assert message is not None
        if message.state == "dead":
            break
        assert message.state == "ready"
        assert message.attempts > attempts
        attempts = message.attempts
        assert timedelta() < message.run_at - house.clock() <= 6 * HOUR
        house.clock.now = message.run_at
    assert attempts == MOST_ATTEMPTS - 1
    assert message.state == "dead"
    assert message.problem == "451 greylisted"
    assert kinds_of(house, invited.sitting_id) == ["invited"]


def test_waits_grow_threefold_with_jitter() -> None:
    chance = random.Random(3)
    waits = [[backoff(n, chance).total_seconds() for _ in range(200)] for n in range(1, 12)]
    means = [sum(some) / len(some) for some in waits]
    assert 54 < means[0] < 66
    assert all(2.6 < later / earlier < 3.4 for earlier, later in pairwise(means[:5]))
    assert max(max(some) for some in waits) <= 6 * 3600
    assert max(waits[0]) / min(waits[0]) > 2, "no jitter: all would come back at once"


def test_no_answer_is_unsure_until_a_person_decides(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    invited = invite(house)
    way.error = Unsure("The mail server did not answer: timed out")
    work()
    way.error = None
    work()
    assert way.taken == []
    with house.store.write() as unit:
        told = delivery(unit.at(house.provider_id), (invited.sitting_id,))[invited.sitting_id]
        (message,) = unit.outbox.stuck(most=5)
        assert unit.outbox.replay((message.id,), now=house.clock()) == 1
    assert (told.state, message.state) == ("unsure", "unsure")
    work()
    assert [sent.id for sent in way.taken] == [message.id], "the same Message-ID"


def test_when_the_server_is_down_others_wait_without_losing_attempts(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    for number in range(5):
        invite(house, f"Person {number}")
    way.error = Temporary("Connection refused", everybody=True)
    work()
    found = [message for message in rows(house.store) if message.kind == "invitation"]
    assert sorted(message.attempts for message in found) == [0, 0, 0, 0, 1]
    assert {message.state for message in found} == {"ready"}


def test_a_fault_of_ours_is_tried_again(
    house: Any, work: Callable[[], None], way: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited = invite(house)
    monkeypatch.setattr("service.outbox.sending.prepare", lambda *_, **__: 1 / 0)
    work()
    monkeypatch.undo()
    forward(house, hours=1)
    work()
    assert len(way.taken) == 1
    assert ("invitation", "sent") in states(house, invited.sitting_id)


def test_what_went_is_not_sent_again_when_noting_it_fails(
    house: Any, work: Callable[[], None], way: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited = invite(house)
    monkeypatch.setattr("service.outbox.sending.happen", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        work()
    monkeypatch.undo()
    for _ in range(3):
        forward(house, minutes=30)
        work()
    assert len(way.taken) == 1
    assert ("invitation", "unsure") in states(house, invited.sitting_id)


def test_a_fault_after_handing_over_is_unsure(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    invited = invite(house)
    way.error = ValueError("no JSON")
    work()
    way.error = None
    forward(house, hours=1)
    work()
    assert way.taken == []
    assert ("invitation", "unsure") in states(house, invited.sitting_id)


def test_who_was_erased_hears_no_more_and_troubles_nobody(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    invited = invite(house)
    with house.store.write() as unit:
        unit.at(house.provider_id).identities.erase(invited.sitting_id)
    work()
    assert way.taken == []
    with house.store.read() as unit:
        assert unit.outbox.stuck(most=9) == ()


# Several workers


def test_organisations_take_turns(make_house: Callable[..., Any], store: Store) -> None:
    big, small = make_house("Meadow Care"), make_house("Hill Care")
    for number in range(30):
        invite(big, f"Person {number}")
    invite(small)
    with store.read() as unit:
        ids = unit.outbox.due(now=big.clock(), most=10)
    mine = {row.provider_id for row in rows(store) if row.id in ids}
    assert mine == {big.provider_id, small.provider_id}


def test_two_workers_never_hold_the_same_message(house: Any, store: Store, way: Fake) -> None:
    for number in range(12):
        invite(house, f"Person {number}")
    settings = MailSettings.of({}, store.path.parent, production=False)
    one, other = (Sender(store, way, settings, owner=owner) for owner in ("one", "other"))
    mine, theirs = one.claim(), other.claim()
    assert len(mine) == 10
    assert len(theirs) == 2
    assert not {m.id for m in mine} & {m.id for m in theirs}
    # The first is slow; its leases run out, and the other takes over.
    house.clock.forward(minutes=2)
    again = other.claim()
    assert {m.id for m in again} <= {m.id for m in (*mine, *theirs)}
    for message in again:
        other.send(message)
    for message in mine:
        one.send(message)
    while rest := other.claim():
        for message in rest:
            other.send(message)
    assert len(way.taken) == len({sent.id for sent in way.taken}) == 12


def test_only_a_lease_that_holds_hands_over_and_what_was_handed_over_is_not_taken_again(
    house: Any, store: Store
) -> None:
    invite(house)
    with store.write() as unit:
        ids, now = unit.outbox.due(now=house.clock(), most=5), house.clock()
        until = now + timedelta(seconds=90)
        assert [one.id for one in unit.outbox.claim(ids, owner="a", now=now, until=until)] == [*ids]
        (one,), given = ids, {"owner": "a", "until": until + HOUR}
        assert not unit.outbox.hand_over(one, now=until, **given)
        assert unit.outbox.hand_over(one, now=until - timedelta(seconds=1), **given)
        later = until + 2 * HOUR
        for marked in (0, 1):
            assert one not in unit.outbox.due(now=later, most=5)
            assert unit.outbox.claim(ids, owner="b", now=later, until=later + HOUR) == ()
            assert unit.outbox.counts()[("handed-over", "unsure")[marked]] == 1
            unit.outbox.mark_unsure(now=later)


def test_a_stopped_worker_gives_back_what_it_did_not_begin(
    house: Any, store: Store, way: Fake
) -> None:
    for number in range(3):
        invite(house, f"Person {number}")
    settings = MailSettings.of({}, store.path.parent, production=False)
    worker = Worker(store, settings, backend=way)
    way.meanwhile = worker.stopping.set
    worker.send_some()
    with store.read() as unit:
        assert unit.outbox.counts() == {"sent": 1, "ready": 8}
        assert {m.attempts for m in unit.outbox.stuck(most=9)} == set()


def test_simulated_people_get_no_real_mail(house: Any, store: Store, way: Fake) -> None:
    invited = invite(house)
    with store.write() as unit:
        unit.connection.exec_driver_sql("UPDATE sittings SET simulated = 1")
    real = MailSettings(way="smtp", folder=store.path.parent, address="https://recruit.example")
    Worker(store, real, backend=way).once()
    assert way.taken == []
    assert ("invitation", "cancelled") in states(house, invited.sitting_id)


def test_messages_wait_where_no_way_is_set(house: Any, store: Store) -> None:
    invite(house)
    settings = MailSettings.of({}, store.path.parent, production=True)
    Worker(store, settings).once()
    with store.read() as unit:
        assert unit.outbox.counts() == {"ready": 3}


def test_a_phone_number_gets_a_text_by_day(house: Any, work: Callable[[], None], way: Fake) -> None:
    invited = house.invite()
    with house.store.write() as unit:
        tenant = unit.at(house.provider_id)
        tenant.identities.erase(invited.sitting_id)
        tenant.identities.add(invited.sitting_id, Identity("Ana", phone="+447700900123"))
        house.clock.now = datetime(2026, 11, 2, 21, 0, tzinfo=UTC)
        enqueue(tenant, "invitation", key="sms", at=house.clock(), sitting_id=invited.sitting_id)
    work()
    assert way.taken == []
    house.clock.now = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
    work()
    (sent,) = way.taken
    assert (sent.channel, sent.to, sent.subject) == ("sms", "+447700900123", "")
    assert "https://recruit.example/i/" in sent.text


def test_who_has_a_new_address_only_is_reached_there(
    house: Any, work: Callable[[], None], way: Fake
) -> None:
    invited = invite(house)
    with house.store.write() as unit:
        identities = unit.at(house.provider_id).identities
        identities.erase(invited.sitting_id)
        identities.add(invited.sitting_id, Identity("Ana", phone="+447700900123"))
    work()
    (sent,) = way.taken
    assert (sent.channel, sent.to, sent.subject) == ("sms", "+447700900123", "")


def test_a_file_is_a_mail_that_programs_read(house: Any, store: Store, tmp_path: Path) -> None:
    invite(house, "Siân Ŵyn")
    settings = MailSettings.of({}, tmp_path, production=False)
    Worker(store, settings).once()
    (path,) = settings.folder.iterdir()
    mail = email.message_from_bytes(path.read_bytes(), policy=default)
    assert mail["To"] == "Siân Ŵyn <ana@example.org>"
    assert mail["Message-ID"] == f"<{path.stem}@localhost>"
    assert mail["Content-Language"] == "en"
    assert "Hello Siân Ŵyn," in mail.get_content()
    assert path.stat().st_mode & 0o077 == 0
