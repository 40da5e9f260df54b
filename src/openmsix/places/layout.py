"""The layouts that `places load` reads: which files, how they are recognised, and what each column must hold. Pure.

Directories and geocodes are those of the National Center for Education Statistics: the Common Core of Data files
`ccd_lea_029` and `ccd_sch_029`, and the EDGE geocode files. Regions, operators and contacts, which no national file has,
come in four small files of our own.
"""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

GRADE_CODES = frozenset(
    {"PK", "KG", *(f"{grade:02d}" for grade in range(1, 14)), "UG", "AE", "N", "M", "-1", "-2", "-9"}
)
NO_GRADE = frozenset({"N", "M", "-1", "-2", "-9"})
CLOSED_STATUSES = ("2", "6")  # closed; inactive


@dataclass(frozen=True)
class Column:
    """One column: under which name it goes on, whether a row is of use without it, and what its value must be.

    `pattern` is a regular expression for the whole value, `words` says it to people.
    """

    name: str
    key: str
    required: bool = False
    pattern: str = ""
    words: str = ""


@dataclass(frozen=True)
class Layout:
    """One kind of file. It is recognised by having all `signs` among its columns and none of `never`.

    `unused` are columns of the published layout that openmsix has no use for: they are no reason for a note.
    """

    key: str
    words: str
    signs: frozenset[str]
    never: frozenset[str]
    columns: tuple[Column, ...]
    natural_key: tuple[str, ...]
    unused: frozenset[str] = frozenset()

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which the file cannot be read."""
        return tuple(column.name for column in self.columns if column.required)


def _unused(layout: str) -> frozenset[str]:
    """Columns of a national layout that openmsix does not use, from the list beside this file."""
    with Path(__file__).with_name("unused_columns.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["column"] for row in csv.DictReader(file) if row["layout"] == layout)


def _zip(name: str) -> Column:
    return Column(name, "zip", pattern=r"\d{5}(-?\d{4})?", words="5 digits")


def _phone(name: str) -> Column:
    return Column(name, "phone", pattern=r"(\D*\d){10}\D*", words="10 digits")


LEA = Column("LEAID", "leaid", True, r"\d{7}", "7 digits")
SCHOOL = Column("NCESSCH", "ncessch", True, r"\d{12}", "12 digits")
STATE = Column("ST", "state", True, r"[A-Z]{2}", "the postal code of a State")
ADDRESS = (
    Column("LSTREET1", "address"),
    Column("LCITY", "city"),
    _zip("LZIP"),
    _phone("PHONE"),
    Column("SY_STATUS", "status", pattern=r"\d", words="one digit"),
    Column(
        "EFFECTIVE_DATE", "effective", pattern=r"\d{1,2}/\d{1,2}/\d{4}", words="a date such as 07/01/2026"
    ),
    Column("GSLO", "grades_low", pattern="|".join(sorted(GRADE_CODES)), words="a grade such as PK, KG or 05"),
    Column("GSHI", "grades_high", pattern="|".join(sorted(GRADE_CODES)), words="a grade such as 05 or 12"),
)
POSITION = (
    Column("LAT", "latitude", True, r"-?\d{1,2}(\.\d+)?", "degrees, such as 36.68"),
    Column("LON", "longitude", True, r"-?\d{1,3}(\.\d+)?", "degrees, such as -121.65"),
)
CCD_UNUSED = _unused("ccd")
EDGE_UNUSED = _unused("edge")
CODE = Column("code", "code", True, r"[0-9A-Za-z]{1,20}", "1 to 20 letters or digits")
OWN_STATE = replace(STATE, name="state")
OWN_ADDRESS = (
    Column("address", "address"),
    Column("city", "city"),
    _zip("zip"),
    _phone("phone"),
    *(replace(column, name=column.key, required=False) for column in POSITION),
)

DISTRICTS = Layout(
    "districts", "districts (Common Core of Data)", frozenset({"LEAID", "LEA_NAME"}), frozenset({"NCESSCH"}),
    (LEA, STATE, Column("LEA_NAME", "name", True), *ADDRESS), ("leaid",), CCD_UNUSED,
)  # fmt: skip
SCHOOLS = Layout(
    "schools", "schools (Common Core of Data)", frozenset({"NCESSCH", "SCH_NAME"}), frozenset(),
    (SCHOOL, LEA, STATE, Column("SCH_NAME", "name", True), *ADDRESS), ("ncessch",), CCD_UNUSED | {"LEA_NAME"},
)  # fmt: skip
DISTRICT_POSITIONS = Layout(
    "district_positions", "geocodes of districts (EDGE)", frozenset({"LEAID", "LAT", "LON"}), frozenset({"NCESSCH"}),
    (LEA, *POSITION), ("leaid",), EDGE_UNUSED,
)  # fmt: skip
SCHOOL_POSITIONS = Layout(
    "school_positions", "geocodes of schools (EDGE)", frozenset({"NCESSCH", "LAT", "LON"}), frozenset({"SCH_NAME"}),
    (SCHOOL, *POSITION), ("ncessch",), EDGE_UNUSED,
)  # fmt: skip
REGIONS = Layout(
    "regions", "a State's regions", frozenset({"state", "code", "name"}), frozenset({"kind", "level"}),
    (OWN_STATE, CODE, Column("name", "name", True), *OWN_ADDRESS), ("state", "code"),
)  # fmt: skip
REGION_DISTRICTS = Layout(
    "region_districts", "which district lies in which region", frozenset({"state", "leaid", "region"}), frozenset({"kind", "level"}),
    (OWN_STATE, replace(LEA, name="leaid"), Column("region", "region", True, CODE.pattern, CODE.words)),
    ("leaid",),
)  # fmt: skip
OPERATORS = Layout(
    "operators", "a State's projects and facilities", frozenset({"state", "kind", "code", "name"}), frozenset(),
    (
        OWN_STATE, Column("kind", "kind", True, "project|facility", "project or facility"), CODE, Column("name", "name", True),
        Column("region", "region", pattern=CODE.pattern, words=CODE.words), *OWN_ADDRESS,
    ),
    ("state", "kind", "code"),
)  # fmt: skip
CONTACTS = Layout(
    "contacts", "whom to call", frozenset({"state", "level", "place", "name"}), frozenset(),
    (
        OWN_STATE, Column("level", "level", True, "district|region|state", "district, region or state"),
        Column("place", "place", pattern=r"[0-9A-Za-z]{0,20}", words="a district id or a region code; nothing for the State"),
        Column("name", "name", True), Column("title", "title"), _phone("phone"),
        Column("email", "email", pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+", words="an e-mail address"), Column("note", "note"),
    ),
    ("state", "level", "place", "name"),
)  # fmt: skip
LAYOUTS = (
    DISTRICTS, SCHOOLS, DISTRICT_POSITIONS, SCHOOL_POSITIONS, REGIONS, REGION_DISTRICTS, OPERATORS, CONTACTS,
)  # fmt: skip


def recognise(header: list[str]) -> Layout | None:
    """The layout of a file with these columns, or None."""
    names = frozenset(header)
    return next((layout for layout in LAYOUTS if layout.signs <= names and not layout.never & names), None)
