"""Files to download: harmless in a spreadsheet, whole when read as CSV."""

import csv
import io

import pytest

from openmsix.intake.receipt import harmless_cell
from openmsix.web.downloads import BLOCK, csv_lines


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_a_formula_becomes_text(cell: str) -> None:
    assert str(harmless_cell(cell)).startswith("'")


@pytest.mark.parametrize("cell", ["Guadalupe", "O'Brien", "", None, 12, -3])
def test_other_values_stay_as_they_are(cell: object) -> None:
    assert harmless_cell(cell) == cell


def test_every_row_arrives_however_many_there_are() -> None:
    rows = [(number, f"=cell {number}, with comma") for number in range(BLOCK * 2 + 7)]
    text = "".join(csv_lines(("number", "words"), rows))
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert read[0] == ["number", "words"]
    assert read[1:] == [[str(number), f"'{words}"] for number, words in rows]
