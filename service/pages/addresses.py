"""Addresses that a form names: only our own are followed."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["own_address"]


def own_address(wanted: str, *, instead: str) -> str:
    """Return an address on this site, or `instead`.

    Examples
    --------
    >>> own_address("/vacancies?page=2", instead="/")
    '/vacancies?page=2'
    >>> own_address("//elsewhere.example", instead="/")
    '/'
    """
    parts = urlsplit(wanted)
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if ours and not parts.scheme and not parts.netloc else instead
