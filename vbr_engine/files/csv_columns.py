"""Columns of a CSV file as numbers, where all that stands in them is numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["NO_ANSWER", "blank_words", "typed_column"]

# What R, Python and spreadsheets write for a cell without a number.
NO_ANSWER = frozenset({"NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", "None", "<NA>"})

_WITH_COMMA = re.compile(r"[+-]?\d*,\d+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_TRUTHS = {"True": True, "TRUE": True, "true": True, "False": False, "FALSE": False, "false": False}


def typed_column(name: str, words: Any, tell: Callable[[str], None]) -> Any:
    """Give a column of text as whole numbers, numbers or truths if all its cells are.

    Parameters
    ----------
    name : str
    words : pyarrow.ChunkedArray
        Text; null where a cell is empty.
    tell : callable
        Takes a sentence for what was guessed.

    Returns
    -------
    pyarrow.ChunkedArray
        The same text where it is no number.
    """
    trimmed = pc.utf8_trim_whitespace(words)
    trimmed = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    if trimmed.null_count == len(trimmed):
        return trimmed.cast(pa.float64())
    numbers = _numbers(trimmed)
    if numbers is not None:
        return numbers
    different = pc.unique(trimmed).drop_null().to_pylist()
    if all(word in _TRUTHS for word in different):
        return _replaced(trimmed, _TRUTHS, pa.bool_())
    absent = sorted(NO_ANSWER.intersection(different))
    rest = [word for word in different if word not in NO_ANSWER]
    with_comma = [word for word in rest if _WITH_COMMA.fullmatch(word)]
    # 1,234 may be a thousand or a bit more than one: who wrote it has to say.
    if with_comma and not all(_THOUSANDS.fullmatch(word) for word in with_comma):
        pairs = {word: word.replace(",", ".") for word in with_comma}
        trimmed = _replaced(trimmed, {word: pairs.get(word, word) for word in different})
    elif not absent:
        return words
    trimmed = blank_words(trimmed, NO_ANSWER)
    numbers = _numbers(trimmed) if rest else None
    if numbers is None:
        return words
    if len(with_comma):
        tell(f"column {name}: {with_comma[0]} is read as {with_comma[0].replace(',', '.')}.")
    if absent:
        tell(f"column {name}: {' and '.join(absent)} is read as no answer.")
    return numbers


def blank_words(words: Any, blank: Iterable[str]) -> Any:
    """Take some words out of a column of text."""
    there = pc.is_in(words, value_set=pa.array(sorted(blank), pa.string()))
    return pc.if_else(there, pa.scalar(None, pa.string()), words)


def _numbers(words: Any) -> Any:
    """Give whole numbers or numbers, or None; a word such as nan is no number."""
    try:
        return words.cast(pa.int64())
    except pa.ArrowInvalid:
        pass
    try:
        numbers = words.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    return None if pc.any(pc.is_nan(numbers)).as_py() else numbers


def _replaced(words: Any, by: dict[str, Any], kind: Any = None) -> Any:
    coded = words.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    values = pa.array([by[word] for word in coded.dictionary.to_pylist()], kind or pa.string())
    return pa.chunked_array([values.take(coded.indices)])
