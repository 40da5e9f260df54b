"""Reading one State in each format, in processor time: from the bytes of its files to columns of text, before any check."""

import io
import time
import zipfile
from pathlib import Path

from tests.benchmarks.report import Line

CHILDREN = 20_000
TIMES = 4
AIM = {"xml": "at most 2.5 times", "parquet": "at most 1 time"}


def measure(folder: Path) -> list[Line]:
    """Against CSV of the same State."""
    from openmsix.deadlines import clock
    from openmsix.dictionary.formats import Format
    from openmsix.synth import nation, write

    made = nation.make(children=CHILDREN, states=1, seed=1, noise=1.0, today=clock.today())
    [state] = made.sending()
    seconds, said = {}, {}
    for form in (Format.CSV, Format.XML, Format.PARQUET):
        parts = [_stored(path) for path in write.write_state(made, state, folder / form, form)]
        seconds[form] = min(_reading(parts) for _ in range(TIMES))
        said[form] = f"{sum(map(len, parts)) / 1e6:,.0f} MB in {seconds[form]:.2f} s of processor time"
    return [
        Line(
            f"Reading {made.students.height:,} students from {form.value.upper()}",
            said[form],
            f"the same from CSV: {said[Format.CSV]}",
            seconds[form] / seconds[Format.CSV],
            AIM[form],
        )
        for form in (Format.XML, Format.PARQUET)
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
