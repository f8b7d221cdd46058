"""The manual's section on the expert panel."""

from __future__ import annotations

from typing import Any

from vbr_engine.bank.model import Catalogue
from vbr_engine.psychometrics.panel import PanelStatistics
from vbr_engine.reports.manual.data import ManualPart, ManualSection, ManualTable, figure
from vbr_engine.reports.manual.evidence import Evidence
from vbr_engine.reports.manual.studies import Studies

__all__ = ["panel_section"]


def panel_section(evidence: Evidence, catalogue: Catalogue, studies: Studies) -> ManualSection:
    """Describe the panel, or say that there is none."""
    found = evidence.experts
    if found is None:
        made_up = evidence.panel is not None
        told = ("The ratings given were made up by a computer: they are no evidence.",)
        parts = [
            ManualPart(
                sentences=told if made_up else (),
                gap="what experts hold, and how far they agree",
                study=studies.panel,
            )
        ]
    else:
        parts = [_panel(found, catalogue)]
    return ManualSection("panel", "Expert panel", tuple(parts))


def _panel(panel: PanelStatistics, catalogue: Catalogue) -> ManualPart:
    """Figures by item only: means of options would give the key away."""
    grouped = panel.options.groupby("item", sort=False)
    agreement = {str(name): float(mean) for name, mean in grouped["r_wg"].mean().items()}
    rows = []
    for row in panel.items.itertuples(index=False):
        rows.append(
            (
                catalogue.items[str(row.item)].title,
                str(row.n),
                figure(agreement[str(row.item)]),
                _if_any(row, "icc_average"),
                _if_any(row, "kendall_w"),
                str(row.drops),
            )
        )
    scales = tuple(_scale(row) for row in panel.scales.itertuples(index=False))
    columns = ("Item", "Experts", "r_wg, mean", "ICC(2,k)", "Kendall's W", "Options to drop")
    return ManualPart(
        sentences=(
            f"{panel.experts} experts sat the bank. Agreement by item: r_wg compares the spread of "
            "ratings with that of answers at random; ICC(2,k) is for rated items only, Kendall's W "
            "for ranked ones only.",
            *scales,
            *panel.notes,
        ),
        tables=(ManualTable("Agreement of the panel", columns, tuple(rows)),),
    )


def _scale(row: Any) -> str:
    return (
        f"Over the {row.options} options rated on a scale of {row.scale}, by the {row.n} experts "
        f"who rated all: ICC(2,1) {figure(row.icc_single)}, ICC(2,k) {figure(row.icc_average)} "
        f"(95% interval {figure(row.icc_average_low)} to {figure(row.icc_average_high)})."
    )


def _if_any(row: Any, name: str) -> str:
    value = float(getattr(row, name, float("nan")))
    return figure(value) if value == value else "–"
