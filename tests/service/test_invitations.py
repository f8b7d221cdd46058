"""Inviting one candidate, reminding several, and links to hand over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.errors import InvalidForm, NotFound, ProviderPaused
from service.storage.cipher import sha256
from service.use_cases import handing_over, invitations, reminders, sittings, vacancies
from service.use_cases.facts import facts_of
from service.use_cases.happenings import happen
from service.use_cases.known_people import AlreadyHere


def invited(house: Any, name: str = "Ana Beispiel", **more: Any) -> Any:
    return invitations.invite(
        house.store,
        house.provider_id,
        house.vacancy_id,
        name=name,
        by=house.account,
        now=house.clock(),
        **more,
    )


def close(house: Any, *, closed: bool = True) -> None:
    vacancies.close_vacancy(
        house.store, house.provider_id, house.vacancy_id, closed=closed, now=house.clock()
    )


def pause(house: Any) -> None:
    with house.store.write() as unit:
        unit.connection.exec_driver_sql(
            "UPDATE providers SET paused_at = '2026-11-02T09:00:00.000000Z' WHERE id = ?",
            (house.provider_id,),
        )


def messages_of(house: Any, sitting_id: str) -> list[tuple[str, str, str]]:
    with house.store.read() as unit:
        found = unit.at(house.provider_id).messages.of((sitting_id,))
    return sorted((one.kind, one.channel, one.state) for one in found)


def test_a_name_is_enough_and_everything_else_is_kept(house: Any) -> None:
    bare = invited(house)
    assert sittings.view_invitation(house.store, bare.token).sitting_id == bare.sitting_id
    full = invited(
        house,
        "Ben Muster",
        email="Ben@Example.org",
        phone="07700 900 123",
        facts={"travel_minutes": "20", "hours_wanted": "", "own_transport": "yes"},
    )
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        assert tenant.identities.get(bare.sitting_id).phone == ""
        person = tenant.identities.get(full.sitting_id)
        assert (person.email, person.phone) == ("Ben@Example.org", "+447700900123")
        assert facts_of(tenant.events.of(full.sitting_id)) == {
            "travel_minutes": 20,
            "own_transport": "yes",
        }
    assert messages_of(house, full.sitting_id) == []


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "nowhere"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"language": "fr"}, "language"),
        ({"send": True}, "email"),
        ({"facts": {"travel_minutes": "many"}}, "travel_minutes"),
    ],
)
def test_what_cannot_be_read_is_told(house: Any, more: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidForm) as told:
        invited(house, **{"name": "Ana", **more})
    assert list(told.value.fields) == [field]


def test_sending_queues_the_message_and_its_reminders_and_makes_no_link(house: Any) -> None:
    one = invited(house, email="ana@example.org", send=True, request_id="form")
    again = invited(house, email="ana@example.org", send=True, request_id="form")
    assert one == again
    assert one.token == ""
    assert messages_of(house, one.sitting_id) == [
        ("invitation", "email", "ready"),
        ("reminder", "email", "ready"),
        ("reminder", "email", "ready"),
    ]
    with house.store.read() as unit:
        assert unit.connection.exec_driver_sql("SELECT count(*) FROM links").scalar_one() == 0


def test_somebody_who_is_here_is_told_once_with_the_surest_reason(
    house: Any, make_house: Callable[..., Any]
) -> None:
    first = invited(house, "Ana Beispiel", email="ana@example.org", phone="07700 900123")
    other = make_house("Harbour Care")
    invited(other, "Ana Beispiel", email="ana@example.org", anyway=False)
    for more, kind in (
        ({"name": "A. B.", "email": " ANA@example.org"}, "email"),
        ({"name": "A. B.", "phone": "+44 7700 900123"}, "phone"),
        ({"name": "ana  BEISPIEL"}, "name"),
        ({"name": "Ana Beispiel", "email": "ana@example.org", "phone": "07700900123"}, "email"),
    ):
        with pytest.raises(AlreadyHere) as told:
            invited(house, anyway=False, **more)
        assert [(one.sitting_id, one.kind) for one in told.value.same] == [(first.sitting_id, kind)]
        assert str(told.value.same[0].invited_on) == "2026-11-02"
    assert invited(house, "Somebody Else", email="else@example.org", anyway=False).token
    assert invited(house, "Ana Beispiel", email="ana@example.org").token


def test_closed_and_paused_refuse_but_who_has_started_gets_a_link(house: Any) -> None:
    waiting, under_way = invited(house), house.started()
    close(house)
    with pytest.raises(InvalidForm, match="closed"):
        invited(house)
    close(house, closed=False)
    pause(house)
    with pytest.raises(ProviderPaused):
        invited(house)
    for make in (invitations.renew_link, invitations.another_link):
        with pytest.raises(ProviderPaused):
            make(
                house.store,
                house.provider_id,
                waiting.sitting_id,
                by=house.account,
                now=house.clock(),
            )
        assert make(
            house.store,
            house.provider_id,
            under_way.sitting_id,
            by=house.account,
            now=house.clock(),
        )


def test_another_link_leaves_the_others_and_a_new_one_replaces_them(house: Any) -> None:
    one = invited(house)
    given = {"by": house.account, "now": house.clock()}
    more = invitations.another_link(house.store, house.provider_id, one.sitting_id, **given)
    for token in (one.token, more):
        assert sittings.view_invitation(house.store, token).sitting_id == one.sitting_id
    newest = invitations.renew_link(house.store, house.provider_id, one.sitting_id, **given)
    with house.store.read() as unit:
        working = unit.at(house.provider_id).bulk.working_links(
            [sha256(token) for token in (one.token, more, newest)], now=house.clock()
        )
    assert working == {sha256(newest)}


def test_reminders_by_hand_go_to_whoever_can_still_use_one(house: Any) -> None:
    ready = invited(house, "Ready", email="ready@example.org").sitting_id
    bare = invited(house, "Bare").sitting_id
    done = house.submitted().sitting_id
    back = invited(house, "Back", email="back@example.org").sitting_id
    ended = invited(house, "Ended", email="ended@example.org").sitting_id
    gone = invited(house, "Gone", email="gone@example.org").sitting_id
    with house.store.write() as unit:
        tenant = unit.at(house.provider_id)
        happen(tenant, back, "bounced", at=house.clock())
        happen(tenant, ended, "withdrawn", at=house.clock(), body={"reason": "not-said"})
        tenant.identities.erase(gone)
    ids = (ready, bare, done, back, ended, gone, ready)
    given = {"now": house.clock()}
    told = reminders.remind_several(house.store, house.provider_id, ids, **given)
    assert told.done == (ready,)
    left = dict(told.left)
    assert set(left) == {bare, done, back, ended, gone}
    assert len(set(left.values())) == 5
    again = reminders.remind_several(house.store, house.provider_id, (ready,), **given)
    assert again.done == ()
    assert "last day" in again.left[0][1]
    invite = reminders.invite_again_several(house.store, house.provider_id, (ready,), **given)
    assert invite.done == (ready,)
    given["now"] = house.clock.forward(hours=25)
    assert reminders.remind_several(house.store, house.provider_id, (ready,), **given).done
    assert [kind for kind, *_rest in messages_of(house, ready)] == [
        "invitation",
        "reminder",
        "reminder",
    ]


def test_bulk_messages_stop_for_closed_and_paused_and_strangers(
    house: Any, make_house: Callable[..., Any]
) -> None:
    one = invited(house, email="ana@example.org").sitting_id
    given = {"now": house.clock()}
    other = make_house("Harbour Care")
    with pytest.raises(NotFound):
        reminders.remind_several(house.store, other.provider_id, (one,), **given)
    close(house)
    told = reminders.remind_several(house.store, house.provider_id, (one,), **given)
    assert "closed" in told.left[0][1]
    close(house, closed=False)
    pause(house)
    told = reminders.invite_again_several(house.store, house.provider_id, (one,), **given)
    assert "paused" in told.left[0][1]
    assert messages_of(house, one) == []


def test_cards_hold_links_that_work_and_only_those(
    house: Any, make_house: Callable[..., Any]
) -> None:
    ana, ben = invited(house, "Ben").sitting_id, invited(house, "Ana").sitting_id
    done = house.submitted().sitting_id
    ended, gone = invited(house, "Ended").sitting_id, invited(house, "Gone").sitting_id
    with house.store.write() as unit:
        tenant = unit.at(house.provider_id)
        happen(tenant, ended, "withdrawn", at=house.clock(), body={"reason": "not-said"})
        happen(tenant, gone, "erased", at=house.clock(), body={"why": "retention"})
    secret = handing_over.new_secret()
    given = {"secret": secret, "by": house.account, "now": house.clock()}
    made = handing_over.hand_over(
        house.store, house.provider_id, house.vacancy_id, (ana, ben, done, ended, gone), **given
    )
    assert made == (ana, ben)
    batch = handing_over.cards_of(
        house.store,
        house.provider_id,
        secret=secret,
        sitting_ids=(ana, ben, done),
        now=house.clock(),
    )
    assert [card.name for card in batch.cards] == ["Ana", "Ben"]
    for card in batch.cards:
        found = sittings.view_invitation(house.store, card.token)
        assert found.sitting_id == card.sitting_id
    other = make_house("Harbour Care")
    for ask in (
        lambda: handing_over.cards_of(
            house.store, other.provider_id, secret=secret, sitting_ids=(ana,), now=house.clock()
        ),
        lambda: handing_over.cards_of(
            house.store, house.provider_id, secret="x", sitting_ids=(ana,), now=house.clock()
        ),
        lambda: handing_over.hand_over(
            house.store, other.provider_id, house.vacancy_id, (ana,), **given
        ),
        lambda: handing_over.hand_over(
            house.store, other.provider_id, other.vacancy_id, (ana,), **given
        ),
    ):
        with pytest.raises(NotFound):
            ask()
