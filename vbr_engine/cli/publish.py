"""`vbr publish`: pin a version of a bank by its hash."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import click

from vbr_engine.cli.arguments import PLACE, bank_argument
from vbr_engine.files import publish_bank

__all__ = ["command"]


@click.command("publish")
@bank_argument
@click.option(
    "--list",
    "pins",
    type=PLACE,
    metavar="FILE",
    help="The list of published versions; published.json beside the bank's folder by default.",
)
def command(bank: str, pins: str | None) -> None:
    """Publish BANK: write its version and hash to the list of published versions.

    From then on that version never changes: a new text, key or policy is a new version. Refused,
    with every reason, if the bank has errors, if the version was published with another hash, if
    its CHANGELOG.md has no finished section for it, or if the number does not say what changed
    since the version before. Publishing the same again changes nothing.

    \b
    vbr publish question_banks/homecare-values-next
    """
    given = Path(os.path.realpath(bank))
    folder = given if given.is_dir() else given.parent
    listed = pins or os.path.relpath(folder.parent / "published.json")
    pin, new = publish_bank(bank, listed, on=date.today().isoformat())
    said = "published in" if new else f"was published on {pin.on} already, in"
    click.echo(f"{pin.label} {said} {listed}: {pin.sha256}")
