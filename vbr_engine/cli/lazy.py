"""A group of commands that are loaded when they are used, not before."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

__all__ = ["LazyGroup"]


class LazyGroup(click.Group):
    """A group that knows its commands by name and loads one when asked for.

    Parameters
    ----------
    told : mapping of str to str
        Name of each command and what it does, in the order of a day's work.
    room : str
        Package that has a module of that name for each, with a `command` in it.
    """

    def __init__(self, *args: Any, told: Mapping[str, str], room: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.told = told
        self.room = room

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names in the order of a day's work."""
        return list(self.told)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the command's module, or return None for an unknown name."""
        if cmd_name not in self.told:
            return None
        command: click.Command = import_module(f"{self.room}.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.told.items()))
