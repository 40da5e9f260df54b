"""Reading one State in each format, in processor time: from the file to columns of text, before any check."""

import time
from pathlib import Path

from tests.benchmarks.report import Line

CHILDREN = 20_000
TIMES = 3
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
        paths = write.write_state(made, state, folder / form, form)
        seconds[form] = min(_reading(paths) for _ in range(TIMES))
        size = sum(path.stat().st_size for path in paths) / 1e6
        said[form] = f"{size:,.0f} MB of zip in {seconds[form]:.2f} s of processor time"
    return [
        Line(
            f"Reading {made.students.height:,} students from {form.value.upper()}",
            said[form],
            f"the same as CSV: {said[Format.CSV]}",
            seconds[form] / seconds[Format.CSV],
            AIM[form],
        )
        for form in (Format.XML, Format.PARQUET)
    ]


def _reading(paths: list[Path]) -> float:
    from openmsix.intake import parse

    started = time.process_time()
    for path in paths:
        assert parse.read(path).records["students"].height
    return time.process_time() - started
