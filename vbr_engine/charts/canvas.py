"""Paper and pen for charts of a fixed size: axes, lines, marks and words as SVG elements.

Everything is given by presentation attributes, never by a style attribute, so that a page with a
strict content security policy may show it. Colours are those of Okabe and Ito that stand out
on white; every line also has its own dashes and its own mark, so that nothing hangs on colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

from markupsafe import Markup, escape

__all__ = [
    "FAINT",
    "GRID",
    "INK",
    "PAPER",
    "PENS",
    "QUIET",
    "SHADES",
    "Axis",
    "Frame",
    "Pen",
    "bottom_axis",
    "cut_to",
    "left_axis",
    "line",
    "mark",
    "marks",
    "number",
    "opening",
    "path",
    "rectangle",
    "right_axis",
    "spread",
    "text",
    "width_of",
]

FONT = "Arial, Liberation Sans, DejaVu Sans, sans-serif"
INK, QUIET, FAINT, GRID, PAPER = "#17252c", "#4a5a63", "#8b9aa1", "#d9dfe1", "#ffffff"
SHADES = ("#eef1f2", "#dde4e6", "#c9d3d6")
LETTER = 6.7


@dataclass(frozen=True, slots=True)
class Pen:
    """How one line among several is drawn."""

    colour: str
    dashes: str
    shape: str


PENS = (
    Pen("#0072b2", "", "circle"),
    Pen("#d55e00", "7 3", "square"),
    Pen("#009e73", "2 3", "triangle"),
    Pen("#cc79a7", "9 3 2 3", "diamond"),
    Pen("#000000", "4 4", "cross"),
    Pen("#0072b2", "12 4", "square"),
    Pen("#d55e00", "1 4", "diamond"),
    Pen("#009e73", "8 2 2 2 2 2", "cross"),
)


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of numbers with its ticks.

    Examples
    --------
    >>> Axis.around([0.03, 0.97]).ticks
    (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    label: str = ""
    percent: bool = False

    @classmethod
    def around(
        cls, values: Iterable[float], *, label: str = "", percent: bool = False, steps: int = 5
    ) -> Axis:
        """Reach from a round number below all values to one above them."""
        held = [value for value in values if isfinite(value)] or [0.0, 1.0]
        low, high = min(held), max(held)
        if high - low < 1e-9 * max(1.0, abs(high)):
            low, high = low - 0.5, high + 0.5
        step = _round_step((high - low) / steps)
        first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
        ticks = tuple(round(n * step, 10) for n in range(first, last + 1))
        return cls(ticks[0], ticks[-1], ticks, label, percent)

    def share(self, value: float) -> float:
        """Where a value lies between the ends, 0 to 1; beyond them, at the end."""
        return (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)

    def words(self, value: float) -> str:
        """Write a tick."""
        return f"{100 * value:.4g}%" if self.percent else number(value)


def _round_step(rough: float) -> float:
    power = 10.0 ** floor(log10(rough))
    steps = ((10, 7.5), (5, 3.5), (2, 1.5), (1, 0.0))
    return power * next(step for step, least in steps if rough >= least * power)


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a picture on which values are drawn, in pixels."""

    left: float
    right: float
    top: float
    bottom: float
    across: Axis
    up: Axis

    def x(self, value: float) -> float:
        """Pixels from the left."""
        return self.left + self.across.share(value) * (self.right - self.left)

    def y(self, value: float, axis: Axis | None = None) -> float:
        """Pixels from the top."""
        return self.bottom - (axis or self.up).share(value) * (self.bottom - self.top)


def number(value: float) -> str:
    """Write a number shortly, with a true minus.

    Examples
    --------
    >>> number(-0.50), number(12), number(1234567.0)
    ('−0.5', '12', '1,234,567')
    """
    plain = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return plain.replace("-", "−") if float(plain.replace(",", "")) else "0"


def opening(size: tuple[float, float], title: str, description: str, chart_id: str) -> Markup:
    """Begin a picture that is named for people who do not see it."""
    return Markup(
        '<svg class="report-plot" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" '
        'width="{w}" height="{h}" role="img" aria-labelledby="{i}-t {i}-d" font-family="{f}" '
        'font-size="13" fill="{k}"><title id="{i}-t">{t}</title><desc id="{i}-d">{d}</desc>'
    ).format(w=_px(size[0]), h=_px(size[1]), i=chart_id, f=FONT, k=INK, t=title, d=description)


