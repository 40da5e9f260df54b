"""One part of a submission in each of the formats in which it may be sent."""

import io
import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from openmsix.dictionary import dictionary
from openmsix.dictionary.declare import Element, RecordType, Type
from openmsix.dictionary.xml_names import ROOT, element_tag, namespace, record_tag

Frames = Mapping[str, pl.DataFrame]

FORMS = {Type.DATE: "%Y%m%d", Type.MONTH: "%m%Y", Type.MOMENT: "%Y%m%d%H%M%S%3f"}
LINE_END = "\r\n"
_MARKUP = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


def as_text(record: RecordType, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of a record type as the layout writes them."""
    return frame.select(_written(element, frame.schema[element.key]) for element in record.elements)


def _written(element: Element, kind: pl.DataType) -> pl.Expr:
    form = FORMS.get(element.type)
    column = pl.col(element.key)
    return column.dt.strftime(form) if form and kind.is_temporal() else column.cast(pl.String)


def as_csv(record: RecordType, frame: pl.DataFrame) -> bytes:
    """The rows of a record type, header row first."""
    buffer = io.BytesIO()
    as_text(record, frame).write_csv(buffer, line_terminator=LINE_END)
    return buffer.getvalue()


def as_xml(frames: Frames, version: str) -> bytes:
    """The part as one XML file, a record on each line."""
    records = dictionary(version).records
    lines = {key: _lines(records[key], as_text(records[key], frames[key])) for key in records}
    ends = f"</{record_tag(records['students'])}>\n"
    students = frames["students"].select(
        "student_record_id", _0=lines["students"].str.strip_suffix(ends) + "\n"
    )
    for number, key in enumerate(key for key in records if key not in ("header", "students")):
        own = frames[key].select("student_record_id", lines[key].alias(f"_{number + 1}"))
        own = own.group_by("student_record_id", maintain_order=True).agg(pl.all().str.join())
        students = students.join(own, on="student_record_id", how="left", maintain_order="left")
    whole = students.select(pl.concat_str(pl.exclude("student_record_id"), pl.lit(ends), ignore_nulls=True))
    begin = f'<?xml version="1.0" encoding="UTF-8"?>\n<{ROOT} xmlns="{namespace(version)}">\n'
    return "".join([begin, *lines["header"], *whole.to_series(), f"</{ROOT}>\n"]).encode()


def _lines(record: RecordType, text: pl.DataFrame) -> pl.Series:
    """Each row as one XML element. What nests says whose a record is, so its student's number is not repeated."""
    said = [
        element
        for element in record.elements
        if element.key != "student_record_id" or record.key == "students"
    ]
    tag = record_tag(record)
    values = [
        pl.format(f"<{element_tag(each)}>{{}}</{element_tag(each)}>", _escaped(each.key)) for each in said
    ]
    return text.select(
        pl.concat_str(pl.lit(f"<{tag}>"), *values, pl.lit(f"</{tag}>\n"), ignore_nulls=True).alias("_line")
    ).to_series()


def _escaped(key: str) -> pl.Expr:
    value = pl.col(key)
    for sign, written in _MARKUP:
        value = value.str.replace_all(sign, written, literal=True)
    return value


def as_json(frames: Frames, version: str) -> bytes:
    """The part as one JSON document, a student on each line."""
    records = dictionary(version).records
    header = _objects(records["header"], frames["header"])[0]
    students = dict(
        zip(
            frames["students"]["student_record_id"],
            _objects(records["students"], frames["students"]),
            strict=True,
        )
    )
    for key in frames:
        if key not in ("header", "students"):
            for owner, item in zip(
                frames[key]["student_record_id"], _objects(records[key], frames[key]), strict=True
            ):
                students[owner].setdefault(key, []).append(item)
    lines = ",\n".join(json.dumps(student, ensure_ascii=False) for student in students.values())
    return f'{{"header": {json.dumps(header)}, "students": [\n{lines}\n]}}\n'.encode()


def _objects(record: RecordType, frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Each row with what it says. What nests says whose a record is, so its student's number is not repeated."""
    text = as_text(record, frame)
    if record.key not in ("header", "students"):
        text = text.drop("student_record_id")
    return [{key: value for key, value in row.items() if value is not None} for row in text.to_dicts()]


def as_parquet(record: RecordType, frame: pl.DataFrame) -> bytes:
    """The rows of a record type, each column in the type of its element."""
    buffer = io.BytesIO()
    frame.select(record.columns).write_parquet(buffer)
    return buffer.getvalue()
