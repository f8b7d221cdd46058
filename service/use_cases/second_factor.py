"""The second step of signing in: a code from an app on the phone, or one of ten recovery codes.

Codes are those of RFC 6238: six figures, a new one every 30 seconds, each good once.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
import segno

from service.errors import InvalidForm, NotFound, SignInNeeded, TooManyAttempts
from service.storage import Store, Tenant, Unit
from service.storage.cipher import sha256
from service.storage.records import AccountRecord, SessionRecord
from service.use_cases import throttle
from service.use_cases.accounts import is_over, mark_signed_in
from service.use_cases.proof import is_fresh, prove_password, record_of, tell_changed
from service.use_cases.security import note
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = [
    "N_CODES",
    "Passed",
    "SetUp",
    "confirm",
    "give_code",
    "is_waiting",
    "renew_codes",
    "set_up",
    "turn_off",
]

ATTEMPTS = 5
WAIT_FOR_CODE = timedelta(minutes=10)
STEP_SECONDS = 30
AROUND = (0, -1, 1)
N_CODES = 10
CODE_LENGTH = 10
# Letters and figures that nobody mixes up: 30 signs, ten of them are 49 bits.
SIGNS = "abcdefghjkmnpqrstvwxyz23456789"


@dataclass(frozen=True, slots=True)
class SetUp:
    """What an app needs: a picture to scan, the same as an address and as letters to type."""

    picture: str
    address: str
    typed: str
    ask_password: bool


@dataclass(frozen=True, slots=True)
class Passed:
    """The session's new token, and new recovery codes or how many of the old ones are left.

    `codes_left` is known when a recovery code was used.
    """

    token: str
    codes: tuple[str, ...] = ()
    codes_left: int | None = None


def is_waiting(store: Store, session_token: str, *, now: datetime) -> bool:
    """Whether the password of this session was right and the code has not been given yet."""
    with store.read() as unit:
        return _waiting(store, unit, session_token, now=now) is not None


def give_code(store: Store, session_token: str, code: str, *, now: datetime) -> Passed:
    """Confirm a session by a code; its token changes.

    Raises
    ------
    SignInNeeded
        If the password was not given, or too long ago.
    InvalidForm
        With the field ``code``.
    TooManyAttempts
        Five tries in a quarter of an hour for an account, from wherever.
    """
    token, used, left = secrets.token_urlsafe(32), "", None
    with store.write() as unit:
        found = _waiting(store, unit, session_token, now=now)
        if found is None:
            raise SignInNeeded(_("Sign in again: the code was not given in time."))
        session, account = found
        tenant = unit.at(account.provider_id)
        wait = throttle.attempted(unit, "code", account.id, most=ATTEMPTS, now=now)
        used = "" if wait else _spend(tenant, account, code, now=now)
        if used:
            throttle.cleared(unit, "code", account.id)
            tenant.sessions.confirm(session.id, token_sha256=sha256(token), now=now)
            mark_signed_in(tenant, account, now=now)
        if used == "recovery":
            left = tenant.recovery_codes.left(account.id)
    _told(account.provider_id, account.id, wait, used)
    return Passed(token, codes_left=left)


def set_up(store: Store, account: Account, *, now: datetime) -> SetUp:
    """Begin: make a secret, or show again the one that no code has confirmed yet.

    Raises
    ------
    NotFound
        If there is a second factor already.
    """
    with store.write() as unit:
        tenant = unit.at(account.provider_id)
        record = record_of(tenant, account.id)
        if record.second_factor:
            raise NotFound(_("The second step is set up already."))
        secret = record.second_factor_new or pyotp.random_base32(32)
        if secret != record.second_factor_new:
            tenant.accounts.change(account.id, second_factor_new=secret)
        ask = not is_fresh(tenant, account, now=now)
    issuer = account.provider_name.replace(":", " ")
    address = pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=issuer)
    picture = segno.make(address, error="m").svg_data_uri(scale=4, border=4, light="#fff")
    return SetUp(picture, address, " ".join(re.findall(".{4}", secret)), ask)


def confirm(
    store: Store, account: Account, *, code: str, password: str = "", now: datetime
) -> Passed:
    """Turn the second factor on by a first code; other sessions end, this one's token changes.

    Raises
    ------
    InvalidForm
        With the fields ``code`` or ``password``.
    TooManyAttempts
    """
    with store.read() as unit:
        ask = not is_fresh(unit.at(account.provider_id), account, now=now)
    if ask:
        prove_password(store, account, password, now=now)
    token, codes = secrets.token_urlsafe(32), _new_codes()
    with store.write() as unit:
        tenant = unit.at(account.provider_id)
        record = record_of(tenant, account.id)
        secret = record.second_factor_new
        wait = throttle.attempted(unit, "code", account.id, most=ATTEMPTS, now=now)
        step = None if wait or not secret else _step(secret, code, now=now, after=None)
        if step is not None:
            throttle.cleared(unit, "code", account.id)
            tenant.accounts.change(
                account.id,
                second_factor=secret,
                second_factor_step=step,
                second_factor_new=None,
            )
            _keep_codes(tenant, account.id, codes)
            tenant.sessions.end_all(account.id, but=account.session_id)
            tenant.sessions.confirm(account.session_id, token_sha256=sha256(token), now=now)
            tell_changed(tenant, account.id, now=now)
    _told(account.provider_id, account.id, wait, "app" if step is not None else "")
    note("second-factor-on", provider=account.provider_id, account=account.id)
    return Passed(token, codes)


def renew_codes(
    store: Store, account: Account, *, password: str, code: str, now: datetime
) -> tuple[str, ...]:
    """Make ten new recovery codes; the old ones no longer work.

    Raises
    ------
    InvalidForm
        With the fields ``code`` or ``password``.
    TooManyAttempts
    """
    codes = _new_codes()
    prove_password(store, account, password, now=now)
    with store.write() as unit:
        tenant = unit.at(account.provider_id)
        wait, used = _try(unit, tenant, account.id, code, now=now)
        if used:
            _keep_codes(tenant, account.id, codes)
            tell_changed(tenant, account.id, now=now)
    _told(account.provider_id, account.id, wait, used)
    note("recovery-codes-renewed", provider=account.provider_id, account=account.id)
    return codes


def turn_off(store: Store, account: Account, *, password: str, code: str, now: datetime) -> str:
    """Turn the second factor off; other sessions end, this one's new token is returned.

    Raises
    ------
    InvalidForm
        With the fields ``code`` or ``password``.
    TooManyAttempts
    """
    prove_password(store, account, password, now=now)
    token = secrets.token_urlsafe(32)
    with store.write() as unit:
        tenant = unit.at(account.provider_id)
        wait, used = _try(unit, tenant, account.id, code, now=now)
        if used:
            remove(tenant, account.id)
            tenant.sessions.end_all(account.id, but=account.session_id)
            tenant.sessions.confirm(account.session_id, token_sha256=sha256(token), now=now)
            tell_changed(tenant, account.id, now=now)
    _told(account.provider_id, account.id, wait, used)
    note("second-factor-off", provider=account.provider_id, account=account.id)
    return token


def remove(tenant: Tenant, account_id: str) -> None:
    """Take the second factor and its recovery codes away."""
    tenant.accounts.change(
        account_id, second_factor=None, second_factor_step=None, second_factor_new=None
    )
    tenant.recovery_codes.replace(account_id, ())


def _waiting(
    store: Store, unit: Unit, session_token: str, *, now: datetime
) -> tuple[SessionRecord, AccountRecord] | None:
    session = unit.doors.session(sha256(session_token))
    if session is None or session.confirmed or is_over(store, session, now=now):
        return None
    account = unit.at(session.provider_id).accounts.get(session.account_id)
    late = now - session.created_at >= WAIT_FOR_CODE
    return None if late or account is None or account.disabled_at else (session, account)


def _try(
    unit: Unit, tenant: Tenant, account_id: str, code: str, *, now: datetime
) -> tuple[int, str]:
    wait = throttle.attempted(unit, "code", account_id, most=ATTEMPTS, now=now)
    used = "" if wait else _spend(tenant, record_of(tenant, account_id), code, now=now)
    if used:
        throttle.cleared(unit, "code", account_id)
    return wait, used


def _spend(tenant: Tenant, account: AccountRecord, code: str, *, now: datetime) -> str:
    """Use a code up: return ``app`` or ``recovery``, or nothing if it is not right."""
    step = _step(account.second_factor or "", code, now=now, after=account.second_factor_step)
    if step is not None:
        tenant.accounts.change(account.id, second_factor_step=step)
        return "app"
    mark = _mark(tenant, account.id, _plain(code))
    return "recovery" if tenant.recovery_codes.spend(account.id, mark, now=now) else ""


def _step(secret: str, code: str, *, now: datetime, after: int | None) -> int | None:
    """Return the step of time whose code this is, if it comes after the last one used."""
    plain = _plain(code)
    if not secret or not re.fullmatch("[0-9]{6}", plain):
        return None
    here = int(now.timestamp()) // STEP_SECONDS
    steps = [here + offset for offset in AROUND if after is None or here + offset > after]
    codes = pyotp.TOTP(secret, interval=STEP_SECONDS)
    found = [step for step in steps if hmac.compare_digest(codes.generate_otp(step), plain)]
    return found[0] if found else None


def _plain(code: str) -> str:
    return re.sub(r"[\s\-–]", "", code).casefold()


def _new_codes() -> tuple[str, ...]:
    made = ("".join(secrets.choice(SIGNS) for _ in range(CODE_LENGTH)) for _ in range(N_CODES))
    return tuple(f"{one[:5]}-{one[5:]}" for one in made)


def _keep_codes(tenant: Tenant, account_id: str, codes: tuple[str, ...]) -> None:
    marks = [_mark(tenant, account_id, _plain(code)) for code in codes]
    tenant.recovery_codes.replace(account_id, marks)


def _mark(tenant: Tenant, account_id: str, plain: str) -> str:
    return tenant.cipher.mark(f"{account_id}:{plain}")


def _told(provider_id: str, account_id: str, wait: int, used: str) -> None:
    """Say what was wrong with a code, once the attempt has been counted."""
    if used:
        if used == "recovery":
            note("recovery-code-used", provider=provider_id, account=account_id)
        return
    note("code-throttled" if wait else "code-wrong", provider=provider_id, account=account_id)
    if wait:
        raise TooManyAttempts(wait)
    raise InvalidForm(
        {
            "code": _(
                "This code is not right, or it was used before. Wait until the app shows the next "
                "one, and enter that."
            )
        }
    )
