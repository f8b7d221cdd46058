"""Reports as tagged PDF."""

from __future__ import annotations

import logging
from importlib import import_module
from types import ModuleType

from vbr_engine.errors import VbrError
from vbr_engine.rendering.html import Report, report_html

__all__ = ["report_pdf"]

_HELP = (
    "writing a PDF needs WeasyPrint and Pango. Install them with: "
    "pip install 'vbr-engine[pdf]' and, on Debian, "
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)


def report_pdf(report: Report) -> bytes:
    """Render a report as a tagged PDF (PDF/UA-1) that a screen reader can follow.

    Nothing is fetched: a report holds no pictures but its own.

    Parameters
    ----------
    report : RecruiterReport, CandidateFeedback, AnalysisReport, TechnicalManual or ModelCard

    Returns
    -------
    bytes

    Raises
    ------
    VbrError
        If WeasyPrint, or the Pango library that it needs, is not installed.
    """
    weasyprint = _weasyprint()
    fetcher = import_module("weasyprint.urls").URLFetcher(
        allowed_protocols=["data"], allow_redirects=False
    )
    document = weasyprint.HTML(string=report_html(report), url_fetcher=fetcher)
    content: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return content


def _weasyprint() -> ModuleType:
    try:
        module = import_module("weasyprint")
    except (ImportError, OSError) as error:  # OSError: Pango is missing
        raise VbrError(f"{_HELP} ({error})") from error
    # What it has to say about fonts and unknown print rules is not for the reader of a report.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    return module
