"""The response matrix: one row per sitting, one column per option, one byte per cell.

======== =======================================================
format   what stands in an option's column
======== =======================================================
rate     the rating given, 1 to k
rank     the rank given, 1 (best) to n
most-    1 for most, -1 for least, 0 otherwise
least
pick     1 if picked, 0 otherwise
======== =======================================================

`MISSING` means not answered. Anything else is refused at the door, so that scoring never meets a
code it does not know. Answers that a paper form allows and a screen does not (two options with the
same rank, too many picks) are let in: the scoring rules say what they are worth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vbr_engine.bank.model import Bank, Item, ResponseFormat
from vbr_engine.errors import Problem, ResponsesError

__all__ = [
    "MISSING",
    "SITTING",
    "Findings",
    "ResponseMatrix",
    "allowed_codes",
    "check_answer",
]

MISSING = -128
SITTING = "sitting"
LONGEST = 60  # characters of a name or a cell that a message shows
LISTED = 100  # problems written out one by one; the rest are counted
_BLOCK = 8192

Codes = npt.NDArray[np.int8]


@dataclass
class Findings:
    """Problems found so far: the first hundred in full, the rest counted by column.

    A table with one shifted column has as many problems as rows; a hundred lines and a count say
    the same.

    Examples
    --------
    >>> findings = Findings()
    >>> findings.add("expected 1 to 4, got '9'", row="s-1", column="late.a")
    >>> findings.count
    1
    """

    listed: list[Problem] = field(default_factory=list)
    unlisted: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many problems there are in all."""
        return len(self.listed) + self.unlisted.total()

    def add(self, message: str, *, row: str | int | None = None, column: str = "") -> None:
        """Note one problem; names are shown so that no odd character upsets a terminal."""
        row, column = (_printable(row) if isinstance(row, str) else row), _printable(column)
        if len(self.listed) < LISTED:
            self.listed.append(Problem(message=message, row=row, column=column))
        else:
            self.unlisted[column or "the table"] += 1

    def raise_if_any(self) -> None:
        """Raise `ResponsesError` with everything found, if anything was."""
        if not self.listed:
            return
        problems = list(self.listed)
        if self.unlisted:
            places = ", ".join(f"{place} ({n:,})" for place, n in self.unlisted.most_common())
            problems.append(Problem(message=f"and {self.unlisted.total():,} more, in {places}"))
        raise ResponsesError(problems)


def _printable(name: str) -> str:
    shown = name if len(name) <= LONGEST else f"{name[:LONGEST]}..."
    return shown if shown.isprintable() else repr(shown)[1:-1]


def allowed_codes(item: Item) -> tuple[int, int]:
    """Return the lowest and the highest code that an option of `item` can have.

    Parameters
    ----------
    item : Item

    Returns
    -------
    tuple of int
        Every whole number from the first to the second is allowed.

    Examples
    --------
    >>> allowed_codes(Item("late", "respect", ResponseFormat.MOST_LEAST, ("a", "b"), (1, -1)))
    (-1, 1)
    """
    if item.format is ResponseFormat.RATE:
        return 1, item.scale or 0
    if item.format is ResponseFormat.RANK:
        return 1, len(item.options)
    return (-1, 1) if item.format is ResponseFormat.MOST_LEAST else (0, 1)


