"""The generated pages say what is declared, and the committed ones are fresh."""

from pathlib import Path

import pytest

from openmsix.dictionary.code_sets import CODE_SETS
from openmsix.dictionary.document import code_sets_page, record_page, versions_page
from openmsix.dictionary.versions import RECORD_TYPES
from tests import generated_docs


def test_a_record_page_has_a_row_for_every_element() -> None:
    for record in RECORD_TYPES:
        page = record_page(record)
        assert [
            element.key for element in record.elements if f"| `{element.key}` | {element.name} |" not in page
        ] == []


def test_links_to_code_sets_have_their_heading() -> None:
    page = code_sets_page(CODE_SETS)

    assert [code_set.key for code_set in CODE_SETS if f"\n## {code_set.key}\n" not in page] == []


def test_a_long_set_says_what_it_leaves_out() -> None:
    assert "And 169 more, in `dictionary/code_sets/country.csv`." in code_sets_page(CODE_SETS)


def test_the_versions_page_tells_what_2023_removed() -> None:
    assert "| `enrollments.home_school_indicator` | removed |" in versions_page()


def test_written_pages_are_fresh_and_a_touched_missing_or_strange_one_is_named(tmp_path: Path) -> None:
    generated_docs.write(tmp_path)
    assert list(generated_docs.stale(tmp_path)) == []

    (tmp_path / "versions.md").write_text("old")
    (tmp_path / "clocks.md").unlink()
    (tmp_path / "strange.md").write_text("nobody's")
    assert sorted(generated_docs.stale(tmp_path)) == ["clocks.md", "strange.md", "versions.md"]

    generated_docs.write(tmp_path)
    assert list(generated_docs.stale(tmp_path)) == []


@pytest.mark.parametrize(("way", "code"), [("--check", 1), ("--write", 0)])
def test_the_command_tells_by_its_exit_code(
    way: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["generated_docs", way])
    monkeypatch.setattr(generated_docs.stale, "__defaults__", (tmp_path,))
    monkeypatch.setattr(generated_docs.write, "__defaults__", (tmp_path,))

    assert generated_docs.main() == code
    assert ("versions.md is stale" in capsys.readouterr().err) is bool(code)
