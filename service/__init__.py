"""The service: HTTP in, engine, storage, HTTP out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["create_app"]


def create_app(
    settings: Mapping[str, str] | None = None, *, clock: Callable[[], datetime] | None = None
) -> Flask:
    """Make the application: wiring only.

    Parameters
    ----------
    settings : mapping, optional
        ``VBR_`` variables; the process environment if not given.
    clock : callable, optional
        Returns the present time, aware, in UTC.

    Raises
    ------
    SystemExit
        With every problem of the settings in one message.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     app = create_app({"VBR_DATA_DIR": folder})
    ...     app.test_client().get("/healthz").status_code
    200
    """
    from service.start import application, stopping_on_errors

    with stopping_on_errors():
        return application(settings, clock=clock)
