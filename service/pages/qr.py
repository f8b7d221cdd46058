"""Links as QR codes: pictures in the page itself, without anybody else's service."""

from __future__ import annotations

import io

import segno
from markupsafe import Markup

__all__ = ["qr_picture"]


def qr_picture(address: str, *, label: str) -> Markup:
    """Draw an address as an SVG; `label` says what it is to whoever cannot see it."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, border=4, omitsize=True, light="#fff",
        svgclass=None, lineclass=None, nl=False,
    )  # fmt: skip
    svg = Markup(drawn.getvalue().decode())  # numbers and the names of shapes only
    named = Markup('<svg role="img" aria-label="{}" class="qr" ').format(label)
    return Markup(svg.replace(Markup("<svg "), named, 1))
