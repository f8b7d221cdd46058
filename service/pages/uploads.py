"""Uploads: kept in memory up to a limit, never on the disk, and refused with a sentence."""

from __future__ import annotations

import io
import time
from typing import IO

from flask import Request, request
from werkzeug.exceptions import RequestEntityTooLarge

from service.access import csrf

__all__ = ["LIMIT", "MemoryRequest", "drain", "read_upload"]

LIMIT = 10_500_000  # a file of 10 MB and the rest of the form
DRAINED = 50_000_000  # of what is too large, so that a browser reads the answer
DRAIN_SECONDS = 10.0
_CHUNK = 65_536


class MemoryRequest(Request):
    """A request whose files stay in memory: Werkzeug would write larger ones to the disk.

    How large they may be is limited before they are read, so that they fit.
    """

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()


def read_upload() -> bool:
    """Read a form with a file, and check that it is ours; False if it is too large.

    For a view that is exempt from the general check of forms, which would read it under the
    general limit, and before it is known who sends it.

    Raises
    ------
    CSRFError
    """
    request.max_content_length = LIMIT
    request.max_form_memory_size = LIMIT
    request.max_form_parts = 20
    try:
        csrf.protect()
    except RequestEntityTooLarge:
        drain()
        return False
    return True


def drain() -> None:
    """Read what is sent for a while and forget it: browsers read the answer only after that."""
    stream = request.environ.get("wsgi.input")
    left = min(request.content_length or DRAINED, DRAINED)
    deadline = time.monotonic() + DRAIN_SECONDS
    while stream is not None and left > 0 and time.monotonic() < deadline:
        try:
            read = len(stream.read(min(_CHUNK, left)))
        except OSError:
            return
        if not read:
            return
        left -= read
