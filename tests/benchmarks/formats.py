"""Reading one State in each format, in processor time: from the bytes of its files to columns of text, before any check."""

import io
import time
import zipfile
from pathlib import Path

from tests.benchmarks.report import Line

CHILDREN = 20_000
TIMES = 4


def measure(folder: Path) -> list[Line]:
    """Against CSV of the same State."""
    from openmsix.deadlines import clock
    from openmsix.dictionary.formats import Format
    from openmsix.synth import nation, write

    made = nation.make(children=CHILDREN, states=1, seed=1, noise=1.0, today=clock.today())
    [state] = made.sending()
    seconds, said, sizes = {}, {}, {}
    for form in (Format.CSV, Format.XML, Format.PARQUET):
        parts = [_stored(path) for path in write.write_state(made, state, folder / form, form)]
        seconds[form] = min(_reading(parts) for _ in range(TIMES))
        sizes[form] = sum(map(len, parts))
        said[form] = f"{sizes[form] / 1e6:,.0f} MB in {seconds[form]:.2f} s of processor time"
    aims = {
        Format.XML: f"at most {sizes[Format.XML] / sizes[Format.CSV]:.1f} times: so many times the bytes",
        Format.PARQUET: "at most 1 time",
    }
    return [
        Line(
            f"Reading {made.students.height:,} students from {form.value.upper()}",
            said[form],
            f"the same from CSV: {said[Format.CSV]}",
            seconds[form] / seconds[Format.CSV],
            aims[form],
        )
        for form in aims
    ]


def _stored(path: Path) -> bytes:
    """The zip without compression, since unpacking is not what is measured."""
    stored = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return stored.getvalue()


def _reading(parts: list[bytes]) -> float:
    from openmsix.intake import parse

    started = time.process_time()
    for part in parts:
        assert parse.read(part).records["students"].height
    return time.process_time() - started
