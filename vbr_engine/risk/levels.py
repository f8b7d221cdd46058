"""Evidence levels: what the data carry, from a rate only to figures about a person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

__all__ = [
    "FEWEST_PROVIDERS",
    "Checks",
    "Evidence",
    "EvidenceLevel",
    "events_needed",
    "evidence_level",
]

# Events at the horizon from which a level can be reached.
INDEX_FROM, PERSONAL_FROM = 30, 100
# Events for each parameter, below which no personal figure is given.
EVENTS_PER_PARAMETER = 10
# Providers without which nothing can be tried on providers left out.
FEWEST_PROVIDERS = 3


class EvidenceLevel(Enum):
    """What may be said about a person.

    Examples
    --------
    >>> EvidenceLevel.BANDS.code, EvidenceLevel.BANDS.shows_figure
    ('L1', False)
    """

    RATE = (
        "L0",
        "rates only",
        "There is not enough to say anything about one person: only the provider's rate is given.",
    )
    BANDS = (
        "L1",
        "bands",
        "Published effects, set to the level of the local data, say whether a risk is lower, usual "
        "or higher; no figure about one person is given.",
    )
    PERSONAL = (
        "L2",
        "figures with intervals",
        "The local data carry figures about one person, with wide intervals.",
    )
    FULL = (
        "L3",
        "full sample",
        "There are as many careers as the rules for sample size ask for.",
    )

    def __init__(self, code: str, title: str, sentence: str) -> None:
        self.code = code
        self.title = title
        self.sentence = sentence

    @property
    def shows_figure(self) -> bool:
        """Whether figures about one person are given."""
        return self in (EvidenceLevel.PERSONAL, EvidenceLevel.FULL)

    @property
    def shows_band(self) -> bool:
        """Whether at least a band about one person is given."""
        return self is not EvidenceLevel.RATE

    @classmethod
    def of_code(cls, code: str) -> EvidenceLevel:
        """Find the level by its code, such as ``L1``."""
        return next(level for level in cls if level.code == code)


@dataclass(frozen=True)
class Checks:
    """How a model did on providers that it had not seen.

    Parameters
    ----------
    auc, auc_low, auc_high : float
        Concordance of risks and outcomes with its 95% interval.
    slope, slope_low, slope_high : float
        Calibration slope with its 95% interval.
    gain : float
        Log-likelihood for each event over that of a model without effects.
    n_events, n_providers : int

    Examples
    --------
    >>> Checks(0.62, 0.56, 0.68, 0.9, 0.5, 1.3, 0.02, 120, 30).failures
    ()
    """

    auc: float
    auc_low: float
    auc_high: float
    slope: float
    slope_low: float
    slope_high: float
    gain: float
    n_events: int
    n_providers: int

    @property
    def tells_apart(self) -> bool:
        """Whether risks rank people better than chance."""
        return self.auc_low > 0.5

    @property
    def failures(self) -> tuple[str, ...]:
        """What did not pass, in sentences."""
        found = []
        if not self.tells_apart:
            found.append(
                f"At providers left out, the risks do not rank people better than chance: "
                f"{self.auc:.2f} ({self.auc_low:.2f} to {self.auc_high:.2f})."
            )
        if not self.slope_low <= 1 <= self.slope_high:
            found.append(
                f"At providers left out, differences between people are wrong in size: "
                f"slope {self.slope:.2f} ({self.slope_low:.2f} to {self.slope_high:.2f})."
            )
        if self.gain <= 0:
            found.append("At providers left out, the effects predict no better than the rate.")
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Evidence:
    """The level reached, and why not the next one.

    Parameters
    ----------
    level : EvidenceLevel
    n_events : int
        At the horizon.
    reasons : tuple of str
        Why no higher level is reached.

    Examples
    --------
    >>> evidence_level(12).reasons
    ('There are 12 events; bands need 30.',)
    """

    level: EvidenceLevel
    n_events: int
    reasons: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What it means, and why it is not more."""
        return " ".join((self.level.sentence, *self.reasons))

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "level": self.level.code,
            "title": self.level.title,
            "sentence": self.level.sentence,
            "events": self.n_events,
            "reasons": list(self.reasons),
        }


def evidence_level(
    n_events: int,
    checks: Checks | None = None,
    *,
    n_parameters: int = 8,
    n_people: int = 0,
    n_needed: int | None = None,
    index_low: float = float("nan"),
    conflict: bool = False,
) -> Evidence:
    """Say which level the data reach.

    Parameters
    ----------
    n_events : int
        At the horizon.
    checks : Checks, optional
        On providers left out; needed from 100 events.
    n_parameters : int
        Effects.
    n_people, n_needed : int
        People, and how many the rules for sample size ask for.
    index_low : float
        Lower bound of the slope of the published index on the local data; NaN where there is none.
    conflict : bool
        Whether the local data speak against the published effects.

    Returns
    -------
    Evidence
    """
    if n_events < INDEX_FROM:
        more = f"There are {n_events} events; bands need {INDEX_FROM}."
        return Evidence(EvidenceLevel.RATE, n_events, (more,))
    if conflict:
        against = "The local data speak against the published effects: look into it first."
        return Evidence(EvidenceLevel.RATE, n_events, (against,))
    if n_events < events_needed(n_parameters):
        more = f"There are {n_events} events; figures about a person need "
        return _index(n_events, f"{more}{events_needed(n_parameters)}.", index_low)
    if checks is None:
        alone = f"Figures about a person need {FEWEST_PROVIDERS} providers, to be tried on others."
        return _index(n_events, alone, index_low)
    if not checks.tells_apart:
        return Evidence(EvidenceLevel.RATE, n_events, checks.failures)
    if checks.failures:
        return Evidence(EvidenceLevel.BANDS, n_events, checks.failures)
    if n_needed is None or n_people < n_needed:
        more = (
            f"There are {n_people:,} people; the rules for sample size ask for {n_needed or 0:,}."
        )
        return Evidence(EvidenceLevel.PERSONAL, n_events, (more,) if n_needed else ())
    return Evidence(EvidenceLevel.FULL, n_events)


def events_needed(n_parameters: int) -> int:
    """Say from how many events figures about a person may be given.

    Parameters
    ----------
    n_parameters : int
        Effects.

    Returns
    -------
    int

    Examples
    --------
    >>> events_needed(8), events_needed(12)
    (100, 120)
    """
    return max(PERSONAL_FROM, EVENTS_PER_PARAMETER * n_parameters)


def _index(n_events: int, more: str, index_low: float) -> Evidence:
    if not index_low > 0:
        unseen = "The published effects do not show in the local data, or not yet."
        return Evidence(EvidenceLevel.RATE, n_events, (unseen,))
    return Evidence(EvidenceLevel.BANDS, n_events, (more,))
