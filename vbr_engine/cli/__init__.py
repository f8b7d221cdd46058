"""The `vbr` command: what a researcher does with files, no service running."""

from __future__ import annotations

import logging
import signal
import sys
from typing import NoReturn

import click

from vbr_engine._version import __version__
from vbr_engine.cli.lazy import LazyGroup
from vbr_engine.errors import VbrError

__all__ = ["main", "vbr"]

# Name -> what it does. The module of a command is loaded when it is used, not before.
COMMANDS = {
    "check": "Check question banks; report every problem at once.",
    "simulate": "Make up sittings to practise on.",
    "score": "Score a table of responses.",
    "report": "Write one sitting's report as HTML, PDF or JSON.",
    "analyse": "Say which items and options work, for whom, and propose changes.",
    "revise": "Write the draft of a bank's next version from an analysis.",
    "diff": "Show what differs between two versions of a bank.",
    "publish": "Pin a version of a bank by its hash.",
    "panel": "Describe what a panel of experts holds, and how far it agrees.",
    "ratings": "Say how far raters of answers in own words agree.",
    "keys": "Compare a key with rival keys and policies on the same answers.",
    "calibrate": "Estimate items by an item response model.",
    "link": "Put a new calibration on the scale of an old one.",
    "dif": "Look for items that work differently for different groups.",
    "plan": "Say how large a study has to be.",
    "manual": "Write the technical manual of a bank: what is known and what is not.",
    "risk": "Say who may withdraw or leave early, as far as the evidence goes.",
    "fairness": "Say whether decisions fall differently on groups, and how far that is known.",
}


@click.group(
    cls=LazyGroup,
    told=COMMANDS,
    room="vbr_engine.cli",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="vbr")
def vbr() -> None:
    """Question banks for values-based recruitment: check, simulate, score, report.

    Tables of responses and scores are CSV or Parquet, by the file's ending. Try it:

    \b
    vbr check question_banks/homecare-values
    vbr simulate question_banks/homecare-values -n 200 --seed 1 -o responses.csv
    vbr score question_banks/homecare-values responses.csv -o scores.csv
    vbr report question_banks/homecare-values responses.csv \\
        --sitting simulated-000001 -o report.html
    """
    _tell_once()


class _Notices(logging.Handler):
    """Prints what was guessed about a file to standard error, each sentence once."""

    def __init__(self) -> None:
        super().__init__()
        self.told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Print a sentence that is new."""
        sentence = record.getMessage()
        if sentence not in self.told:
            self.told.add(sentence)
            click.echo(sentence, err=True)


def _tell_once() -> None:
    log, notices = logging.getLogger("vbr_engine"), _Notices()
    log.addHandler(notices)
    click.get_current_context().call_on_close(lambda: log.removeHandler(notices))


def main() -> None:
    """Run the command; what is wrong goes to standard error, one problem a line, and status 1."""
    # Asked to end, it ends like any command: half-written files are removed on the way out.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        vbr()
    except VbrError as error:
        _end(str(error))
    except MemoryError:
        _end("there is not enough memory for this: try fewer sittings")
    except OSError as error:
        _end(f"cannot write the output: {error.strerror or error}")


def _end(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(1)
