"""A hundred people: how many it happens to, and how far the number may be out."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from vbr_engine.charts.canvas import INK, PAPER, QUIET, SHADES

__all__ = ["people_chart"]

ROW, WIDE, HIGH, EDGE = 10, 24, 26, 2
PEOPLE = 100


def people_chart(
    number: int, low: int, high: int, *, title: str, description: str, chart_id: str
) -> Markup:
    """Draw a hundred people, the first `number` of them filled, the interval shaded.

    Parameters
    ----------
    number : int
        People that it happens to, 0 to 100.
    low, high : int
        The number may be anything from low to high: the people after `low` up to `high` stand on
        shaded squares.
    title, description : str
        What it shows, for people who do not see it.
    chart_id : str
        Unique on its page.

    Returns
    -------
    Markup
        An ``<svg>`` element that is as wide as its place.

    Raises
    ------
    ValueError
        If the numbers are not in order from 0 to 100.

    Examples
    --------
    >>> svg = people_chart(38, 22, 57, title="38 of 100", description="22 to 57", chart_id="p")
    >>> svg.startswith('<svg class="report-people"'), "style=" in svg
    (True, False)
    """
    if not 0 <= low <= number <= high <= PEOPLE:
        raise ValueError(f"expected 0 <= low <= number <= high <= 100, got {low}, {number}, {high}")
    wide, high_ = ROW * WIDE + 2 * EDGE, PEOPLE // ROW * HIGH + 2 * EDGE
    opening = Markup(
        '<svg class="report-people" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" '
        'role="img" aria-labelledby="{i}-t {i}-d"><title id="{i}-t">{t}</title>'
        '<desc id="{i}-d">{d}</desc><rect width="{w}" height="{h}" fill="{p}"/>'
    ).format(w=wide, h=high_, i=chart_id, t=title, d=description, p=PAPER)
    marks = [
        _path("".join(map(_square, range(low, high))), f'fill="{SHADES[-1]}"'),
        _path(_bodies(range(number)), f'fill="{INK}" stroke="{INK}"'),
        _path(_bodies(range(number, PEOPLE)), f'fill="{PAPER}" stroke="{QUIET}"'),
    ]
    return Markup("").join([opening, *marks, Markup("</svg>")])


def _path(steps: str, paint: str) -> Markup:
    return Markup(f'<path d="{steps}" {paint}/>') if steps else Markup("")


def _square(place: int) -> str:
    row, column = divmod(place, ROW)
    return f"M{EDGE + column * WIDE} {EDGE + row * HIGH}h{WIDE}v{HIGH}h-{WIDE}z"


def _bodies(places: Iterable[int]) -> str:
    return "".join(map(_body, places))


def _body(place: int) -> str:
    """Draw a head, a round, over shoulders."""
    row, column = divmod(place, ROW)
    x, y = EDGE + column * WIDE + WIDE // 2, EDGE + row * HIGH + 3
    head = f"M{x - 4} {y + 4}a4 4 0 1 1 8 0a4 4 0 1 1 -8 0z"
    return f"{head}M{x - 7} {y + 20}v-4a7 6 0 0 1 14 0v4z"