@dataclass(frozen=True, eq=False)
class ResponseMatrix:
    """Sittings by options.

    Parameters
    ----------
    codes : ndarray of int8, shape (sittings, options)
        Columns in the order of ``bank.columns``; `MISSING` where nothing was answered.
    sittings : sequence of str
        One name per row, all different.
    bank : Bank
        What the columns belong to.

    Raises
    ------
    ResponsesError
        With every row and column that is not allowed.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> responses = vbr_engine.simulate_responses(bank, 2, seed=1)
    >>> responses.codes.shape == (2, len(bank.columns))
    True
    """

    codes: Codes
    sittings: tuple[str, ...]
    bank: Bank

    def __post_init__(self) -> None:
        object.__setattr__(self, "sittings", tuple(self.sittings))
        shape = (len(self.sittings), len(self.bank.columns))
        if self.codes.dtype != np.int8 or self.codes.shape != shape:
            raise ResponsesError(
                f"expected an int8 matrix of {shape[0]} sittings by {shape[1]} options, "
                f"got {self.codes.dtype} {self.codes.shape}"
            )
        findings = Findings()
        _check_sittings(self.sittings, findings)
        _check_codes(self, findings)
        findings.raise_if_any()

    def __len__(self) -> int:
        return len(self.sittings)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, bank: Bank) -> ResponseMatrix:
        """Read a wide table: ``sitting``, then ``item.option``; an empty cell is not answered.

        Columns may stand in any order. An item whose columns are all absent was not asked; an item
        with some of its columns absent is an error, because it could never be scored. Numbers may
        be whole floats or text such as ``"3"``.

        Parameters
        ----------
        frame : DataFrame
        bank : Bank

        Returns
        -------
        ResponseMatrix

        Raises
        ------
        ResponsesError
            With every offending row and column.

        Examples
        --------
        >>> import vbr_engine
        >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
        >>> frame = vbr_engine.simulate_responses(bank, 2, seed=1).to_frame()
        >>> ResponseMatrix.from_frame(frame, bank).sittings
        ('simulated-000001', 'simulated-000002')
        """
        return cls.from_frames([frame], bank)

    @classmethod
    def from_frames(cls, frames: Iterable[pd.DataFrame], bank: Bank) -> ResponseMatrix:
        """Read a wide table that comes in pieces; only one of them is held at a time.

        Parameters
        ----------
        frames : iterable of DataFrame
            The same columns in each, as `from_frame` describes them.
        bank : Bank

        Returns
        -------
        ResponseMatrix

        Raises
        ------
        ResponsesError
            With every offending row and column.
        """
        findings, blocks = Findings(), []
        sittings: list[str] = []
        for piece, frame in enumerate(frames):
            if piece == 0:
                _check_columns(list(frame.columns), bank, findings)
            if SITTING not in frame.columns or not frame.columns.is_unique:
                break
            names, codes = _encode(frame, bank, findings, first_row=1 + len(sittings))
            sittings.extend(names)
            blocks.append(codes)
        if not sittings and not findings.listed:
            findings.add("the table has no rows: expected one for each sitting")
        _check_sittings(sittings, findings)
        findings.raise_if_any()
        return cls(np.concatenate(blocks), tuple(sittings), bank)

    @classmethod
    def from_answers(
        cls, answers: Mapping[str, Mapping[str, Mapping[str, int]]], bank: Bank
    ) -> ResponseMatrix:
        """Build from nested mappings, sitting -> item -> option -> code.

        Parameters
        ----------
        answers : mapping
            Items and options that are left out were not answered.
        bank : Bank

        Returns
        -------
        ResponseMatrix

        Raises
        ------
        ResponsesError
            With every item, option and code that the bank does not know.
        """
        findings, place = Findings(), {name: at for at, name in enumerate(bank.columns)}
        codes = np.full((len(answers), len(bank.columns)), MISSING, dtype=np.int8)
        for row, (sitting, items) in enumerate(answers.items()):
            for item_id, options in items.items():
                for option, code in options.items():
                    column = f"{item_id}.{option}"
                    if column not in place:
                        findings.add(f"{bank.label} has no such option", row=sitting, column=column)
                    elif not _fits(code, *allowed_codes(bank.item_by_id[item_id])):
                        low, high = allowed_codes(bank.item_by_id[item_id])
                        findings.add(_expected(low, high, code), row=sitting, column=column)
                    else:
                        codes[row, place[column]] = code
        findings.raise_if_any()
        return cls(codes, tuple(answers), bank)

    def to_frame(self) -> pd.DataFrame:
        """Return the wide table, with nullable whole numbers: an empty cell is not answered."""
        columns: dict[str, Any] = {SITTING: pd.array(list(self.sittings), dtype="str")}
        for at, name in enumerate(self.bank.columns):
            column = np.ascontiguousarray(self.codes[:, at])
            columns[name] = pd.arrays.IntegerArray(column, column == MISSING)
        return pd.DataFrame(columns)

    def answers(self, sitting: str) -> dict[str, dict[str, int]]:
        """Return one sitting's answers, item -> option -> code, without what was not answered."""
        given = dict(zip(self.bank.columns, self.codes[self.row(sitting)].tolist(), strict=True))
        answers = {}
        for item in self.bank.items:
            pairs = zip(item.options, item.columns, strict=True)
            one = {option: given[name] for option, name in pairs if given[name] != MISSING}
            if one:
                answers[item.id] = one
        return answers

    def row(self, sitting: str) -> int:
        """Return the row of `sitting`."""
        try:
            return self._rows[sitting]
        except KeyError:
            raise ResponsesError(f"there is no sitting {sitting!r} in these responses") from None

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {sitting: row for row, sitting in enumerate(self.sittings)}


