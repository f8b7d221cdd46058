"""What is kept of how a decision was made, and what nobody can pass in."""

from __future__ import annotations

import inspect
import sqlite3

import pytest

from service.errors import FirstViewNeeded, InvalidForm, NotFound
from service.pages.record import read_words
from service.use_cases import accounts, reports
from service.use_cases.decision_record import decision_record, suggested_by
from service.use_cases.first_views import ONLY_READ
from service.use_cases.views import Account
from vbr_engine.scoring.profile import Profile


@pytest.fixture
def sitting(house):
    return house.submitted().sitting_id


def view(house, sitting_id, account=None, choice="promising"):
    reports.record_first_view(
        house.store,
        house.provider_id,
        sitting_id,
        account=account or house.account,
        view=choice,
        note="Warm on the phone.",
        now=house.clock(),
    )


def read(house, sitting_id, account=None):
    return reports.open_report(
        house.store,
        house.provider_id,
        sitting_id,
        account=account or house.account,
        now=house.clock(),
    )


def decide(house, sitting_id, account=None, decision="invite-to-interview", reason="Kind."):
    reports.record_decision(
        house.store,
        house.provider_id,
        sitting_id,
        account=account or house.account,
        decision=decision,
        reason=reason,
        now=house.clock(),
    )


def record(house, sitting_id, account=None):
    return decision_record(
        house.store,
        house.provider_id,
        sitting_id,
        account=account or house.account,
        now=house.clock(),
    )


def another(house):
    made = accounts.add_account(
        house.store,
        house.provider_id,
        name="Mo",
        email="mo@example.org",
        password="correct horse battery",
        now=house.clock(),
    )
    return Account(made, house.provider_id, "Meadow Care", "Mo", "mo@example.org", "recruiter")


@pytest.mark.parametrize(
    ("gone", "seconds", "longer", "words"),
    [
        ({"seconds": 20}, 20, False, "less than a minute after this person opened"),
        ({"seconds": 45}, 45, False, "about 1 minute before"),
        ({"minutes": 6, "seconds": 10}, 370, False, "about 6 minutes before"),
        ({"minutes": 60}, 3600, False, "about 60 minutes before"),
        ({"days": 2}, 3600, True, "more than an hour after"),
    ],
)
def test_time_with_the_report_is_between_opening_and_deciding(
    house, sitting, gone, seconds, longer, words
):
    view(house, sitting)
    read(house, sitting)
    house.clock.forward(**gone)
    decide(house, sitting)
    (made,) = record(house, sitting).decisions
    assert (made.seconds, made.longer) == (seconds, longer)
    assert words in read_words(made)


def test_each_person_has_their_own_time(house, sitting):
    mo = another(house)
    view(house, sitting)
    read(house, sitting)
    house.clock.forward(minutes=30)
    with pytest.raises(InvalidForm, match="Open the report"):
        decide(house, sitting, mo)
    view(house, sitting, mo)
    read(house, sitting, mo)
    house.clock.forward(minutes=2)
    decide(house, sitting, mo)
    decide(house, sitting)
    first, second = record(house, sitting).decisions
    assert (first.by, first.seconds) == ("Mo", 120)
    assert (second.by, second.seconds) == ("Rae", 32 * 60)


def test_a_first_view_comes_before_the_report_for_everybody(house, sitting):
    with pytest.raises(FirstViewNeeded):
        read(house, sitting)
    with pytest.raises(InvalidForm):
        decide(house, sitting)
    view(house, sitting)
    read(house, sitting)


def test_a_colleagues_first_view_opens_the_report_for_nobody_else(house, sitting):
    mo = another(house)
    view(house, sitting)
    read(house, sitting)
    with pytest.raises(FirstViewNeeded):
        read(house, sitting, mo)
    with pytest.raises(InvalidForm):
        view(house, sitting, mo, choice=ONLY_READ)
    view(house, sitting, mo, choice="concerns")
    read(house, sitting, mo)
    decide(house, sitting, mo)
    held = record(house, sitting)
    assert [(one.by, one.view) for one in held.views] == [("Rae", "promising"), ("Mo", "concerns")]
    (made,) = held.decisions
    assert (made.by, made.view, made.view_note) == ("Mo", "concerns", "Warm on the phone.")


def test_nobody_notes_two_first_views(house, sitting):
    view(house, sitting)
    view(house, sitting, choice="concerns")
    read(house, sitting)
    view(house, sitting, choice="unsure")
    assert [one.view for one in record(house, sitting).views] == ["promising"]


def test_once_decided_it_can_be_read_without_a_view_and_is_left_to_colleagues(house, sitting):
    mo = another(house)
    view(house, sitting)
    read(house, sitting)
    decide(house, sitting)
    with pytest.raises(FirstViewNeeded):
        read(house, sitting, mo)
    view(house, sitting, mo, choice=ONLY_READ)
    read(house, sitting, mo)
    with pytest.raises(InvalidForm, match="without a first view of your own"):
        decide(house, sitting, mo)
    view(house, sitting, mo)
    held = record(house, sitting)
    assert [one.by for one in held.views] == ["Rae"]
    assert [entry.kind for entry in held.entries].count("report-opened") == 2


def test_where_nobody_else_is_left_who_only_read_may_decide_and_the_record_says_so(house, sitting):
    mo = another(house)
    view(house, sitting)
    read(house, sitting)
    decide(house, sitting)
    view(house, sitting, mo, choice=ONLY_READ)
    with house.store.write() as unit:
        unit.at(house.provider_id).accounts.change(house.account.id, disabled_at=house.clock())
    decide(house, sitting, mo, decision="hold")
    made = record(house, sitting).decisions[-1]
    assert (made.by, made.decision, made.view) == ("Mo", "hold", "")


