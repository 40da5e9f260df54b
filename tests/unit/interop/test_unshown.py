"""A child whose name or school has a sign that no font shows gets a print all the same."""

from collections.abc import Callable

import pytest

from openmsix.interop.prints import pdf, unshown
from tests.unit.interop.sent import record_of, source_of, text_of


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("李", "[U+674E]"),
        ("Niño 😀", "Niño [U+1F600]"),
        ("김민준", "[U+AE40]"),
        ("ﷺ", "[U+FDFA]"),
        ("สมชาย", "[U+0E2A]"),
        ("Ａｎａ", "[U+FF21]"),
        ("👩‍👧", "[U+1F469]"),
        ("Q’anjob’al Ẍ ñ ʼ ä̈", "Q’anjob’al"),
    ],
)
@pytest.mark.parametrize("kind", [pdf.summary, pdf.full])
def test_a_sign_without_a_font_is_printed_by_its_number(
    name: str, printed: str, kind: Callable[..., bytes]
) -> None:
    made = kind(record_of(source_of(1, "TX", last_name=name)), language="en", printed_by="A Registrar")
    assert printed in text_of(made)


def test_only_signs_that_typst_names_are_taken() -> None:
    told = 'error: the text `"e\\u{301}李"` could not be displayed with font `"Source Sans Pro"`'
    assert unshown.signs(told) == {"\u0301", "李"}
    assert unshown.signs("error: PDF/UA-1 error: missing document title") == frozenset()
    assert unshown.by_number("李 Li", {"李"}) == "[U+674E] Li"
