"""The walk in docs/researchers.md, run as it stands: commands, Python and what they print."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vbr_engine.files import check_pins, read_bank

PAGE = Path("docs/researchers.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(console|python|yaml|json)\n(.*?)```", re.DOTALL)
FILE = re.compile(r"# ([\w.-]+)\n")


def steps():
    """Every step of the page: shell text, and the lines that the page shows for it."""
    for kind, text in BLOCK.findall(PAGE):
        if kind == "yaml":
            yield f"cat > {FILE.match(text)[1]} <<'END_OF_FILE'\n{text}END_OF_FILE", []
        elif kind == "python":
            yield f"{sys.executable} - <<'END_OF_FILE'\n{text}END_OF_FILE", []
        elif kind == "console":
            for command in text.removeprefix("$ ").split("\n$ "):
                first, *shown = command.rstrip("\n").split("\n")
                yield first, shown


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """A folder in which the page was followed from top to bottom, and what each step printed."""
    folder = tmp_path_factory.mktemp("walk")
    shutil.copytree("question_banks", folder / "question_banks")
    script = "".join(
        f"printf '@@@{at}\\n'; (exit $last)\n{command}\nlast=$?\n"
        for at, (command, _) in enumerate(steps())
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    made = subprocess.run(
        ["bash", "-c", f"last=0\n{script}"],
        cwd=folder,
        env=os.environ | {"PATH": path, "COLUMNS": "200", "PYTHONPATH": os.getcwd()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
        timeout=300,
    )
    said = re.split(r"^@@@\d+\n", made.stdout, flags=re.MULTILINE)[1:]
    return folder, dict(enumerate(said))


@pytest.mark.parametrize(("at", "step"), list(enumerate(steps())), ids=lambda held: str(held)[:40])
def test_a_step_prints_what_the_page_shows(walked, at, step):
    _, said = walked
    command, shown = step
    pattern = "".join(
        ".*" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\s*?\n"
        for line in shown
    )
    assert re.fullmatch(pattern.rstrip("\n") + r"\s*", said[at], re.DOTALL), (command, said[at])


def test_the_walk_ends_with_one_published_version_more(walked):
    folder, _ = walked
    pins = json.loads((folder / "question_banks/published.json").read_text())["published"]
    assert [pin["version"] for pin in pins] == ["0.1.0", "0.2.0", "0.3.0"]
    assert check_pins(folder / "question_banks/published.json") == []
    assert read_bank(folder / "question_banks/homecare-values") == read_bank(
        "question_banks/homecare-values"
    )


def test_the_proposal_that_the_page_shows_is_one_of_the_file(walked):
    folder, _ = walked
    (shown,) = [json.loads(text) for kind, text in BLOCK.findall(PAGE) if kind == "json"]
    assert shown in json.loads((folder / "analysis.json").read_text())["proposals"]
