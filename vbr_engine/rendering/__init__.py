"""Reports as pages and as print: HTML that stands alone, a fragment for other pages, tagged PDF."""

from __future__ import annotations

from vbr_engine.rendering.html import report_body, report_css, report_html
from vbr_engine.rendering.pdf import report_pdf

__all__ = ["report_body", "report_css", "report_html", "report_pdf"]
