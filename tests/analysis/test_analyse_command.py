"""`vbr analyse`: files in, a report and figures out; every problem in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import vbr_engine
from vbr_engine.analysis import calibration, parse_analysis
from vbr_engine.cli import vbr
from vbr_engine.errors import InvalidInput
from vbr_engine.files import read_proposals, write_table

BANK = "question_banks/homecare-values"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("analysed")
    bank = vbr_engine.read_bank(BANK)
    sat = vbr_engine.simulate_responses(bank, 60, seed=1)
    write_table(sat.to_frame(), made / "pilot.csv")
    return made


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(vbr, ["analyse", *map(str, arguments)])


def _problems(*arguments: object) -> str:
    result = _run(*arguments)
    assert isinstance(result.exception, InvalidInput), result.output
    return str(result.exception)


def test_a_report_and_its_figures_are_written_side_by_side(folder: Path) -> None:
    result = _run(BANK, folder / "pilot.csv", "-o", folder / "report.html", "--date", "2026-11-22")
    assert result.exit_code == 0, result.output
    assert "60 sittings of homecare-values" in result.output
    assert "<h1" in (folder / "report.html").read_text()
    analysis = parse_analysis(json.loads((folder / "analysis.json").read_text()))
    assert analysis.about["made"] == "2026-11-22"
    bank = vbr_engine.read_bank(BANK)
    assert read_proposals(folder / "analysis.json", bank) == analysis.proposals


def test_the_same_input_gives_the_same_bytes(folder: Path) -> None:
    for name in ("one", "two"):
        place = folder / f"{name}.json"
        _run(BANK, folder / "pilot.csv", "-o", place, "--date", "2026-11-22", "-q")
    assert (folder / "one.json").read_bytes() == (folder / "two.json").read_bytes()


def test_json_alone_writes_nothing_else(folder: Path, tmp_path: Path) -> None:
    assert _run(BANK, folder / "pilot.csv", "-o", tmp_path / "a.json", "-q").exit_code == 0
    assert [place.name for place in tmp_path.iterdir()] == ["a.json"]


def test_no_sitting_is_named_in_what_is_written(folder: Path) -> None:
    _run(BANK, folder / "pilot.csv", "-o", folder / "report.html")
    assert "simulated-0" not in (folder / "report.html").read_text()
    assert "simulated-0" not in (folder / "analysis.json").read_text()


def test_raw_choices_are_scored_to_a_key_and_words_will_do(tmp_path: Path) -> None:
    rows = [("yes", "no", "yes"), ("no", "no", "yes"), ("yes", "yes", ""), ("no", "yes", "no")] * 9
    text = "a;b;c\n" + "\n".join(";".join(row) for row in rows)
    (tmp_path / "words.csv").write_text(text, encoding="utf-8-sig")
    out = tmp_path / "w.json"
    assert _run("--matrix", tmp_path / "words.csv", "--key", "yes,no,yes", "-o", out).exit_code == 0
    document = json.loads(out.read_text())
    found = parse_analysis(document)
    assert found.items["facility"].tolist() == pytest.approx([0.5, 0.5, 2 / 3])
    assert found.options.loc[found.options["keyed"], "answer"].tolist() == ["yes", "no", "yes"]
    assert (document["bank"], document["proposals"]) == (None, [])


def test_a_key_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n" + "4,1\n2,1\n4,3\n" * 5)
    (tmp_path / "k.csv").write_text("item,key\nb,1\na,4\n")
    (tmp_path / "row.csv").write_text("a,b\n4,1\n")
    for name in ("k.csv", "row.csv"):
        out = tmp_path / f"{name}.json"
        assert (
            _run("--matrix", tmp_path / "t.csv", "--key", tmp_path / name, "-o", out).exit_code == 0
        )
        assert parse_analysis(json.loads(out.read_text())).items["facility"].tolist() == (
            pytest.approx([2 / 3, 2 / 3])
        )


def test_every_problem_is_told_at_once(folder: Path) -> None:
    bank = vbr_engine.read_bank(BANK)
    frame = vbr_engine.simulate_responses(bank, 3, seed=1).to_frame().astype(object)
    frame.loc[1, "same-question.a"] = 9
    frame.loc[2, "same-question.b"] = "x"
    write_table(frame, folder / "wrong.csv")
    told = _problems(
        BANK, folder / "wrong.csv", "--retest", folder / "none.csv", "-o", folder / "r.html"
    )
    assert "row simulated-000002: column same-question.a: expected a whole number 1 to 4" in told
    assert "row simulated-000003: column same-question.b" in told
    assert "none.csv" in told
    assert not (folder / "r.html").exists()


def test_words_without_a_key_are_refused_with_row_and_column(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,a,b\nx,1,2\ny,one,3\n")
    told = _problems("--matrix", tmp_path / "t.csv", "-o", tmp_path / "r.json")
    assert "row y: column a: expected a number or nothing, got 'one'" in told
    assert "--key" in told


@pytest.mark.parametrize("name", ["report.docx", "report"])
def test_the_place_is_checked_before_the_work(folder: Path, name: str) -> None:
    assert ".html, .pdf or .json" in _problems(BANK, "none.csv", "-o", folder / name)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-o", "r.html"], "expected BANK and RESPONSES"),
        ([BANK, "r.csv", "--matrix", "t.csv", "-o", "r.html"], "takes the place"),
        ([BANK, "r.csv", "--key", "1,2", "-o", "r.html"], "go with --matrix"),
        (["--matrix", "t.csv", "--outcome", "o.csv:x", "-o", "r.html"], "need a bank"),
    ],
)
def test_options_that_do_not_go_together_are_refused(arguments: list[str], told: str) -> None:
    result = _run(*arguments)
    assert result.exit_code == 2
    assert told in result.output


def test_groups_are_joined_and_small_ones_are_not_counted(folder: Path) -> None:
    sittings = [f"simulated-{n:06d}" for n in range(1, 61)]
    labels = ["polish"] * 30 + ["english"] * 27 + ["welsh"] * 3
    rows = "\n".join(
        f"{s},{g},postcode-{n}" for n, (s, g) in enumerate(zip(sittings, labels, strict=True))
    )
    (folder / "people.csv").write_text(f"sitting,language,address\n{rows}\n")
    out = folder / "g.json"
    result = _run(
        BANK,
        folder / "pilot.csv",
        "--groups",
        f"{folder}/people.csv:language",
        "--groups",
        f"{folder}/people.csv:address",
        "-o",
        out,
    )
    assert result.exit_code == 0, result.output
    assert "postcode" not in out.read_text() + result.output
    found = parse_analysis(json.loads(out.read_text()))
    groups = found.groups.set_index("group")
    assert groups.loc["polish", "n"] == 30
    assert groups.loc["welsh"].isna().sum() == 6
    assert found.differential["focal"].unique().tolist() == ["english"]
    assert any("60 different entries" in note for note in found.notes)


def test_a_group_file_without_these_sittings_is_refused(folder: Path) -> None:
    (folder / "others.csv").write_text("sitting,g\nx,1\ny,2\n")
    told = _problems(
        BANK, folder / "pilot.csv", "--groups", f"{folder}/others.csv:g", "-o", folder / "r.json"
    )
    assert "none of its sittings is among the responses" in told


def test_an_unfinished_search_is_written_and_told_by_the_status(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = calibration.GradedResponseModel
    monkeypatch.setattr(calibration, "GradedResponseModel", lambda **o: whole(**o, max_iter=1))
    out = folder / "unfinished.json"
    result = _run(BANK, folder / "pilot.csv", "-o", out, "-q")
    assert result.exit_code == 1
    assert "did not converge" in result.output
    found = parse_analysis(json.loads(out.read_text()))
    assert not found.calibration["converged"]
    assert len(found.parameters) > 0
