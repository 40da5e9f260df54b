"""Files of places: what is recognised, and what each fault is called. No database."""

from pathlib import Path

import polars as pl
import pytest

from openmsix.places import reading
from openmsix.places.layout import LAYOUTS, Layout, recognise
from openmsix.places.problems import Severity

LEA = "SCHOOL_YEAR,ST,LEAID,LEA_NAME,LSTREET1,LCITY,LZIP,PHONE,SY_STATUS,EFFECTIVE_DATE,GSLO,GSHI\n"
SCHOOL = "SCHOOL_YEAR,ST,LEAID,NCESSCH,SCH_NAME,LCITY,LZIP,PHONE,SY_STATUS,GSLO,GSHI\n"
GEOCODE = "LEAID,NAME,LAT,LON\n"
REGION = "state,code,name\n"
OPERATOR = "state,kind,code,name,region\n"
CONTACT = "state,level,place,name,phone,email\n"
GOOD_LEA = '2025-2026,TX,4898001,"Cedar Bend ISD",12 Main St,Pharr,78501,(956)555-0101,1,07/01/2000,PK,12\n'

# name of the fault, file, line, column, value, severity
FAULTS = [
    ("no such columns", "a,b\n1,2\n", 0, "", "", Severity.FILE),
    ("nothing in it", "", 0, "", "", Severity.FILE),
    ("column missing", "ST,LEA_NAME,LEAID\n".replace("ST,", ""), 1, "ST", "", Severity.FILE),
    ("column unknown", LEA.replace("GSLO", "GRADES"), 1, "GRADES", "", Severity.NOTE),
    ("district id too short", LEA + GOOD_LEA.replace("4898001", "489800"), 2, "LEAID", "489800", Severity.ROW),
    ("district id with a letter", LEA + GOOD_LEA.replace("4898001", "48980O1"), 2, "LEAID", "48980O1", Severity.ROW),
    ("district of another State", LEA + GOOD_LEA.replace("TX", "OK"), 2, "LEAID", "4898001", Severity.ROW),
    ("no such State", LEA + GOOD_LEA.replace("TX", "ZZ"), 2, "ST", "ZZ", Severity.ROW),
    ("no name", LEA + GOOD_LEA.replace('"Cedar Bend ISD"', ""), 2, "LEA_NAME", "", Severity.ROW),
    ("telephone too short", LEA + GOOD_LEA.replace("(956)555-0101", "555-0101"), 2, "PHONE", "555-0101", Severity.VALUE),
    ("postal code", LEA + GOOD_LEA.replace("78501", "785"), 2, "LZIP", "785", Severity.VALUE),
    ("grade", LEA + GOOD_LEA.replace("PK", "PRE"), 2, "GSLO", "PRE", Severity.VALUE),
    ("the same twice", LEA + GOOD_LEA + GOOD_LEA, 3, "LEAID", "4898001", Severity.ROW),
    ("school of another district", SCHOOL + "2025-2026,TX,4898002,489800100101,Elm,Pharr,78501,,1,KG,05\n", 2, "NCESSCH", "489800100101", Severity.ROW),
    ("latitude in words", GEOCODE + "4898001,Cedar Bend,north,-98.2\n", 2, "LAT", "north", Severity.ROW),
    ("longitude missing", GEOCODE + "4898001,Cedar Bend,26.2,\n", 2, "LON", "", Severity.ROW),
    ("region code with a slash", REGION + "TX,a/b,Valley\n", 2, "code", "a/b", Severity.ROW),
    ("kind of operator", OPERATOR + "TX,school,1,Valley,\n", 2, "kind", "school", Severity.ROW),
    ("level of a contact", CONTACT + "TX,county,,Ana Ruiz,,\n", 2, "level", "county", Severity.ROW),
    ("e-mail of a contact", CONTACT + "TX,state,,Ana Ruiz,,ana\n", 2, "email", "ana", Severity.VALUE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "column", "value", "severity"),
    [fault[1:] for fault in FAULTS],
    ids=[fault[0] for fault in FAULTS],
)
def test_each_fault_names_file_line_column_value_and_mend(
    tmp_path: Path, text: str, line: int, column: str, value: str, severity: Severity
) -> None:
    path = tmp_path / "places.csv"
    path.write_text(text, encoding="utf-8")
    problems = reading.read([path]).problems
    assert len(problems) == 1
    (problem,) = problems
    assert (problem.file, problem.line, problem.column, problem.value, problem.severity) == (
        "places.csv",
        line,
        column,
        value,
        severity,
    )
    assert problem.mend
    assert str(problem).startswith("places.csv")


