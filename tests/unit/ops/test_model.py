"""Models at the command line: files that cannot be used are told of in plain words. No database."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from openmsix.ops.cli import app
from openmsix.ops.exits import Exit
from openmsix.synth.trial import records
from tests.command_line import Terminal

SHIPPED = (files("openmsix.matching") / "models/current.json").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENMSIX_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def said(told: Result) -> str:
    return " ".join(told.output.replace("│", " ").split())


@pytest.mark.parametrize(
    "words",
    [("train", "--version", "1"), ("evaluate",), ("compare", "good.json"), ("promote", "good.json")],
    ids=" ".join,
)
@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"record_id,first_name\n1,Ana\n", "there is no column person_id"),
        (b"record_id,first_name,person_id\n", "there is no line after the header"),
        (b"record_id,first_name,person_id\n1,Ana,1\n1,Ana,1\n", "the record_id '1' is there twice"),
        ("record_id,first_name,person_id\n1,Ana,1\n".encode("utf-16"), "the file is in UTF-16"),
    ],
)
def test_a_labelled_file_that_cannot_be_used_is_told_so(
    words: tuple[str, ...], content: bytes, wrong: str
) -> None:
    Path("good.json").write_text(SHIPPED, encoding="utf-8")
    Path("known.csv").write_bytes(content)
    told = run("model", *words, "--labelled", "known.csv")
    assert told.exit_code == Exit.REJECTED, told.output
    assert "known.csv" in said(told)
    assert wrong in said(told)


def test_a_labelled_file_that_is_too_small_to_learn_from_says_how_much_is_needed() -> None:
    records(40, 5).drop("groups").write_csv("known.csv")
    told = run("model", "train", "--version", "1", "--labelled", "known.csv")
    assert told.exit_code == Exit.REJECTED
    assert "known.csv: this is too little to learn from" in said(told)
    assert "some 500 in all" in said(told)
    assert not Path("model.json").exists()


def test_the_model_in_use_is_not_written_over_by_training() -> None:
    in_use = Path("home/model/in-use.json")
    in_use.parent.mkdir(parents=True)
    in_use.write_text(SHIPPED, encoding="utf-8")
    told = run("model", "train", "--version", "1", "--out", str(in_use))
    assert told.exit_code == Exit.USAGE
    assert in_use.read_text(encoding="utf-8") == SHIPPED


@pytest.mark.parametrize("words", [("match", "file", "some.csv"), ("model", "evaluate", "--children", "100")])
def test_a_broken_model_in_use_is_told_of_with_the_way_out(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("some.csv").write_text("record_id,first_name\n1,Ana\n", encoding="utf-8")
    in_use = Path("home/model/in-use.json")
    in_use.parent.mkdir(parents=True)
    in_use.write_text(SHIPPED[:5000], encoding="utf-8")
    ended = Terminal(monkeypatch, capsys)(*words)
    assert ended.code == Exit.FAILED
    assert f"The model in use cannot be used: {in_use.resolve()}: this is no JSON file" in ended.err
    assert "openmsix model promote, or remove that file to go back to the shipped model" in ended.err


def test_a_model_is_not_measured_where_it_could_not_be_put(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("good.json").write_text(SHIPPED, encoding="utf-8")
    Path("home").mkdir()
    Path("home/model").write_text("a file", encoding="utf-8")
    ended = Terminal(monkeypatch, capsys)("model", "promote", "good.json")
    assert ended.code == Exit.FAILED
    assert "model cannot be made (" in ended.err
    assert "records" not in ended.out


def test_figures_cannot_be_kept_in_a_model_whose_training_is_no_object() -> None:
    Path("odd.json").write_text(json.dumps({**json.loads(SHIPPED), "training": []}), encoding="utf-8")
    told = run("model", "evaluate", "--model", "odd.json", "--children", "100", "--keep")
    assert told.exit_code == Exit.USAGE
    assert "odd.json: training: this has to be an object" in said(told)
