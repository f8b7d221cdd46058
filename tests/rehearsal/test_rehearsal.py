"""The rehearsal is a test as well: it plays to its end, and nothing is wrong on the way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]


def test_the_rehearsal_plays_to_its_end() -> None:
    if not Path("/usr/bin/chromium").exists():
        pytest.skip("needs chromium: sudo apt-get install -y chromium")
    played = subprocess.run(
        [sys.executable, "-m", "rehearsal"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert played.returncode == 0, played.stdout[-4000:] + played.stderr[-2000:]
    assert "FAILED" not in played.stdout
