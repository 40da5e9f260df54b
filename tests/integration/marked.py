"""A marked child whom two States sent, beside others, and a look at everything for its marks."""

import gzip
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pyarrow.parquet as pq
from django.contrib.sessions.models import Session

from openmsix.intake import kept
from openmsix.web.sessions import SessionStore
from tests import parts
from tests.integration import exchange

Write = Callable[[parts.Rows], bytes]
MARKS = (
    "MARKGIVEN",
    "MARKNAME",
    "MARKMOTHER",
    "MARKTX1",
    "MARKCA1",
    "19991231",
    "1999-12-31",
    "mark@example",
    "MARKBAD",
)
CHILD = {
    "first_name": "Markgiven",
    "last_name_1": "Markname",
    "last_name_2": "Quirós",
    "birth_date": "20091231",
    "female_parent_first_name": "Markmother",
    "female_parent_last_name": "Quirós",
    "parent_1_email": "mark@example.org",
}
OTHERS = {
    "T2": {"first_name": "Tomás", "last_name_1": "Ibarra", "birth_date": "20110504", "sex": "Male"},
    "T3": {"first_name": "Ximena", "last_name_1": "Zapata", "birth_date": "20120615"},
}


OF_STUDENTS = ("msix_id", "action_code")


def file(
    folder: Path,
    state: str,
    hour: int,
    students: Mapping[str, Mapping[str, str]],
    *,
    kind: str = "full",
    write: Write = parts.part,
) -> Path:
    """A State's file, each student by its identifier and what is said of who it is."""
    children = [parts.child(number, ssid) for number, ssid in enumerate(students, 1)]
    for one, said in zip(children, students.values(), strict=True):
        one["students"][0]["reporting_state"] = state
        one["students"][0] |= {name: value for name, value in said.items() if name in OF_STUDENTS}
        one["demographics"][0] |= {name: value for name, value in said.items() if name not in OF_STUDENTS}
    rows = {record: [row for one in children for row in one[record]] for record in parts.CHILD}
    header = {
        **parts.HEADER,
        "submitting_state": state,
        "submission_kind": kind,
        "submission_date": f"202611230{hour}0000000",
        "ending_effective_date": f"202611220{hour}0000000",
    }
    path = folder / f"{state}-{hour}.zip"
    path.write_bytes(write({"header": [header], **rows}))
    return path


def files(folder: Path, write: Write = parts.part) -> list[Path]:
    """Texas sends the child twice, once with another name and once rejected; California sends it too; and there are others."""
    first = {**CHILD, "first_name": "Markbad"}
    rejected = {**CHILD, "first_name": "", "birth_date": "19991231"}
    return [
        file(folder, "TX", 1, {"MARKTX1": first, **OTHERS}, write=write),
        file(folder, "TX", 2, {"T2": OTHERS["T2"], "MARKTX1": CHILD, "T3": OTHERS["T3"]}, write=write),
        file(
            folder, "CA", 1, {"C2": {**OTHERS["T2"], "last_name_1": "Ybarra"}, "MARKCA1": CHILD}, write=write
        ),
        file(
            folder,
            "TX",
            3,
            {"MARKTX1": rejected, "T2": {**OTHERS["T2"], "first_name": "Tomas"}},
            kind="delta",
            write=write,
        ),
    ]


def found(sought: Iterable[str] = MARKS) -> set[str]:
    """Where in the database or the kept files one of the marks stands."""
    marks = [mark.casefold() for mark in sought]
    places = {
        table
        for table, rows in exchange.contents().items()
        if any(mark in row.casefold() for row in rows for mark in marks)
    }
    places |= {
        name
        for name in kept.names()
        if any(mark in text.casefold() for text in _opened(kept.read(name)) for mark in marks)
    }
    sessions = (str(SessionStore().decode(one.session_data)) for one in Session.objects.all())
    if any(mark in text.casefold() for text in sessions for mark in marks):
        places.add("sessions")
    return places


def _text(data: bytes) -> str:
    """A file of a zip as text; Parquet as its values, which are packed."""
    if data.startswith(b"PAR1"):
        return str(pq.read_table(io.BytesIO(data)).to_pydict())
    return data.decode("latin-1")


def _opened(data: bytes) -> Iterator[str]:
    if data.startswith(b"\x1f\x8b"):
        yield gzip.decompress(data).decode()
    elif data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from map(_text, map(archive.read, archive.infolist()))
    else:
        yield data.decode("latin-1")
