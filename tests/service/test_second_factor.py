"""The second step: codes of RFC 6238, each good once; recovery codes; who must have one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from structlog.testing import capture_logs

from service.config import Settings
from service.errors import InvalidForm, NotFound, SignInNeeded, TooManyAttempts
from service.storage import Store
from service.use_cases import accounts, second_factor
from service.use_cases.views import Account

ADDRESS = "192.0.2.1"


@pytest.fixture
def mine(store: Store, house: Any) -> Account:
    """Somebody signed in a moment ago, without a second factor."""
    return _account(store, _sign_in(store, house), house)


@pytest.fixture
def phone(store: Store, house: Any, mine: Account) -> Phone:
    """The same person's phone, after setting up."""
    secret = second_factor.set_up(store, mine, now=house.clock()).typed.replace(" ", "")
    phone = Phone(secret, house.clock)
    passed = second_factor.confirm(store, mine, code=phone.code, now=house.clock())
    phone.codes = passed.codes
    house.clock.forward(minutes=1)
    return phone


class Phone:
    """An app as somebody else wrote it."""

    def __init__(self, secret: str, clock: Any) -> None:
        self._totp, self._clock = pyotp.TOTP(secret), clock
        self.codes: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        return self.at(0)

    def at(self, seconds: float) -> str:
        return self._totp.at(self._clock() + timedelta(seconds=seconds))


# RFC 6238, appendix B: SHA-1, the secret "12345678901234567890", the last six of eight figures.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert second_factor._step(secret, code, now=now, after=None) == seconds // 30


def test_the_password_alone_opens_nothing_and_the_code_does(
    store: Store, house: Any, phone: Phone
) -> None:
    token, now = _sign_in(store, house), house.clock()
    assert accounts.account_for(store, token, now=now) is None
    assert second_factor.is_waiting(store, token, now=now)
    passed = second_factor.give_code(store, token, phone.code, now=now)
    assert passed.token != token
    account = accounts.account_for(store, passed.token, now=now)
    assert account is not None
    assert account.has_second_factor
    for dead in (token, "made-up"):
        assert accounts.account_for(store, dead, now=now) is None
        assert not second_factor.is_waiting(store, dead, now=now)


def test_a_code_works_once_and_no_older_one_after_it(
    store: Store, house: Any, phone: Phone
) -> None:
    code, before = phone.code, phone.at(-30)
    second_factor.give_code(store, _sign_in(store, house), code, now=house.clock())
    waiting = _sign_in(store, house)
    for used in (code, before):
        with pytest.raises(InvalidForm) as caught:
            second_factor.give_code(store, waiting, used, now=house.clock())
        assert set(caught.value.fields) == {"code"}
    house.clock.forward(seconds=30)
    assert second_factor.give_code(store, waiting, phone.code, now=house.clock()).token


