"""Cells that a spreadsheet program would run as a formula, and the mark that stops it.

Excel, LibreOffice and Google Sheets take text that begins with ``=``, ``+``, ``-`` or ``@`` for a
formula, some of them also after spaces, quotation marks, tabs or line ends (OWASP, CSV injection).
"""

from __future__ import annotations

import re

__all__ = ["is_formula_like", "neutralised", "restored"]

# Spaces, invisible letters and quotation marks, then a sign, also in its wide forms.
_RISKY = re.compile(r"[\s\"'`´‘’“”\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠﹢﹣﹦﹫−\t\r\n]")
_MARK = "'"


def is_formula_like(text: str) -> bool:
    """Say whether a spreadsheet program might run this text.

    Parameters
    ----------
    text : str

    Returns
    -------
    bool

    Examples
    --------
    >>> is_formula_like("=1+1"), is_formula_like(' "@SUM(A1)'), is_formula_like("Ana-Maria")
    (True, True, False)
    """
    return _RISKY.match(text) is not None


def neutralised(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet program might run.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Exactly what `restored` turns back.

    Examples
    --------
    >>> neutralised("=1+1"), neutralised("Ana")
    ("'=1+1", 'Ana')
    """
    return _MARK + text if is_formula_like(text) else text


def restored(text: str) -> str:
    """Take away the apostrophe that `neutralised` put there.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> restored("'=1+1"), restored("'t Hart")
    ('=1+1', "'t Hart")
    """
    return text[1:] if text[:1] == _MARK and is_formula_like(text[1:]) else text