def check_answer(item: Item, answer: Mapping[str, int]) -> dict[str, int]:
    """Check one complete answer to one item, as a screen must before it saves it.

    Parameters
    ----------
    item : Item
    answer : mapping of str to int
        Option id -> code, in the encoding of the response matrix. For ``most-least`` and ``pick``
        options that are left out were not chosen.

    Returns
    -------
    dict of str to int
        Every option of the item, in the item's order.

    Raises
    ------
    ResponsesError
        Each problem's ``path`` is the option id, or empty for the whole item; its ``rule`` is
        ``missing``, ``tied``, ``same-option``, ``too-many``, ``too-few``, ``range`` or
        ``unknown-option``.

    Examples
    --------
    >>> item = Item("late", "respect", ResponseFormat.PICK, ("a", "b", "c"), (1.0, 0.0, 1.0))
    >>> check_answer(item, {"c": 1, "a": 1})
    {'a': 1, 'b': 0, 'c': 1}
    """
    low, high = allowed_codes(item)
    problems = [
        Problem(message=f"unknown option {option!r}", path=str(option), rule="unknown-option")
        for option in answer
        if option not in item.options
    ]
    for option in item.options:
        if option in answer and not _fits(answer[option], low, high):
            message = _expected(low, high, answer[option])
            problems.append(Problem(message=message, path=option, rule="range"))
    if not problems:
        problems = list(_WHOLE[item.format](item, answer))
    if problems:
        raise ResponsesError(problems)
    return {option: int(answer.get(option, 0)) for option in item.options}


def _missing(item: Item, answer: Mapping[str, int]) -> Iterable[Problem]:
    for option in item.options:
        if option not in answer:
            yield Problem(message="no answer for this option", path=option, rule="missing")


def _ranking(item: Item, answer: Mapping[str, int]) -> Iterable[Problem]:
    yield from _missing(item, answer)
    times = Counter(answer.values())
    for option in item.options:
        if option in answer and times[answer[option]] > 1:
            message = f"rank {answer[option]} is given to more than one option"
            yield Problem(message=message, path=option, rule="tied")


def _most_and_least(item: Item, answer: Mapping[str, int]) -> Iterable[Problem]:
    for code, word in ((1, "most"), (-1, "least")):
        chosen = sum(1 for given in answer.values() if given == code)
        if chosen == 0:
            yield Problem(message=f"no option is chosen as {word}", rule="missing")
        if chosen > 1:
            message = f"{chosen} options are chosen as {word}: expected one"
            yield Problem(message=message, rule="too-many")


def _picks(item: Item, answer: Mapping[str, int]) -> Iterable[Problem]:
    chosen = sum(answer.values())
    if chosen == item.picks:
        return
    rule = "missing" if chosen == 0 else "too-few" if chosen < item.picks else "too-many"
    yield Problem(message=f"expected {item.picks} options, got {chosen}", rule=rule)


_WHOLE = {
    ResponseFormat.RATE: _missing,
    ResponseFormat.RANK: _ranking,
    ResponseFormat.MOST_LEAST: _most_and_least,
    ResponseFormat.PICK: _picks,
}


def _check_columns(names: Sequence[Any], bank: Bank, findings: Findings) -> None:
    """Note every column that `bank` does not know, that comes twice, or that is missing.

    Parameters
    ----------
    names : sequence of str
    bank : Bank
    findings : Findings
        Added to.
    """
    for name, times in Counter(names).items():
        if times > 1:
            findings.add(f"this column comes {times} times", column=str(name))
    if SITTING not in names:
        findings.add(f"there is no column {SITTING!r}: expected one, naming each sitting")
    known = set(bank.columns)
    for name in names:
        if name != SITTING and name not in known:
            findings.add(f"{bank.label} has no such column{_nearest(name, bank)}", column=str(name))
    present = set(names)
    if not present & known:
        findings.add(f"no column belongs to {bank.label}: expected names like {bank.columns[0]!r}")
    for item in bank.items:
        absent = [column for column in item.columns if column not in present]
        if len(absent) < len(item.columns):
            for column in absent:
                message = f"this column is missing, though other options of {item.id!r} are here"
                findings.add(message, column=column)


