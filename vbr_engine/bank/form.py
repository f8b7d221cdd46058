"""A form: the items that one sitting presents, and the order of their options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from vbr_engine.bank.model import Bank, Item
from vbr_engine.errors import BankError

__all__ = ["Form", "draw_form", "draw_forms", "draw_items"]


@dataclass(frozen=True)
class Form:
    """What one sitting presents.

    Parameters
    ----------
    bank : str
        The bank's label, name and version.
    seed : int
        The recorded seed of the option order.
    items : tuple of str
        Item ids, in the order presented.
    options : tuple of tuple of str
        For each item its option ids, in the order presented.
    """

    bank: str
    seed: int
    items: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]


def draw_items(bank: Bank, *, seed: int | None = None) -> tuple[Item, ...]:
    """Draw the items of a form so that the blueprint holds exactly.

    A small integer programme with random weights: any draw that the blueprint allows can come,
    and one that it does not allow never does.

    Parameters
    ----------
    bank : Bank
    seed : int, optional
        The blueprint's own seed if not given.

    Returns
    -------
    tuple of Item
        In random order.

    Raises
    ------
    BankError
        If no set of items meets the blueprint.
    """
    blueprint, items = bank.blueprint, bank.items
    rng = np.random.default_rng(blueprint.seed if seed is None else seed)
    rows, low, high = [np.ones(len(items))], [blueprint.length], [blueprint.length]
    for value in bank.values:
        rows.append(_indicator(item.value == value.id for item in items))
        low.append(blueprint.per_value.get(value.id, 0))
        high.append(len(items))
    for response_format, number in blueprint.per_format.items():
        rows.append(_indicator(item.format == response_format for item in items))
        low.append(number)
        high.append(number)
    found = milp(
        rng.random(len(items)),
        integrality=np.ones(len(items)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(np.array(rows), np.array(low), np.array(high)),
    )
    if not found.success:
        raise BankError(
            f"blueprint: no {blueprint.length} of the {len(items)} items meet it: "
            f"{dict(blueprint.per_value)} per value, "
            f"{ {str(k): v for k, v in blueprint.per_format.items()} } per format"
        )
    chosen = [item for item, taken in zip(items, found.x, strict=True) if taken > 0.5]
    return tuple(chosen[index] for index in rng.permutation(len(chosen)))


def draw_form(bank: Bank, *, seed: int) -> Form:
    """Draw the default form, with option order shuffled by `seed`.

    Parameters
    ----------
    bank : Bank
    seed : int
        Recorded with the sitting; the same seed gives the same form.

    Returns
    -------
    Form

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> form = draw_form(bank, seed=7)
    >>> len(form.items) == bank.blueprint.length, form == draw_form(bank, seed=7)
    (True, True)
    """
    return next(draw_forms(bank, seeds=[seed]))


def draw_forms(bank: Bank, *, seeds: Iterable[int]) -> Iterator[Form]:
    """Draw the default form once for each seed; the items are drawn only once.

    Parameters
    ----------
    bank : Bank
    seeds : iterable of int

    Yields
    ------
    Form
        The same as `draw_form` draws with this seed.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> list(draw_forms(bank, seeds=[7, 8])) == [draw_form(bank, seed=7), draw_form(bank, seed=8)]
    True
    """
    items = draw_items(bank)
    ids = tuple(item.id for item in items)
    for seed in seeds:
        rng = np.random.default_rng(seed)
        options = tuple(_shuffled(item.options, rng) for item in items)
        yield Form(bank=bank.label, seed=seed, items=ids, options=options)


def _shuffled(options: Sequence[str], rng: np.random.Generator) -> tuple[str, ...]:
    return tuple(options[index] for index in rng.permutation(len(options)))


def _indicator(holds: Iterable[bool]) -> NDArray[np.float64]:
    return np.fromiter(holds, dtype=np.float64)
