"""What a bank is: frozen objects that are valid once made.

`vbr_engine.bank.parse` makes them from mappings and reports every problem; nothing else should
need to. Texts live apart from keys, in one `Catalogue` per language, so that what a candidate
reads can be handed around without the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from vbr_engine.bank.catalogue import (
    BandText,
    Catalogue,
    CrosswalkText,
    ItemText,
    Practice,
    Probe,
    Translation,
    TranslationState,
    ValueText,
)
from vbr_engine.bank.formats import BankStatus, KeyKind, ResponseFormat, StandardErrorRule
from vbr_engine.bank.rubric import Rubric

__all__ = [
    "Band",
    "BandText",
    "Bank",
    "BankStatus",
    "Blueprint",
    "Catalogue",
    "Crosswalk",
    "CrosswalkText",
    "Item",
    "ItemText",
    "KeyKind",
    "Practice",
    "Probe",
    "Provenance",
    "ResponseFormat",
    "Rubric",
    "ScoringPolicy",
    "StandardErrorRule",
    "Translation",
    "TranslationState",
    "Value",
    "ValueText",
]


@dataclass(frozen=True, slots=True)
class Value:
    """A construct that the bank measures; its words are in `ValueText`."""

    id: str


@dataclass(frozen=True)
class Item:
    """A scenario with its options and key.

    Parameters
    ----------
    id, value : str
        The item, and the one value that it measures.
    format : ResponseFormat
    options : tuple of str
        Option ids, 2 to 8, in the order of the file.
    key : tuple of float
        One number per option, in the encoding of the response matrix: the keyed rating for
        ``rate``; the keyed rank, 1 best, for ``rank``; 1, -1 or 0 for ``most-least``; 1 or 0 for
        ``pick``.
    scale : int or None
        Number of rating points, for ``rate`` only.
    agreement : tuple of tuple of float or None
        For ``rate`` under the rule ``agreement``: per option, the share of the panel at each
        scale point.
    topics : tuple of str
        What the scenario is about, for drawing and for readers.

    Examples
    --------
    >>> item = Item("late", "respect", ResponseFormat.PICK, ("a", "b", "c"), (1.0, 0.0, 1.0))
    >>> item.columns, item.picks
    (('late.a', 'late.b', 'late.c'), 2)
    """

    id: str
    value: str
    format: ResponseFormat
    options: tuple[str, ...]
    key: tuple[float, ...]
    scale: int | None = None
    agreement: tuple[tuple[float, ...], ...] | None = None
    topics: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of this item's columns in a response matrix, ``item.option``."""
        return tuple(f"{self.id}.{option}" for option in self.options)

    @property
    def picks(self) -> int:
        """How many options a candidate chooses, for ``pick``."""
        return sum(1 for keyed in self.key if keyed == 1)


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the chance-corrected scale, from `minimum` upwards; words in `BandText`."""

    id: str
    minimum: float


@dataclass(frozen=True)
class ScoringPolicy:
    """How answers become a profile: declared, versioned data.

    Parameters
    ----------
    id : str
        Name and version, such as ``key-distance-1``.
    key : KeyKind
    rate, rank, most_least, pick : str
        The item rule for each format: ``near-miss``, ``distance`` or ``agreement`` for rate;
        ``near-miss`` for rank; ``match`` for most-least; ``per-option`` for pick.
    points : mapping of str to float
        Marks of one full hit where the rule has a free unit: ``rank`` is derived, ``pick`` is 4.
    chance_correction : bool
        Scores are (points - expected by guessing) / (maximum - expected).
    standardise_within_person : bool
        Elevation and scatter control of McDaniel and others (2011); ``rate`` items only.
    weights : mapping of str to float
        Weight of each value in the composite.
    minimum_share : float
        Share of the items that the default form draws for a value below which the value is
        reported as not measured.
    standard_error : StandardErrorRule
    item_sd_floor : float
        The spread of a person's item scores is never taken to be smaller than this.
    interval : float
        Coverage of the interval that bands are read from, such as 0.8.
    bands : tuple of Band
        From the lowest up; the first reaches down without end.
    rubric : Rubric or None
        For answers in the candidate's own words; the engine's default where None.
    """

    id: str
    key: KeyKind
    rate: str
    rank: str
    most_least: str
    pick: str
    points: Mapping[str, float]
    chance_correction: bool
    standardise_within_person: bool
    weights: Mapping[str, float]
    minimum_share: float
    standard_error: StandardErrorRule
    item_sd_floor: float
    interval: float
    bands: tuple[Band, ...]
    rubric: Rubric | None = None


@dataclass(frozen=True)
class Blueprint:
    """What the default form draws.

    Parameters
    ----------
    length, minutes : int
    seed : int
        The draw is made once for a bank version: until items are calibrated, everybody gets the
        same ones, because nothing could make different ones comparable.
    per_value : mapping of str to int
        Least number of items for each value.
    per_format : mapping of ResponseFormat to int
        Exact number of items of each format.
    """

    length: int
    minutes: int
    seed: int
    per_value: Mapping[str, int]
    per_format: Mapping[ResponseFormat, int]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who wrote a bank, when, how, and under which licence."""

    authors: tuple[str, ...]
    written: str
    licence: str
    method: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Crosswalk:
    """The bank's values in another framework: value id -> word ids; words in `CrosswalkText`."""

    id: str
    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Bank:
    """A versioned question bank; published versions never change.

    Parameters
    ----------
    id, version : str
    status : BankStatus
    values : tuple of Value
    items : tuple of Item
        In the order of the file, which is that of the response matrix too.
    policy : ScoringPolicy
    blueprint : Blueprint
        What the default form draws.
    provenance : Provenance
    crosswalks : tuple of Crosswalk
    catalogues : mapping of str to Catalogue
        By language.
    sha256 : str
        Hash of the bank's canonical JSON (`vbr_engine.bank.dump_bank`), the same whatever the
        layout of the YAML that it was read from.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> bank.label, len(bank.items), bank.columns[0] == bank.items[0].columns[0]
    ('homecare-values 0.2.0', 28, True)
    """

    id: str
    version: str
    status: BankStatus
    values: tuple[Value, ...]
    items: tuple[Item, ...]
    policy: ScoringPolicy
    blueprint: Blueprint
    provenance: Provenance
    crosswalks: tuple[Crosswalk, ...]
    catalogues: Mapping[str, Catalogue]
    sha256: str = ""

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns of this bank's response matrix, ``item.option``, in the order of the file."""
        return tuple(column for item in self.items for column in item.columns)

    @cached_property
    def item_by_id(self) -> Mapping[str, Item]:
        """The items by id."""
        return {item.id: item for item in self.items}

    @property
    def label(self) -> str:
        """Name and version, such as ``homecare-values 0.2.0``."""
        return f"{self.id} {self.version}"

    def text(self, language: str = "en") -> Catalogue:
        """Texts in `language`, or in the first language that the bank has."""
        return self.catalogues.get(language) or next(iter(self.catalogues.values()))

    def in_other_words(self, value: str, language: str = "en") -> Mapping[str, tuple[str, ...]]:
        """Say `value` in the words of every crosswalk: framework name -> its words."""
        texts = self.text(language).crosswalks
        return {
            texts[walk.id].name: tuple(texts[walk.id].words[word] for word in walk.words[value])
            for walk in self.crosswalks
            if value in walk.words
        }
