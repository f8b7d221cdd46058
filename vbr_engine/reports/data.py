"""What every report is: frozen data that a page, a file or another program can take."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["ReportData"]


@dataclass(frozen=True)
class ReportData:
    """Base of the reports."""

    def to_dict(self) -> dict[str, Any]:
        """Return the whole report as plain mappings, lists, words and numbers."""
        return asdict(self)
