"""How well facts tell who belongs to a group, where people have said so in the monitoring store.

A fact that tells a protected characteristic can carry it into a model that never saw it. Monitoring
answers are joined by application for the length of one call; nothing about a person comes out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from vbr_engine.errors import CareersError, Problem
from vbr_engine.risk.careers import EVENT_COLUMNS, Careers
from vbr_engine.risk.dates import is_blank
from vbr_engine.risk.reading import read_names
from vbr_engine.risk.separation import (
    Separation,
    binned,
    cross_validated_auc,
    folds_of,
    noise_share,
    rank_auc,
)

__all__ = ["TOGETHER", "proxy_report"]

TOGETHER = "all facts together"

_FLAG = 0.6
_SMALLEST = 20
_FOLDS = 5
_UNSAID = ("prefer not to say", "not known", "unknown", "not stated", "not recorded", "refused")
_COLUMNS = ("fact", "characteristic", "group", "auc", "low", "high", "flagged", "sentence")


def proxy_report(
    careers: Careers | pd.DataFrame,
    monitoring: pd.DataFrame,
    *,
    seed: int = 1,
    level: float = 0.95,
) -> pd.DataFrame:
    """Measure how well each fact, and all together, tell who belongs to a group.

    Parameters
    ----------
    careers : Careers or DataFrame
        Applications and what was known beforehand.
    monitoring : DataFrame
        ``application``, and a column for each characteristic; empty, or ``prefer not to say``, is
        left out.
    seed : int
        For dealing people into folds.
    level : float
        Probability of the interval.

    Returns
    -------
    DataFrame
        For each fact, characteristic and group: ``auc``, 5-fold cross-validated, with ``low`` and
        ``high`` (Hanley and McNeil, 1982); ``flagged`` where `low` lies above .6; a ``sentence``.
        Groups under 20 people, or whose complement is, are not named and have no figure. There are
        no counts, so that nothing can be subtracted.

    Raises
    ------
    CareersError
        If a column is missing, an application is there twice, or none is in both tables.

    Notes
    -----
    A person is scored by the share of the group among the others in the same tenth of the fact, or
    with the same word, or without any; for all facts together the log-odds are added up. An area of
    .5 tells nothing. Of a hundred facts that tell nothing none should be flagged: a lower bound of
    .6 lies far from .5.

    Examples
    --------
    >>> facts = pd.DataFrame({"application": range(200), "hours": np.arange(200) % 2 * 8.0})
    >>> told = pd.DataFrame({"application": range(200), "sex": ["f", "m"] * 100})
    >>> proxy_report(facts, told)["flagged"].tolist()
    [True]
    """
    frame = careers.frame if isinstance(careers, Careers) else careers
    facts, answers = _joined(frame, monitoring)
    fold = folds_of(len(facts), _FOLDS, seed)
    coded = {str(name): binned(facts[name]) for name in facts}
    rows = [
        row
        for characteristic in answers
        for row in _characteristic(answers[characteristic], coded, fold, level)
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _joined(frame: pd.DataFrame, monitoring: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    tables = (("careers", frame), ("monitoring answers", monitoring))
    problems = [
        Problem(message=f"the table of {which} has no such column", column="application")
        for which, table in tables
        if "application" not in table
    ]
    if problems:
        raise CareersError(problems)
    names, theirs = read_names(frame["application"]), read_names(monitoring["application"])
    if theirs.duplicated().any():
        raise CareersError("an application is there twice in the monitoring answers")
    places = pd.Index(theirs).get_indexer(pd.Index(names))
    both = (places >= 0) & names.notna().to_numpy()
    if not both.any():
        raise CareersError("no application is in both tables: do they name them alike?")
    known = [name for name in frame.columns if name not in EVENT_COLUMNS]
    answers = monitoring.drop(columns="application").iloc[places[both]].reset_index(drop=True)
    return frame.loc[both, known].reset_index(drop=True), answers


def _characteristic(
    answers: pd.Series[Any], coded: dict[str, NDArray[np.int64]], fold: Any, level: float
) -> list[tuple[Any, ...]]:
    words = answers.astype("str").str.strip()
    said = answers.notna().to_numpy() & ~is_blank(words.fillna(""), _UNSAID)
    name = str(answers.name)
    rows: list[tuple[Any, ...]] = []
    sizes = words[said].value_counts()
    # Of two groups the one is what the other is not.
    groups = sorted(sizes.index)[: 1 if len(sizes) == 2 else None]
    for group in groups:
        if _SMALLEST <= sizes[group] <= said.sum() - _SMALLEST:
            belongs = (words[said] == group).to_numpy()
            here = {fact: codes[said] for fact, codes in coded.items()}
            rows += _group(name, group, belongs, here, fold[said], level)
    large = {group for _, _, group, *_ in rows}
    return rows if groups and large == set(groups) else [*rows, _suppressed(name)]


def _group(
    characteristic: str,
    group: str,
    belongs: NDArray[np.bool_],
    coded: dict[str, NDArray[np.int64]],
    fold: NDArray[np.int64],
    level: float,
) -> list[tuple[Any, ...]]:
    rows, together = [], np.zeros(len(belongs))
    for fact, codes in coded.items():
        found, score = cross_validated_auc(codes, belongs, fold)
        together += score
        rows.append(_told(fact, characteristic, group, found, level))
    if len(coded) > 1:
        plain = rank_auc(together, belongs, fold)
        noise = noise_share(list(coded.values()), belongs)
        joint = Separation(plain.auc, plain.se * float(np.sqrt(1 + noise)))
        rows.append(_told(TOGETHER, characteristic, group, joint, level))
    return rows


def _told(
    fact: str, characteristic: str, group: str, found: Separation, level: float
) -> tuple[Any, ...]:
    half = float(norm.ppf((1 + level) / 2)) * found.se
    low, high = max(found.auc - half, 0.0), min(found.auc + half, 1.0)
    flagged = low > _FLAG
    verb = "tell" if fact == TOGETHER else "tells"
    sentence = f"{fact} {verb} {characteristic} ({group}) with AUC {found.auc:.2f}"
    sentence += f" ({low:.2f} to {high:.2f}, where .50 is nothing): "
    if flagged:
        sentence += "it can stand for the characteristic; use it only with a good reason on record."
    elif high > _FLAG:
        sentence += "not enough people to rule out that it stands for the characteristic."
    else:
        sentence += "no sign that it stands for the characteristic."
    return fact, characteristic, group, found.auc, low, high, flagged, sentence


def _suppressed(characteristic: str) -> tuple[Any, ...]:
    sentence = (
        f"{characteristic}: one group or more has fewer than {_SMALLEST} people, or all but few"
    )
    sentence += " are in one; nothing is worked out for these."
    return "", characteristic, "", np.nan, np.nan, np.nan, False, sentence
