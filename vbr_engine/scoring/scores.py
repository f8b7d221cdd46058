"""`score`: a response matrix in, everybody's scores out.

Sittings are scored in blocks that stay in the processor's cache. Each sitting's figures depend on
its own answers only, and are added up in the order of the bank: the same to the last bit alone or
among a million, in any order of rows and columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vbr_engine._version import __version__
from vbr_engine.bank.model import Bank
from vbr_engine.errors import ResponsesError
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring.bands import band_codes, band_column, value_score, word_column
from vbr_engine.scoring.blocks import Block, Scorer
from vbr_engine.scoring.policy import estimate, layout
from vbr_engine.scoring.profile import COMPOSITE, Profile, ValueScore
from vbr_engine.scoring.quality import FLAGS, flag_bits, flag_details
from vbr_engine.scoring.rules import Floats

__all__ = ["Scores", "score"]

BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of all sittings of a response matrix.

    Parameters
    ----------
    responses : ResponseMatrix
    score, se : ndarray, shape (1 + values, sittings)
        Row 0 is the composite, then the values in the order of the bank; NaN: not measured.
    answered : ndarray of unsigned, shape (1 + values, sittings)
        Values measured, then items scored for each value.
    needed : tuple of int
        The same order: what is needed to be measured.
    band : ndarray of uint8, shape (1 + values, sittings)
        Lowest band touched times the number of bands, plus the highest; 255: not measured.
    flags : ndarray of uint8, shape (sittings,)
        A bit for each of `vbr_engine.scoring.quality.FLAGS`.
    seconds : ndarray, shape (sittings,), or None
        Time taken, NaN where not known.
    """

    responses: ResponseMatrix
    score: Floats
    se: Floats
    answered: npt.NDArray[np.unsignedinteger[Any]]
    needed: tuple[int, ...]
    band: npt.NDArray[np.uint8]
    flags: npt.NDArray[np.uint8]
    seconds: Floats | None

    def __len__(self) -> int:
        return len(self.responses)

    @property
    def bank(self) -> Bank:
        """The bank that the responses belong to."""
        return self.responses.bank

    @property
    def names(self) -> tuple[str, ...]:
        """What the rows of `score` stand for."""
        return (COMPOSITE, *(value.id for value in self.bank.values))

    @property
    def stamps(self) -> dict[str, str]:
        """What the figures were made with: ``bank`` with a short hash, ``policy``, ``engine``."""
        return {
            "bank": f"{self.bank.label} {self.bank.sha256[:12]}".strip(),
            "policy": self.bank.policy.id,
            "engine": __version__,
        }

    def to_frame(self) -> pd.DataFrame:
        """Return the scores table, a row per sitting in the order of the responses.

        Returns
        -------
        DataFrame
            ``sitting``, ``composite``, ``composite_se``, ``band``, then ``VALUE``, ``VALUE_se``,
            ``VALUE_band`` for each value, ``flags``, ``bank``, ``policy``, ``engine``. Bands that
            an interval spans are joined by ``/``, flags by ``;``. Not measured is an empty cell,
            and ``not measured`` as band.
        """
        columns: dict[str, Any] = {"sitting": pd.array(list(self.responses.sittings), dtype="str")}
        for row, name in enumerate(self.names):
            columns[name] = self.score[row]
            columns[f"{name}_se"] = self.se[row]
            bands = band_column(self.band[row], self.bank.policy)
            columns["band" if name == COMPOSITE else f"{name}_band"] = bands
        columns["flags"] = word_column(self.flags.astype(np.int16), _FLAG_WORDS)
        for name, word in self.stamps.items():
            columns[name] = word_column(np.zeros(len(self), dtype=np.int8), [word])
        return pd.DataFrame(columns)

    def profile(self, sitting: str) -> Profile:
        """Return everything about one sitting.

        Parameters
        ----------
        sitting : str

        Returns
        -------
        Profile

        Raises
        ------
        ResponsesError
            If there is no such sitting.
        """
        row = self.responses.row(sitting)
        scorer = Scorer(self.bank, 1)
        block = scorer(self.responses.codes[row : row + 1])
        scores = tuple(self._value_score(at, row) for at in range(len(self.names)))
        items = zip(self.bank.items, block.items[:, 0], strict=True)
        return Profile(
            sitting=sitting,
            composite=scores[0],
            values=scores[1:],
            items={item.id: _figure(score) for item, score in items},
            flags=flag_details(
                int(self.flags[row]),
                most_frequent=float(block.most_frequent[0]),
                ratings=float(block.ratings[0]),
                answered=float(block.answered[0]),
                pace=float(_pace(block, scorer, _part(self.seconds, slice(row, row + 1)))[0]),
                length=self.bank.blueprint.length,
            ),
            bank=self.bank.label,
            bank_sha256=self.bank.sha256,
            policy=self.bank.policy.id,
            engine=__version__,
        )

    def _value_score(self, at: int, row: int) -> ValueScore:
        counts = int(self.answered[at, row]), self.needed[at]
        figures = self.score[at, row], self.se[at, row]
        return value_score(self.names[at], *figures, counts, self.bank.policy)


