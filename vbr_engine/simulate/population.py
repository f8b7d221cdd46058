"""Who the made-up candidates are: shares of each kind, and what is planted in the bank."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite

from vbr_engine.bank.model import Bank, Item, ResponseFormat
from vbr_engine.errors import InvalidInput, Problem

__all__ = ["CARELESS_KINDS", "MOST", "Population", "check_number"]

MOST = 10_000_000  # sittings at once; more would not fit into the memory of most machines
CARELESS_KINDS = ("random", "straight-lining", "long-strings")
FORMS = ("full", "default")
_SHARES = ("careless", "faking", "second_language", "drop_out", "skip")
_STRENGTHS = ("faking_strength", "language_noise", "leniency", "scatter")


@dataclass(frozen=True)
class Population:
    """Who the made-up candidates are.

    Parameters
    ----------
    form : {"full", "default"}
        Whether every item is answered, or those that the default form draws.
    careless : float
        Share of candidates who answer without reading.
    careless_kinds : tuple of {"random", "straight-lining", "long-strings"}
        How they answer, in equal parts: at random; one rating throughout, options in the order of
        the bank; or the same rating for about a dozen options on end, then another.
    faking : float
        Share of candidates who answer what looks best, whatever they would do.
    faking_strength : float
        0 is not at all, 1 is without any thought of their own.
    second_language : float
        Share of candidates who read in a second language.
    language_noise : float
        How much noisier a text of average length and difficulty makes them: 0.5 is half as much
        again. Longer and harder texts do more.
    leniency : float
        Standard deviation of people's leniency, in rating points.
    scatter : float
        Standard deviation of how widely people use a rating scale, as a logarithm.
    drop_out : float
        Share of candidates who leave part way; their later items are empty.
    skip : float
        Share of items left empty, at random.
    groups : mapping of str to float
        Share of each group; they add up to 1.
    group_means : mapping of str to float
        Mean of all traits of a group; 0 where not said.
    dif : mapping of str to float
        Items planted to differ: everybody but the first group answers them as if their trait were
        lower by so much.
    mis_keyed : tuple of str
        Options, as ``item.option``, whose key nobody shares: people answer towards another one.

    Raises
    ------
    InvalidInput
        With every number that makes no sense.

    Examples
    --------
    >>> Population(careless=0.1, faking=0.2).careless
    0.1
    """

    form: str = "full"
    careless: float = 0.0
    careless_kinds: tuple[str, ...] = CARELESS_KINDS[:2]
    faking: float = 0.0
    faking_strength: float = 0.7
    second_language: float = 0.0
    language_noise: float = 0.5
    leniency: float = 0.3
    scatter: float = 0.0
    drop_out: float = 0.0
    skip: float = 0.0
    groups: Mapping[str, float] = field(default_factory=dict)
    group_means: Mapping[str, float] = field(default_factory=dict)
    dif: Mapping[str, float] = field(default_factory=dict)
    mis_keyed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        problems = [Problem(message=message) for message in self._problems()]
        if problems:
            raise InvalidInput(problems)

    def _problems(self) -> Iterator[str]:
        if self.form not in FORMS:
            yield f"expected the form 'full' or 'default', got {self.form!r}"
        for name in _SHARES:
            if not 0 <= getattr(self, name) <= 1:
                yield f"expected a share of 0 to 1 for {_said(name)}, got {getattr(self, name)}"
        if self.careless + self.faking + self.second_language > 1 + 1e-9:
            yield "expected the shares of careless, faking and second language to stay within 1"
        for name in _STRENGTHS:
            if not (getattr(self, name) >= 0 and isfinite(getattr(self, name))):
                yield f"expected 0 or more for {_said(name)}, got {getattr(self, name)}"
        if self.faking_strength > 1:
            yield f"expected 1 at most for faking strength, got {self.faking_strength}"
        if not self.careless_kinds or not set(self.careless_kinds) <= set(CARELESS_KINDS):
            given = ", ".join(self.careless_kinds) or "none"
            yield f"expected kinds of careless out of {', '.join(CARELESS_KINDS)}, got {given}"
        yield from self._group_problems()

    def _group_problems(self) -> Iterator[str]:
        shares = list(self.groups.values())
        if shares and (min(shares) <= 0 or abs(sum(shares) - 1) > 1e-9):
            yield f"expected shares of groups above 0 that add up to 1, got {_listed(shares)}"
        strangers = [name for name in self.group_means if name not in self.groups]
        if strangers:
            yield f"expected means of known groups, got {', '.join(strangers)}"
        numbers = [*self.group_means.values(), *self.dif.values()]
        if not all(isfinite(number) for number in numbers):
            yield f"expected finite means and differences, got {_listed(numbers)}"
        if self.dif and len(shares) < 2:
            yield "expected two groups or more, for items that differ between them"

    def check_against(self, bank: Bank) -> None:
        """Refuse items and options that the bank does not have.

        Parameters
        ----------
        bank : Bank

        Raises
        ------
        InvalidInput
        """
        missing = [
            *(name for name in self.dif if name not in bank.item_by_id),
            *(name for name in self.mis_keyed if name not in bank.columns),
        ]
        if missing:
            message = f"{bank.label} has no {', '.join(missing)}; expected ITEM or ITEM.OPTION"
            raise InvalidInput(message)

    def keys(self, bank: Bank) -> dict[str, tuple[float, ...]]:
        """Return what people take for the best answer to each item.

        Parameters
        ----------
        bank : Bank

        Returns
        -------
        dict of str to tuple of float
            The bank's key, but for options that are planted as mis-keyed.
        """
        keys = {item.id: item.key for item in bank.items}
        for item in bank.items:
            for place, column in enumerate(item.columns):
                if column in self.mis_keyed:
                    keys[item.id] = _shifted(item, keys[item.id], place)
        return keys


def check_number(n: int, seed: int) -> None:
    """Refuse a number of sittings or a seed that makes no sense."""
    if not 1 <= n <= MOST:
        raise InvalidInput(f"expected 1 to {MOST:,} sittings, got {n}")
    if seed < 0:
        raise InvalidInput(f"expected a seed of 0 or more, got {seed}")


def _shifted(item: Item, key: tuple[float, ...], place: int) -> tuple[float, ...]:
    """Another key in which this option stands elsewhere."""
    keyed = key[place]
    if item.format is ResponseFormat.RATE:
        # The other end of the scale, and never where it was.
        scale = float(item.scale or 1)
        other = scale + 1 - keyed if keyed != (scale + 1) / 2 else scale
        return (*key[:place], other, *key[place + 1 :])
    if item.format is ResponseFormat.RANK:
        wanted = len(key) + 1 - keyed
        wanted = wanted if wanted != keyed else 1.0
        partner = key.index(wanted)
    else:
        # The option changes places with the first that is keyed otherwise.
        partner = next(k for k, code in enumerate(key) if code == (0 if keyed else 1))
    changed = list(key)
    changed[place], changed[partner] = changed[partner], changed[place]
    return tuple(changed)


def _said(name: str) -> str:
    return name.replace("_", " ")


def _listed(numbers: list[float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)
