"""Words for people, in the reader's language; typed, because flask-babel's own are not."""

from __future__ import annotations

import flask_babel

__all__ = ["gettext", "ngettext"]


def gettext(text: str, **values: object) -> str:
    """Translate a sentence and fill in its values.

    Examples
    --------
    >>> gettext("Scenario %(number)s", number=3)
    'Scenario 3'
    """
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, several: str, number: int, **values: object) -> str:
    """Translate a sentence whose form depends on a number, which it may name as ``num``.

    Examples
    --------
    >>> ngettext("%(num)s answer", "%(num)s answers", 2)
    '2 answers'
    """
    return str(flask_babel.ngettext(one, several, number, **values))
