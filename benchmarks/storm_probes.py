"""What goes on while the service is under a storm: asking for its health, and answering."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event

import requests

__all__ = ["LONGEST", "TOKEN", "Seen", "answer", "ask_healthz", "found"]

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
LONGEST = 300
Seen = tuple[str, list[tuple[float, float]]]


def ask_healthz(address: str, over: Event, told: Queue[Seen]) -> None:
    seen: list[tuple[float, float]] = []
    while not over.wait(0.05):
        _timed(seen, lambda: requests.get(f"{address}/healthz", timeout=LONGEST))
    told.put(("/healthz", seen))


def answer(link: str, over: Event, told: Queue[Seen]) -> None:
    """Answer, change the answer, and so on; each save is acknowledged or this fails."""
    session = requests.Session()
    address = _rated(session, session.post(link, timeout=LONGEST).url)
    pages: list[tuple[float, float]] = []
    saves: list[tuple[float, float]] = []
    turn = 0
    while not over.wait(0.2):
        page = _timed(pages, lambda: session.get(address, timeout=LONGEST)).text
        form = _filled(page, turn := turn + 1)
        save = partial(session.post, address, data=form, timeout=LONGEST, allow_redirects=False)
        saved = _timed(saves, save)
        assert saved.status_code == 303, saved.status_code
    told.put(("both", [(-1.0, float(len(pages))), *pages, *saves]))


def _rated(session: requests.Session, address: str) -> str:
    """Find a scenario whose options are rated."""
    for number in range(1, 17):
        place = re.sub(r"\d+$", str(number), address)
        if 'type="radio" name="option-' in session.get(place, timeout=LONGEST).text:
            return place
    raise SystemExit("no scenario is rated")


def _filled(page: str, turn: int) -> dict[str, str]:
    """Fill in a scenario that is rated: every option the same, another point each turn."""
    names = sorted(set(re.findall(r'type="radio" name="([^"]+)"', page)))
    point = str(1 + turn % 4)
    form = {"csrf_token": found(TOKEN, page), "action": "save"}
    form["revision"] = found(re.compile(r'name="revision" value="(\d+)"'), page)
    return form | dict.fromkeys(names, point)


def _timed(
    seen: list[tuple[float, float]], ask: Callable[[], requests.Response]
) -> requests.Response:
    began = time.monotonic()
    reply = ask()
    seen.append((began, time.monotonic() - began))
    assert reply.status_code < 400, (reply.url, reply.status_code)
    return reply


def found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    assert found is not None, text[:500]
    return found[1]
