"""The rules of the house that a machine can prove."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_imports_point_one_way():
    found = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--config", "setup.cfg", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_only_the_door_and_the_command_line_touch_the_disk():
    doors = {"files", "bulk", "cli", "rendering"}
    touch = re.compile(r"(?<![\w.])open\(|\.(read|write)_(text|bytes)\(|\bpathlib\b|\bimport os\b")
    rooms = ROOT / "vbr_engine"
    read = [p for p in rooms.rglob("*.py") if p.relative_to(rooms).parts[0] not in doors]
    assert len(read) > 20
    assert [str(p) for p in read if touch.search(p.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("room", ["vbr_engine", "service"])
def test_no_room_without_a_name(room):
    nameless = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "misc.py"}
    assert [p for p in (ROOT / room).rglob("*.py") if p.name in nameless] == []


def test_the_command_line_starts_without_pandas():
    heavy = "('pandas', 'scipy', 'flask')"
    code = f"import sys, vbr_engine.cli; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
