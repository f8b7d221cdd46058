"""The pictures of a report, drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

from vbr_engine.charts import (
    category_chart,
    distribution_chart,
    error_chart,
    forest_chart,
    information_chart,
    people_chart,
    risk_chart,
    scatter_chart,
    scree_chart,
    trace_chart,
)
from vbr_engine.reports.analysis.parts import Picture, TracePanel
from vbr_engine.reports.risk import RiskPart

__all__ = ["drawn", "hundred", "traced"]

_CHARTS: Mapping[str, Callable[..., Markup]] = {
    "distribution": distribution_chart,
    "errors": error_chart,
    "forest": forest_chart,
    "information": information_chart,
    "risk": risk_chart,
    "scatter": scatter_chart,
    "scree": scree_chart,
}


def drawn(picture: Picture) -> Markup:
    """Draw a picture.

    Parameters
    ----------
    picture : Picture

    Returns
    -------
    Markup
        An ``<svg>`` element.
    """
    return _CHARTS[picture.kind](
        **picture.figures,
        title=picture.title,
        description=picture.description,
        chart_id=picture.id,
    )


def traced(panel: TracePanel) -> Markup:
    """Draw one small picture of trace lines.

    Parameters
    ----------
    panel : TracePanel

    Returns
    -------
    Markup
        An ``<svg>`` element.
    """
    if panel.modelled:
        return category_chart(
            panel.curves, title=panel.caption, description=panel.description, chart_id=panel.id
        )
    return trace_chart(
        panel.curves,
        top=panel.top,
        large=panel.alone,
        title=panel.caption,
        description=panel.description,
        chart_id=panel.id,
    )


def hundred(part: RiskPart) -> Markup:
    """Draw a hundred people, with those to whom it happens filled in.

    Parameters
    ----------
    part : RiskPart
        With a figure.

    Returns
    -------
    Markup
        An ``<svg>`` element.
    """
    main = part.main
    assert main is not None
    return people_chart(
        main.number,
        main.low,
        main.high,
        title=main.sentence,
        description=part.chart_description,
        chart_id=f"report-people-{part.outcome}",
    )