def _nearest(name: Any, bank: Bank) -> str:
    near = get_close_matches(str(name), bank.columns, n=1, cutoff=0.85)
    return f": do you mean {near[0]!r}?" if near else ""


def _encode(
    frame: pd.DataFrame, bank: Bank, findings: Findings, *, first_row: int
) -> tuple[tuple[str, ...], Codes]:
    """Turn a stretch of a table into sittings and codes; note every cell that is not allowed.

    Parameters
    ----------
    frame : DataFrame
        With a column ``sitting``.
    bank : Bank
    findings : Findings
        Added to.
    first_row : int
        Number of the first row, for rows whose sitting has no name.

    Returns
    -------
    sittings : tuple of str
    codes : ndarray of int8
    """
    sittings = _names(frame[SITTING], first_row, findings)
    codes = np.full((len(frame), len(bank.columns)), MISSING, dtype=np.int8)
    at = 0
    for item in bank.items:
        low, high = allowed_codes(item)
        for column in item.columns:
            if column in frame.columns:
                numbers, wrong = _whole_numbers(frame[column], low, high)
                codes[:, at] = numbers
                for row in np.flatnonzero(wrong)[: LISTED + 1]:
                    message = _expected(low, high, frame[column].iloc[row])
                    findings.add(message, row=sittings[row], column=column)
                beyond = int(wrong.sum()) - LISTED - 1
                if beyond > 0:
                    findings.unlisted[column] += beyond
            at += 1
    return sittings, codes


def _names(column: pd.Series[Any], first_row: int, findings: Findings) -> tuple[str, ...]:
    names = [_name(value) for value in column.tolist()]
    for at, name in enumerate(names):
        if not name:
            findings.add("the sitting has no name", row=first_row + at, column=SITTING)
    return tuple(names)


def _name(value: Any) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _whole_numbers(
    column: pd.Series[Any], low: int, high: int
) -> tuple[Codes, npt.NDArray[np.bool_]]:
    """Return codes, `MISSING` where empty, and where a cell is neither empty nor allowed."""
    text = not pd.api.types.is_numeric_dtype(column.dtype)
    if text or pd.api.types.is_bool_dtype(column.dtype):
        column = column.astype(object).map(_as_number)
    # inf, unlike NaN, is outside every range: it stands for a text that is no number.
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    empty = np.isnan(numbers)
    right = (numbers >= low) & (numbers <= high) & (numbers == np.floor(numbers))
    codes = np.where(right, numbers, MISSING).astype(np.int8)
    return codes, ~right & ~empty


def _as_number(value: Any) -> float:
    if value is None or value is pd.NA or value != value:
        return np.nan
    if isinstance(value, bool | np.bool_):
        return np.inf
    text = str(value).strip()
    if not text:
        return np.nan
    try:
        return float(text) if "_" not in text and "n" not in text.lower() else np.inf
    except ValueError:
        return np.inf


def _check_sittings(sittings: Sequence[str], findings: Findings) -> None:
    if len(set(sittings)) == len(sittings):
        return
    for name, times in Counter(sittings).items():
        if times > 1 and name:
            findings.add(f"this sitting comes {times} times", row=name, column=SITTING)


def _check_codes(responses: ResponseMatrix, findings: Findings) -> None:
    bounds = [allowed_codes(item) for item in responses.bank.items for _ in item.options]
    low = np.array([pair[0] for pair in bounds], dtype=np.int8)
    high = np.array([pair[1] for pair in bounds], dtype=np.int8)
    for start in range(0, len(responses), _BLOCK):
        block = responses.codes[start : start + _BLOCK]
        wrong = ((block < low) | (block > high)) & (block != MISSING)
        for row, at in np.argwhere(wrong):
            message = _expected(int(low[at]), int(high[at]), int(block[row, at]))
            column = responses.bank.columns[at]
            findings.add(message, row=responses.sittings[start + row], column=column)


def _fits(code: Any, low: int, high: int) -> bool:
    whole = isinstance(code, int | np.integer) and not isinstance(code, bool)
    return whole and low <= code <= high


def _expected(low: int, high: int, got: Any) -> str:
    wanted = {(-1, 1): "1 (most), -1 (least) or 0", (0, 1): "1 or 0"}
    told = wanted.get((low, high), f"a whole number {low} to {high}")
    return f"expected {told}, got '{_printable(str(got))}'"
