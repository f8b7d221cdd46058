"""Static files: few and small, so they are read and compressed once and served from memory.

Addresses carry a hash of the content, so that browsers may keep a file for a year.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, url_for

from service.access import requires

__all__ = ["Assets", "install"]

FOLDER = Path(__file__).parent / "static"
SERVED = {".css", ".js", ".png", ".svg", ".ico", ".webmanifest", ".woff2", ".txt"}
COMPRESSED = {".css", ".js", ".svg", ".webmanifest", ".txt"}
YEAR = "public, max-age=31536000, immutable"
HOUR = "public, max-age=3600"


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file in memory."""

    content: bytes
    compressed: bytes | None
    type: str
    version: str
    modified: float


class Assets:
    """The static files of a folder.

    Parameters
    ----------
    folder : Path
        Its folder ``src`` is never served.
    reload : bool
        Look for changes at each request, for writing pages at home.
    """

    def __init__(self, folder: Path, *, reload: bool) -> None:
        self._folder = folder
        self._reload = reload
        self._assets = {name: _read(folder / name) for name in self._names()}

    def get(self, name: str) -> Asset | None:
        """Find a file."""
        if self._reload and name in self._names():
            known = self._assets.get(name)
            if known is None or (self._folder / name).stat().st_mtime != known.modified:
                self._assets[name] = _read(self._folder / name)
        return self._assets.get(name)

    def _names(self) -> list[str]:
        return [
            path.relative_to(self._folder).as_posix()
            for path in sorted(self._folder.rglob("*"))
            if path.suffix in SERVED
            and path.is_file()
            and "src" not in path.relative_to(self._folder).parts
        ]


def install(app: Flask, *, reload: bool) -> None:
    """Serve ``/static/<version>/<name>`` and give templates ``static_url(name)``."""
    assets = Assets(FOLDER, reload=reload)
    blueprint = Blueprint("assets", __name__)

    @blueprint.get("/static/<version>/<path:name>")
    @requires("public")
    def file(version: str, name: str) -> Response:
        asset = assets.get(name)
        if asset is None:
            abort(404)
        return _response(asset, current=version == asset.version)

    @app.template_global()
    def static_url(name: str) -> str:
        asset = assets.get(name)
        return url_for("assets.file", version=asset.version if asset else "none", name=name)

    app.register_blueprint(blueprint)


def _response(asset: Asset, *, current: bool) -> Response:
    compress = asset.compressed is not None and request.accept_encodings["gzip"] > 0
    response = Response(asset.compressed if compress else asset.content, mimetype=asset.type)
    if compress:
        response.headers["Content-Encoding"] = "gzip"
    if asset.compressed is not None:
        response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = YEAR if current else HOUR
    response.set_etag(asset.version + ("-gzip" if compress else ""))
    response.make_conditional(request)
    return response


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    compressed = gzip.compress(content, 9, mtime=0) if path.suffix in COMPRESSED else None
    return Asset(
        content=content,
        compressed=compressed if compressed and len(compressed) < len(content) else None,
        type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        version=hashlib.sha256(content).hexdigest()[:12],
        modified=path.stat().st_mtime,
    )
