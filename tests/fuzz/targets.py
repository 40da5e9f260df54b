"""What is fuzzed: each target takes any bytes, and must neither raise nor break what holds of every part."""

from collections.abc import Callable, Iterator

import polars as pl

from openmsix.dictionary import dictionary
from openmsix.intake import checks, parse
from openmsix.intake.frames import Parsed
from openmsix.intake.receipt import build
from openmsix.synth import documents
from tests import parts
from tests.xml_ways import is_regular

Target = Callable[[bytes], None]

RECORDS = tuple(dictionary().records)


def _holds(parsed: Parsed) -> None:
    """What is true of whatever was read."""
    for key, record in dictionary(parsed.version).records.items():
        rows = parsed.records[key]
        assert [name for name in rows.columns if name not in ("part", "line")] == list(record.columns)
        assert not rows.select((pl.col(pl.String) == "").any()).transpose().to_series().any()
        assert rows["part"].null_count() == 0


_CSV = parts.files(parts.two_children())
_PARQUET = {
    f"{key}.parquet": documents.as_parquet(dictionary().records[key], frame)
    for key, frame in parts.frames(parts.two_children()).items()
}


def _of_record(data: bytes, ending: str) -> bytes:
    """A part with one file; the first byte says of which record type."""
    record = RECORDS[data[0] % len(RECORDS)] if data else RECORDS[0]
    return parts.zipped({f"{record}.{ending}": data[1:]})


def csv(data: bytes) -> None:
    """One CSV file of a part."""
    _holds(parse.read(_of_record(data, "csv")))


def parquet(data: bytes) -> None:
    """One Parquet file of a part."""
    _holds(parse.read(_of_record(data, "parquet")))


def xml(data: bytes) -> None:
    """A part as one XML file; the law of the two ways to read it holds."""
    data = b"<" + data
    _holds(parse.read(parts.zipped({"part.xml": data})))
    is_regular(data)


def json(data: bytes) -> None:
    """A part as one JSON document."""
    _holds(parse.read(parts.zipped({"part.json": b"{" + data})))


def part(data: bytes) -> None:
    """Any file at all, with the checks and the receipt."""
    parsed = parse.read(data)
    checked = checks.run(parsed, parts.offline())
    receipt = build(
        facts={},
        dictionary=checked.dictionary,
        answers=checked.answers,
        findings=checked.findings,
        formats=parsed.formats,
    )
    receipt.in_words()


TARGETS: dict[str, Target] = {"csv": csv, "xml": xml, "parquet": parquet, "json": json, "part": part}


def seeds(name: str) -> Iterator[bytes]:
    """Good inputs to begin with."""
    rows = parts.two_children()
    odd = parts.two_children()
    odd["enrollments"][0] |= {"enrollment_comment": 'a "quoted", comment\nof two lines', "grade_level": "9"}
    if name == "csv":
        for number, key in enumerate(RECORDS):
            yield bytes([number]) + _CSV[dictionary().records[key].file]
    elif name == "parquet":
        for number, key in enumerate(RECORDS):
            yield bytes([number]) + _PARQUET[f"{key}.parquet"]
    elif name == "xml":
        yield parts.xml(rows)[1:]
        yield parts.xml(odd)[1:].replace(b"<ToCity>", b"<!-- where --><ToCity>")
    elif name == "json":
        yield parts.json(rows)[1:]
        yield parts.json(odd)[1:]
    else:
        yield from (write(rows) for write in (parts.part, parts.xml, parts.json, parts.parquet))
