"""The response matrix itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from vbr_engine.bank.model import Bank
from vbr_engine.errors import ResponsesError
from vbr_engine.responses.codes import MISSING, Codes, allowed_codes, expected, fits
from vbr_engine.responses.findings import Findings
from vbr_engine.responses.tables import SITTING, check_columns, encode

__all__ = ["ResponseMatrix"]

_BLOCK = 8192


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
                check_columns(list(frame.columns), bank, findings)
            if SITTING not in frame.columns or not frame.columns.is_unique:
                break
            names, codes = encode(frame, bank, findings, first_row=1 + len(sittings))
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
                    elif not fits(code, *allowed_codes(bank.item_by_id[item_id])):
                        low, high = allowed_codes(bank.item_by_id[item_id])
                        findings.add(expected(low, high, code), row=sitting, column=column)
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
            message = expected(int(low[at]), int(high[at]), int(block[row, at]))
            column = responses.bank.columns[at]
            findings.add(message, row=responses.sittings[start + row], column=column)