def text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "",
    colour: str = "",
    bold: bool = False,
    small: bool = False,
) -> Markup:
    """Write words; `y` is the line that they stand on."""
    more = f' text-anchor="{anchor}"' if anchor else ""
    more += f' fill="{colour}"' if colour else ""
    more += ' font-weight="bold"' if bold else ""
    more += ' font-size="12"' if small else ""
    return Markup(f'<text x="{_px(x)}" y="{_px(y)}"{more}>{escape(words)}</text>')


def line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    colour: str = INK,
    *,
    width: float = 1,
    dash: str = "",
) -> Markup:
    """Draw a straight line."""
    more = f' stroke-width="{_px(width)}"' if width != 1 else ""
    more += f' stroke-dasharray="{dash}"' if dash else ""
    return Markup(
        f'<line x1="{_px(x1)}" y1="{_px(y1)}" x2="{_px(x2)}" y2="{_px(y2)}" '
        f'stroke="{colour}"{more}/>'
    )


def path(
    points: Sequence[tuple[float, float]], colour: str, *, width: float = 2, dash: str = ""
) -> Markup:
    """Draw a line through points."""
    told = " ".join(f"{_px(x)},{_px(y)}" for x, y in points)
    more = f' stroke-dasharray="{dash}"' if dash else ""
    return Markup(
        f'<polyline points="{told}" fill="none" stroke="{colour}" '
        f'stroke-width="{_px(width)}"{more}/>'
    )


def rectangle(
    x: float, y: float, width: float, height: float, fill: str, *, stroke: str = ""
) -> Markup:
    """Draw a filled rectangle."""
    more = f' stroke="{stroke}"' if stroke else ""
    return Markup(
        f'<rect x="{_px(x)}" y="{_px(y)}" width="{_px(width)}" height="{_px(height)}" '
        f'fill="{fill}"{more}/>'
    )


def mark(
    x: float, y: float, shape: str, colour: str, *, size: float = 4, hollow: bool = False
) -> Markup:
    """Draw a small sign at a point: circle, square, triangle, diamond or cross."""
    paint = f'fill="{PAPER if hollow else colour}" stroke="{colour}"'
    paint += ' stroke-width="1.5"' if hollow else ""
    if shape == "circle":
        return Markup(f'<circle cx="{_px(x)}" cy="{_px(y)}" r="{_px(size)}" {paint}/>')
    if shape == "square":
        side = 2 * size * 0.88
        return Markup(
            f'<rect x="{_px(x - side / 2)}" y="{_px(y - side / 2)}" width="{_px(side)}" '
            f'height="{_px(side)}" {paint}/>'
        )
    if shape == "cross":
        arm = size * 0.9
        return Markup(
            f'<path d="M{_px(x - arm)} {_px(y - arm)}L{_px(x + arm)} {_px(y + arm)}'
            f'M{_px(x - arm)} {_px(y + arm)}L{_px(x + arm)} {_px(y - arm)}" '
            f'stroke="{colour}" stroke-width="2"/>'
        )
    corners = {
        "triangle": ((0, -1.15), (1.1, 0.85), (-1.1, 0.85)),
        "diamond": ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    }[shape]
    told = " ".join(f"{_px(x + dx * size)},{_px(y + dy * size)}" for dx, dy in corners)
    return Markup(f'<polygon points="{told}" {paint}/>')


def marks(
    points: Sequence[tuple[float, float]], shape: str, colour: str, *, size: float = 4
) -> Markup:
    """Draw the same sign at many points, as one element: pages hold thousands of them."""
    (right, down), steps = _SIGNS[shape]
    drawn = steps(size)
    told = "".join(f"M{_px(x + right * size)} {_px(y + down * size)}{drawn}" for x, y in points)
    if shape == "cross":
        return Markup(f'<path d="{told}" fill="none" stroke="{colour}" stroke-width="2"/>')
    return Markup(f'<path d="{told}" fill="{colour}"/>')


def _steps(*steps: tuple[str, float, float]) -> Callable[[float], str]:
    return lambda size: "".join(f"{how}{_px(x * size)} {_px(y * size)}" for how, x, y in steps)


def _round(size: float) -> str:
    r, across = _px(size), _px(2 * size)
    return f"a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0-{across} 0"


