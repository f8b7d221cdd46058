"""One table of responses under two policies or keys: who would be told another band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vbr_engine.errors import ResponsesError
from vbr_engine.scoring.bands import NO_BAND, band_column
from vbr_engine.scoring.scores import Scores

__all__ = ["band_changes"]

_Bools = npt.NDArray[np.bool_]


def band_changes(before: Scores, after: Scores) -> pd.DataFrame:
    """Count whose bands differ between two ways to score the same sittings.

    Parameters
    ----------
    before, after : Scores
        Of the same sittings in the same order, with the same values.

    Returns
    -------
    DataFrame
        A row for the composite and for each value: ``score``, ``sittings``, ``measured`` (both
        ways), ``changed`` (of those, how many touch other bands), ``higher`` and ``lower`` (of the
        changed, whose bands lie higher or lower on the whole; empty where the bands have other
        names), ``gained`` and ``lost`` (measured in one way only).

    Raises
    ------
    ResponsesError
        If the scores are of other sittings or values.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> scores = vbr_engine.score(vbr_engine.simulate_responses(bank, 9, seed=1), bank)
    >>> int(band_changes(scores, scores)["changed"].sum())
    0
    """
    if before.names != after.names or before.responses.sittings != after.responses.sittings:
        raise ResponsesError("expected two scorings of the same sittings, with the same values")
    rows = [
        {"score": name, **_Pair(before, after, row).counts()}
        for row, name in enumerate(before.names)
    ]
    return pd.DataFrame(rows).astype({name: "Int64" for name in rows[0] if name != "score"})


@dataclass(frozen=True)
class _Pair:
    """One value's bands, scored in two ways."""

    before: Scores
    after: Scores
    row: int

    def counts(self) -> dict[str, Any]:
        told, telling = self._measured(self.before), self._measured(self.after)
        both = told & telling
        changed = both & (self._words(self.before) != self._words(self.after))
        counts = {"sittings": len(both), "measured": both.sum(), "changed": changed.sum()}
        return {
            **counts,
            **self._directions(changed),
            "gained": (telling & ~told).sum(),
            "lost": (told & ~telling).sum(),
        }

    def _measured(self, scores: Scores) -> _Bools:
        measured: _Bools = scores.band[self.row] != NO_BAND
        return measured

    def _words(self, scores: Scores) -> npt.NDArray[np.str_]:
        return np.asarray(band_column(scores.band[self.row], scores.bank.policy), dtype=str)

    def _directions(self, changed: _Bools) -> dict[str, Any]:
        names = [[band.id for band in s.bank.policy.bands] for s in (self.before, self.after)]
        if names[0] != names[1]:
            return {"higher": pd.NA, "lower": pd.NA}
        places = [
            sum(divmod(scores.band[self.row].astype(int), len(names[0])))
            for scores in (self.before, self.after)
        ]
        higher, lower = (changed & (sign * (places[1] - places[0]) > 0) for sign in (1, -1))
        return {"higher": higher.sum(), "lower": lower.sum()}
