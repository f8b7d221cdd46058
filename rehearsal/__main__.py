"""The whole pilot in a real browser, from an empty folder: ``make rehearsal``.

Two providers, those who run the pilot, and six candidates go through invitation, adjustment,
resuming, completion, first view, decision, contest, outcome and withdrawal, all by pages and by
the links in the emails. At the end the ledger verifies and the second provider has found nothing
of the first. Each step is told with its time; the exit status is 0 if everything held.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright

from rehearsal.candidates import (
    asks_for_an_adjustment,
    by_phone,
    contests,
    in_welsh,
    on_two_devices,
    withdraws,
)
from rehearsal.staff import (
    a_model_of_risk,
    a_vacancy_and_a_list,
    an_outcome,
    everybody_joins,
    new_bank_version,
    settings_and_recruiters,
    the_contest_is_answered,
    the_ledger_is_sound,
    the_other_provider_finds_nothing,
    two_providers,
)
from rehearsal.stage import CHROMIUM, FLAGS, Failed, Figures, Service
from rehearsal.world import World

SCENES: tuple[Callable[[World], str], ...] = (
    everybody_joins,
    two_providers,
    settings_and_recruiters,
    a_vacancy_and_a_list,
    on_two_devices,
    asks_for_an_adjustment,
    by_phone,
    in_welsh,
    withdraws,
    contests,
    the_contest_is_answered,
    an_outcome,
    new_bank_version,
    a_model_of_risk,
    the_other_provider_finds_nothing,
    the_ledger_is_sound,
)


def main(argv: list[str] | None = None) -> int:
    """Play every scene; return the exit status."""
    parser = argparse.ArgumentParser(prog="make rehearsal", description=__doc__)
    parser.add_argument("--picture", type=Path, help="where to keep a picture if a scene fails")
    given = parser.parse_args(argv)
    if not CHROMIUM.exists():
        print("chromium is missing. On Debian: sudo apt-get install -y chromium", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the service is stopped as well
    figures, began = Figures(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        service = Service(Path(folder))
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        world = World(browser, service, figures)
        with service.running():
            played = play(world, given.picture)
        browser.close()
    tell(figures, time.monotonic() - began)
    return 0 if played and not figures.faults else 1


def play(world: World, picture: Path | None) -> bool:
    """Play the scenes one after the other, until one fails."""
    for scene in SCENES:
        name, began = scene.__name__.replace("_", " ").strip(), time.monotonic()
        try:
            words = scene(world)
        except (Failed, BrowserError) as error:
            print(f"FAILED  {name}: {error}", flush=True)
            _keep(world, picture)
            return False
        print(f"{time.monotonic() - began:6.1f} s  {name}: {words}", flush=True)
    return True


def _keep(world: World, picture: Path | None) -> None:
    for name, person in world.people.items():
        print(f"        {name} is at {person.page.url}")
    if picture is not None and world.acting is not None:
        world.acting.page.screenshot(path=picture, full_page=True)


def tell(figures: Figures, seconds: float) -> None:
    """Print the table of figures, and every fault."""
    rows = (
        ("seconds in all", f"{seconds:.0f}"),
        ("pages opened", f"{figures.pages:,}"),
        ("requests of the browsers", f"{figures.requests:,}"),
        ("heaviest page, bytes", f"{figures.heaviest:,}  {figures.heaviest_at}"),
        ("slowest page, seconds", f"{figures.slowest:.2f}  {figures.slowest_at}"),
        ("faults (console, third parties, weight, 5xx)", str(len(figures.faults))),
        *figures.more,
    )
    print()
    for words, figure in rows:
        print(f"  {words:<46}{figure}")
    for fault in figures.faults:
        print(f"  FAULT {fault}")


if __name__ == "__main__":
    sys.exit(main())
