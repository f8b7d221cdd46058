"""The page about made-up sittings says what is so."""

import re
from pathlib import Path

from click.testing import CliRunner

from vbr_engine.cli.simulate import command

PAGE = Path("docs/simulation.md").read_text(encoding="utf-8")


def test_its_python_runs():
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 2
    exec("\n".join(blocks), {})


def test_its_command_runs_and_its_options_are_there(tmp_path):
    line = re.search(r"\$ vbr simulate (.*?)\n```", PAGE, re.DOTALL)[1].replace("\\\n", " ")
    words = [str(tmp_path / w) if w.endswith(".csv") else w for w in line.split()]
    result = CliRunner().invoke(command, words)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "truth.csv").exists()
    named = set(re.findall(r"`(--[a-z-]+)", PAGE))
    assert named <= {option for p in command.params for option in p.opts}
