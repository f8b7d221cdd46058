"""Charts, drawn as SVG on the server: figures in, a named picture out.

Every chart reads in black and white: lines differ by dashes and marks, areas carry their names. A
table of the same figures belongs beside each.
"""

from __future__ import annotations

from vbr_engine.charts.answer_curves import category_chart, trace_chart
from vbr_engine.charts.bars import Bar, distribution_chart
from vbr_engine.charts.curves import Curve
from vbr_engine.charts.intervals import ChartBand, ChartRow, interval_chart
from vbr_engine.charts.people import people_chart
from vbr_engine.charts.points import Point, scatter_chart
from vbr_engine.charts.precision import error_chart, information_chart
from vbr_engine.charts.risks import RiskPoint, risk_chart
from vbr_engine.charts.rows import PlotRow, Zone, forest_chart
from vbr_engine.charts.scree import scree_chart

__all__ = [
    "Bar",
    "ChartBand",
    "ChartRow",
    "Curve",
    "PlotRow",
    "Point",
    "RiskPoint",
    "Zone",
    "category_chart",
    "distribution_chart",
    "error_chart",
    "forest_chart",
    "information_chart",
    "interval_chart",
    "people_chart",
    "risk_chart",
    "scatter_chart",
    "scree_chart",
    "trace_chart",
]