def score(
    responses: ResponseMatrix,
    bank: Bank,
    *,
    seconds: Mapping[str, float] | Sequence[float] | Floats | None = None,
) -> Scores:
    """Score sittings as the bank's policy declares.

    Parameters
    ----------
    responses : ResponseMatrix
    bank : Bank
        The bank that the responses belong to.
    seconds : mapping of str to float, or one number per sitting, optional
        Time taken to answer, for the flag ``very-fast`` alone.

    Returns
    -------
    Scores

    Raises
    ------
    ResponsesError
        If the responses belong to another bank, or `seconds` to other sittings.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> responses = vbr_engine.simulate_responses(bank, 2, seed=1)
    >>> profile = score(responses, bank).profile("simulated-000001")
    >>> profile.composite.measured, profile.bank == bank.label
    (True, True)
    """
    responses = _of_bank(responses, bank)
    plan, scorer = layout(bank), Scorer(bank, len(responses))
    n, rows = len(responses), 1 + len(bank.values)
    made = Scores(
        responses=responses,
        score=np.empty((rows, n)),
        se=np.empty((rows, n)),
        answered=np.empty((rows, n), dtype=np.min_scalar_type(len(bank.items))),
        needed=(plan.values_needed, *plan.needed[:, 0].astype(int).tolist()),
        band=np.empty((rows, n), dtype=np.uint8),
        flags=np.empty(n, dtype=np.uint8),
        seconds=_seconds(seconds, responses),
    )
    for start in range(0, n, BLOCK):
        part = slice(start, start + BLOCK)
        block = scorer(responses.codes[part])
        found = estimate(block.items, plan)
        made.score[:, part], made.se[:, part] = found.score, found.se
        made.answered[:, part] = found.answered
        made.band[:, part] = band_codes(found.score, found.se, bank.policy)
        made.flags[part] = _flags(block, scorer, _part(made.seconds, part))
    return made


_FLAG_WORDS = [
    ";".join(name for at, name in enumerate(FLAGS) if bits >> at & 1)
    for bits in range(1 << len(FLAGS))
]


def _flags(block: Block, scorer: Scorer, seconds: Floats | None) -> npt.NDArray[np.uint8]:
    return flag_bits(
        most_frequent=block.most_frequent,
        ratings=block.ratings,
        answered=block.answered,
        pace=_pace(block, scorer, seconds),
        length=scorer.bank.blueprint.length,
    )


def _pace(block: Block, scorer: Scorer, seconds: Floats | None) -> Floats:
    """Return words a minute, NaN where the time is not known."""
    if seconds is None:
        return np.full(block.items.shape[1], np.nan)
    # Less than a millisecond is no time: it keeps a clock that stood still from dividing by 0.
    return np.where(seconds >= 0, 60.0 * block.words(scorer.words) / np.fmax(seconds, 1e-3), np.nan)


def _part(seconds: Floats | None, part: slice) -> Floats | None:
    return None if seconds is None else seconds[part]


def _seconds(
    seconds: Mapping[str, float] | Sequence[float] | Floats | None, responses: ResponseMatrix
) -> Floats | None:
    if seconds is None:
        return None
    if isinstance(seconds, Mapping):
        unknown = sorted(set(seconds) - set(responses.sittings))
        if unknown:
            raise ResponsesError(f"seconds are given for unknown sittings: {', '.join(unknown)}")
        return np.array([seconds.get(name, np.nan) for name in responses.sittings], dtype=float)
    given = np.asarray(seconds, dtype=np.float64)
    if given.shape != (len(responses),):
        raise ResponsesError(f"expected seconds of {len(responses)} sittings, got {given.size}")
    return given


def _of_bank(responses: ResponseMatrix, bank: Bank) -> ResponseMatrix:
    """Return the responses under this very bank; refuse those of another one.

    The same version under a rival key or policy is allowed: its answers mean the same.
    """
    if responses.bank is bank:
        return responses
    if responses.bank.label != bank.label or _asked(responses.bank) != _asked(bank):
        raise ResponsesError(f"the responses belong to {responses.bank.label}, not to {bank.label}")
    return ResponseMatrix(responses.codes, responses.sittings, bank)


def _asked(bank: Bank) -> list[tuple[object, ...]]:
    return [(item.id, item.format, item.options, item.scale) for item in bank.items]


def _figure(number: Any) -> float | None:
    return float(number) if number == number else None
