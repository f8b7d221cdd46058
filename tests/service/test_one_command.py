"""``python -m service``, as ``make run`` calls it: what it says, and how it stops."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Start = Callable[..., subprocess.Popen[str]]
HELD = ("SigCgt", "SigIgn")
LONGEST = 120  # seconds, on a busy machine


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Start]:
    """Start the command with data and banks of its own."""
    started: list[subprocess.Popen[str]] = []
    environ = {n: v for n, v in os.environ.items() if not n.startswith("VBR_")}

    def begin(**more: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "service", "--port", str(port)],
            env={**environ, "VBR_DATA_DIR": str(tmp_path / "var"), **more},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until_it_says(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    said = ""
    while words not in said:
        line = process.stdout.readline()
        assert line, f"it stopped: {said}"
        said += line
    return said


def interrupted(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGINT)
    said, complained = process.communicate(timeout=LONGEST)
    return process.returncode, (said + complained).strip()


def until_python_has_started(process: subprocess.Popen[str]) -> None:
    """Wait while the interpreter handles interrupts itself, or ignores them as its parent did."""
    for _ in range(400):
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        held = [int(line.split()[1], 16) for line in status.splitlines() if line[:6] in HELD]
        if not any(signals >> (signal.SIGINT - 1) & 1 for signals in held):
            return
        time.sleep(0.05)


@pytest.mark.slow
def test_the_second_start_keeps_the_data_and_says_which_change_of_a_bank_it_did_not_take_up(
    start: Start, tmp_path: Path
) -> None:
    banks = tmp_path / "banks"
    shutil.copytree(ROOT / "question_banks", banks)
    process = start(VBR_BANKS=str(banks))
    first = until_it_says(process, "Ctrl+C stops it.")
    assert "Please note" not in first
    assert interrupted(process) == (0, "")

    catalogue = banks / "homecare-values" / "catalogues" / "en.yaml"
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(text.replace("title: ", "title: Other ", 1), encoding="utf-8")
    process = start(VBR_BANKS=str(banks))
    second = until_it_says(process, "Ctrl+C stops it.")
    assert "Please note: The files of homecare-values" in second
    assert "stays in use as it was, without the change. Give the changed bank a new" in second
    password = next(line for line in first.splitlines() if "password" in line)
    assert password in second.splitlines()
    assert interrupted(process) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.3, 1.0])
def test_an_interrupt_while_it_starts_shows_no_traceback(start: Start, seconds: float) -> None:
    process = start()
    time.sleep(seconds)
    until_python_has_started(process)
    status, said = interrupted(process)
    assert status in (0, -signal.SIGINT)
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_port_in_use_is_a_sentence(start: Start, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        process = start()
        said, complained = process.communicate(timeout=LONGEST)
    assert process.returncode == 4
    assert f"Port {port} cannot be used" in complained
    assert f"make run PORT={port + 1}" in complained
    assert "Traceback" not in said + complained
