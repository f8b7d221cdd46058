"""The rules of the house that a machine can prove."""

from __future__ import annotations

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
    doors = {"files.py", "cli", "rendering"}
    words = ("open(", ".read_text(", ".write_text(", ".read_bytes(", ".write_bytes(", "pathlib")
    offenders = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in (ROOT / "vbr_engine").rglob("*.py")
        if path.relative_to(ROOT / "vbr_engine").parts[0] not in doors
        for word in words
        if word in path.read_text(encoding="utf-8")
    ]
    assert offenders == []


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