def test_the_record_keeps_what_the_report_said_from_who_has_no_view_yet(house, sitting):
    mo = another(house)
    view(house, sitting)
    read(house, sitting)
    decide(house, sitting)
    held = record(house, sitting, mo)
    assert (held.withheld, held.decisions[0].suggested) == (True, None)
    view(house, sitting, mo, choice=ONLY_READ)
    held = record(house, sitting, mo)
    assert not held.withheld
    assert held.decisions[0].suggested == record(house, sitting).decisions[0].suggested is not None


def test_what_the_report_said_is_kept_as_codes(house, sitting, bank):
    view(house, sitting)
    read(house, sitting)
    decide(house, sitting)
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        profile = Profile.from_dict(tenant.profiles.get(sitting))
        body = tenant.events.of(sitting)[-1].body
    said = body["suggested"]
    assert said == suggested_by(profile)
    assert said["composite"] == list(profile.composite.bands)
    assert set(said["values"]) == {value.id for value in bank.values}
    assert (said["bank"], said["engine"]) == (bank.sha256, profile.engine)
    assert not any(isinstance(one, float) for one in flat(said))
    (made,) = record(house, sitting).decisions
    assert made.suggested is not None
    names = {text.name for text in bank.text("en").values.values()}
    assert {name for name, _bands in made.suggested.values} == names


def flat(value):
    if isinstance(value, dict):
        return [one for each in value.values() for one in flat(each)]
    return [one for each in value for one in flat(each)] if isinstance(value, list) else [value]


def test_nothing_of_a_score_can_be_passed_in():
    given = set(inspect.signature(reports.record_decision).parameters)
    assert given == {
        "store",
        "provider_id",
        "sitting_id",
        "account",
        "seen",
        "decision",
        "reason",
        "now",
    }


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_no_decision_without_a_reason(house, sitting, reason):
    view(house, sitting)
    read(house, sitting)
    with pytest.raises(InvalidForm):
        decide(house, sitting, reason=reason)
    assert record(house, sitting).decisions == ()


def test_a_decision_sent_twice_is_one(house, sitting):
    view(house, sitting)
    read(house, sitting)
    for _time in range(2):
        decide(house, sitting)
    assert len(record(house, sitting).decisions) == 1
    decide(house, sitting, decision="hold", reason="Wait.")
    held = record(house, sitting)
    assert [made.decision for made in held.decisions] == ["invite-to-interview", "hold"]
    assert [made.view for made in held.decisions] == ["promising", "promising"]
    assert held.decisions[0].view_note == "Warm on the phone."


def test_every_entry_has_its_number_and_code(house, sitting):
    view(house, sitting)
    read(house, sitting)
    decide(house, sitting)
    held = record(house, sitting)
    assert [entry.kind for entry in held.entries] == [
        "first-view",
        "report-opened",
        "report-read",
        "decided",
    ]
    assert [entry.number for entry in held.entries] == [1, 2, 3, 4]
    assert len({entry.code for entry in held.entries}) == 4
    assert (held.is_sound, held.n_entries) == (True, 4)


def test_a_changed_decision_shows(house, sitting):
    view(house, sitting)
    read(house, sitting)
    decide(house, sitting)
    with sqlite3.connect(house.store.path) as forged:
        forged.execute("DROP TRIGGER events_no_update")
        forged.execute("UPDATE events SET body = replace(body, 'invite-to-interview', 'not-now')")
    held = record(house, sitting)
    assert not held.is_sound
    assert held.decisions[0].decision == "not-now"


def test_another_providers_ledger_is_not_looked_at(house, make_house, sitting):
    other = make_house("Harbour Care")
    theirs = other.submitted().sitting_id
    view(other, theirs)
    view(house, sitting)
    assert record(house, sitting).n_entries == 1
    with sqlite3.connect(house.store.path) as forged:
        forged.execute("DROP TRIGGER events_no_update")
        forged.execute(
            "UPDATE events SET body = '{}' WHERE provider_id = ? AND kind = 'first-view'",
            (other.provider_id,),
        )
        forged.execute(
            "CREATE TRIGGER events_no_update BEFORE UPDATE ON events "
            "BEGIN SELECT RAISE(ABORT, 'events can only grow'); END"
        )
    assert record(house, sitting).is_sound
    with pytest.raises(NotFound):
        record(house, theirs)


def test_decisions_of_the_first_release_say_what_was_not_kept(house, sitting):
    view(house, sitting)
    with house.store.write() as unit:
        tenant = unit.at(house.provider_id)
        body = {"by": house.account.id, "decision": "hold", "remark": None}
        tenant.events.append(sitting, "decided", at=house.clock(), body=body)
    (made,) = record(house, sitting).decisions
    assert (made.suggested, made.seconds, made.reason) == (None, None, "")
    assert read_words(made) == "How long the report was open is not known."


def test_who_decides_after_somebody_else_sees_that_first(house) -> None:
    sitting = house.submitted().sitting_id
    given = {"account": house.account, "now": house.clock()}
    reports.record_first_view(
        house.store, house.provider_id, sitting, view="unsure", note="", **given
    )
    reports.open_report(house.store, house.provider_id, sitting, **given)

    def decide(decision, seen):
        reports.record_decision(
            house.store,
            house.provider_id,
            sitting,
            decision=decision,
            reason=f"Because of {decision}.",
            seen=seen,
            **given,
        )

    decide("hold", 0)
    with pytest.raises(InvalidForm, match="meanwhile"):
        decide("not-now", 0)
    decide("not-now", 1)
    with house.store.read() as unit:
        events = unit.at(house.provider_id).events.of(sitting)
    assert [e.body["decision"] for e in events if e.kind == "decided"] == ["hold", "not-now"]
