"""The kinds of tasks: what each is called, what to do, and how it can end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext

__all__ = ["KINDS", "Kind"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of task.

    Parameters
    ----------
    code, title : str
    to_do : str
        What to do, for whoever takes it.
    outcomes : tuple of (str, str)
        How it can end, as code and words; none if another page closes it.
    manager : bool
        Whether only a manager can see to it.
    """

    code: str
    title: str
    to_do: str
    outcomes: tuple[tuple[str, str], ...] = ()
    manager: bool = False


KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "adjustment",
            lazy_gettext("Asked to answer in another way"),
            lazy_gettext(
                "Agree on a way that works for them. Do not ask why, and do not ask about health. "
                "Then write what was agreed."
            ),
            (
                ("agreed", lazy_gettext("We do it in the way they asked for")),
                ("another-way", lazy_gettext("We offer another way, which I explain")),
            ),
        ),
        Kind(
            "person",
            lazy_gettext("Asked to talk with a person"),
            lazy_gettext(
                "Ring or write. Explain how the answers were used, and look at them again if that "
                "is what they ask. Then write what you told them."
            ),
            (
                ("message", lazy_gettext("Send them my answer")),
                (
                    "talked",
                    lazy_gettext("I have talked with them, and write here what we said"),
                ),
            ),
        ),
        Kind(
            "contest",
            lazy_gettext("Does not agree with a decision or the result"),
            lazy_gettext(
                "Look at everything again with fresh eyes: what they say, the answers themselves, "
                "the reason that was given. Then say what you think, in words that you would say "
                "to them."
            ),
            (
                ("stands", lazy_gettext("It stays as it is, and I explain why")),
                ("changed", lazy_gettext("It changes: I record a new decision next")),
            ),
        ),
        Kind(
            "erasure",
            lazy_gettext("Asked for their data to be erased"),
            lazy_gettext(
                "Erase it, unless the law says that you must keep it, for example for somebody who "
                "works for you. Answer within one month."
            ),
            (
                ("erased", lazy_gettext("Erase it now")),
                ("kept", lazy_gettext("We have to keep it for now, and I explain why")),
            ),
            manager=True,
        ),
        Kind(
            "third-rating",
            lazy_gettext("A third rating is needed"),
            lazy_gettext(
                "Two people rated an answer in the candidate’s own words, and are far apart. "
                "Somebody who has not rated it reads it."
            ),
        ),
        Kind(
            "rating",
            lazy_gettext("Answers in own words to be rated"),
            lazy_gettext("Two people rate them, each without seeing what the other says."),
        ),
    )
}
