"""`vbr diff`: what differs between two versions of a bank."""

from __future__ import annotations

import sys
import textwrap

import click

from vbr_engine.bank.changelog import reason_for
from vbr_engine.bank.compare import BankDifference, Change, compare_banks, required_version
from vbr_engine.bank.model import Bank
from vbr_engine.errors import VbrError
from vbr_engine.files import read_bank, read_changelog

__all__ = ["command", "described"]

_WIDTH, _INDENT = 96, " " * 9


@click.command("diff")
@click.argument("old", type=click.Path(readable=False))
@click.argument("new", type=click.Path(readable=False))
def command(old: str, new: str) -> None:
    """Show what differs between two versions of a bank.

    Each change comes with its path and level: *major* changes a score or what an answer meant,
    *minor* brings something that old answers do not feel, *patch* puts a slip right. The reason is
    the one that the CHANGELOG.md of NEW gives. The exit status is 0 if nothing differs, 1 if
    something does, 2 if a bank cannot be read.

    \b
    vbr diff question_banks/homecare-values question_banks/homecare-values-next
    """
    try:
        before, after = read_bank(old), read_bank(new)
        difference = compare_banks(before, after)
        changelog = read_changelog(new)
    except VbrError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    if not difference.changes and before.sha256 == after.sha256:
        sys.exit(0)
    click.echo("\n".join(described(before, difference, changelog)))
    sys.exit(1)


def described(old: Bank, difference: BankDifference, changelog: str = "") -> list[str]:
    """Give the lines that tell a difference: what it comes to, then each change by group.

    Parameters
    ----------
    old : Bank
    difference : BankDifference
    changelog : str
        Of the newer version.

    Returns
    -------
    list of str
    """
    lines = [f"{old.id} {difference.old} -> {difference.new}", _verdict(old, difference)]
    for name, changes in difference.groups().items():
        lines += ["", name]
        for change in changes:
            lines += _change_lines(change, reason_for(changelog, difference.new, change.path))
    return lines


def _verdict(old: Bank, difference: BankDifference) -> str:
    n, level = len(difference.changes), difference.level
    if level is None:
        return "Only the version number differs."
    counted = f"{n} change{'' if n == 1 else 's'}, the largest {level}"
    if difference.enough:
        return f"{counted}: the version number says so."
    least = required_version(old, difference)
    return f"{counted}: the version must be {least} at least, and {difference.new} is too low."


def _change_lines(change: Change, reason: str) -> list[str]:
    note = f" ({change.note})" if change.note else ""
    if isinstance(change.old, str) and isinstance(change.new, str) and " " in change.old:
        lines = [f"  {change.level!s:<5}  {change.path}{note}"]
        lines += _wrapped(change.old, "- ") + _wrapped(change.new, "+ ")
    else:
        lines = [f"  {change.level!s:<5}  {change}{note}"]
    return lines + (_wrapped(reason, "") if reason else [])


def _wrapped(text: str, sign: str) -> list[str]:
    following = _INDENT + " " * len(sign)
    return textwrap.wrap(text, _WIDTH, initial_indent=_INDENT + sign, subsequent_indent=following)
