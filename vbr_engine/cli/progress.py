"""How commands show that they are at work, once it takes longer than people like to wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

__all__ = ["PATIENCE", "shown_progress", "shown_search"]

PATIENCE = 2.0  # seconds before progress is shown


@contextmanager
def shown_progress(words: str, total: int | None) -> Iterator[Callable[..., None]]:
    """Give a function to tell how much is done; a bar appears on a terminal if it takes long.

    Where the total is not known beforehand, it is told with what is done.
    """
    console = Console(stderr=True)
    started = time.monotonic()
    bar = Progress(console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(words, total=total)
    running = False

    def tell(done: int, of: int | None = None) -> None:
        nonlocal running
        if not running and time.monotonic() - started > PATIENCE:
            bar.start()
            running = True
        bar.update(task, completed=done, total=of or total)

    try:
        yield tell
    finally:
        if running:
            bar.stop()


@contextmanager
def shown_search(words: str) -> Iterator[Callable[[int, float], None]]:
    """Give a function to tell of each pass of a search; shown on a terminal if it takes long."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(words, total=None)
    later = Timer(PATIENCE, bar.start)  # a search may be silent for long before its first pass
    later.daemon = True
    later.start()
    before = float("nan")

    def tell(passes: int, height: float) -> None:
        nonlocal before
        bar.update(task, description=_told(words, passes, height, height - before))
        before = height

    try:
        yield tell
    finally:
        later.cancel()
        later.join()
        bar.stop()


def _told(words: str, passes: int, height: float, gain: float) -> str:
    told = f"{words}: pass {passes}, log-likelihood {height:,.3f}"
    return told if gain != gain else f"{told} ({gain:+,.3f})"
