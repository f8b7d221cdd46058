"""The worker as a process: it sends what comes, and stops cleanly when it is told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from service.storage.store import utc_now
from service.use_cases.messages import enqueue

ROOT = Path(__file__).parents[2]
SECRET = "a secret for tests, 32 characters"


@pytest.fixture
def environment(house: Any) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VBR_")}
    return {
        **kept,
        "VBR_DATABASE": str(house.store.path),
        "VBR_DATA_DIR": str(house.store.path.parent),
        "VBR_SECRET_KEY": SECRET,
        "VBR_LOG_LEVEL": "error",
    }


def add(house: Any, key: str) -> None:
    with house.store.write() as unit:
        enqueue(
            unit.at(house.provider_id),
            "account-changed",
            key=key,
            at=utc_now(),
            account_id=house.account.id,
        )


def sent(house: Any) -> int:
    return len(list((house.store.path.parent / "outbox").glob("*.eml")))


@pytest.mark.slow
def test_it_sends_what_comes_and_ends_on_sigterm(house: Any, environment: dict[str, str]) -> None:
    add(house, "before")
    worker = subprocess.Popen(
        [sys.executable, "-m", "service", "work"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_for(house, 1)
    add(house, "meanwhile")
    _wait_for(house, 2)
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    _out, told = worker.communicate(timeout=20)
    assert worker.returncode == 0, told
    assert told == ""
    assert time.monotonic() - began < 10
    with house.store.read() as unit:
        assert unit.outbox.counts() == {"sent": 2}


@pytest.mark.slow
def test_once(house: Any, environment: dict[str, str]) -> None:
    add(house, "one")
    add(house, "two")
    done = subprocess.run(
        [sys.executable, "-m", "service", "work", "--once"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sent(house) == 2


def test_a_setting_that_is_missing_is_told_in_a_sentence(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "service", "work", "--once"],
        cwd=ROOT,
        env={**environment, "VBR_MAIL": "smtp"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "VBR_SMTP_HOST is needed with VBR_MAIL=smtp." in done.stderr
    assert "Traceback" not in done.stderr


def _wait_for(house: Any, number: int) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and sent(house) < number:
        time.sleep(0.05)
    assert sent(house) == number
