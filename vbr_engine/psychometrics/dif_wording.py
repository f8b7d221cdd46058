"""What a difference between groups means for one item, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = ["sentence", "size_in_words"]

_SIZES = {"A": "small", "B": "moderate", "C": "large"}
_NEXT = (
    "Read its wording with people from both groups and ask what they understood; look for words, "
    "places or habits that only one group knows. Do not delete it on this figure alone."
)


def sentence(row: Mapping[str, Any], *, focal: str = "the focal group") -> str:
    """Say what was found for one item: direction, size, what to do.

    Parameters
    ----------
    row : mapping
        A row of the table of `dif`.
    focal : str
        What the focal group is called.

    Returns
    -------
    str
    """
    item = row["item"]
    if row["verdict"] == "not enough data":
        return (
            f"{item}: not enough data: too few of a group answered it; this says neither that the "
            "item is fair nor that it is not."
        )
    if row["verdict"] == "cannot be compared":
        return f"{item}: cannot be compared: too few scores at which both groups answered it apart."
    if not row["flagged"]:
        return f"{item}: no sign that matters of a difference at the same score."
    return f"{item}: {_finding(row, focal)} ({_figures(row)}). {_NEXT}"


def size_in_words(letter: str) -> str:
    """Turn a class such as ``C-`` into a word.

    Parameters
    ----------
    letter : str

    Returns
    -------
    str
        Small, moderate or large; empty where there is no class.
    """
    return _SIZES.get(letter[:1], "")


def _finding(row: Mapping[str, Any], focal: str) -> str:
    size = size_in_words(row["size"])
    if row["favours"] == "":
        return f"at the same score, {focal} and the reference group choose different answers"
    if row.get("crossing"):
        told = "the difference between the groups changes with the score"
        return f"{told}: it does not favour the same group everywhere"
    way = "higher" if row["favours"] == "focal" else "lower"
    many = f"; the difference is {size}" if size else ""
    harder = "the reference group" if row["favours"] == "focal" else focal
    return (
        f"at the same score, {focal} answers {way} than the reference group, so {harder} finds it "
        f"harder{many}"
    )


_TOLD = {
    "delta": "delta {:+.2f}",
    "smd_over_sd": "{:+.2f} standard deviations",
    "index": "{:+.3f} of the item's range",
    "mcfadden": "gain in McFadden's R squared {:.3f}",
    "effect": "{:+.3f} of the item's range",
}


def _figures(row: Mapping[str, Any]) -> str:
    told = [
        text.format(row[name])
        for name, text in _TOLD.items()
        if name in row and row[name] is not None and not np.isnan(row[name])
    ][:1]
    if row["size"]:
        told.append(f"class {row['size']}")
    if not np.isnan(row["p_adjusted"]):
        told.append(f"adjusted p {_small(row['p_adjusted'])}")
    return ", ".join(told)


def _small(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else "below 0.001"
