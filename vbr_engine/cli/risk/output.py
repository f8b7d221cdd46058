"""Pages that the risk commands write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from vbr_engine.errors import FileError, Problem
from vbr_engine.files import write_bytes, write_text
from vbr_engine.files.whole import check_place, shown
from vbr_engine.rendering import report_html, report_pdf
from vbr_engine.rendering.html import Report
from vbr_engine.reports.words import listed

__all__ = ["ENDINGS", "check_ending", "write_report"]

ENDINGS = (".html", ".pdf", ".json")


def check_ending(output: str, what: str, endings: Sequence[str] = ENDINGS) -> None:
    """Raise FileError for a place where no page of a known kind can be written."""
    ending = Path(output).suffix.lower()
    if ending not in endings:
        known = listed(endings, last="or")
        message = f"the name of {what} ends in {known}, not {ending or 'nothing'!r}"
        raise FileError([Problem(file=shown(output), message=message)])
    check_place(Path(output))


def write_report(report: Report, output: str) -> None:
    """Write a page as HTML, PDF or JSON, by the ending of its name."""
    ending = Path(output).suffix.lower()
    if ending == ".pdf":
        write_bytes(report_pdf(report), output)
    elif ending == ".html":
        write_text(report_html(report), output)
    else:
        text = json.dumps(report.to_dict(), ensure_ascii=False, indent=2, allow_nan=False)
        write_text(text + "\n", output)
