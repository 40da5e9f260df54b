"""The pages of the specification: each is named in its index and held by a test, and their links lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC, GENERATED = ROOT / "docs" / "spec", ROOT / "docs" / "generated"
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def links(page: Path) -> list[Path]:
    """What the page's links inside the project lead to."""
    return [(page.parent / target).resolve() for target in LINK.findall(page.read_text(encoding="utf-8"))]


def test_the_index_names_every_page() -> None:
    pages = {page for folder in (SPEC, GENERATED) for page in folder.rglob("*.md")}
    assert pages - set(links(SPEC / "README.md")) == {SPEC / "README.md"}


@pytest.mark.parametrize("page", sorted(SPEC.glob("[a-z]*.md")), ids=lambda page: page.stem)
def test_every_drawn_page_is_read_by_the_test_that_it_names(page: Path) -> None:
    named = re.search(r"`(tests/\S+\.py)` reads them", " ".join(page.read_text(encoding="utf-8").split()))
    assert named is not None
    code = (ROOT / named[1]).read_text(encoding="utf-8")
    assert f'"{page.name}"' in code


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: str(page.relative_to(ROOT / "docs"))
)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    assert [str(target) for target in links(page) if not target.exists()] == []


def test_no_page_shows_a_gap_that_only_a_finding_fills() -> None:
    assert [
        page.name
        for page in GENERATED.rglob("*.md")
        if page.name != "log-lines.md"  # there the gaps are what the page shows: the fields of each line
        and re.search(r"\{\w+\}", page.read_text(encoding="utf-8"))
    ] == []
