"""What is said about one sitting: scores with their intervals and bands, and flags.

A score never travels without its uncertainty. Where that cannot be given, or where too little was
answered, the value is not measured: every figure is None and there is no band. None is not low.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = [
    "COMPOSITE",
    "NOT_MEASURED",
    "OPTIONS",
    "OWN_WORDS",
    "Flag",
    "Mode",
    "Profile",
    "ValueScore",
]

COMPOSITE = "composite"
NOT_MEASURED = "not measured"

Mode = Literal["options", "own-words"]
OPTIONS: Mode = "options"
OWN_WORDS: Mode = "own-words"


@dataclass(frozen=True)
class ValueScore:
    """One value's score, or the composite's.

    Parameters
    ----------
    value : str
        Value id, or ``composite``.
    score, se : float or None
        On the chance-corrected scale: 0 is what guessing earns on average, 1 is the key.
    low, high : float or None
        The interval that bands are read from; `high` is never above 1.
    bands : tuple of str
        Every band that the interval touches, from the lowest; empty if not measured.
    n_answered, n_needed : int
        Items scored, and items without which the value is not measured. For the composite the
        same counts of values: how many were measured, and how many must be.

    Examples
    --------
    >>> ValueScore("kind", 0.5, 0.1, 0.37, 0.63, ("part",), 3, 2).measured
    True
    """

    value: str
    score: float | None
    se: float | None
    low: float | None
    high: float | None
    bands: tuple[str, ...]
    n_answered: int
    n_needed: int

    @property
    def measured(self) -> bool:
        """Whether there is a score at all."""
        return self.score is not None


@dataclass(frozen=True)
class Flag:
    """A reason to read a profile with care; it never changes a score.

    Parameters
    ----------
    id : str
        ``straight-lining``, ``very-fast`` or ``many-unanswered``.
    detail : mapping of str to float
        The figures behind it, and the limit that was passed.
    """

    id: str
    detail: Mapping[str, float]


@dataclass(frozen=True)
class Profile:
    """Everything that scoring says about one sitting.

    Parameters
    ----------
    sitting : str
    composite : ValueScore
    values : tuple of ValueScore
        In the order of the bank.
    items : mapping of str to float or None
        Chance-corrected score of each item of the bank; None where it was not scored.
    flags : tuple of Flag
    bank, bank_sha256, policy, engine : str
        What the figures were made with, so that they can be made again.
    mode : {"options", "own-words"}
        Whether the candidate chose between options, or answered in their own words and raters
        placed the answers on the same scale. A profile stored before there was a choice has none
        in its document: it was options.
    """

    sitting: str
    composite: ValueScore
    values: tuple[ValueScore, ...]
    items: Mapping[str, float | None]
    flags: tuple[Flag, ...]
    bank: str
    bank_sha256: str
    policy: str
    engine: str
    mode: Mode = OPTIONS

    def value(self, value: str) -> ValueScore:
        """Return the score of one value by its id."""
        return next(one for one in self.values if one.value == value)

    def to_dict(self) -> dict[str, Any]:
        """Return the profile as mappings, lists and numbers that JSON can carry."""
        document = asdict(self)
        for score in (document["composite"], *document["values"]):
            score["bands"] = list(score["bands"])
        document["values"] = list(document["values"])
        document["flags"] = list(document["flags"])
        return document

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Profile:
        """Make the profile again from what `to_dict` returned.

        Parameters
        ----------
        document : mapping

        Returns
        -------
        Profile

        Examples
        --------
        >>> score = ValueScore("composite", None, None, None, None, (), 0, 4)
        >>> profile = Profile("s-1", score, (), {}, (), "b 1.0.0", "ab12", "near-miss-1", "0.1.0")
        >>> Profile.from_dict(profile.to_dict()) == profile
        True
        """
        return cls(
            **{
                **document,
                "composite": _value_score(document["composite"]),
                "values": tuple(_value_score(score) for score in document["values"]),
                "items": dict(document["items"]),
                "flags": tuple(Flag(f["id"], dict(f["detail"])) for f in document["flags"]),
            }
        )


def _value_score(document: Mapping[str, Any]) -> ValueScore:
    return ValueScore(**{**document, "bands": tuple(document["bands"])})
