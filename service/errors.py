"""What can go wrong in the service, beside the engine's own errors.

::

    VbrError (vbr_engine.errors)
    └── ServiceError
        ├── SettingsError         the environment; stops the start, lists every problem
        ├── DatabaseError         a database that this version cannot use safely
        ├── FileThere             a file that would have to be replaced
        ├── NotFound              no such thing, or it belongs to another provider
        ├── UnknownLink           an invitation link that does not work, or no longer
        ├── SittingClosed         this browser may not see this sitting: open the link again
        ├── NotSubmitted          the candidate has not finished
        │   └── BeingRated        the answers are in own words, and not rated yet
        ├── FirstViewNeeded       the report opens after a first view was recorded
        ├── AnotherPersonNeeded   whoever decided does not answer those who contest it
        ├── ProviderPaused        the council has paused the provider: nobody new, for now
        ├── InvalidForm           a form with problems, by field
        ├── SignInNeeded          the page is for somebody signed in
        ├── SignInFailed          email address or password is wrong
        ├── SecondFactorNeeded    the role needs a second factor, which is not set up yet
        ├── LinkSpent             a single-use link that was used, has expired or never was
        ├── Busy                  too many want the same at this moment
        └── TooManyAttempts       wait before trying again

Each has a sentence for the reader. `service.error_pages` chooses the HTTP status.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vbr_engine.errors import VbrError

__all__ = [
    "AnotherPersonNeeded",
    "BeingRated",
    "Busy",
    "DatabaseError",
    "FileThere",
    "FirstViewNeeded",
    "InvalidForm",
    "LinkSpent",
    "NotFound",
    "NotSubmitted",
    "ProviderPaused",
    "SecondFactorNeeded",
    "ServiceError",
    "SettingsError",
    "SignInFailed",
    "SignInNeeded",
    "SittingClosed",
    "TooManyAttempts",
    "UnknownLink",
]


class ServiceError(VbrError):
    """Base of what the service raises on purpose."""


class SettingsError(ServiceError):
    """Settings that the service cannot start with.

    Parameters
    ----------
    problems : iterable of str
        One sentence each; every problem, not only the first.

    Examples
    --------
    >>> print(SettingsError(["VBR_PORT must be a number from 1 to 65535, not 'x'."]))
    The service did not start. VBR_PORT must be a number from 1 to 65535, not 'x'.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(("The service did not start.", *self.problems)))


class DatabaseError(ServiceError):
    """A database that this version of the service cannot use safely."""


class FileThere(ServiceError):
    """A file that would have to be replaced."""


class NotFound(ServiceError):
    """There is no such thing, or it belongs to somebody else: the two look the same."""


class UnknownLink(ServiceError):
    """An invitation link that was never made, was replaced, or has expired."""


class SittingClosed(ServiceError):
    """This browser has no right to the sitting; opening the invitation link again gives it."""


class NotSubmitted(ServiceError):
    """The candidate has not submitted the answers."""


class BeingRated(NotSubmitted):
    """The candidate has submitted answers in their own words, which are not all rated yet."""


class FirstViewNeeded(ServiceError):
    """A person's first view must be recorded before the scores are shown."""


class AnotherPersonNeeded(ServiceError):
    """What was decided is looked at again by somebody who did not decide it."""


class ProviderPaused(ServiceError):
    """The council has paused the provider: no invitations, messages or starts for now."""


class InvalidForm(ServiceError):
    """A form that cannot be used.

    Parameters
    ----------
    fields : mapping of str to str
        A sentence for each field with a problem.
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__(" ".join(self.fields.values()))


class SignInNeeded(ServiceError):
    """The page is for somebody who is signed in."""


class SignInFailed(ServiceError):
    """Email address or password is wrong; which of the two is not said."""


class SecondFactorNeeded(ServiceError):
    """The role needs a second factor: whoever has none sets it up before anything else."""


class LinkSpent(ServiceError):
    """A link that works once, and was used, has expired or was never made.

    Parameters
    ----------
    was_used : bool
        Whether it is known to have been used or replaced.
    elsewhere : bool, optional
        Whether the address has an account at another organisation, so that it never works.
    """

    def __init__(self, *, was_used: bool, elsewhere: bool = False) -> None:
        self.was_used, self.elsewhere = was_used, elsewhere
        super().__init__("This link does not work any more.")


class Busy(ServiceError):
    """Too many want the same at this moment: ask again in a few seconds.

    Parameters
    ----------
    message : str
    retry_after : int
        Seconds to wait.
    """

    def __init__(self, message: str, *, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class TooManyAttempts(ServiceError):
    """Too many attempts in a short time.

    Parameters
    ----------
    retry_after : int
        Seconds to wait.
    """

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"Too many attempts. Try again in {max(1, retry_after // 60)} minutes.")
