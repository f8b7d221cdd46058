"""Who is compared with whom: groups given, groups missing, groups too small."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import InvalidInput, ResponsesError

__all__ = ["Groups", "sort_groups"]


@dataclass(frozen=True, eq=False)
class Groups:
    """Everybody's group: 0 the reference, 1 and up the focal groups, -1 left out.

    Parameters
    ----------
    place : ndarray of int
    reference : object
        What the reference group is called.
    focal : tuple
        What the focal groups are called.
    sizes : ndarray of int
        How many sittings each has, reference first.
    n_unknown : int
        Sittings whose group is not known.
    small : tuple
        Focal groups that are too small to be compared.
    """

    place: NDArray[np.intp]
    reference: Hashable
    focal: tuple[Hashable, ...]
    sizes: NDArray[np.intp]
    n_unknown: int
    small: tuple[Hashable, ...] = ()


def sort_groups(group: Any, rows: Any, *, reference: Any, focal: Any, least: int) -> Groups:
    """Put every sitting into its group.

    Parameters
    ----------
    group : array-like, Series or mapping
        One label per sitting, in the order of the sittings; a Series or a mapping with the names
        of the sittings is joined by name.
    rows : sequence
        Names of the sittings.
    reference : object, optional
        The reference group; by default the largest.
    focal : object, optional
        The focal group; by default every other group in turn.
    least : int
        The smallest group that is compared.

    Returns
    -------
    Groups

    Raises
    ------
    ResponsesError
        If there are not two groups that are large enough.
    """
    labels = _aligned(group, rows)
    known = labels.dropna()
    counts = known.map(lambda v: v).value_counts()
    counts = counts[counts > 0]
    names = sorted(counts.index, key=str)
    if len(names) < 2:
        raise ResponsesError(f"expected two groups or more to compare, got {len(names)}")
    first = _named(reference, names, "reference") if reference is not None else counts.idxmax()
    others = [name for name in names if name != first]
    if focal is not None:
        others = [_named(focal, names, "focal")]
        if others[0] == first:
            raise InvalidInput(f"the focal group is the reference group, {first!r}")
    sizes = np.array([counts[name] for name in (first, *others)], dtype=np.intp)
    _check_sizes(sizes, (first, *others), least)
    place = pd.Index([first, *others]).get_indexer(pd.Index(labels.astype(object)))
    return Groups(
        place=place.astype(np.intp),
        reference=first,
        focal=tuple(others),
        sizes=sizes,
        n_unknown=int(labels.isna().sum()),
        small=tuple(name for name in others if counts[name] < least),
    )


def _aligned(group: Any, rows: Any) -> pd.Series[Any]:
    if isinstance(group, Mapping):
        group = pd.Series(dict(group))
    if isinstance(group, pd.DataFrame):
        group = group.squeeze(axis=1)
    if isinstance(group, pd.Series) and not group.index.equals(pd.Index(rows)):
        if not group.index.is_unique:
            raise ResponsesError("a sitting has several groups: expected one row per sitting")
        if set(rows) & set(group.index) and not _numbered(group.index, rows):
            return group.reindex(pd.Index(rows))
    labels = pd.Series(np.asarray(group, dtype=object).ravel())
    if len(labels) != len(rows):
        raise ResponsesError(
            f"expected a group for each of {len(rows)} sittings, got {len(labels)}"
        )
    return labels


def _numbered(index: Any, rows: Any) -> bool:
    """Whether two numberings from 0 happen to overlap; then the order counts."""
    return isinstance(index, pd.RangeIndex) and len(index) == len(rows)


def _named(name: Any, names: list[Any], role: str) -> Any:
    if name in names:
        return name
    as_text = {str(known): known for known in names}
    if str(name) in as_text:
        return as_text[str(name)]
    raise InvalidInput(f"expected the {role} group to be one of the groups given, got {name!r}")


def _check_sizes(sizes: NDArray[np.intp], names: tuple[Any, ...], least: int) -> None:
    if sizes[0] < least:
        raise ResponsesError(_too_small(f"the reference group {names[0]}", least))
    if sizes[1:].max() < least:
        who = f"the focal group {names[1]}" if len(names) == 2 else "every focal group"
        raise ResponsesError(_too_small(who, least))


def _too_small(who: str, least: int) -> str:
    return (
        f"{who} has fewer than {least} sittings, too few to compare: differences found in so few "
        "are mostly chance, and could point at a person"
    )
