"""Submission parts for tests: two children that nothing is wrong with, and what a test changes about them."""

import copy
import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import polars as pl
from django.conf import settings
from django.test import override_settings

from openmsix.dictionary import dictionary
from openmsix.intake import checks, parse
from openmsix.intake.frames import Checked
from openmsix.synth import documents

TODAY = date(2026, 11, 23)

Rows = dict[str, list[dict[str, str]]]

HEADER = {
    "submitting_state": "TX",
    "submission_date": "20261123080000000",
    "beginning_effective_date": "20261101000000000",
    "ending_effective_date": "20261122235959999",
    "dictionary_version": "current",
    "submission_kind": "delta",
    "part_number": "1",
    "total_parts": "1",
}

CHILD: Mapping[str, Mapping[str, str]] = {
    "students": {"reporting_state": "TX", "state_student_id_type": "01", "action_code": "I"},
    "alternate_ids": {"alternate_student_id": "A77", "alternate_student_id_type": "02"},
    "demographics": {
        "first_name": "Guadalupe",
        "last_name_1": "Hernández",
        "last_name_2": "Peña",
        "sex": "Female",
        "birth_date": "20100312",
        "multiple_birth_flag": "No",
    },
    "qualifying_moves": {
        "qualifying_arrival_date": "20250915",
        "from_city": "Immokalee",
        "from_state": "FL",
        "to_city": "Weslaco",
        "to_state": "TX",
        "eligibility_expiration_date": "20280915",
    },
    "enrollments": {
        "enrollment_date": "20250922",
        "enrollment_type": "01",
        "school_or_project_name": "Weslaco High School",
        "school_id": "484515005120",
        "school_district_id": "4845150",
        "grade_level": "10",
        "residency_date": "20250915",
        "immunization_record_flag": "Yes",
    },
    "course_history": {
        "course_title": "Algebra II",
        "begin_academic_year": "2025",
        "end_academic_year": "2026",
        "credits_granted": "1.00",
        "final_grade": "B",
    },
    "assessments": {
        "assessment_title": "STAAR Algebra",
        "assessment_type": "09",
        "administration_date": "052026",
        "reporting_method": "0503",
        "score_results": "412",
        "interpretation": "Proficient",
    },
}


def child(number: int, state_student_id: str) -> Rows:
    """One child with one record of each type."""
    srid = f"{number:07d}"
    rows: Rows = {
        record: [{"student_record_id": srid, "record_id": "001", **values}]
        for record, values in CHILD.items()
    }
    rows["students"][0]["state_student_id"] = state_student_id
    return rows


def two_children() -> Rows:
    """The base of most tests: NEW1, about whom the test changes something, and NEW2, who stays as he is."""
    first, second = child(1, "NEW1"), child(2, "NEW2")
    second["demographics"][0] |= {"first_name": "Tomás", "sex": "Male"}
    return {"header": [dict(HEADER)], **{record: first[record] + second[record] for record in first}}


def written(record: str, rows: list[dict[str, str]], columns: tuple[str, ...] | None = None) -> str:
    """One CSV file."""
    columns = columns or dictionary().records[record].columns
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def counted(rows: Rows) -> Rows:
    """The same with totals in the header, where the test set none."""
    rows = copy.deepcopy(rows)
    records = sum(len(found) for record, found in rows.items() if record != "header")
    for header in rows.get("header", []):
        header.setdefault("total_students", str(len(rows.get("students", []))))
        header.setdefault("total_records", str(records))
    return rows


def files(rows: Rows) -> dict[str, bytes]:
    """The files of a part by name."""
    return {
        dictionary().records[record].file: written(record, found).encode()
        for record, found in counted(rows).items()
    }


def zipped(contents: Mapping[str, bytes | str]) -> bytes:
    """A zip of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            entry = zipfile.ZipInfo(name)  # of one fixed time, so that the same files are the same bytes
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return made.getvalue()


def part(rows: Rows) -> bytes:
    """One part as a zip."""
    return zipped(files(rows))


def offline() -> checks.Context:
    """A context that knows the day only."""
    return checks.Context(today=TODAY)


def informed() -> checks.Context:
    """A context in which LIVE1, LIVE2, 0002191547 and CLOSED1 are known, and some MSIX IDs and places."""

    def known(ids: pl.Series) -> pl.DataFrame:
        rows = [
            ("111111111111", None, None),
            ("222222222222", "01", "LIVE2"),
            ("333333333333", "01", "LIVE1"),
        ]
        columns = {"msix_id": pl.String, "state_student_id_type": pl.String, "state_student_id": pl.String}
        return pl.DataFrame(rows, schema=columns, orient="row").filter(pl.col("msix_id").is_in(ids.implode()))

    students = pl.DataFrame(
        {
            "state_student_id_type": ["01", "01", "01", "01"],
            "state_student_id": ["LIVE1", "LIVE2", "0002191547", "CLOSED1"],
            "live": [True, True, True, False],
        }
    )
    return checks.Context(
        today=TODAY,
        submitting_state="TX",
        known_students=students,
        known_msix_ids=known,
        known_places=lambda _: pl.Series(["4845150", "484515005120"]),
    )


def checked(*parts: bytes, context: checks.Context | None = None) -> Checked:
    """What the checks make of the parts of a submission."""
    joined = parse.join([parse.read(each) for each in parts])
    return checks.run(joined, context or offline())


@contextmanager
def kept_in(folder: Path) -> Iterator[Path]:
    """Keep files in this folder while the block runs."""
    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
    with override_settings(STORAGES={**settings.STORAGES, "kept": local}):
        yield folder


def found(outcome: Checked) -> list[tuple[str, str, int, str]]:
    """Code, record, line and element of each finding, without what tells only of missing files and columns."""
    rows = outcome.findings.select("code", "record", "line", "element")
    return [row for row in rows.iter_rows() if row[0] not in ("E004", "E012")]


def verdicts(outcome: Checked) -> dict[str, str]:
    """State Student Identifier -> verdict."""
    return dict(outcome.answers.select("state_student_id", "verdict").iter_rows())


def frames(rows: Rows) -> dict[str, pl.DataFrame]:
    """The rows of a part as frames of text, every record type with all its columns."""
    return {
        record: pl.DataFrame(
            [dict.fromkeys(declared.columns) | row for row in counted(rows).get(record, [])],
            schema=dict.fromkeys(declared.columns, pl.String),
        ).with_columns(pl.col(pl.String).replace("", None))
        for record, declared in dictionary().records.items()
    }


def xml(rows: Rows) -> bytes:
    """One part as an XML file."""
    return documents.as_xml(frames(rows), "current")


def json(rows: Rows) -> bytes:
    """One part as a JSON document."""
    return documents.as_json(frames(rows), "current")


def parquet(rows: Rows) -> bytes:
    """One part as a zip of Parquet files, all columns text."""
    records = dictionary().records
    return zipped(
        {f"{key}.parquet": documents.as_parquet(records[key], frame) for key, frame in frames(rows).items()}
    )