def read_text(folder: Path, text: str, encoding: str = "utf-8") -> reading.Places:
    path = folder / "places.csv"
    path.write_bytes(text.encode(encoding))
    return reading.read([path])


def test_a_good_row_is_read_with_its_values_told_alike(tmp_path: Path) -> None:
    read = read_text(tmp_path, LEA + GOOD_LEA)
    assert read.problems == []
    row = read.frames["districts"].row(0, named=True)
    assert (row["leaid"], row["name"], row["phone"], row["line"]) == (
        "4898001",
        "Cedar Bend ISD",
        "9565550101",
        2,
    )


def test_a_faulty_value_is_left_out_and_the_row_stays(tmp_path: Path) -> None:
    read = read_text(tmp_path, LEA + GOOD_LEA.replace("78501", "785"))
    assert read.frames["districts"]["zip"].to_list() == [None]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_names_keep_their_accents_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    read = read_text(tmp_path, LEA + GOOD_LEA.replace("Cedar Bend", "Cañon Véi"), encoding)
    assert read.frames["districts"]["name"].to_list() == ["Cañon Véi ISD"]


def test_grades_that_say_nothing_are_no_grades(tmp_path: Path) -> None:
    read = read_text(tmp_path, LEA + GOOD_LEA.replace("PK,12", "N,M"))
    assert read.problems == []
    assert read.frames["districts"].select("grades_low", "grades_high").row(0) == (None, None)


def test_a_wholly_wrong_file_does_not_drown_the_rest(tmp_path: Path) -> None:
    rows = "".join(GOOD_LEA.replace("4898001", f"x{number}") for number in range(500))
    problems = read_text(tmp_path, LEA + rows).problems
    assert len(problems) == reading.MOST_PROBLEMS_OF_A_KIND + 1
    assert "400 more rows" in problems[-1].message


@pytest.mark.parametrize("layout", LAYOUTS, ids=[layout.key for layout in LAYOUTS])
def test_each_layout_is_recognised_by_its_required_columns_and_by_all(layout: Layout) -> None:
    assert recognise(list(layout.required)) is layout or not layout.signs <= set(layout.required)
    assert recognise([column.name for column in layout.columns]) is layout


def test_a_folder_is_read_whatever_the_order_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "a_schools.CSV").write_text(
        SCHOOL + "2025-2026,TX,4898001,489800100101,Elm,Pharr,78501,,1,KG,05\n"
    )
    (tmp_path / "b_districts.csv").write_text(LEA + GOOD_LEA)
    (tmp_path / "notes.txt").write_text("not a place")
    read = reading.read(reading.csv_files(tmp_path))
    assert set(read.codes()) == {"4898001", "489800100101"}


@pytest.mark.parametrize(
    ("status", "day", "closed"),
    [("1", "07/01/2025", False), ("2", "07/01/2025", True), ("6", None, True), (None, None, False)],
)
def test_a_place_is_closed_if_its_status_says_so(status: str | None, day: str | None, closed: bool) -> None:
    from datetime import date

    frame = pl.DataFrame(
        {"status": [status], "effective": [day]}, schema={"status": pl.String, "effective": pl.String}
    )
    found = frame.select(reading.closed_on(pl.col("status"), pl.col("effective"), date(2026, 11, 23))).item()
    assert found == ((date(2025, 7, 1) if day else date(2026, 11, 23)) if closed else None)
