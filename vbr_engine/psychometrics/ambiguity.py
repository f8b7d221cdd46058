"""Find the keys that the answers themselves speak against.

Of every item is taken which option a person holds to be best: rated above all others, ranked first,
or chosen as most. The nominal response model puts no order on options: it finds how fast each gains
on the others as people answer the rest of the bank better. With a clear key it is the keyed option
that such people hold to be best; with an ambiguous one it is not (Zu and Kyllonen, 2020).

The best option is used, and not the ratings themselves, because people differ more in how high they
rate anything than in what they rate: a model of raw ratings finds that habit first.

This is a diagnostic for whoever writes the next key, not a way to score people.

References
----------
Bock, R. D. (1972). Estimating item parameters and latent ability when responses are scored in two
or more nominal categories. Psychometrika, 37(1), 29-51.
Zu, J., and Kyllonen, P. C. (2020). Nominal response model is useful for scoring multiple-choice
situational judgment tests. Organizational Research Methods, 23(2), 342-366.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from vbr_engine.bank.model import Bank, Item, ResponseFormat
from vbr_engine.errors import ResponsesError
from vbr_engine.psychometrics.agreement import Floats
from vbr_engine.psychometrics.curves import category_probabilities, category_slopes
from vbr_engine.psychometrics.models import NominalResponseModel
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring.rules import is_valid

__all__ = ["key_ambiguity"]

HIGH = 1.5  # of the trait: about one person in fifteen stands higher
FEWEST = 50  # answers to an item
SLOPE_PRIOR = (0.0, 1.0)  # an option that three people chose has no slope to speak of without it
_ALONE = 2  # options that must have been held to be best for an item to tell anything
_COLUMNS = [
    "item",
    "format",
    "n",
    "keyed",
    "keyed_share",
    "modal",
    "modal_share",
    "steepest",
    "ambiguous",
    "why",
]


def key_ambiguity(
    responses: ResponseMatrix, bank: Bank, *, n_starts: int = 1, random_state: int = 0
) -> pd.DataFrame:
    """Hold the best option by the key against the category slopes of a nominal response model.

    Parameters
    ----------
    responses : ResponseMatrix
    bank : Bank
    n_starts : int
        Starts of the model's search.
    random_state : int

    Returns
    -------
    DataFrame
        A row for each ``rate``, ``rank`` and ``most-least`` item: ``item``, ``format``, ``n``
        people who held one option to be best, the best option by the key (``keyed``, several
        joined by ``;``), the share of people one and a half standard deviations above the mean who
        hold it to be best, the ``modal`` option of such people with its share, the ``steepest``
        option (of the greatest slope: uncertain where few chose it), ``ambiguous`` and ``why``.

    Raises
    ------
    ResponsesError
        If the responses belong to another bank, or fewer than three items can be told about.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> found = key_ambiguity(vbr_engine.simulate_responses(bank, 500, seed=1), bank)
    >>> int(found["ambiguous"].sum())
    0
    """
    best = _best_options(responses, bank)
    told = [
        name
        for name in best
        if best[name].notna().sum() >= FEWEST and best[name].nunique() >= _ALONE
    ]
    if len(told) < 3:
        raise ResponsesError(
            f"three items with {FEWEST} answers that differ are needed at least, got {len(told)}"
        )
    keyed = {name: _keyed(bank.item_by_id[name]) for name in best}
    model = NominalResponseModel(
        key=[keyed[name][0] for name in told],
        slope_prior=SLOPE_PRIOR,
        n_starts=n_starts,
        tol=1e-4,
        random_state=random_state,
    ).fit(pd.DataFrame({name: best[name] for name in told}))
    shares = category_probabilities(model.items_, [HIGH])[:, :, 0]
    slopes = category_slopes(model.items_)
    labels = dict(zip(told, model.categories_.labels, strict=True))
    place = {name: at for at, name in enumerate(told)}
    rows = []
    for name, chosen in best.items():
        row = _start(bank.item_by_id[name], int(chosen.notna().sum()), keyed[name])
        if name in place:
            at, n = place[name], len(labels[name])
            found = dict(zip(labels[name], shares[at, :n], strict=True))
            row |= _verdict(keyed[name], found, str(labels[name][int(slopes[at, :n].argmax())]))
        rows.append(row)
    return pd.DataFrame(rows, columns=_COLUMNS)


def _best_options(responses: ResponseMatrix, bank: Bank) -> dict[str, pd.Series]:
    """By item, the option that each person holds to be best; missing where it is not just one."""
    if responses.bank.columns != bank.columns:
        raise ResponsesError(f"the responses belong to {responses.bank.label}, not to {bank.label}")
    best, at = {}, 0
    for item in bank.items:
        codes = responses.codes[:, at : at + len(item.options)]
        at += len(item.options)
        if item.format is ResponseFormat.PICK:
            continue
        liking = _liking(item, codes.astype(np.float64))
        top = liking == liking.max(axis=1, keepdims=True)
        names = np.array(item.options, dtype=object)[top.argmax(axis=1)]
        names[~is_valid(item, codes) | (top.sum(axis=1) > 1)] = None
        best[item.id] = pd.Series(names, dtype=object)
    return best


def _liking(item: Item, codes: Floats) -> Floats:
    return -codes if item.format is ResponseFormat.RANK else codes


def _keyed(item: Item) -> tuple[str, ...]:
    liking = _liking(item, np.array(item.key, dtype=np.float64))
    return tuple(
        option
        for option, liked in zip(item.options, liking.tolist(), strict=True)
        if liked == liking.max()
    )


def _start(item: Item, n: int, keyed: tuple[str, ...]) -> dict[str, Any]:
    why = f"Too few people ({n}) hold one option to be best, or all the same: it tells nothing."
    row = {"item": item.id, "format": str(item.format), "n": n, "keyed": ";".join(keyed)}
    unknown = {"keyed_share": np.nan, "modal": None, "modal_share": np.nan, "steepest": None}
    return row | unknown | {"ambiguous": False, "why": why}


def _verdict(keyed: tuple[str, ...], shares: Mapping[str, float], steepest: str) -> dict[str, Any]:
    share = float(sum(shares.get(option, 0.0) for option in keyed))
    modal = max(shares, key=lambda option: shares[option])
    ambiguous = modal not in keyed
    why = (
        f"People who answer the rest well hold {modal} to be best ({shares[modal]:.0%}) rather "
        f"than {' or '.join(keyed)}, as keyed ({share:.0%})."
    )
    return {
        "keyed_share": share,
        "modal": modal,
        "modal_share": float(shares[modal]),
        "steepest": steepest,
        "ambiguous": ambiguous,
        "why": why if ambiguous else "",
    }
