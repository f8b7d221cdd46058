"""A list of contents for a long page: the engine's headings get places to jump to."""

from __future__ import annotations

import re
from itertools import count

from markupsafe import Markup

__all__ = ["with_places"]

_HEADING = re.compile(r"<h2>([^<]+)</h2>")


def with_places(body: Markup) -> tuple[Markup, tuple[tuple[str, Markup], ...]]:
    """Give each heading of the second level an id; return the page and its contents.

    Examples
    --------
    >>> with_places(Markup("<h2>In short</h2><p>Yes.</p>"))
    (Markup('<h2 id="part-1">In short</h2><p>Yes.</p>'), (('part-1', Markup('In short')),))
    """
    numbers = count(1)
    placed = _HEADING.sub(lambda found: f'<h2 id="part-{next(numbers)}">{found[1]}</h2>', str(body))
    titles = (Markup(title) for title in _HEADING.findall(str(body)))
    contents = ((f"part-{number}", title) for number, title in enumerate(titles, start=1))
    return Markup(placed), tuple(contents)
