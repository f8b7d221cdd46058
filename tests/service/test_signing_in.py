"""Signing in: hashes, throttling, sessions that end."""

from __future__ import annotations

import runpy
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier, Lock
from typing import Any

import pytest
from structlog.testing import capture_logs

from service.errors import Busy, InvalidForm, SignInFailed, TooManyAttempts
from service.storage import Store
from service.use_cases import accounts, passwords

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


class Hashes:
    """How often a password was checked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.n = 0
        verify = passwords._verify

        def counted(hashed: str, password: str) -> bool:
            self.n += 1
            return verify(hashed, password)

        monkeypatch.setattr(passwords, "_verify", counted)


def test_whoever_cannot_sign_in_gets_the_same_words_after_the_same_work(
    store: Store, house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, hashes = house.clock(), Hashes(monkeypatch)
    _person(store, house, "disabled@example.org", disabled_at=now)
    _person(store, house, "invited@example.org", password=None)
    paused = accounts.add_provider(store, name="Paused Care", contact="", now=now)
    accounts.add_account(
        store, paused, name="Pat", email="paused@example.org", password=house.password, now=now
    )
    with store.write() as unit:
        unit.providers.pause(paused, at=now)
    told = []
    for email, password in (
        ("nobody@example.org", "wrong password"),
        (house.account.email, "wrong password"),
        ("disabled@example.org", "wrong password"),
        ("disabled@example.org", house.password),
        ("invited@example.org", "wrong password"),
        ("invited@example.org", ""),
        ("paused@example.org", "wrong password"),
    ):
        before = hashes.n
        with pytest.raises(SignInFailed) as caught:
            accounts.sign_in(store, email, password, now=now, address=ADDRESS)
        told.append((str(caught.value), hashes.n - before))
    assert set(told) == {("The email address or the password is not right.", 1)}
    assert accounts.sign_in(store, "paused@example.org", house.password, now=now, address=ADDRESS)


def test_a_password_is_the_same_however_its_letters_are_put_together(
    store: Store, house: Any
) -> None:
    now, email = house.clock(), "nia@example.org"
    account = accounts.add_account(
        store,
        house.provider_id,
        name="Nia",
        email=email,
        password="tŷ bach twt wrth y môr",
        now=now,
    )
    decomposed = unicodedata.normalize("NFD", "tŷ bach twt wrth y môr")
    assert accounts.sign_in(store, email, decomposed, now=now, address=ADDRESS)
    # The first release hashed what was typed, as it was typed.
    with store.write() as unit:
        unit.at(house.provider_id).accounts.change(
            account, password=passwords._HASHER.hash(decomposed)
        )
    assert accounts.sign_in(store, email, decomposed, now=now, address=ADDRESS)


def test_when_somebody_signed_in_is_kept_with_the_time_before(store: Store, house: Any) -> None:
    def sign_in() -> Any:
        accounts.sign_in(
            store, house.account.email, house.password, now=house.clock(), address=ADDRESS
        )
        with store.read() as unit:
            return unit.at(house.provider_id).accounts.get(house.account.id)

    first, at = sign_in(), house.clock()
    assert first.signed_in_at == at
    house.clock.forward(days=3)
    second = sign_in()
    assert (second.signed_in_at, second.signed_in_before) == (house.clock(), at)


@pytest.mark.usefixtures("all_logged")
def test_what_happens_is_logged_without_names_and_addresses(store: Store, house: Any) -> None:
    with capture_logs() as lines:
        accounts.sign_in(
            store, house.account.email, house.password, now=house.clock(), address=ADDRESS
        )
        with pytest.raises(SignInFailed):
            accounts.sign_in(store, "nobody@example.org", "x", now=house.clock(), address=ADDRESS)
        with pytest.raises(SignInFailed):
            accounts.sign_in(
                store, house.account.email, "hunter2 hunter2", now=house.clock(), address=ADDRESS
            )
    assert [(line["event"], line["account"]) for line in lines] == [
        ("signed-in", house.account.id),
        ("sign-in-failed", None),
        ("sign-in-failed", house.account.id),
    ]
    for secret in ("Rae", "example.org", "hunter2", house.password, ADDRESS, "Meadow"):
        assert secret not in str(lines)


def test_a_storm_is_refused_before_anything_is_counted(
    store: Store, house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = passwords.Turnstile(places=1)
    monkeypatch.setattr(passwords, "room", full)
    with full.place():
        for _ in range(accounts.ATTEMPTS_PER_ACCOUNT + 3):
            with pytest.raises(Busy) as caught:
                accounts.sign_in(
                    store, house.account.email, "no", now=house.clock(), address=ADDRESS
                )
        assert caught.value.retry_after > 0
    assert accounts.sign_in(
        store, house.account.email, house.password, now=house.clock(), address=ADDRESS
    )


def test_a_full_house_waits_for_its_turn(
    store: Store, house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = passwords.Turnstile(inside=1, places=9, patience=60)
    monkeypatch.setattr(passwords, "room", room)
    begun = Barrier(9)

    def attempt(number: int) -> str:
        begun.wait(60)
        return accounts.sign_in(
            store, house.account.email, house.password, now=house.clock(), address=f"{number}"
        )

    with ThreadPoolExecutor(8) as pool:
        with room.place():
            several = [pool.submit(attempt, number) for number in range(8)]
            begun.wait(60)
        tokens = [one.result(60) for one in several]
    assert len(set(tokens)) == 8, "somebody was sent away"


def test_whoever_waits_for_longer_than_some_seconds_comes_back_later() -> None:
    room = passwords.Turnstile(inside=1, places=2, patience=0.01)
    with room.place(), pytest.raises(Busy), room.place():
        pass
    with room.place():
        pass


def test_a_worker_has_a_thread_for_everybody_who_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VBR_THREADS", "3")
    conf = runpy.run_module("service.gunicorn_conf")
    with ExitStack() as stack:
        room = passwords.Turnstile(inside=1000)
        for _ in range(conf["threads"] - 3):
            stack.enter_context(room.place())
        with pytest.raises(Busy):
            stack.enter_context(room.place())


def test_no_more_hash_at_once_than_allowed(
    store: Store, house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, most, lock = 0, 0, Lock()
    verify = passwords._verify

    def watched(hashed: str, password: str) -> bool:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        try:
            return verify(hashed, password)
        finally:
            with lock:
                inside -= 1

    def attempt(number: int) -> str:
        try:
            return accounts.sign_in(
                store, house.account.email, house.password, now=house.clock(), address=f"{number}"
            )
        except Busy:
            return ""

    monkeypatch.setattr(passwords, "_verify", watched)
    monkeypatch.setattr(passwords, "room", passwords.Turnstile(at_once=1, places=8))
    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(attempt, range(4)))
    assert most == 1
    assert all(tokens)


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Passw0rd!2026",
        "qwertyuiop[]",
        "123456789012",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "Meadow Care 2026",
        "rae.meadow@example",
        "letmeinletmein",
        "VBR Engine 2026!",
        "recruitment123",
        "i love you 123456",
        "1qaz2wsx3edc4rfv",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    about = ("Rae", "rae@meadow.example", "Meadow Care")
    with pytest.raises(InvalidForm) as caught:
        passwords.checked(password, password, about=about)
    assert set(caught.value.fields) == {"new"}
    assert "guess" in caught.value.fields["new"]


@pytest.mark.parametrize(
    "password",
    [
        "copper kettle under snow",
        "rwy'n hoffi coffi yn y bore",
        "三匹の子豚が家を建てて狼が来ました",
        "tbagqmxkzrhp",
        " leading and trailing spaces stay ",
        "\U0001f9a6 otters at 4 in the afternoon",
        "x" * 12 + "y7Q.kettle" + "z" * 234,
    ],
)
def test_every_character_and_up_to_256_of_them_are_welcome(password: str) -> None:
    kept = passwords.checked(password, password, about=("Rae", "Meadow Care"))
    assert passwords.matches(passwords.hash_of(kept), password)
    assert not passwords.matches(passwords.hash_of(kept), password + "x")


@pytest.mark.parametrize(
    ("password", "again", "field"),
    [
        ("eleven char", "eleven char", "new"),
        ("copper kettle snow" * 15, "copper kettle snow" * 15, "new"),
        ("copper kettle snow", "copper kettle Snow", "again"),
    ],
)
def test_a_password_has_12_to_256_characters_typed_twice(
    password: str, again: str, field: str
) -> None:
    with pytest.raises(InvalidForm) as caught:
        passwords.checked(password, again)
    assert set(caught.value.fields) == {field}


def _person(store: Store, house: Any, email: str, **changed: Any) -> str:
    account = accounts.add_account(
        store,
        house.provider_id,
        name="Pat",
        email=email,
        password=house.password,
        now=house.clock(),
    )
    with store.write() as unit:
        unit.at(house.provider_id).accounts.change(account, **changed)
    return account
