"""`vbr check`: every problem of a bank at once."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

import click

from vbr_engine.bank import Bank, draw_items
from vbr_engine.bank.balance import longest_and_best
from vbr_engine.bank.json_schema import SCHEMAS, json_schema_text
from vbr_engine.bank.lint import rules_without
from vbr_engine.bank.texts import languages_of
from vbr_engine.errors import Problem
from vbr_engine.files import check_bank, read_bank

__all__ = ["command"]

# A broken file can have a problem on every line; nobody reads more than this.
_MOST_SHOWN = 1000


@click.command("check")
@click.argument("banks", nargs=-1, type=click.Path(readable=False), metavar="BANK...")
@click.option(
    "--schema",
    type=click.Choice(list(SCHEMAS)),
    help="Print the JSON Schema that editors use for a bank file or a catalogue.",
)
@click.option("--quiet", "-q", is_flag=True, help="Leave out notes and the summary.")
def command(banks: Sequence[str], schema: str | None, quiet: bool) -> None:
    """Check question banks; report every problem at once.

    BANK is a bank's folder or its bank.yaml. Each problem comes on a line of its own: file,
    line, how bad it is, where in the document, what is wrong. The exit status is 1 if there is
    an error. Warnings and notes come from the linter: reading age and idioms of English, whether
    length or place gives the key away, what the default form covers, what is not translated.

    \b
    vbr check question_banks/homecare-values
    vbr check --schema bank > question_banks/bank.schema.json
    """
    if schema:
        click.echo(json_schema_text(schema), nl=False)
    elif not banks:
        raise click.UsageError("Name at least one bank, such as question_banks/homecare-values.")
    failed = [bank for bank in banks if not _check(bank, quiet=quiet)]
    sys.exit(1 if failed else 0)


def _check(path: str, *, quiet: bool) -> bool:
    """Print what is wrong with one bank; tell whether it can be used."""
    problems = check_bank(path)
    shown = [problem for problem in problems if not (quiet and problem.severity == "note")]
    for problem in shown[:_MOST_SHOWN]:
        click.echo(_line(problem))
    if len(shown) > _MOST_SHOWN:
        click.echo(f"... and {len(shown) - _MOST_SHOWN} more")
    counts = Counter(problem.severity for problem in problems)
    if counts["error"]:
        click.echo(f"{click.format_filename(path)}: {_counted(counts)}: not usable", err=True)
    elif not quiet:
        click.echo(_summary(read_bank(path), counts))
    return not counts["error"]


def _line(problem: Problem) -> str:
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    rule = f" [{problem.rule}]" if problem.rule else ""
    parts = (place, problem.severity, problem.path, problem.message)
    return ": ".join(part for part in parts if part) + rule


def _summary(bank: Bank, counts: Counter[str]) -> str:
    formats = Counter(item.format for item in bank.items)
    drawn = Counter(item.value for item in draw_items(bank))
    lines = {
        "bank": bank.label,
        "status": str(bank.status),
        "values": f"{len(bank.values)}: {', '.join(value.id for value in bank.values)}",
        "items": f"{len(bank.items)}: "
        + ", ".join(f"{number} {name}" for name, number in formats.items()),
        "form": f"{bank.blueprint.length} items, {bank.blueprint.minutes} minutes: "
        + ", ".join(f"{drawn[value.id]} {value.id}" for value in bank.values),
        "languages": languages_of(bank),
        "length": _lengths(bank),
        **_unread(bank),
        "sha256": bank.sha256,
        "result": _counted(counts),
    }
    return "\n".join(f"{name:<10} {text}" for name, text in lines.items())


def _lengths(bank: Bank) -> str:
    told = [(tag, *longest_and_best(bank, texts)) for tag, texts in bank.catalogues.items()]
    seen = ", ".join(f"{hits:.0f}{f' ({tag})' if len(told) > 1 else ''}" for tag, hits, *_ in told)
    return (
        f"the longest option is a best one in {seen} of {len(bank.items)} items; "
        f"{told[0][2]:.1f} by chance"
    )


def _unread(bank: Bank) -> dict[str, str]:
    """Say which rules know nothing of a language, so that silence is not taken for praise."""
    told = [(tag, rules_without(tag)) for tag in bank.catalogues]
    said = [f"{tag}: {', '.join(rules)}" for tag, rules in told if rules]
    return {"unread": f"{'; '.join(said)} (no rule for it)"} if said else {}


def _counted(counts: Counter[str]) -> str:
    words = [
        f"{counts[kind]} {kind}{'' if counts[kind] == 1 else 's'}"
        for kind in ("error", "warning", "note")
        if counts[kind]
    ]
    return ", ".join(words) or "no problems"
