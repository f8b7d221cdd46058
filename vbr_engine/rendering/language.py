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

__all__ = ["told", "words_of"]


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
