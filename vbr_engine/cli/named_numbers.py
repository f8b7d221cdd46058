"""`NAME=NUMBER` on the command line."""

from __future__ import annotations

from collections.abc import Sequence

import click

__all__ = ["named_numbers"]


def named_numbers(
    context: click.Context, parameter: click.Parameter, given: Sequence[str]
) -> dict[str, float]:
    """Read an option that may be given several times, such as ``night-shift=0.25``.

    Parameters
    ----------
    context : click.Context
    parameter : click.Parameter
    given : sequence of str

    Returns
    -------
    dict of str to float
    """
    read: dict[str, float] = {}
    for words in given:
        name, _, number = words.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            name = ""
        if not name.strip():
            message = f"expected NAME=NUMBER, got {words!r}"
            raise click.BadParameter(message, ctx=context, param=parameter)
        if name.strip() in read:
            message = f"{name.strip()} is there twice"
            raise click.BadParameter(message, ctx=context, param=parameter)
        read[name.strip()] = value
    return read