@pytest.mark.parametrize(
    ("seconds", "works"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_clock_may_be_one_step_off(
    store: Store, house: Any, phone: Phone, seconds: int, works: bool
) -> None:
    house.clock.forward(minutes=5)
    waiting, code = _sign_in(store, house), phone.at(seconds)
    if works:
        assert second_factor.give_code(store, waiting, code, now=house.clock()).token
    else:
        with pytest.raises(InvalidForm):
            second_factor.give_code(store, waiting, code, now=house.clock())


@pytest.mark.parametrize("typed", ["{0} {1}", " {0}{1} ", "{0}-{1}"])
def test_spaces_in_a_code_do_no_harm(store: Store, house: Any, phone: Phone, typed: str) -> None:
    code = typed.format(phone.code[:3], phone.code[3:])
    assert second_factor.give_code(store, _sign_in(store, house), code, now=house.clock()).token


def test_guesses_are_throttled_by_account_from_wherever(
    store: Store, house: Any, phone: Phone
) -> None:
    for _ in range(second_factor.ATTEMPTS):
        with pytest.raises(InvalidForm):
            second_factor.give_code(store, _sign_in(store, house), _wrong(phone), now=house.clock())
    waiting = _sign_in(store, house)
    for code in (phone.code, phone.codes[0]):
        with pytest.raises(TooManyAttempts) as caught:
            second_factor.give_code(store, waiting, code, now=house.clock())
    assert 0 < caught.value.retry_after <= 900
    house.clock.forward(minutes=15)
    assert second_factor.give_code(
        store, _sign_in(store, house), phone.code, now=house.clock()
    ).token


def test_the_code_is_given_within_ten_minutes(store: Store, house: Any, phone: Phone) -> None:
    waiting = _sign_in(store, house)
    house.clock.forward(minutes=10)
    with pytest.raises(SignInNeeded):
        second_factor.give_code(store, waiting, phone.code, now=house.clock())


def test_each_recovery_code_works_once_and_tells_how_many_are_left(
    store: Store, house: Any, phone: Phone
) -> None:
    assert len(set(phone.codes)) == second_factor.N_CODES
    assert all(re.fullmatch("[a-z2-9]{5}-[a-z2-9]{5}", code) for code in phone.codes)
    for number, code in enumerate(phone.codes, start=1):
        waiting = _sign_in(store, house)
        passed = second_factor.give_code(store, waiting, code.upper(), now=house.clock())
        assert passed.codes_left == second_factor.N_CODES - number
        with pytest.raises(InvalidForm):
            second_factor.give_code(store, _sign_in(store, house), code, now=house.clock())
        house.clock.forward(minutes=15)


def test_codes_and_secrets_are_not_readable_in_the_database(
    store: Store, house: Any, phone: Phone
) -> None:
    held = store.path.read_bytes() + store.path.with_name(store.path.name + "-wal").read_bytes()
    assert phone._totp.secret.encode() not in held
    for code in phone.codes:
        assert code.encode() not in held
        assert code.replace("-", "").encode() not in held


def test_setting_up_counts_only_once_a_code_confirmed_it(
    store: Store, house: Any, mine: Account
) -> None:
    shown = second_factor.set_up(store, mine, now=house.clock())
    assert second_factor.set_up(store, mine, now=house.clock()) == shown
    assert shown.picture.startswith("data:image/svg+xml")
    assert shown.address.startswith("otpauth://totp/Meadow%20Care:meadow%40example.org?secret=")
    secret = shown.typed.replace(" ", "")
    assert len(secret) == 32
    phone = Phone(secret, house.clock)
    with pytest.raises(InvalidForm):
        second_factor.confirm(store, mine, code=_wrong(phone), now=house.clock())
    token = _sign_in(store, house)
    assert accounts.account_for(store, token, now=house.clock()) is not None
    passed = second_factor.confirm(store, mine, code=phone.code, now=house.clock())
    assert accounts.account_for(store, token, now=house.clock()) is None, "other sessions end"
    account = accounts.account_for(store, passed.token, now=house.clock())
    assert account is not None
    assert account.session_id == mine.session_id
    with pytest.raises(NotFound):
        second_factor.set_up(store, mine, now=house.clock())


def test_a_while_after_signing_in_the_password_is_asked_for_again(
    store: Store, house: Any, mine: Account
) -> None:
    house.clock.forward(minutes=20)
    shown = second_factor.set_up(store, mine, now=house.clock())
    assert shown.ask_password
    phone = Phone(shown.typed.replace(" ", ""), house.clock)
    with pytest.raises(InvalidForm) as caught:
        second_factor.confirm(store, mine, code=phone.code, password="", now=house.clock())
    assert set(caught.value.fields) == {"password"}
    assert second_factor.confirm(
        store, mine, code=phone.code, password=house.password, now=house.clock()
    ).codes


def test_new_recovery_codes_take_the_place_of_the_old_ones(
    store: Store, house: Any, mine: Account, phone: Phone
) -> None:
    with pytest.raises(InvalidForm) as caught:
        second_factor.renew_codes(
            store, mine, password="not this one at all", code=phone.code, now=house.clock()
        )
    assert set(caught.value.fields) == {"password"}
    new = second_factor.renew_codes(
        store, mine, password=house.password, code=phone.code, now=house.clock()
    )
    assert not set(new) & set(phone.codes)
    waiting = _sign_in(store, house)
    with pytest.raises(InvalidForm):
        second_factor.give_code(store, waiting, phone.codes[0], now=house.clock())
    assert second_factor.give_code(store, waiting, new[0], now=house.clock()).codes_left == 9


def test_turning_off_takes_password_and_code(
    store: Store, house: Any, mine: Account, phone: Phone
) -> None:
    for password, code, field in (
        ("not this one at all", phone.code, "password"),
        (house.password, _wrong(phone), "code"),
    ):
        with pytest.raises(InvalidForm) as caught:
            second_factor.turn_off(store, mine, password=password, code=code, now=house.clock())
        assert set(caught.value.fields) == {field}
        assert not _opens(store, house)
    second_factor.turn_off(store, mine, password=house.password, code=phone.code, now=house.clock())
    assert _opens(store, house)
    with store.read() as unit:
        assert unit.at(house.provider_id).recovery_codes.left(mine.id) == 0


def test_guesses_at_the_password_of_an_open_session_are_counted(
    store: Store, house: Any, mine: Account, phone: Phone
) -> None:
    def turn_off(password: str) -> None:
        second_factor.turn_off(store, mine, password=password, code=phone.code, now=house.clock())

    for _ in range(5):
        with pytest.raises(InvalidForm):
            turn_off("not this one at all")
    with pytest.raises(TooManyAttempts):
        turn_off(house.password)


@pytest.mark.parametrize("act", [second_factor.turn_off, second_factor.renew_codes])
@pytest.mark.parametrize("last", ["app", "recovery"])
def test_guesses_at_a_code_in_an_open_session_are_counted_and_then_use_nothing_up(
    store: Store, house: Any, mine: Account, phone: Phone, act: Any, last: str
) -> None:
    def attempt(code: str) -> None:
        act(store, mine, password=house.password, code=code, now=house.clock())

    for _ in range(5):
        with pytest.raises(InvalidForm):
            attempt(_wrong(phone))
    with pytest.raises(TooManyAttempts):
        attempt(phone.code if last == "app" else phone.codes[0])
    assert not _opens(store, house), "the second step is off"
    with store.read() as unit:
        assert unit.at(house.provider_id).recovery_codes.left(mine.id) == 10


@pytest.mark.usefixtures("all_logged")
def test_what_happens_to_the_second_step_is_logged_and_told_by_message(
    store: Store, house: Any, mine: Account
) -> None:
    with capture_logs() as lines:
        secret = second_factor.set_up(store, mine, now=house.clock()).typed.replace(" ", "")
        phone = Phone(secret, house.clock)
        with pytest.raises(InvalidForm):
            second_factor.confirm(store, mine, code=_wrong(phone), now=house.clock())
        made = second_factor.confirm(store, mine, code=phone.code, now=house.clock()).codes
        second_factor.give_code(store, _sign_in(store, house), made[0], now=house.clock())
        second_factor.turn_off(
            store, mine, password=house.password, code=made[1], now=house.clock()
        )
    told = [line["event"] for line in lines]
    assert [each for each in told if each != "signed-in"] == [
        "code-wrong",
        "second-factor-on",
        "recovery-code-used",
        "recovery-code-used",
        "second-factor-off",
    ]
    for hidden in (secret, *made, "example.org", "Rae"):
        assert hidden not in str(lines)
    with store.read() as unit:
        rows = unit.connection.exec_driver_sql("SELECT kind, account_id FROM messages").all()
    assert [tuple(row) for row in rows] == [("account-changed", mine.id)] * len(rows)
    assert rows


def test_in_production_all_but_recruiters_need_a_second_factor() -> None:
    secrets = {"VBR_SECRET_KEY": "x" * 32, "VBR_API_TOKENS": "y" * 32}
    production = {**secrets, "VBR_ENVIRONMENT": "production"}
    needed = {"manager", "council", "researcher", "administrator"}
    for environ, roles in (
        (production, needed),
        ({**production, "VBR_SECOND_FACTOR": "optional"}, set()),
        (secrets, set()),
        ({**secrets, "VBR_SECOND_FACTOR": "required"}, needed),
    ):
        assert Settings.from_environment(environ).second_factor_roles == roles


def _sign_in(store: Store, house: Any) -> str:
    return accounts.sign_in(
        store, house.account.email, house.password, now=house.clock(), address=ADDRESS
    )


def _account(store: Store, token: str, house: Any) -> Account:
    account = accounts.account_for(store, token, now=house.clock())
    assert account is not None
    return account


def _opens(store: Store, house: Any) -> bool:
    return accounts.account_for(store, _sign_in(store, house), now=house.clock()) is not None


def _wrong(phone: Phone) -> str:
    right = {phone.at(offset) for offset in (-60, -30, 0, 30, 60)}
    return next(f"{number:06}" for number in range(10) if f"{number:06}" not in right)
