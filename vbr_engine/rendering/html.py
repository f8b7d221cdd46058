"""Reports as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from vbr_engine.rendering.figures import coded, column_class, written
from vbr_engine.rendering.language import print_words, told, words_of
from vbr_engine.rendering.pictures import drawn, hundred, traced
from vbr_engine.reports import AnalysisReport, CandidateFeedback, RecruiterReport
from vbr_engine.reports.card.data import EvaluationReport, ModelCard
from vbr_engine.reports.fairness import FairnessReport
from vbr_engine.reports.manual.data import TechnicalManual
from vbr_engine.reports.risk import RiskPanel

__all__ = ["Report", "report_body", "report_css", "report_html"]

Report = (
    RecruiterReport
    | CandidateFeedback
    | AnalysisReport
    | TechnicalManual
    | ModelCard
    | EvaluationReport
    | FairnessReport
    | RiskPanel
)

# The template of a kind of report, and the style that it needs besides what all share.
_PAGES: Mapping[type, tuple[str, tuple[str, ...]]] = {
    AnalysisReport: ("analysis.html", ("analysis.css",)),
    CandidateFeedback: ("feedback.html", ()),
    EvaluationReport: ("card.html", ("manual.css", "evaluation.css")),
    FairnessReport: ("fairness.html", ("analysis.css", "fairness.css")),
    ModelCard: ("card.html", ("manual.css", "card.css")),
    RecruiterReport: ("recruiter.html", ()),
    RiskPanel: ("risk.html", ()),
    TechnicalManual: ("manual.html", ("manual.css",)),
}


def report_body(report: Report) -> Markup:
    """Render a report as a fragment for a page that has its own h1.

    Its headings start at h2, its classes with ``report-``; it has no style attribute, no script
    and nothing to fetch. `report_css` makes it look right.

    Parameters
    ----------
    report : RecruiterReport, CandidateFeedback, AnalysisReport, TechnicalManual or ModelCard

    Returns
    -------
    Markup
    """
    template, _styles = _PAGES[type(report)]
    return Markup(_templates().get_template(template).render(report=report, **told(report)))


def report_html(report: Report) -> str:
    """Render a report as a document that stands alone, with its style inside.

    Parameters
    ----------
    report : RecruiterReport, CandidateFeedback, AnalysisReport, TechnicalManual or ModelCard

    Returns
    -------
    str
        HTML with one h1; nothing is fetched from anywhere.
    """
    wide = isinstance(report, AnalysisReport | FairnessReport)
    _template, styles = _PAGES[type(report)]
    words = words_of(report)
    css = report_css() + "".join(map(_source, styles)) + print_words(words)
    return (
        _templates()
        .get_template("document.html")
        .render(
            report=report,
            body=report_body(report),
            css=Markup(css),
            wide=wide,
            tag=words.tag,
        )
    )


@cache
def report_css() -> str:
    """Return the style sheet of `report_body`, for screens and for paper."""
    return _source("report.css")


def _source(name: str) -> str:
    loader = _templates().loader
    assert loader is not None
    return loader.get_source(_templates(), name)[0]


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("vbr_engine.rendering", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = _figure
    environment.filters |= {"coded": coded, "column_class": column_class, "written": written}
    environment.filters |= {"drawn": drawn, "hundred": hundred, "traced": traced}
    return environment


def _figure(value: float) -> str:
    """Write a score with two decimals and a real minus sign."""
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")
