"""How commands show that they are at work, once it takes longer than people like to wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

__all__ = ["PATIENCE", "shown_progress"]

PATIENCE = 2.0  # seconds before progress is shown


@contextmanager
def shown_progress(words: str, total: int) -> Iterator[Callable[[int], None]]:
    """Give a function to tell how much is done; a bar appears on a terminal if it takes long."""
    console = Console(stderr=True)
    started = time.monotonic()
    bar = Progress(console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(words, total=total)
    running = False

    def tell(done: int) -> None:
        nonlocal running
        if not running and time.monotonic() - started > PATIENCE:
            bar.start()
            running = True
        bar.update(task, completed=done)

    try:
        yield tell
    finally:
        if running:
            bar.stop()
