"""Security events in the structured log: what happened to which account, never a name."""

from __future__ import annotations

import structlog

__all__ = ["note"]


def note(event: str, *, provider: str = "", account: str = "", **more: object) -> None:
    """Write a line such as ``signed-in``.

    Parameters
    ----------
    event : str
        ``signed-in``, ``sign-in-failed``, ``sign-in-throttled``, ``password-changed``,
        ``second-factor-on``, ``session-ended`` and such.
    provider, account : str
        Ids; empty when nobody is known.
    **more
        Further ids, codes and figures.
    """
    structlog.get_logger("vbr.security").info(
        event, provider=provider or None, account=account or None, **more
    )
