"""What `vbr calibrate` says: a table of items, figures of the fit, everybody's theta."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from rich.console import Console

__all__ = ["Source", "figures_of", "items_of", "people_of", "shown_category", "summarise"]


@dataclass(frozen=True, eq=False)
class Source:
    """Where answers come from, and what is to be said about them."""

    file: str
    starts: dict[str, tuple[float, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    about: dict[str, Any] = field(default_factory=dict)
    people: pd.DataFrame | None = None


def shown_category(category: Any) -> str:
    """A category as people write it."""
    return f"{category:g}" if isinstance(category, float) else str(category)


def items_of(fitted: Any, source: Source) -> pd.DataFrame:
    """Parameters by item, with how many answered and what the categories are."""
    known = fitted.categories_
    labels = {
        item: source.starts.get(item, told)
        for item, told in zip(known.items, known.labels, strict=True)
    }
    items: pd.DataFrame = fitted.parameters_.copy()
    items["n"] = known.counts.sum(axis=1)
    items["categories"] = [
        "/".join(shown_category(one) for one in labels[item]) for item in items.index
    ]
    return items


def people_of(theta: Any, table: pd.DataFrame) -> pd.DataFrame:
    """Theta and its standard error by the names of rows."""
    name = str(table.index.name or "row")
    return pd.DataFrame({name: table.index, "theta": theta[:, 0], "se": theta[:, 1]})


def figures_of(fitted: Any, source: Source) -> dict[str, Any]:
    """What the fit came to, in figures."""
    return {
        **source.about,
        "log-likelihood": float(fitted.log_likelihood_),
        "n": len(fitted.categories_),
        "parameters": int(fitted.n_parameters_),
        "iterations": int(fitted.n_iter_),
        "converged": bool(fitted.converged_),
        "aic": float(fitted.aic_),
        "bic": float(fitted.bic_),
        "theta-sd": float(fitted.group_parameters_["sd"].iloc[0]),
        "advice": [*source.notes, *fitted.advice_],
    }


def summarise(fitted: Any, source: Source, output: str) -> None:
    """Print advice and figures to standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    figures = figures_of(fitted, source)
    for advice in figures.pop("advice"):
        console.print(advice)
    for name, figure in figures.items():
        if isinstance(figure, bool):
            shown = "yes" if figure else "no"
        else:
            shown = f"{figure:.3f}" if isinstance(figure, float) else str(figure)
        console.print(f"{name:<15} {shown}")
    console.print(f"{len(fitted.parameters_):,} items written to {output}")
