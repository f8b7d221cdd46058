"""What is analysed, whether it comes from a bank or from any table: scores, options, categories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.analysis.odd_answers import odd_answers
from vbr_engine.bank.model import Bank, Item, ResponseFormat
from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.psychometrics.score_classes import score_classes
from vbr_engine.psychometrics.score_table import as_frame, read_scores
from vbr_engine.psychometrics.scored_items import item_scores
from vbr_engine.responses import MISSING, ResponseMatrix
from vbr_engine.scoring.policy import corrected
from vbr_engine.scoring.rules import FIRST_CODE, item_rules

__all__ = ["LEAST_ANSWERS", "Answers", "Choices", "answers_of_bank", "answers_of_table"]

LEAST_ANSWERS = 10  # to an item, for any figure that rests on differences between people

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Choices:
    """How people answered one item, option by option.

    Parameters
    ----------
    item : str
    chosen : DataFrame
        A column for each option (one without a name where there is no bank), missing for no answer.
    points : mapping of (option, answer) to float
    keyed : frozenset of (option, answer)
    """

    item: str
    chosen: pd.DataFrame
    points: Mapping[tuple[str, str], float]
    keyed: frozenset[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Answers:
    """Everything that the parts of an analysis start from.

    Parameters
    ----------
    scores : DataFrame
        Item scores by sitting, NaN for no answer.
    lowest, highest : Series
        What an item can give, by item.
    value_of, format_of : mapping of str to str
        By item; empty without a bank.
    choices : tuple of Choices
    categories : DataFrame
        Ordered categories for an item response model; some items may be left out.
    labels : mapping of str to tuple of str
        What the categories of an item are.
    left_out : mapping of str to str
        Items without categories, and why.
    notes : tuple of str
    bank : Bank or None
    responses : ResponseMatrix or None
    """

    scores: pd.DataFrame
    lowest: pd.Series[float]
    highest: pd.Series[float]
    value_of: Mapping[str, str]
    format_of: Mapping[str, str]
    choices: tuple[Choices, ...]
    categories: pd.DataFrame
    labels: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    bank: Bank | None = None
    responses: ResponseMatrix | None = None

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def items(self) -> tuple[str, ...]:
        """Every item."""
        return tuple(str(item) for item in self.scores)

    @property
    def as_they_are(self) -> bool:
        """Whether numbers count as they are, by no key."""
        return self.bank is None and not any(choices.keyed for choices in self.choices)

    @property
    def varying(self) -> pd.DataFrame:
        """Scores of the items that enough people answered, and not all alike."""
        enough = self.scores.notna().sum() >= LEAST_ANSWERS
        return self.scores.loc[:, enough & (self.scores.nunique() > 1)]


def answers_of_bank(responses: ResponseMatrix, bank: Bank) -> Answers:
    """Take the answers to a bank apart.

    Parameters
    ----------
    responses : ResponseMatrix
    bank : Bank

    Returns
    -------
    Answers
    """
    rules = item_rules(bank)
    found = score_classes(responses, bank)
    names = [item.id for item in bank.items]
    least = np.array([rule.table.min(axis=1).sum() for rule in rules])
    low = [
        float(corrected(points[None], rule, bank.policy)[0])
        for points, rule in zip(least, rules, strict=True)
    ]
    return Answers(
        scores=item_scores(responses, bank),
        lowest=pd.Series(low, index=names),
        highest=pd.Series(1.0, index=names),
        value_of={item.id: item.value for item in bank.items},
        format_of={item.id: str(item.format) for item in bank.items},
        choices=tuple(_bank_choices(responses, bank)),
        categories=found.table,
        labels={item: tuple(f"{s:g}" for s in starts) for item, starts in found.starts.items()},
        left_out=found.left_out,
        bank=bank,
        responses=responses,
    )


def _bank_choices(responses: ResponseMatrix, bank: Bank) -> Iterator[Choices]:
    at = 0
    for rule in item_rules(bank):
        item = rule.item
        codes = responses.codes[:, at : at + len(item.options)]
        at += len(item.options)
        told = np.where(codes == MISSING, np.nan, codes)
        first = FIRST_CODE[item.format]
        points = {
            (option, str(first + place)): float(earned)
            for option, row in zip(item.options, rule.table, strict=True)
            for place, earned in enumerate(row)
        }
        chosen = pd.DataFrame(told, columns=list(item.options), index=list(responses.sittings))
        yield Choices(item.id, chosen, points, frozenset(_key(item)))


def _key(item: Item) -> Iterator[tuple[str, str]]:
    for option, key in zip(item.options, item.key, strict=True):
        whole = item.format in (ResponseFormat.RATE, ResponseFormat.RANK)
        if (whole and float(key).is_integer()) or key != 0:
            yield option, str(int(key))


def answers_of_table(
    frame: pd.DataFrame,
    *,
    key: Mapping[str, Any] | Sequence[Any] | None = None,
    reverse: Sequence[str] = (),
) -> Answers:
    """Take a plain table of answers apart, a column for each item.

    Parameters
    ----------
    frame : DataFrame
        Numbers that count as they are; or, with a key, chosen options in numbers or words.
    key : mapping of str to option, or sequence, optional
        The right option of each item: an answer is then right (1) or wrong (0).
    reverse : sequence of str
        Items whose numbers count the other way round: lowest plus highest seen, less the number.

    Returns
    -------
    Answers

    Raises
    ------
    ResponsesError
        With every cell, item or key that cannot be used.
    """
    frame = as_frame(frame)
    frame = frame.set_axis(pd.Index([str(name) for name in frame.columns]), axis=1)
    problems = [
        Problem(column=name, message="cannot be reversed: there is no such item")
        for name in reverse
        if name not in frame
    ]
    if key is not None and reverse:
        problems.append(Problem(message="give a key or items to reverse, not both"))
    if problems:
        raise ResponsesError(problems)
    if key is not None:
        return _keyed(frame, _key_by_item(frame, key))
    table = read_scores(frame, at_least=1)
    scores = pd.DataFrame(table.scores, columns=list(table.items), index=frame.index)
    for name in reverse:
        scores[name] = scores[name].min() + scores[name].max() - scores[name]
    choices = tuple(_plain_choices(str(name), scores[name]) for name in scores)
    return _of_scores(scores, choices, odd_answers(scores))


def _key_by_item(frame: pd.DataFrame, key: Any) -> dict[str, str]:
    if not isinstance(key, Mapping):
        if len(key) != frame.shape[1]:
            told = f"expected a key with an answer for each of {frame.shape[1]} items"
            raise ResponsesError(f"{told}, got {len(key)}")
        key = dict(zip(frame.columns, key, strict=True))
    problems = [
        Problem(column=str(name), message="the key has no answer for this item")
        for name in frame
        if name not in key or _word(key[name]) == ""
    ]
    problems += [
        Problem(column=str(name), message="is in the key, but there is no such item")
        for name in key
        if name not in frame
    ]
    if problems:
        raise ResponsesError(problems)
    return {str(name): _word(key[name]) for name in frame}


def _word(cell: Any) -> str:
    """An answer as it would be written: 4, not 4.0; empty for none."""
    if cell is None or cell is pd.NA or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip()
    return text[:-2] if text.endswith(".0") and text[:-2].lstrip("-").isdigit() else text


def _keyed(frame: pd.DataFrame, key: Mapping[str, str]) -> Answers:
    words = frame.map(_word)
    told = words != ""
    right = words.eq(pd.Series(key)).astype(float).where(told)
    never = [name for name in words if not (words[name] == key[str(name)]).any()]
    choices = tuple(
        Choices(
            str(name),
            words[[name]].where(told[[name]]).set_axis([""], axis=1),
            {("", answer): float(answer == key[str(name)]) for answer in words[name].unique()},
            frozenset([("", key[str(name)])]),
        )
        for name in words
    )
    notes = [
        f"{name}: nobody gave the answer {key[str(name)]}, which is the key." for name in never
    ]
    return _of_scores(right, choices, tuple(notes))


def _plain_choices(name: str, scores: pd.Series[float]) -> Choices:
    points = {("", _word(float(score))): float(score) for score in scores.dropna().unique()}
    return Choices(name, scores.to_frame().set_axis([""], axis=1), points, frozenset())


def _of_scores(
    scores: pd.DataFrame, choices: tuple[Choices, ...], notes: tuple[str, ...] = ()
) -> Answers:
    varies = scores.loc[:, scores.nunique() > 1]
    labels = {
        str(name): tuple(_word(float(one)) for one in np.unique(varies[name].dropna()))
        for name in varies
    }
    return Answers(
        scores=scores,
        lowest=scores.min(),
        highest=scores.max(),
        value_of={},
        format_of={},
        choices=choices,
        categories=varies,
        labels=labels,
        notes=notes,
    )
