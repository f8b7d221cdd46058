"""The manual's pictures, as what they are drawn from."""

from __future__ import annotations

from collections.abc import Mapping

from vbr_engine.analysis import Analysis
from vbr_engine.bank.model import Bank, Catalogue
from vbr_engine.charts import Curve, PlotRow
from vbr_engine.reports.analysis.parts import Picture
from vbr_engine.reports.manual.data import figure, interval

__all__ = ["error_picture", "information_picture", "reliability_picture"]


def reliability_picture(held: Analysis, names: Mapping[str, str]) -> Picture:
    """Alpha of each scale with its interval."""
    rows = tuple(
        PlotRow(
            names.get(str(row.scale), str(row.scale)),
            row.alpha,
            row.alpha_low,
            row.alpha_high,
            interval(row.alpha, row.alpha_low, row.alpha_high),
            strong=row.scale == "composite",
        )
        for row in held.values.itertuples(index=False)
        if row.alpha == row.alpha
    )
    return Picture(
        "forest",
        "manual-reliability",
        "Alpha with its 95% interval",
        "; ".join(f"{row.label} {figure(row.value)}" for row in rows) + ".",
        {"rows": rows, "x_label": "Alpha", "include": (0.0, 1.0)},
    )


def error_picture(held: Analysis, bank: Bank, catalogue: Catalogue) -> Picture | None:
    """Conditional standard error of the composite, with the limits of the bands."""
    along = held.conditional_errors[held.conditional_errors["scale"] == "composite"]
    if len(along) < 3:
        return None
    points = tuple(zip(along["score"].tolist(), along["sem"].tolist(), strict=True))
    cuts = [
        (band.minimum, catalogue.bands[band.id].name)
        for band in bank.policy.bands
        if band.minimum > float("-inf")
    ]
    return Picture(
        "errors",
        "manual-errors",
        "Standard error along the score",
        f"From {figure(points[0][1], 3)} at a score of {figure(points[0][0])} to "
        f"{figure(points[-1][1], 3)} at {figure(points[-1][0])}.",
        {"curves": (Curve("composite", points),), "cuts": cuts},
    )


def information_picture(held: Analysis) -> Picture | None:
    """Information of all items along the trait, and the standard error."""
    test = held.information[held.information["item"] == "test"]
    if len(test) < 3:
        return None
    best = test.loc[test["information"].idxmax()]
    theta = test["theta"].tolist()
    told = tuple(zip(theta, test["information"].tolist(), strict=True))
    errors = tuple(zip(theta, test["se"].tolist(), strict=True))
    return Picture(
        "information",
        "manual-information",
        "What the items tell along the trait",
        f"Information is highest, {figure(best['information'])}, at theta {figure(best['theta'])}.",
        {"information": Curve("information", told), "errors": Curve("standard error", errors)},
    )
