"""How reports write figures and words."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape

from vbr_engine.reports.analysis.parts import Interval

__all__ = ["coded", "column_class", "written"]

_MINUS = re.compile(r"(?<![\w.-])-(?=\d)")
_FORMS = {"r": ".2f", "fine": ".3f", "figure": ".3g", "words": ".3g"}
_CODE = re.compile(r"`([^`]+)`")


def written(held: Any, kind: str) -> str:
    """Write a cell of a table as its column's kind asks; no figure is said, not left out.

    Parameters
    ----------
    held : str, int, float, bool, Interval or None
    kind : {"words", "text", "count", "share", "r", "fine", "figure", "p"}

    Returns
    -------
    str

    Examples
    --------
    >>> written(0.1234, "r"), written(0.1234, "share"), written(0.00001, "p"), written(None, "r")
    ('0.12', '12%', 'under 0.001', 'not computed')
    >>> written(Interval(-0.2, -0.31, -0.09), "r")
    '−0.20 (−0.31 to −0.09)'
    """
    if held is None:
        return "not computed"
    if isinstance(held, Interval):
        middle = _number(held.value, kind)
        if held.low is None or held.high is None:
            return middle
        return f"{middle} ({_number(held.low, kind)} to {_number(held.high, kind)})"
    if isinstance(held, bool):
        return "yes" if held else "no"
    return _MINUS.sub("−", held) if isinstance(held, str) else _number(held, kind)


def _number(value: float, kind: str) -> str:
    if kind == "share":
        told = f"{value:.0%}"
        return "under 1%" if value and told == "0%" else told
    if kind == "p":
        return f"{value:.3f}" if value >= 0.001 else "under 0.001"
    if kind == "count":
        return f"{value:,.0f}"
    told = f"{value:{_FORMS[kind]}}"
    return told.removeprefix("-" if not float(told) else "").replace("-", "−")


def column_class(kind: str) -> Markup:
    """Give a column's class; figures, which are most, have none.

    Parameters
    ----------
    kind : str

    Returns
    -------
    Markup

    Examples
    --------
    >>> column_class("words"), column_class("share")
    (Markup(' class="report-words"'), Markup(''))
    """
    name = {"words": "report-words", "text": "report-words report-text"}.get(kind)
    return Markup(f' class="{name}"') if name else Markup("")


def coded(words: str) -> Markup:
    """Set what stands in backticks as code.

    Parameters
    ----------
    words : str

    Returns
    -------
    Markup

    Examples
    --------
    >>> coded("Run `vbr diff <a>`.")
    Markup('Run <code>vbr diff &lt;a&gt;</code>.')
    """
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(_MINUS.sub("−", words)))))
