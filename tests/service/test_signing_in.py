"""Signing in: hashes, throttling, sessions that end."""

from __future__ import annotations

import time
from typing import Any

import pytest

from service.errors import InvalidForm, SignInFailed, TooManyAttempts
from service.storage import Store
from service.use_cases import accounts

ADDRESS = "192.0.2.1"


def test_signing_in_gives_a_session_that_signing_out_ends(store: Store, house: Any) -> None:
    now, email = house.clock(), house.account.email
    first = accounts.sign_in(store, email.upper(), house.password, now=now, address=ADDRESS)
    second = accounts.sign_in(store, email, house.password, now=now, address=ADDRESS)
    assert first != second
    assert accounts.account_for(store, first, now=now) == house.account
    accounts.sign_out(store, first, now=now)
    assert accounts.account_for(store, first, now=now) is None
    assert accounts.account_for(store, second, now=now) == house.account
    assert accounts.account_for(store, "made-up", now=now) is None


def test_a_session_ends_when_idle_and_in_any_case(store: Store, house: Any) -> None:
    token = accounts.sign_in(
        store, house.account.email, house.password, now=house.clock(), address=ADDRESS
    )
    for _ in range(14):
        now = house.clock.forward(minutes=50)
        assert accounts.account_for(store, token, now=now) is not None
    assert accounts.account_for(store, token, now=house.clock.forward(minutes=50)) is None
    token = accounts.sign_in(
        store, house.account.email, house.password, now=house.clock(), address=ADDRESS
    )
    assert accounts.account_for(store, token, now=house.clock.forward(minutes=60)) is None


def test_an_unknown_address_gets_the_same_answer_in_about_the_same_time(
    store: Store, house: Any
) -> None:
    told, taken = [], []
    for email in (
        house.account.email,
        "nobody@example.org",
        house.account.email,
        "no2@example.org",
    ):
        began = time.perf_counter()
        with pytest.raises(SignInFailed) as caught:
            accounts.sign_in(store, email, "wrong password", now=house.clock(), address=ADDRESS)
        taken.append(time.perf_counter() - began)
        told.append(str(caught.value))
    assert len(set(told)) == 1
    # The hash takes some 40 ms; without it an unknown address would be told in 2.
    assert min(taken[1], taken[3]) > min(taken[0], taken[2]) / 4


def test_attempts_are_throttled_by_account_whoever_tries(store: Store, house: Any) -> None:
    def attempt(number: int, password: str) -> None:
        accounts.sign_in(
            store, house.account.email, password, now=house.clock(), address=f"192.0.2.{number}"
        )

    for number in range(accounts.ATTEMPTS_PER_ACCOUNT):
        with pytest.raises(SignInFailed):
            attempt(number, "wrong password")
    with pytest.raises(TooManyAttempts) as caught:
        attempt(99, house.password)
    assert 0 < caught.value.retry_after <= 900
    house.clock.forward(minutes=15)
    attempt(100, house.password)


def test_attempts_are_throttled_by_address_before_hashing(store: Store, house: Any) -> None:
    def attempt(number: int) -> None:
        accounts.sign_in(store, f"a{number}@example.org", "x", now=house.clock(), address=ADDRESS)

    for number in range(accounts.ATTEMPTS_PER_ADDRESS):
        with pytest.raises(SignInFailed):
            attempt(number)
    began = time.process_time()
    for number in range(20):
        with pytest.raises(TooManyAttempts):
            attempt(number)
    assert time.process_time() - began < 0.6, "20 hashes would take 0.8 s"


def test_an_office_behind_one_address_can_sign_in_as_often_as_it_likes(
    store: Store, house: Any
) -> None:
    for _ in range(accounts.ATTEMPTS_PER_ADDRESS + 5):
        accounts.sign_in(
            store, house.account.email, house.password, now=house.clock(), address="192.0.2.9"
        )


def test_passwords_are_argon2id_with_the_declared_cost(store: Store, house: Any) -> None:
    with store.read() as unit:
        record = unit.doors.account(house.account.email)
    assert record is not None
    assert record.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [("new@example.org", "short", "password"), ("meadow@example.org", "long enough!", "email")],
)
def test_an_account_needs_a_new_address_and_a_long_password(
    store: Store, house: Any, email: str, password: str, field: str
) -> None:
    with pytest.raises(InvalidForm) as caught:
        accounts.add_account(
            store, house.provider_id, name="B", email=email, password=password, now=house.clock()
        )
    assert set(caught.value.fields) == {field}
