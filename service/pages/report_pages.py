"""The style sheet of the engine's reports, for pages that show one."""

from __future__ import annotations

from hashlib import sha256

from flask import url_for

from vbr_engine.rendering import report_css

__all__ = ["style_address"]


def style_address() -> str:
    """Return the address of the style sheet; it changes with its content."""
    version = sha256(report_css().encode()).hexdigest()[:12]
    return url_for("candidates.report_style", version=version)
