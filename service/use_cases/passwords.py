"""Passwords: hashed with argon2id a few at a time, and not one that is guessed first.

The rules are those of NIST SP 800-63B: length counts, every character is welcome, nothing must be
mixed in, nothing runs out; what is easily guessed is refused.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import Busy, InvalidForm
from service.use_cases.guessing import worth
from service.words import gettext as _

__all__ = ["LEAST", "LONGEST", "Turnstile", "checked", "hash_of", "matches", "outdated", "room"]

LEAST = 12
LONGEST = 256
LEAST_WORTH = 8
AGAIN_AFTER = 3

# OWASP's least for argon2id: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Turnstile:
    """Lets a few through at a time, a few more wait, and tells the rest to come back.

    Hashing takes 40 ms of a core and 19 MiB on purpose. With a worker's four threads, three may be
    busy with passwords and one always answers everybody else.

    Parameters
    ----------
    at_once : int
        How many hash at the same moment, in this process.
    places : int
        How many may be inside, hashing or waiting.
    patience : float
        Seconds that one waits inside.

    Examples
    --------
    >>> room = Turnstile(at_once=1, places=1)
    >>> with room.place():
    ...     with room.place():
    ...         pass
    Traceback (most recent call last):
        ...
    service.errors.Busy: Many people are signing in at this moment. Wait a few seconds, then try \
again.
    """

    def __init__(self, *, at_once: int = 1, places: int = 3, patience: float = 5.0) -> None:
        self._places, self._hashing = BoundedSemaphore(places), BoundedSemaphore(at_once)
        self._patience = patience

    def fit(self, threads: int) -> None:
        """Leave one of a worker's threads to everybody who does not sign in; before it serves."""
        self._places = BoundedSemaphore(max(1, threads - 1))

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take a place inside, or say at once that there is none.

        Raises
        ------
        Busy
        """
        if not self._places.acquire(blocking=False):
            raise _busy()
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn to hash.

        Raises
        ------
        Busy
        """
        if not self._hashing.acquire(timeout=self._patience):
            raise _busy()
        try:
            yield
        finally:
            self._hashing.release()


room = Turnstile()


def checked(password: str, again: str, *, about: Iterable[str] = (), field: str = "new") -> str:
    """Return a new password in its normal form, if it may be used.

    Parameters
    ----------
    password, again : str
        As typed twice.
    about : iterable of str
        What everybody knows about whose it is: name, address, organisation.
    field : str
        Which field of the form is told of.

    Raises
    ------
    InvalidForm
    """
    normal = _normal(password)
    problem = ""
    if len(normal) < LEAST:
        problem = _("Use a password of %(least)s characters or more.", least=LEAST)
    elif len(normal) > LONGEST:
        problem = _("Use a password of at most %(longest)s characters.", longest=LONGEST)
    elif worth(normal, known=about) < LEAST_WORTH:
        problem = _(
            "This password is among the first that somebody would guess. Take one that is not "
            "made of common words, names or keys side by side: three or four words that have "
            "nothing to do with each other are good."
        )
    elif _normal(again) != normal:
        raise InvalidForm({"again": _("The two passwords are not the same.")})
    if problem:
        raise InvalidForm({field: problem})
    return normal


def hash_of(password: str) -> str:
    """Hash a password that was `checked`.

    Raises
    ------
    Busy
    """
    with room.turn():
        return _HASHER.hash(_normal(password))


def matches(hashed: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed; without a hash it takes as long, in vain.

    Raises
    ------
    Busy
    """
    password = password[: LONGEST + 1]
    tries = dict.fromkeys((_normal(password), password))  # the first release did not normalise
    instead = _nobodys_hash()
    with room.turn():
        found = [_verify(hashed or instead, each) for each in tries]
    return hashed is not None and any(found)


def outdated(hashed: str) -> bool:
    """Whether a hash was made at another cost than today's."""
    return _HASHER.check_needs_rehash(hashed)


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _verify(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    """Return a hash that nobody's password has, to be checked for unknown addresses."""
    return _HASHER.hash(secrets.token_urlsafe(32))


def _busy() -> Busy:
    return Busy(
        _("Many people are signing in at this moment. Wait a few seconds, then try again."),
        retry_after=AGAIN_AFTER,
    )
