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

__all__ = [
    "LEAST",
    "LONGEST",
    "PLACES",
    "Turnstile",
    "checked",
    "hash_of",
    "matches",
    "outdated",
    "room",
]

LEAST = 12
LONGEST = 256
LEAST_WORTH = 8
AGAIN_AFTER = 3
PLACES = 48  # in each worker, beside the threads that answer everybody else

# OWASP's least for argon2id: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Turnstile:
    """Lets people with a password in one after another; many wait, the rest come back later.

    Hashing takes 40 ms of a core and 19 MiB on purpose. A hundred at once would keep everybody
    else from the processor and from the database, so those who wait do nothing yet: nothing is
    read and nothing counted. Each has a thread of its own to wait in, so nobody else lacks one.

    Parameters
    ----------
    at_once : int
        How many hash at the same moment, in this process.
    inside : int
        How many hash or do what belongs to it.
    places : int
        How many are inside or wait.
    patience : float
        Seconds that one waits for each turn.

    Examples
    --------
    >>> room = Turnstile(places=1)
    >>> with room.place():
    ...     with room.place():
    ...         pass
    Traceback (most recent call last):
        ...
    service.errors.Busy: Many people are signing in at this moment. Wait a few seconds, then try \
again.
    """

    def __init__(
        self, *, at_once: int = 1, inside: int = 2, places: int = PLACES, patience: float = 8.0
    ) -> None:
        self._places, self._inside = BoundedSemaphore(places), BoundedSemaphore(inside)
        self._hashing = BoundedSemaphore(at_once)
        self._patience = patience

    @contextmanager
    def place(self) -> Iterator[None]:
        """Wait until one is let in; say at once if too many wait.

        Raises
        ------
        Busy
        """
        with _held(self._places, 0), _held(self._inside, self._patience):
            yield

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn to hash.

        Raises
        ------
        Busy
        """
        with _held(self._hashing, self._patience):
            yield


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


@contextmanager
def _held(semaphore: BoundedSemaphore, patience: float) -> Iterator[None]:
    if not semaphore.acquire(timeout=patience):
        raise Busy(
            _("Many people are signing in at this moment. Wait a few seconds, then try again."),
            retry_after=AGAIN_AFTER,
        )
    try:
        yield
    finally:
        semaphore.release()
