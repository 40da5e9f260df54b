"""What the command line understands, how it ends, and that it says so in plain words. No database."""

import json
import os
import socket
from pathlib import Path

import pytest
from typer.main import get_command

from openmsix.ops import cli
from openmsix.ops.exits import Exit
from openmsix.ops.household import CannotServe, check_port_is_free
from tests import parts
from tests.command_line import Terminal, alone

OPERATING = Path(__file__).resolve().parents[3] / "docs" / "operating.md"


@pytest.fixture
def openmsix(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(monkeypatch, capsys)


def commands() -> list[tuple[str, ...]]:
    """Every command but `manage`, whose help is Django's."""
    found: list[tuple[str, ...]] = []
    for name, command in get_command(cli.app).commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", {})
        found += [(name, each) for each in below] or [(name,)]
    return [words for words in found if words != ("manage",)]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_help(words: tuple[str, ...], openmsix: Terminal) -> None:
    ended = openmsix(*words, "--help")
    assert ended.code == Exit.DONE
    assert "Usage: openmsix" in ended.said
    assert len(ended.said) > 150


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_stands_in_the_operators_guide(words: tuple[str, ...]) -> None:
    known = {("serve",), ("demo",), *(tuple(line.split()[1:3]) for line in _listed())}
    assert any(words == each[: len(words)] for each in known), (
        f"add `openmsix {' '.join(words)}` to docs/operating.md"
    )


def _listed() -> list[str]:
    return [
        line.split("`")[1] for line in OPERATING.read_text().splitlines() if line.startswith("| `openmsix")
    ]


def test_the_exit_codes_stand_in_the_operators_guide() -> None:
    listed = {int(line.split("|")[1]) for line in OPERATING.read_text().splitlines() if line[2:3].isdigit()}
    assert listed == {code.value for code in Exit}


@pytest.mark.parametrize(
    "words",
    [
        ("nosuchcommand",),
        ("submit",),
        ("submit", "/nonexistent/file.zip"),
        ("submit", "--state", "ZZ", __file__),
        ("validate",),
        ("validate", "/nonexistent/file.zip"),
        ("validate", "--version", "2099", __file__),
        ("synth",),
        ("synth", "/nonexistent/folder", "--children", "0"),
        ("synth", "/nonexistent/folder", "--states", "99"),
        ("synth", "/nonexistent/folder", "--noise", "-1"),
        ("places", "load", "/nonexistent"),
        ("ids",),
        ("ids", "--state", "ZZ"),
        ("ids", "--state", ""),
        ("ids", "--state", "TX", "--since", "-1"),
        ("ids", "--state", "TX", "--since", "yesterday"),
        ("adopt-ids", "/nonexistent.csv"),
        ("submit", "--receipt", "/nonexistent/x.json", __file__),
        ("submit", "--receipt", "receipt.pdf", __file__),
        ("submit", "--receipt", "receipt", __file__),
        ("validate", "--html", "/nonexistent/x", __file__),
        ("validate", "--csv", "/", __file__),
        ("ids", "--state", "TX", "--output", "/nonexistent/x"),
        ("serve", "--port", "99999"),
        ("serve", "--port", "0"),
        ("demo", "--port", "99999"),
        ("synth", "/proc/nation", "--children", "5"),
        ("synth", "/nonexistent/folder", "--seed", "-1"),
        ("synth", "/nonexistent/folder", "--children", "99999999999999999"),
        ("demo", "--seed", "-1"),
        ("demo", "--children", "99999999999999999"),
        ("synth", __file__, "--children", "5"),
        ("retry",),
        ("model", "train", "--version", " "),
        ("model", "train", "--version", "9" * 65),
        ("model", "train", "--version", "1", "--out", "/nonexistent/x.json"),
        ("model", "train", "--version", "1", "--seed", "-1"),
        ("model", "train", "--version", "1", "--labelled", __file__, "--out", __file__),
        ("model", "train", "--version", "1", "--out", "x" * 300),
        ("model", "evaluate", "--seed", "-1"),
        ("model", "evaluate", "--children", "100", "--keep"),
        ("model", "evaluate", "--labelled", "/dev/null"),
        ("model", "promote", "/dev/null"),
        ("relink", "--dry-run", "--model", __file__, "--out", __file__),
        ("validate", __file__, "--csv", "/tmp/one.csv", "--json", "/tmp/one.csv"),
        ("demo", "--children", "1"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_words_that_are_off_end_with_2_and_say_which(words: tuple[str, ...], openmsix: Terminal) -> None:
    ended = openmsix(*words)
    assert ended.code == Exit.USAGE
    assert ended.err.strip()


# validate: a file without a database


def a_file(folder: Path, **changed: str) -> Path:
    rows = parts.two_children()
    for place, value in changed.items():
        record, column = place.split("__")
        rows[record][0][column] = value
    path = folder / "tx.zip"
    path.write_bytes(parts.part(rows))
    return path


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, Exit.DONE),
        ({"demographics__sex": "F"}, Exit.DONE),
        ({"demographics__birth_date": "20100230"}, Exit.MEND),
        ({"header__submitting_state": "ZZ"}, Exit.REJECTED),
        ({"header__total_students": "7"}, Exit.REJECTED),
    ],
)
def test_validate_ends_by_what_would_become_of_the_file(
    changed: dict[str, str], code: Exit, openmsix: Terminal, tmp_path: Path
) -> None:
    ended = openmsix("validate", a_file(tmp_path, **changed))
    assert ended.code == code
    assert "Students: 2" in ended.said


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x03\x04 cut short", b"\x00" * 4096])
def test_validate_tells_of_any_file_that_is_none(data: bytes, openmsix: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    ended = openmsix("validate", path)
    assert ended.code == Exit.REJECTED
    assert "E001" in ended.said


def test_validate_writes_the_receipt_in_every_form(openmsix: Terminal, tmp_path: Path) -> None:
    file = a_file(tmp_path, demographics__birth_date="20100230")
    made = {form: tmp_path / f"receipt.{form}" for form in ("html", "csv", "json")}
    ended = openmsix("validate", file, *(word for form, path in made.items() for word in (f"--{form}", path)))
    assert ended.code == Exit.MEND
    assert json.loads(made["json"].read_text())
    assert "<!doctype html>" in made["html"].read_text().lower()
    assert all("E203" in path.read_text() for path in made.values())


@pytest.mark.parametrize(
    "outputs", [("--json", "tx.zip"), ("--csv", "./tx.zip"), ("--csv", "one", "--json", "one")]
)
def test_validate_writes_over_no_file_that_it_reads_or_has_written(
    outputs: tuple[str, ...], openmsix: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = a_file(tmp_path).rename(tmp_path / "tx.zip")
    before = file.read_bytes()
    ended = openmsix("validate", file, *outputs)
    assert ended.code == Exit.USAGE
    assert "Name another file to write." in " ".join(ended.said.replace("│", " ").split())
    assert file.read_bytes() == before
    assert not (tmp_path / "one").exists()


def test_a_pipe_is_not_waited_for(openmsix: Terminal, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    for command in ("validate", "submit"):
        ended = openmsix(command, tmp_path / "pipe.zip")
        assert ended.code == Exit.USAGE
        assert "not a plain file" in " ".join(ended.said.replace("│", " ").split())


def test_the_name_of_a_file_moves_no_cursor(openmsix: Terminal, tmp_path: Path) -> None:
    file = a_file(tmp_path).rename(tmp_path / "x\x1b[31m\u202e\n.zip")
    assert "x\ufffd[31m\ufffd\ufffd.zip" in openmsix("validate", file).said


def test_validate_needs_no_database(tmp_path: Path) -> None:
    ended = alone(
        "validate",
        a_file(tmp_path),
        home=tmp_path / "home",
        DATABASE_URL="postgresql://nobody@127.0.0.1:1/none",
    )
    assert ended.code == Exit.DONE
    assert not (tmp_path / "home" / "postgresql").exists()


# synth


def test_synth_writes_files_that_validate_accepts_and_never_into_a_full_folder(
    openmsix: Terminal, tmp_path: Path
) -> None:
    folder = tmp_path / "nation"
    words = ("synth", folder, "--children", "40", "--states", "2", "--noise", "0", "--seed", "4")
    assert openmsix(*words).code == Exit.DONE
    files = sorted(folder.glob("*.zip"))
    assert len(files) == 2
    for file in files:
        assert openmsix("validate", file, "--places", folder / "places").code == Exit.DONE
    again = openmsix(*words)
    assert again.code == Exit.USAGE
    assert "not empty" in again.said
    assert sorted(folder.glob("*.zip")) == files


# faults of the surroundings


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://nobody@127.0.0.1:1/none", "database cannot be reached"),
        ("mysql://nobody@localhost/x", "DATABASE_URL must look like"),
        ("postgresql://nobody@localhost", "names no database"),
        ("postgresql://nobody@localhost:port/x", "host or port cannot be read"),
        ("postgresql://nobody@localhost:99999/x", "host or port cannot be read"),
        ("postgresql://nobody@[::1/x", "host or port cannot be read"),
        ("postgresql:///x?host=localhost&port=99999", "port must be a number"),
    ],
)
def test_a_database_that_is_not_there_ends_with_5_and_says_what_to_look_at(
    address: str, words: str, tmp_path: Path
) -> None:
    ended = alone("status", home=tmp_path, DATABASE_URL=address)
    assert ended.code == Exit.FAILED
    assert words in ended.said


def test_a_home_that_cannot_be_used_ends_with_5_and_is_named(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("not a folder")
    for words in (("status",), ("submit", a_file(tmp_path)), ("demo",)):
        ended = alone(*words, home=home)
        assert ended.code == Exit.FAILED
        assert f"{home} cannot be used" in ended.said


def test_a_day_that_is_none_ends_with_5(tmp_path: Path) -> None:
    ended = alone("validate", a_file(tmp_path), home=tmp_path, OPENMSIX_TODAY="yesterday")
    assert ended.code == Exit.FAILED
    assert "OPENMSIX_TODAY must be a day" in ended.said


def test_the_parts_of_one_submission_are_validated_together(openmsix: Terminal, tmp_path: Path) -> None:
    files = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        files.append(a_file(folder, header__part_number=str(number), header__total_parts="2"))
    ended = openmsix("validate", *files)
    assert "Students: 4" in ended.said


def test_a_zip_of_ids_to_adopt_is_refused_unread(openmsix: Terminal, tmp_path: Path) -> None:
    ended = openmsix("adopt-ids", a_file(tmp_path))
    assert ended.code == Exit.REJECTED
    assert "is a zip" in ended.said


def test_a_fault_of_ours_is_told_though_nothing_can_be_noted(
    openmsix: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from openmsix.intake import validate

    def fails(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setenv("OPENMSIX_HOME", str(a_file(tmp_path)))
    monkeypatch.setattr(validate, "validate", fails)
    ended = openmsix("validate", a_file(tmp_path))
    assert ended.code == Exit.FAILED
    assert "RuntimeError" in ended.said


def test_a_fault_of_ours_is_told_without_without_what_it_may_say_of_a_child(
    openmsix: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from openmsix.intake import validate

    def fails(*args: object, **kwargs: object) -> None:
        raise RuntimeError(f"{parts.CHILD['demographics']['first_name']} was born in 2010")

    monkeypatch.setenv("OPENMSIX_HOME", str(tmp_path))
    monkeypatch.setattr(validate, "validate", fails)
    ended = openmsix("validate", a_file(tmp_path))
    assert ended.code == Exit.FAILED
    assert "Guadalupe" not in ended.said
    noted = (tmp_path / "log" / "faults.log").read_text()
    assert "RuntimeError" in noted
    assert "Guadalupe" not in noted


def test_a_taken_port_is_refused_in_plain_words() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotServe, match=rf"Port {port} .* taken .* --port"):
            check_port_is_free("127.0.0.1", port)
    check_port_is_free("127.0.0.1", port)


def test_a_name_is_told_as_it_is_whatever_signs_it_has(openmsix: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "[bold]a["
    folder.mkdir()
    ended = openmsix("validate", a_file(tmp_path), "--html", folder / "red].html")
    assert ended.code == Exit.DONE
    assert "[bold]a[/red].html" in ended.said


@pytest.mark.parametrize("form", ["--html", "--csv", "--json"])
def test_a_full_disk_ends_with_5_in_words(form: str, openmsix: Terminal, tmp_path: Path) -> None:
    ended = openmsix("validate", a_file(tmp_path), form, "/dev/full")
    assert ended.code == Exit.FAILED
    assert "could not be written (No space left on device)" in ended.said
    assert "went wrong" not in ended.said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENMSIX_PROXIES", "abc"),
        ("OPENMSIX_PROXIES", "-1"),
        ("OPENMSIX_LOG_LEVEL", "LOUD"),
        ("OPENMSIX_APP_DATABASE_URL", "nowhere"),
        ("OPENMSIX_TODAY", "9999-12-31"),
    ],
)
def test_a_setting_that_is_none_ends_with_5_and_is_named(name: str, value: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    ended = alone("migrate", home=tmp_path, **{name: value, "DATABASE_URL": "postgresql://a:b@localhost:1/x"})
    assert ended.code == Exit.FAILED
    assert f"{name} must" in ended.said
    assert "went wrong" not in ended.said


@pytest.mark.parametrize("name", ["my exchange", "anna's", "a$b", "a;b"])
def test_a_home_whose_name_the_embedded_server_cannot_take_is_refused_before_it_is_made(
    name: str, tmp_path: Path
) -> None:
    ended = alone("migrate", home=tmp_path / name)
    assert ended.code == Exit.FAILED
    assert f"{tmp_path / name} has spaces or signs" in ended.said
    assert "OPENMSIX_HOME" in ended.said
    assert not (tmp_path / name / "postgresql").exists()
