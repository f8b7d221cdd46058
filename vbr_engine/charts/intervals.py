"""Figures for reports, drawn as SVG on the server.

A figure stretches with its page: positions across are percentages, letters keep their size, so it
reads at 320 px as well as on paper. There is no style attribute and no script in it, for pages
with a strict content security policy; bands carry their names, so that nothing hangs on colour.
A table of the same figures belongs beside every figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

__all__ = ["ChartBand", "ChartRow", "interval_chart"]

FONT = "Arial, 'Liberation Sans', 'DejaVu Sans Condensed', 'DejaVu Sans', sans-serif"
INK, QUIET, FAINT, PAPER = "#17252c", "#4a5a63", "#8b9aa1", "#ffffff"
SHADES = ("#eceff0", "#dbe3e5", "#c6d6d8", "#aec7c9")
ROW, LINE, LETTERS = 37, 17, 46


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One line of an interval chart; no `score` means that there is nothing to draw."""

    label: str
    score: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = "not measured"


@dataclass(frozen=True, slots=True)
class ChartBand:
    """A stretch of the scale from `minimum` upwards, with its name."""

    label: str
    minimum: float


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float

    def across(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        return round(100 * (inside - self.low) / (self.high - self.low), 2)


def interval_chart(
    rows: Sequence[ChartRow],
    *,
    title: str,
    description: str,
    bands: Sequence[ChartBand] = (),
    notes: Sequence[str] = (),
    chart_id: str = "interval-chart",
) -> Markup:
    """Draw each row as a dot on its interval, over the bands of the scale.

    Parameters
    ----------
    rows : sequence of ChartRow
        From the top down.
    title, description : str
        What the figure shows, for people who do not see it.
    bands : sequence of ChartBand
        From the lowest up.
    notes : sequence of str
        Lines under the scale that say what its ends mean.
    chart_id : str
        Unique on its page.

    Returns
    -------
    Markup
        An ``<svg>`` element.

    Examples
    --------
    >>> row = ChartRow("Respect", 0.5, 0.3, 0.7)
    >>> svg = interval_chart([row], title="Results", description="Respect: 0.3 to 0.7")
    >>> svg.startswith('<svg class="report-chart"'), "style=" in svg
    (True, False)
    """
    scale = _scale(rows)
    top = LINE * len(bands) + 8
    bottom = top + ROW * len(rows)
    height = bottom + 24 + LINE * len(notes)
    parts = [
        _opening(title, description, chart_id, height),
        *_shading(bands, scale, top, bottom),
        *_ticks(scale, top, bottom),
        *(mark for n, row in enumerate(rows) for mark in _row(row, scale, top + ROW * n)),
        *(_text("0%", bottom + 20 + LINE * (n + 1), note, QUIET) for n, note in enumerate(notes)),
        Markup("</svg>"),
    ]
    return Markup("\n").join(parts)


def _scale(rows: Sequence[ChartRow]) -> _Scale:
    lows = [row.low for row in rows if row.low is not None]
    return _Scale(-0.54 if min(lows, default=0.0) >= -0.5 else -1.06, 1.06)


def _opening(title: str, description: str, chart_id: str, height: int) -> Markup:
    return Markup(
        '<svg class="report-chart" xmlns="http://www.w3.org/2000/svg" width="100%" height="{h}" '
        'role="img" aria-labelledby="{i}-title {i}-description">'
        '<title id="{i}-title">{t}</title><desc id="{i}-description">{d}</desc>'
        '<rect x="0" y="0" width="100%" height="{h}" fill="{p}"/>'
    ).format(h=height, i=chart_id, t=title, d=description, p=PAPER)


def _shading(bands: Sequence[ChartBand], scale: _Scale, top: int, bottom: int) -> list[Markup]:
    """Draw the bands, the highest one's name on the top line, each with a line down to it."""
    marks: list[Markup] = []
    edges = [scale.across(band.minimum) for band in bands] + [100.0]
    for n, band in enumerate(bands):
        left, right = edges[n], edges[n + 1]
        middle = (left + right) / 2
        line = 13 + LINE * (len(bands) - 1 - n)
        place, anchor = _label_place(n, len(bands), left, middle)
        marks += [
            _rect(left, right - left, top, bottom - top, SHADES[n % len(SHADES)]),
            _line(middle, line + 4, middle, top, QUIET, 1),
            _text(f"{place}%", line, band.label, INK, anchor=anchor),
        ]
        if n:
            marks.append(_line(left, top, left, bottom, QUIET, 1, dashes="3 3"))
    return marks


def _label_place(n: int, count: int, left: float, middle: float) -> tuple[float, str]:
    if n == count - 1:
        return 100.0, "end"
    return (left, "start") if n == 0 else (round(middle, 2), "middle")


def _ticks(scale: _Scale, top: int, bottom: int) -> list[Markup]:
    marks = []
    for value in (-1.0, -0.5, 0.0, 0.5, 1.0):
        if value < scale.low:
            continue
        x = scale.across(value)
        marks.append(_line(x, bottom, x, bottom + 5, INK, 1))
        label = f"{value:g}".replace("-", "−")
        marks.append(_text(f"{x}%", bottom + 19, label, INK, anchor="middle"))
    zero = scale.across(0)
    return [*marks, _line(zero, top, zero, bottom, FAINT, 1)]


def _row(row: ChartRow, scale: _Scale, y: int) -> list[Markup]:
    name = _text("1%", y + 14, _cut(row.label), INK, bold=True)
    if row.score is None or row.low is None or row.high is None:
        return [name, _text("1%", y + 30, row.note, QUIET)]
    low, high, middle = scale.across(row.low), scale.across(row.high), y + 26
    marks = [name, _line(low, middle, high, middle, INK, 3)]
    marks += [
        _line(scale.across(end), middle - 6, scale.across(end), middle + 6, INK, 2)
        for end in (row.low, row.high)
        if scale.low <= end <= scale.high
    ]
    dot = Markup('<circle cx="{}%" cy="{}" r="6" fill="{}" stroke="{}" stroke-width="2"/>')
    return [*marks, dot.format(scale.across(row.score), middle, INK, PAPER)]


def _cut(label: str) -> str:
    return label if len(label) <= LETTERS else label[: LETTERS - 1].rstrip() + "…"


def _rect(x: float, width: float, y: int, height: int, fill: str) -> Markup:
    return Markup('<rect x="{}%" y="{}" width="{}%" height="{}" fill="{}"/>').format(
        round(x, 2), y, round(width, 2), height, fill
    )


def _line(
    x1: float, y1: int, x2: float, y2: int, colour: str, width: int, *, dashes: str = ""
) -> Markup:
    dash = Markup(' stroke-dasharray="{}"').format(dashes) if dashes else ""
    return Markup(
        '<line x1="{}%" y1="{}" x2="{}%" y2="{}" stroke="{}" stroke-width="{}"{}/>'
    ).format(round(x1, 2), y1, round(x2, 2), y2, colour, width, dash)


def _text(
    x: str, y: int, words: str, colour: str, *, anchor: str = "start", bold: bool = False
) -> Markup:
    weight = Markup(' font-weight="bold"') if bold else ""
    return Markup(
        '<text x="{}" y="{}" font-family="{}" font-size="13" fill="{}" text-anchor="{}"{}>{}</text>'
    ).format(x, y, FONT, colour, anchor, weight, escape(words))
