"""What templates need to write a report in its reader's language."""

from __future__ import annotations

from functools import partial
from typing import Any

from markupsafe import Markup

from vbr_engine.charts import interval_chart
from vbr_engine.reports import CandidateFeedback, RecruiterReport
from vbr_engine.reports.languages import tag_of
from vbr_engine.reports.risk import RiskPanel
from vbr_engine.risk.wording import say
from vbr_engine.words import ENGLISH, Words, words_in

__all__ = ["print_words", "told", "words_of"]

# What could end a string of a style sheet, or the sheet itself.
_UNSAFE = frozenset('\\"<>\n\r')


def words_of(report: object) -> Words:
    """Return the words of a report; those for researchers are English.

    Parameters
    ----------
    report : ReportData

    Returns
    -------
    Words
    """
    if isinstance(report, RecruiterReport | CandidateFeedback | RiskPanel):
        return words_in(report.language)
    return ENGLISH


def told(report: object) -> dict[str, Any]:
    """Return what the template of a report in several languages takes besides the report.

    Parameters
    ----------
    report : ReportData

    Returns
    -------
    dict of str to object
        ``words``; ``reader`` and ``bank``, which are ``lang`` attributes where these differ from
        English and from the reader's language; and what one kind of report needs. Empty for a
        report that is English only.
    """
    words = words_of(report)
    named: dict[str, Any] = {
        "words": words,
        "reader": Markup("") if words is ENGLISH else _in_language(words.tag),
    }
    if isinstance(report, RiskPanel):
        return named | {"said": partial(say, words=words)}
    if isinstance(report, CandidateFeedback):
        return named | {"bank": _of_bank(report.texts_language, words)}
    if isinstance(report, RecruiterReport):
        return named | {
            "bank": _of_bank(report.texts_language, words),
            "chart": _chart(report, words),
            "scenarios": partial(_scenarios, words),
        }
    return {}


def print_words(words: Words) -> str:
    """Return the style that writes the foot of printed pages in another language than English.

    Parameters
    ----------
    words : Words

    Returns
    -------
    str
        Empty for English, which the style sheet has.

    Examples
    --------
    >>> print_words(words_in("cy")).partition("} ")[2]
    '@bottom-right { content: "Tudalen " counter(page) " o " counter(pages) ""; } }'
    """
    if words is ENGLISH:
        return ""
    left = _quoted(words("Confidential"))
    right = _quoted(words("Page {page} of {pages}", page="\x01", pages="\x02"))
    for mark, counter in (("\x01", "page"), ("\x02", "pages")):
        right = right.replace(mark, f'" counter({counter}) "')
    return f"@page {{ @bottom-left {{ content: {left}; }} @bottom-right {{ content: {right}; }} }}"


def _quoted(line: str) -> str:
    """Write a string of a style sheet."""
    inside = (f"\\{ord(letter):x} " if letter in _UNSAFE else letter for letter in line)
    return f'"{"".join(inside)}"'


def _of_bank(language: str, words: Words) -> Markup:
    return Markup("") if language == words.code else _in_language(tag_of(language))


def _in_language(tag: str) -> Markup:
    return Markup(' lang="{}"').format(tag)


def _scenarios(words: Words, number: int) -> str:
    return words.plural("{number} scenario", "{number} scenarios", number)


def _chart(report: RecruiterReport, words: Words) -> Markup:
    key = words("1: fully in line with the key")
    draft = words("1: fully in line with the draft key")
    return interval_chart(
        report.chart_rows,
        title=words("Results with their intervals. {results}", results=report.chart_description),
        description=words("The table below has the same figures."),
        bands=report.chart_bands,
        notes=(words("0: no better than guessing"), draft if report.draft else key),
        chart_id="report-chart",
    )
