"""Joining by a link, choosing a new password, and looking after an organisation's people."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyotp
import pytest
from structlog.testing import capture_logs

from service.errors import InvalidForm, LinkSpent, NotFound, SignInFailed, TooManyAttempts
from service.storage import Store
from service.use_cases import accounts, joining, me, people, second_factor
from service.use_cases.views import Account

ADDRESS = "192.0.2.1"
PHRASE = "copper kettle under snow"


@pytest.fixture
def manager(store: Store, house: Any) -> Account:
    """A manager who is signed in."""
    accounts.add_account(
        store,
        house.provider_id,
        name="Mo",
        email="mo@example.org",
        password=house.password,
        now=house.clock(),
        role="manager",
    )
    return _signed_in(store, house, "mo@example.org", house.password)


@pytest.fixture
def invite(store: Store, house: Any, manager: Account) -> Callable[..., str]:
    """Invite somebody and return the token."""

    def one(email: str = "new@example.org", role: str = "recruiter", **more: Any) -> str:
        return people.invite(
            store,
            house.provider_id,
            name="Nell",
            email=email,
            role=role,
            by=manager,
            now=house.clock(),
            **more,
        ).token

    return one


def test_a_link_shows_whose_it_is_and_works_once(
    store: Store, house: Any, invite: Callable[..., str]
) -> None:
    token = invite()
    for _ in range(3):  # scanners of mail open links, too
        opened = joining.open_link(store, token, "join", now=house.clock())
    assert (opened.name, opened.email, opened.role) == ("Nell", "new@example.org", "recruiter")
    session = _join(store, house, token, name="Nell New")
    account = accounts.account_for(store, session, now=house.clock())
    assert account is not None
    assert (account.name, account.provider_id) == ("Nell New", house.provider_id)
    for again in (_join, lambda *a: joining.open_link(store, token, "join", now=house.clock())):
        with pytest.raises(LinkSpent) as caught:
            again(store, house, token)
        assert caught.value.was_used
    assert _signed_in(store, house, "new@example.org", PHRASE)


def test_of_two_who_join_at_once_one_wins(
    store: Store, house: Any, invite: Callable[..., str]
) -> None:
    token = invite()

    def attempt(number: int) -> str:
        try:
            return _join(store, house, token, name=f"Nell {number}")
        except LinkSpent:
            return ""

    with ThreadPoolExecutor(3) as pool:
        sessions = [one for one in pool.map(attempt, range(3)) if one]
    assert len(sessions) == 1


def test_nothing_is_used_up_by_a_form_with_problems(
    store: Store, house: Any, invite: Callable[..., str]
) -> None:
    token = invite()
    with pytest.raises(InvalidForm) as caught:
        joining.join(store, token, name=" ", password="Meadow Care 1", again="", now=house.clock())
    assert set(caught.value.fields) == {"name", "new"}
    assert _join(store, house, token)


def test_a_link_runs_out_after_seven_days_and_can_be_renewed(
    store: Store, house: Any, manager: Account, invite: Callable[..., str]
) -> None:
    token = invite()
    house.clock.forward(days=7)
    with pytest.raises(LinkSpent) as caught:
        _join(store, house, token)
    assert not caught.value.was_used
    nell = _person(store, house, "new@example.org")
    assert nell.state == "invited"
    new = people.renew_join(store, house.provider_id, nell.id, by=manager, now=house.clock())
    newest = people.renew_join(store, house.provider_id, nell.id, by=manager, now=house.clock())
    with pytest.raises(LinkSpent):
        _join(store, house, new)
    assert _join(store, house, newest)
    with pytest.raises(NotFound):
        people.renew_join(store, house.provider_id, nell.id, by=manager, now=house.clock())


def test_a_link_is_good_for_its_own_purpose_only(
    store: Store, house: Any, manager: Account, invite: Callable[..., str]
) -> None:
    joins = invite()
    resets = people.reset_link(
        store, house.provider_id, house.account.id, by=manager, now=house.clock()
    )
    for token, purpose in ((joins, "reset"), (resets, "join"), ("made-up", "join")):
        with pytest.raises(LinkSpent):
            joining.open_link(store, token, purpose, now=house.clock())


def test_the_same_form_twice_invites_one_person(
    store: Store, house: Any, invite: Callable[..., str]
) -> None:
    tokens = [invite(request_id="form-1") for _ in range(2)]
    assert [one.email for one in people.list_people(store, house.provider_id)].count(
        "new@example.org"
    ) == 1
    assert _join(store, house, tokens[1])
    for email, form_id in (("new@example.org", "form-2"), ("NEW@example.org", "form-1")):
        with pytest.raises(InvalidForm) as caught:
            invite(email=email, request_id=form_id)
        assert set(caught.value.fields) == {"email"}


@pytest.mark.parametrize(
    ("name", "email", "role", "fields"),
    [
        ("", "not an address", "council", {"name", "email", "role"}),
        ("Nell", "", "", {"email", "role"}),
        ("N" * 121, "nell@example.org", "administrator", {"name", "role"}),
    ],
)
def test_every_problem_of_an_invitation_is_told_at_once(
    store: Store, house: Any, manager: Account, name: str, email: str, role: str, fields: set[str]
) -> None:
    with pytest.raises(InvalidForm) as caught:
        people.invite(
            store,
            house.provider_id,
            name=name,
            email=email,
            role=role,
            by=manager,
            now=house.clock(),
        )
    assert set(caught.value.fields) == fields


def test_a_new_password_ends_every_session_and_keeps_the_second_factor(
    store: Store, house: Any, manager: Account
) -> None:
    before = _sign_in(store, house, "mo@example.org", house.password)
    secret = second_factor.set_up(store, manager, now=house.clock()).typed.replace(" ", "")
    code = pyotp.TOTP(secret).at(house.clock())
    passed = second_factor.confirm(store, manager, code=code, now=house.clock())
    token = _reset_token(store, house, manager.id)
    joining.choose_password(store, token, password=PHRASE, again=PHRASE, now=house.clock())
    for session in (before, passed.token):
        assert accounts.account_for(store, session, now=house.clock()) is None
    with pytest.raises(SignInFailed):
        _sign_in(store, house, "mo@example.org", house.password)
    half = _sign_in(store, house, "mo@example.org", PHRASE)
    assert accounts.account_for(store, half, now=house.clock()) is None
    assert second_factor.is_waiting(store, half, now=house.clock())
    with pytest.raises(LinkSpent):
        joining.choose_password(store, token, password=PHRASE, again=PHRASE, now=house.clock())


def test_asking_for_a_new_password_says_nothing_about_who_is_there(
    store: Store, house: Any, manager: Account, invite: Callable[..., str]
) -> None:
    invite()
    people.disable(store, house.provider_id, house.account.id, by=manager, now=house.clock())
    _forget_messages(store)
    for email in ("nobody@example.org", "new@example.org", "mo@example.org", house.account.email):
        assert joining.ask_reset(store, email, now=house.clock(), address=ADDRESS) is None
    assert _messages(store) == {
        ("account-join", _person(store, house, "new@example.org").id),
        ("account-reset", manager.id),
    }


def test_nobody_is_flooded_with_messages(store: Store, house: Any, manager: Account) -> None:
    for number in range(20):
        house.clock.forward(seconds=1)
        joining.ask_reset(store, "mo@example.org", now=house.clock(), address=f"192.0.2.{number}")
    with store.read() as unit:
        sent = unit.connection.exec_driver_sql("SELECT count(*) FROM messages").scalar_one()
    assert sent == joining.MESSAGES_PER_ACCOUNT


def test_one_computer_cannot_ask_for_everybody(store: Store, house: Any) -> None:
    def ask(number: int) -> None:
        joining.ask_reset(store, f"{number}@example.org", now=house.clock(), address=ADDRESS)

    for number in range(accounts.ATTEMPTS_PER_ADDRESS):
        ask(number)
    with pytest.raises(TooManyAttempts):
        ask(accounts.ATTEMPTS_PER_ADDRESS)


def test_disabling_ends_sessions_and_links_at_once_and_enabling_undoes_it(
    store: Store, house: Any, manager: Account, invite: Callable[..., str]
) -> None:
    rae = house.account
    session = _sign_in(store, house, rae.email, house.password)
    token = _reset_token(store, house, rae.id, by=manager)
    people.disable(store, house.provider_id, rae.id, by=manager, now=house.clock())
    assert _person(store, house, rae.email).state == "disabled"
    assert accounts.account_for(store, session, now=house.clock()) is None
    with pytest.raises(SignInFailed):
        _sign_in(store, house, rae.email, house.password)
    with pytest.raises(LinkSpent):
        joining.open_link(store, token, "reset", now=house.clock())
    people.enable(store, house.provider_id, rae.id, by=manager)
    assert accounts.account_for(store, session, now=house.clock()) is None
    assert _signed_in(store, house, rae.email, house.password)
    waiting = invite()
    nell = _person(store, house, "new@example.org")
    people.disable(store, house.provider_id, nell.id, by=manager, now=house.clock())
    with pytest.raises(LinkSpent):
        _join(store, house, waiting)


def test_the_last_manager_stays_whoever_asks(
    store: Store, house: Any, manager: Account, invite: Callable[..., str]
) -> None:
    lead = Account("lead", "house", "The council", "Lee", "lee@example.org", "council")
    invite("second@example.org", role="manager")  # has not joined, so does not count
    for by in (manager, lead):
        for act, field in (
            (lambda by: _disable(store, house, manager.id, by), "disable"),
            (lambda by: _role(store, house, manager.id, "recruiter", by), "role"),
        ):
            with pytest.raises(InvalidForm) as caught:
                act(by)
            assert set(caught.value.fields) == {field}
    other = _person(store, house, "second@example.org")
    _join(store, house, _invite_again(store, house, other.id, manager))
    _role(store, house, manager.id, "recruiter", lead)
    assert _person(store, house, "mo@example.org").role == "recruiter"
    with pytest.raises(InvalidForm):
        _disable(store, house, other.id, lead)


def test_another_role_holds_from_the_next_sign_in(
    store: Store, house: Any, manager: Account
) -> None:
    session = _sign_in(store, house, house.account.email, house.password)
    _role(store, house, house.account.id, "manager", manager)
    assert accounts.account_for(store, session, now=house.clock()) is None
    account = _signed_in(store, house, house.account.email, house.password)
    assert account.role == "manager"
    with pytest.raises(InvalidForm):
        _role(store, house, house.account.id, "administrator", manager)


@pytest.mark.usefixtures("all_logged")
def test_a_lost_phone_is_helped_by_a_colleague_never_by_oneself(
    store: Store, house: Any, manager: Account
) -> None:
    rae = _signed_in(store, house, house.account.email, house.password)
    secret = second_factor.set_up(store, rae, now=house.clock()).typed.replace(" ", "")
    code = pyotp.TOTP(secret).at(house.clock())
    codes = second_factor.confirm(store, rae, code=code, now=house.clock()).codes
    with pytest.raises(NotFound):
        people.reset_second_factor(store, house.provider_id, rae.id, by=rae, now=house.clock())
    with capture_logs() as lines:
        people.reset_second_factor(store, house.provider_id, rae.id, by=manager, now=house.clock())
    (line,) = lines
    assert (line["event"], line["account"], line["by"]) == (
        "second-factor-reset",
        rae.id,
        manager.id,
    )
    token = _sign_in(store, house, rae.email, house.password)
    assert accounts.account_for(store, token, now=house.clock()) is not None
    assert not second_factor.is_waiting(store, token, now=house.clock())
    assert codes


def test_changing_the_password_ends_the_other_sessions_and_asks_for_the_old_one(
    store: Store, house: Any
) -> None:
    email = house.account.email
    here = _sign_in(store, house, email, house.password)
    there = _sign_in(store, house, email, house.password)
    account = accounts.account_for(store, here, now=house.clock())
    assert account is not None

    def change(old: str, new: str = PHRASE, again: str = "") -> str:
        return me.change_password(
            store, account, password=old, new=new, again=again or new, now=house.clock()
        )

    for given, field in (
        (("not this one at all",), "password"),
        ((house.password, house.password), "new"),
        ((house.password, "Meadow 2026 Rae"), "new"),
        ((house.password, PHRASE, PHRASE + "!"), "again"),
    ):
        with pytest.raises(InvalidForm) as caught:
            change(*given)
        assert set(caught.value.fields) == {field}
    renewed = change(house.password)
    assert accounts.account_for(store, renewed, now=house.clock()) == account
    assert accounts.account_for(store, here, now=house.clock()) is None
    assert accounts.account_for(store, there, now=house.clock()) is None
    assert _signed_in(store, house, email, PHRASE)
    with pytest.raises(SignInFailed):
        _sign_in(store, house, email, house.password)


def test_changing_the_password_ends_a_link_for_a_new_one_that_is_out(
    store: Store, house: Any
) -> None:
    account = _signed_in(store, house, house.account.email, house.password)
    token = _reset_token(store, house, account.id)
    assert joining.open_link(store, token, "reset", now=house.clock()).email == account.email
    me.change_password(
        store, account, password=house.password, new=PHRASE, again=PHRASE, now=house.clock()
    )
    with pytest.raises(LinkSpent):
        joining.open_link(store, token, "reset", now=house.clock())


def test_a_session_that_is_left_opens_nothing_for_somebody_disabled(
    store: Store, house: Any
) -> None:
    token = _sign_in(store, house, house.account.email, house.password)
    for disabled_at, opens in ((None, True), (house.clock(), False), (None, True)):
        with store.write() as unit:
            unit.at(house.provider_id).accounts.change(house.account.id, disabled_at=disabled_at)
        found = accounts.account_for(store, token, now=house.clock())
        assert (found is not None) is opens


def test_sessions_are_listed_in_plain_words_and_ended_one_by_one(
    store: Store, house: Any, make_house: Callable[..., Any]
) -> None:
    agents = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    )
    tokens = [
        _sign_in(store, house, house.account.email, house.password, agent=agent) for agent in agents
    ]
    mine = accounts.account_for(store, tokens[1], now=house.clock())
    assert mine is not None
    shown = me.show_me(store, mine, now=house.clock()).sessions
    assert [(one.device, one.is_this) for one in shown] == [
        ("Safari on iPhone", True),
        ("Edge on Windows", False),
    ]
    other = make_house("Harbour Care").account
    me.end_session(store, other, shown[1].id)  # not theirs: nothing happens
    assert accounts.account_for(store, tokens[0], now=house.clock()) is not None
    me.end_session(store, mine, shown[1].id)
    assert accounts.account_for(store, tokens[0], now=house.clock()) is None
    third = _sign_in(store, house, house.account.email, house.password)
    me.end_other_sessions(store, mine)
    assert accounts.account_for(store, third, now=house.clock()) is None
    assert accounts.account_for(store, tokens[1], now=house.clock()) == mine


def test_people_of_another_provider_are_not_there(
    store: Store, house: Any, manager: Account, make_house: Callable[..., Any]
) -> None:
    other = make_house("Harbour Care")
    theirs, own = other.account.id, house.provider_id
    for act in (
        lambda: people.find_person(store, own, theirs),
        lambda: people.renew_join(store, own, theirs, by=manager, now=house.clock()),
        lambda: people.reset_link(store, own, theirs, by=manager, now=house.clock()),
        lambda: _role(store, house, theirs, "manager", manager),
        lambda: _disable(store, house, theirs, manager),
        lambda: people.enable(store, own, theirs, by=manager),
        lambda: people.reset_second_factor(store, own, theirs, by=manager, now=house.clock()),
    ):
        with pytest.raises(NotFound):
            act()
    assert {one.email for one in people.list_people(store, own)} == {
        house.account.email,
        "mo@example.org",
    }


def test_an_administrator_is_made_once_and_joins_by_a_link(store: Store, clock: Any) -> None:
    def create(email: str = "ada@example.org") -> str:
        return people.create_administrator(store, name="Ada", email=email, now=clock())

    first, second = create(), create()
    with pytest.raises(LinkSpent):
        joining.open_link(store, first, "join", now=clock())
    assert joining.open_link(store, second, "join", now=clock()).role == "administrator"
    session = joining.join(store, second, name="Ada", password=PHRASE, again=PHRASE, now=clock())
    account = accounts.account_for(store, session, now=clock())
    assert account is not None
    assert account.role == "administrator"
    with pytest.raises(InvalidForm):
        create()
    with store.read() as unit:
        house = unit.providers.house()
    assert house is not None
    assert house.id == account.provider_id


def _invite_again(store: Store, house: Any, account_id: str, by: Account) -> str:
    return people.renew_join(store, house.provider_id, account_id, by=by, now=house.clock())


def _join(store: Store, house: Any, token: str, *, name: str = "Nell") -> str:
    return joining.join(store, token, name=name, password=PHRASE, again=PHRASE, now=house.clock())


def _sign_in(store: Store, house: Any, email: str, password: str, *, agent: str = "") -> str:
    return accounts.sign_in(store, email, password, now=house.clock(), address=ADDRESS, agent=agent)


def _signed_in(store: Store, house: Any, email: str, password: str) -> Account:
    token = _sign_in(store, house, email, password)
    account = accounts.account_for(store, token, now=house.clock())
    assert account is not None
    return account


def _person(store: Store, house: Any, email: str) -> people.Person:
    return next(one for one in people.list_people(store, house.provider_id) if one.email == email)


def _reset_token(store: Store, house: Any, account_id: str, *, by: Account | None = None) -> str:
    return people.reset_link(
        store, house.provider_id, account_id, by=by or house.account, now=house.clock()
    )


def _disable(store: Store, house: Any, account_id: str, by: Account) -> None:
    people.disable(store, house.provider_id, account_id, by=by, now=house.clock())


def _role(store: Store, house: Any, account_id: str, role: str, by: Account) -> None:
    people.change_role(store, house.provider_id, account_id, role, by=by)


def _forget_messages(store: Store) -> None:
    with store.write() as unit:
        unit.connection.exec_driver_sql("DELETE FROM messages")


def _messages(store: Store) -> set[tuple[str, str]]:
    with store.read() as unit:
        rows = unit.connection.exec_driver_sql("SELECT kind, account_id FROM messages")
        return {tuple(row) for row in rows}
