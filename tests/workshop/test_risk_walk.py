"""The walk in docs/risk.md, run as it stands: commands, Python and what they print."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

PAGE = Path("docs/risk.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(console|python)\n(.*?)```", re.DOTALL)


def steps():
    """Every step of the page: shell text, and the lines that the page shows for it."""
    for kind, text in BLOCK.findall(PAGE):
        if kind == "python":
            yield f"{sys.executable} - <<'END_OF_FILE'\n{text}END_OF_FILE", None
        else:
            for command in text.removeprefix("$ ").split("\n$ "):
                first, *shown = command.rstrip("\n").split("\n")
                yield first, shown


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """A folder in which the page was followed from top to bottom, and what each step printed."""
    folder = tmp_path_factory.mktemp("walk")
    script = "".join(f"printf '@@@{at}\\n'\n{text}\n" for at, (text, _) in enumerate(steps()))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    made = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=os.environ | {"PATH": path, "COLUMNS": "200", "PYTHONPATH": os.getcwd()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    assert made.returncode == 0, made.stdout[-2000:]
    said = re.split(r"^@@@\d+\n", made.stdout, flags=re.MULTILINE)[1:]
    return folder, dict(enumerate(said))


@pytest.mark.slow
@pytest.mark.parametrize(("at", "step"), list(enumerate(steps())), ids=lambda held: str(held)[:40])
def test_a_step_prints_what_the_page_shows(walked, at, step):
    _, said = walked
    command, shown = step
    assert "Traceback" not in said[at]
    if shown is None:
        return
    pattern = "".join(
        ".*" if line.strip() == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\s*?\n"
        for line in shown
    )
    assert re.fullmatch(pattern.rstrip("\n") + r"\s*", said[at], re.DOTALL), (command, said[at])


@pytest.mark.slow
def test_the_walk_leaves_what_it_promises(walked):
    folder, said = walked
    assert "<h1>Model card: drop-out risk</h1>" in (folder / "card.html").read_text("utf-8")
    found = json.loads((folder / "model" / "evaluation.json").read_text("utf-8"))
    assert set(found["outcomes"]) == {"withdrawal", "leaving"}
    small = pd.read_parquet(folder / "small.parquet")
    leaving = small[small["outcome"] == "leaving"]
    assert (leaving["shown"] == "no").all()
    assert leaving["provider_rate"].notna().all()
    told = "".join(said.values())
    assert "simulated-unlike: no. The situation is unlike any" in told
    assert "simulated-blank: no. More than 30" in told