# Where to begin, from the middle, and the steps from there; all in sizes of the sign.
_SIGNS: Mapping[str, tuple[tuple[float, float], Callable[[float], str]]] = {
    "circle": ((-1, 0), _round),
    "square": ((-1, -1), _steps(("l", 2, 0), ("l", 0, 2), ("l", -2, 0))),
    "triangle": ((0, -1.25), _steps(("l", 1.2, 2.1), ("l", -2.4, 0))),
    "diamond": ((0, -1.4), _steps(("l", 1.4, 1.4), ("l", -1.4, 1.4), ("l", -1.4, -1.4))),
    "cross": ((-1, -1), _steps(("l", 2, 2), ("m", 0, -2), ("l", -2, 2))),
}


def bottom_axis(frame: Frame, *, grid: bool = False) -> list[Markup]:
    """Draw the axis below, with its ticks and its name."""
    places = [frame.x(tick) for tick in frame.across.ticks]
    below = _px(frame.bottom)
    rows = [f"M{_px(frame.left)} {below}H{_px(frame.right)}"]
    rows += [f"M{_px(x)} {below}v4" for x in places]
    lines = [_strokes((f"M{_px(x)} {_px(frame.top)}V{below}" for x in places), GRID)] * grid
    names = [
        text(x, frame.bottom + 17, frame.across.words(tick))
        for x, tick in zip(places, frame.across.ticks, strict=True)
    ]
    if frame.across.label:
        middle = (frame.left + frame.right) / 2
        names.append(text(middle, frame.bottom + 36, frame.across.label))
    return [*lines, _strokes(rows, QUIET), _anchored(names, "middle")]


def left_axis(frame: Frame) -> list[Markup]:
    """Draw the axis on the left with lines across, its name above it."""
    places = [frame.y(tick) for tick in frame.up.ticks]
    lines = (f"M{_px(frame.left)} {_px(y)}H{_px(frame.right)}" for y in places)
    names = [
        text(frame.left - 6, y + 4, frame.up.words(tick))
        for y, tick in zip(places, frame.up.ticks, strict=True)
    ]
    label = [text(4, frame.top - 12, frame.up.label)] if frame.up.label else []
    return [_strokes(lines, GRID), _anchored(names, "end"), *label]


def right_axis(frame: Frame, axis: Axis, edge: float) -> list[Markup]:
    """Draw a second axis on the right, its name above it."""
    drawn = [line(frame.right, frame.top, frame.right, frame.bottom, FAINT)]
    drawn += [
        text(frame.right + 6, frame.y(tick, axis) + 4, axis.words(tick)) for tick in axis.ticks
    ]
    return [*drawn, text(edge, frame.top - 12, axis.label, anchor="end")]


def _strokes(rows: Iterable[str], colour: str) -> Markup:
    return Markup(f'<path d="{"".join(rows)}" fill="none" stroke="{colour}"/>')


def _anchored(names: Sequence[Markup], anchor: str) -> Markup:
    return Markup(f'<g text-anchor="{anchor}">{"".join(names)}</g>')


def spread(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels apart until none lies on another, as near to where they were as may be.

    Examples
    --------
    >>> spread([50, 52, 90], 14, 0, 100)
    [44.0, 58.0, 90.0]
    """
    order = sorted(range(len(heights)), key=lambda n: heights[n])
    groups: list[tuple[float, list[int]]] = []
    for n in order:
        groups.append((float(heights[n]), [n]))
        while len(groups) > 1 and _touch(groups[-2], groups[-1], gap):
            last, before = groups.pop(), groups.pop()
            count = len(last[1]) + len(before[1])
            centre = (last[0] * len(last[1]) + before[0] * len(before[1])) / count
            groups.append((centre, before[1] + last[1]))
    places = [0.0] * len(heights)
    for centre, members in groups:
        half = (len(members) - 1) * gap / 2
        centre = max(low + half, min(high - half, centre))
        for k, n in enumerate(members):
            places[n] = centre - half + k * gap
    return places


def _touch(upper: tuple[float, list[int]], lower: tuple[float, list[int]], gap: float) -> bool:
    reach = (len(upper[1]) + len(lower[1])) * gap / 2
    return lower[0] - upper[0] < reach


def width_of(words: str) -> float:
    """How wide words are drawn, about."""
    return LETTER * len(words)


def cut_to(words: str, width: float) -> str:
    """Cut words to a width, with a mark that they were cut."""
    letters = max(2, int(width / LETTER))
    return words if len(words) <= letters else words[: letters - 1].rstrip() + "…"


def _px(value: float) -> str:
    """Write pixels with at most one decimal."""
    if not isfinite(value):
        raise ValueError(f"cannot draw {value}")
    told = f"{value:.1f}".removesuffix(".0")
    return "0" if told == "-0" else told
