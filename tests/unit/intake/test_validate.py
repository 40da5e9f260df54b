"""Checking offline gives the same answers as the exchange, as far as they can be known."""

from pathlib import Path

import pytest

from openmsix.intake.validate import validate
from tests import parts


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tx.zip"
    path.write_bytes(parts.part(parts.two_children()))
    return path


def test_a_good_file_is_accepted_offline(file: Path) -> None:
    receipt = validate(file)
    assert (receipt.students, receipt.rejected, receipt.file_rejected) == (2, 0, False)
    assert receipt.facts["Dictionary version"] == "current (provisional)"


def test_another_version_can_be_asked_for(tmp_path: Path) -> None:
    rows = parts.two_children()
    rows["demographics"][0]["sex"] = "Nonbinary"
    path = tmp_path / "tx.zip"
    path.write_bytes(parts.part(rows))
    assert validate(path).rejected == 0
    assert "E206" in validate(path, version="2022").findings["code"]
    with pytest.raises(ValueError, match="no dictionary version"):
        validate(path, version="1999")


def test_the_parts_of_a_submission_are_checked_together(tmp_path: Path) -> None:
    paths = []
    for number in (1, 2):
        rows = parts.child(1, f"S{number}")
        header = {**parts.HEADER, "part_number": str(number), "total_parts": "2"}
        path = tmp_path / f"{number}.zip"
        path.write_bytes(parts.part({"header": [header], **rows}))
        paths.append(path)
    assert not validate(paths).file_rejected
    assert validate(paths).students == 2
    assert "E109" in validate(paths[0]).findings["code"]


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """A directory as `places load` takes it, as older national files are written."""
    folder = tmp_path / "places"
    folder.mkdir()
    (folder / "ccd_lea.csv").write_text("LEAID,ST,LEA_NAME\n4845150,TX,Peñitas ISD\n", encoding="cp1252")
    (folder / "ccd_sch.csv").write_text(
        "NCESSCH,LEAID,ST,SCH_NAME\n480000000001,4800000,TX,One\n", encoding="utf-8-sig"
    )
    return folder


def test_places_are_checked_if_they_are_given(file: Path, places: Path) -> None:
    receipt = validate(file, places=places)
    assert receipt.findings.select("code", "element").unique().rows() == [("E621", "school_id")]
    assert "E621" not in receipt.skipped


def test_a_folder_without_usable_places_checks_none(file: Path, places: Path) -> None:
    (places / "ccd_lea.csv").write_text("LEAID,ST,LEA_NAME\nabc,TX,Nowhere\n")
    (places / "ccd_sch.csv").unlink()
    receipt = validate(file, places=places)
    assert receipt.findings.is_empty()
    assert "E621" in receipt.skipped


def test_a_file_that_is_none_gets_a_receipt_too(tmp_path: Path) -> None:
    path = tmp_path / "tx.zip"
    path.write_bytes(b"not a zip")
    receipt = validate(path)
    assert receipt.file_rejected
    assert "E001" in receipt.in_words()
    assert receipt.as_csv()
    assert receipt.as_html()
    assert receipt.as_json()


def test_what_was_not_read_offline_is_said_to_be_not_read(tmp_path: Path, file: Path) -> None:
    path = tmp_path / "bad.zip"
    path.write_bytes(b"%PDF-1.7")
    facts = validate(path).facts
    assert {facts[name] for name in ("State", "Kind", "Tells of", "Dictionary version")} == {"not read"}
    assert "Encoding" not in facts
    read = validate(file).facts
    assert (read["Kind"], read["Tells of"]) == ("delta", "2026-11-01 to 2026-11-22")
