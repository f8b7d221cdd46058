"""What a system administrator does by hand: ``python -m service COMMAND``.

Every command reads the same settings as the service (``VBR_...``). `service.start.STATUSES` says
what the status of a command means.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from service import logs
from service.config import Settings
from service.errors import DatabaseError, ServiceError
from service.outbox.main import work
from service.outbox.rendering import ACCOUNT_LINKS
from service.start import STATUSES, open_store, stopping_on_errors
from service.storage import Store
from service.storage.copying import copy_database
from service.storage.database import HEAD, revision_of
from service.storage.progress import Progress
from service.storage.standings import stand_all_anew
from service.use_cases.ledger import Verification, verify
from service.use_cases.people import create_administrator

__all__ = ["COMMANDS", "add_to", "run"]

SHOWN = 20


def run(arguments: Sequence[str]) -> int:
    """Run a command line that begins with a command, and return the status."""
    name, *others = arguments
    try:
        with stopping_on_errors(), _told_in_a_sentence():
            if name == "work":
                return work(others)
            parser = argparse.ArgumentParser(
                prog=f"python -m service {name}", description=COMMANDS[name], epilog=STATUSES
            )
            for add_options in _OPTIONS.get(name, ()):
                add_options(parser)
            logs.configure("warning")
            return _ACTIONS[name](parser.parse_args(others))
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1


def add_to(parser: argparse.ArgumentParser) -> None:
    """List the commands in the help of ``python -m service``."""
    width = max(map(len, COMMANDS)) + 2
    listed = [f"  {name:<{width}}{words}" for name, words in COMMANDS.items()]
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.usage = "python -m service [--port PORT] | COMMAND [options]"
    parser.epilog = "commands:\n" + "\n".join(listed) + "\n\nEach of them knows --help. " + STATUSES


@contextmanager
def _told_in_a_sentence() -> Iterator[None]:
    try:
        yield
    except sa.exc.DatabaseError as error:
        raise DatabaseError(f"The database cannot be used: {error.orig}.") from error
    except OSError as error:
        raise DatabaseError(f"{error.filename or 'Output'}: {error.strerror}.") from error


# verify


def _verify_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--heads", type=Path, metavar="FILE", help="a copy of the file of heads, kept elsewhere"
    )


def _verify(given: argparse.Namespace) -> int:
    store = _present_store(heads=given.heads)
    found = verify(store)
    store.close()
    print(_result(found))
    return 0 if found.is_sound else 1


def _result(found: Verification) -> str:
    counted = (
        f"{_many(found.entries, 'entry', 'entries')} of "
        f"{_many(found.providers, 'organisation', 'organisations')}, "
        f"{_many(found.anchors, 'anchored head', 'anchored heads')}."
    )
    lines = [f"The ledger is sound: {counted}"]
    if not found.is_sound:
        lines = [f"The ledger is NOT sound: {_many(len(found.findings), 'finding', 'findings')}."]
        lines += [*_listed(found.findings), f"Looked at: {counted}"]
    if found.notes:
        lines += ["Please note:", *_listed(found.notes)]
    return "\n".join(lines)


def _listed(sentences: Sequence[str]) -> list[str]:
    shown = [textwrap.fill(one, 88, initial_indent="  - ", subsequent_indent="    ",
                           break_on_hyphens=False, break_long_words=False)
             for one in sentences[:SHOWN]]  # fmt: skip
    if len(sentences) > SHOWN:
        shown.append(f"  ... and {len(sentences) - SHOWN:,} more.")
    return shown


# migrate, rebuild


def _migrate(given: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    found = revision_of(settings.database)
    if found is None:
        print(f"There is no database at {settings.database} yet. The first start makes it.")
    elif found == HEAD:
        print(f"{settings.database} has the tables of this release (revision {HEAD}).")
    else:
        open_store(settings).close()
        copy = max(settings.database.parent.glob(f"{settings.database.name}.{found}-*"))
        print(f"{settings.database} was moved from revision {found} to {HEAD}.")
        print(f"A copy of what it was: {copy}")
    return 0


def _rebuild(given: argparse.Namespace) -> int:
    store = _present_store()
    progress = Progress("Working out from the events where every application stands.")
    with store.write() as unit:
        seen, differed = stand_all_anew(unit.connection, tell=progress.tell)
    progress.end()
    store.close()
    words = _many(differed, "had another standing and was", "had another standing and were")
    print(f"{_many(seen, 'application', 'applications')} worked out; {words} put right.")
    return 0


# backup


def _backup_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a file that is not there yet")


def _backup(given: argparse.Namespace) -> int:
    store, target = _present_store(), given.file.absolute()
    store.close()
    copy_database(store.path, target)
    size = target.stat().st_size
    print(f"{given.file}: {size:,} bytes, checked.")
    print(
        f"Keep {store.heads.path} and the secret key as well, each in another place: without the "
        "key no name in the copy can be read.",
        file=sys.stderr,
    )
    return 0


# create-administrator


def _create_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True, help="as colleagues see it")
    parser.add_argument("--email", required=True, help="to sign in with")


def _create_administrator(given: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    store = open_store(settings)
    token = create_administrator(store, name=given.name, email=given.email, now=store.clock())
    store.close()
    address = settings.public_url or "http://127.0.0.1:8000"
    print(f"{address}/join/{token}")
    days = ACCOUNT_LINKS["account-join"][1].days
    print(
        f"This link works once, for {days} days. {given.name.strip()} chooses a password there. "
        "Whoever has the link can do so: send it by a safe way.",
        file=sys.stderr,
    )
    return 0


def _present_store(*, heads: Path | None = None) -> Store:
    """Open the database that is there, and change nothing by that.

    Raises
    ------
    DatabaseError
        If there is none, or an earlier release wrote it.
    """
    settings = Settings.from_environment()
    found = revision_of(settings.database)
    if found is None:
        raise DatabaseError(f"There is no database at {settings.database}.")
    if found != HEAD:
        raise DatabaseError(
            f"{settings.database} has the tables of an earlier release (revision {found}). "
            "Move it first: python -m service migrate"
        )
    if heads is not None and not heads.is_file():
        raise DatabaseError(f"There is no file {heads}.")
    store = open_store(settings, anchoring=False)
    if heads is not None:
        store.heads.path = heads.absolute()
    return store


def _many(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"


COMMANDS = {
    "verify": "check that no recorded decision was changed, removed or moved",
    "migrate": "move the database to the tables of this release, after a copy",
    "rebuild": "work out again from the events where every application stands",
    "backup": "copy the database to a file, while the service runs",
    "create-administrator": "add a system administrator and print the link to join by",
    "work": "send messages and run jobs, until it is told to stop",
}
_OPTIONS: dict[str, tuple[Callable[[argparse.ArgumentParser], None], ...]] = {
    "verify": (_verify_options,),
    "backup": (_backup_options,),
    "create-administrator": (_create_options,),
}
_ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "verify": _verify,
    "migrate": _migrate,
    "rebuild": _rebuild,
    "backup": _backup,
    "create-administrator": _create_administrator,
}
