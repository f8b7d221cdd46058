"""Rival keys: how a bank gets another one, and what an answer earns under any table of points.

A `Key` is data beside a bank. Nothing here changes a bank: `with_key` returns another one, whose
policy carries the key's name, so that no score can be taken for one of the old key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from vbr_engine.bank.model import Bank, Catalogue, Item, KeyKind, ResponseFormat
from vbr_engine.bank.parse import rehashed
from vbr_engine.errors import BankError, Problem
from vbr_engine.responses import Codes, ResponseMatrix
from vbr_engine.scoring.rules import ItemRule, Table, chances

__all__ = ["Key", "best_answer", "key_of", "narrowed", "table_rule", "with_key"]


@dataclass(frozen=True)
class Key:
    """What is held to be right, apart from a bank.

    Parameters
    ----------
    id : str
        Short name, such as ``panel-mode``.
    kind : KeyKind
    keyed : mapping of str to tuple of float
        By item, a number per option in the encoding of `Item.key`. An item that is not there keeps
        the key it has.
    rate_rule : str, optional
        The rule for ``rate`` that this key is made for; the bank's own if not given.
    agreement : mapping of str to tuple of tuple of float
        By ``rate`` item, for the rule ``agreement``: per option the share at each scale point.
    dropped : mapping of str to tuple of str
        By ``rate`` item, the options that this key leaves out.
    notes : tuple of str
        What a reader should know: ties that were broken, items nobody answered.
    """

    id: str
    kind: KeyKind
    keyed: Mapping[str, tuple[float, ...]]
    rate_rule: str | None = None
    agreement: Mapping[str, tuple[tuple[float, ...], ...]] = field(default_factory=dict)
    dropped: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def key_of(bank: Bank) -> Key:
    """Take the key out of a bank.

    Parameters
    ----------
    bank : Bank

    Returns
    -------
    Key

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> key = key_of(bank)
    >>> str(key.kind), with_key(bank, key).items == bank.items
    ('authors', True)
    """
    shares = {item.id: item.agreement for item in bank.items if item.agreement is not None}
    keyed = {item.id: item.key for item in bank.items}
    return Key(str(bank.policy.key), bank.policy.key, keyed, bank.policy.rate, shares)


def with_key(bank: Bank, key: Key) -> Bank:
    """Return `bank` under another key.

    Parameters
    ----------
    bank : Bank
    key : Key

    Returns
    -------
    Bank
        The same label; its policy is named after the key as well, and its hash is its own. Use
        `narrowed` to bring responses to it if the key drops options.

    Raises
    ------
    BankError
        With every part of the key that does not fit the bank.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> rival = with_key(bank, Key("upside-down", KeyKind.PANEL, {}, rate_rule="distance"))
    >>> rival.policy.rate, rival.policy.id == f"{bank.policy.id}-upside-down"
    ('distance', True)
    """
    problems = list(_misfits(bank, key))
    if problems:
        raise BankError(problems)
    policy = replace(
        bank.policy,
        id=f"{bank.policy.id}-{key.id}",
        key=key.kind,
        rate=key.rate_rule or bank.policy.rate,
    )
    items = tuple(_rekeyed(item, key) for item in bank.items)
    texts = {tag: _without(text, key.dropped) for tag, text in bank.catalogues.items()}
    return rehashed(replace(bank, policy=policy, items=items, catalogues=texts))


def narrowed(responses: ResponseMatrix, bank: Bank) -> ResponseMatrix:
    """Return the responses to the options that `bank` has, which may be fewer.

    Parameters
    ----------
    responses : ResponseMatrix
    bank : Bank
        The responses' own bank under another key.

    Returns
    -------
    ResponseMatrix

    Raises
    ------
    BankError
        If the bank has options that the responses do not.
    """
    if responses.bank.columns == bank.columns:
        return ResponseMatrix(responses.codes, responses.sittings, bank)
    place = {name: at for at, name in enumerate(responses.bank.columns)}
    unknown = [name for name in bank.columns if name not in place]
    if unknown:
        raise BankError(f"there are no responses to {', '.join(unknown)}")
    codes: Codes = np.ascontiguousarray(responses.codes[:, [place[name] for name in bank.columns]])
    return ResponseMatrix(codes, responses.sittings, bank)


def table_rule(item: Item, table: Table) -> ItemRule:
    """Make the rule of an item from any table of points.

    Parameters
    ----------
    item : Item
    table : ndarray, shape (options, codes)
        Points of each code in each option's column, from the lowest allowed code up.

    Returns
    -------
    ItemRule
        With what guessing earns on average, and what the best valid answer earns.
    """
    expected = float((table * chances(item)).sum())
    best = best_answer(item, table)
    return ItemRule(item, table, expected, float(table[np.arange(len(table)), best].sum()))


def best_answer(item: Item, table: Table) -> tuple[int, ...]:
    """Find the valid answer that earns most.

    Parameters
    ----------
    item : Item
    table : ndarray, shape (options, codes)

    Returns
    -------
    tuple of int
        For each option the place of its code in the table, 0 for the lowest allowed code.

    Examples
    --------
    >>> item = Item("late", "respect", ResponseFormat.PICK, ("a", "b", "c"), (1.0, 0.0, 1.0))
    >>> best_answer(item, np.array([[0, 1], [0, 3], [0, 2]]))
    (0, 1, 1)
    """
    return _BEST[item.format](item, np.asarray(table, dtype=np.float64))


def _best_ratings(item: Item, table: Table) -> tuple[int, ...]:
    return tuple(int(code) for code in table.argmax(axis=1))


def _best_ranking(item: Item, table: Table) -> tuple[int, ...]:
    _, ranks = linear_sum_assignment(table, maximize=True)
    return tuple(int(rank) for rank in ranks)


def _best_ends(item: Item, table: Table) -> tuple[int, ...]:
    gain = (table[:, 2] - table[:, 1])[:, None] + (table[:, 0] - table[:, 1])[None, :]
    np.fill_diagonal(gain, -np.inf)
    most, least = divmod(int(gain.argmax()), len(table))
    return tuple(2 if at == most else 0 if at == least else 1 for at in range(len(table)))


def _best_picks(item: Item, table: Table) -> tuple[int, ...]:
    order = np.argsort(table[:, 0] - table[:, 1], kind="stable")
    picked = set(order[: item.picks].tolist())
    return tuple(int(at in picked) for at in range(len(table)))


_BEST: dict[ResponseFormat, Callable[[Item, Table], tuple[int, ...]]] = {
    ResponseFormat.RATE: _best_ratings,
    ResponseFormat.RANK: _best_ranking,
    ResponseFormat.MOST_LEAST: _best_ends,
    ResponseFormat.PICK: _best_picks,
}


def _misfits(bank: Bank, key: Key) -> Iterator[Problem]:
    given = {"key": key.keyed, "agreement": key.agreement, "dropped": key.dropped}
    for part, by_item in given.items():
        for name in by_item:
            if name not in bank.item_by_id:
                yield Problem(path=f"items.{name}.{part}", message="the bank has no such item")
    for item in bank.items:
        for name, rows in (("key", key.keyed), ("agreement", key.agreement)):
            got = len(rows.get(item.id, item.options))
            if got != len(item.options):
                message = f"expected {len(item.options)} options, got {got}"
                yield Problem(path=f"items.{item.id}.{name}", message=message)
        yield from _misdropped(item, key.dropped.get(item.id, ()))


def _misdropped(item: Item, dropped: tuple[str, ...]) -> Iterator[Problem]:
    path = f"items.{item.id}.dropped"
    if dropped and item.format is not ResponseFormat.RATE:
        yield Problem(path=path, message=f"options of a {item.format} item belong together")
    for option in dropped:
        if option not in item.options:
            yield Problem(path=path, message=f"there is no option {option}")
    if dropped and len(set(item.options) - set(dropped)) < 2:
        yield Problem(path=path, message="an item needs two options")


def _rekeyed(item: Item, key: Key) -> Item:
    gone = key.dropped.get(item.id, ())
    kept = [at for at, option in enumerate(item.options) if option not in gone]
    keyed = key.keyed.get(item.id, item.key)
    shares = key.agreement.get(item.id, item.agreement)
    return replace(
        item,
        options=tuple(item.options[at] for at in kept),
        key=tuple(float(keyed[at]) for at in kept),
        agreement=shares and tuple(shares[at] for at in kept),
    )


def _without(text: Catalogue, dropped: Mapping[str, tuple[str, ...]]) -> Catalogue:
    items = dict(text.items)
    for name in dropped:
        options = {o: words for o, words in items[name].options.items() if o not in dropped[name]}
        items[name] = replace(items[name], options=options)
    return replace(text, items=items)
