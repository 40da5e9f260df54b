"""New records against all that are there, durable in PostgreSQL: linking of one submission beside bare Splink that reads and weighs the same."""

from pathlib import Path
from typing import Any

import polars as pl

from tests.benchmarks.again import A_DAY, MOMENTS
from tests.benchmarks.delta import tables, written
from tests.benchmarks.report import Line
from tests.benchmarks.timing import timed

STUDENTS = 10_000
AN_HOUR = A_DAY // 100
NAME = "{state}-arriving.zip"
RUNS_OF_A_FILE = 2
"""So often a full part has other students for it; then it is the next one's turn."""
KNOWN_ELSEWHERE = STUDENTS // 2
"""So many of them have the names of a child of another State: they came from there."""
_DEMOGRAPHIC = (
    "first_name", "middle_name", "last_name_1", "last_name_2", "birth_date", "sex", "birth_city", "birth_state", "birth_country",
    "male_parent_first_name", "male_parent_last_name", "female_parent_first_name", "female_parent_last_name",
)  # fmt: skip


def measure(folder: Path, paths: list[Path]) -> list[Line]:
    """Take in a submission of new students; the linking stage, which ends in a commit, is what counts."""
    from openmsix import flow
    from openmsix.matching.model import Model
    from openmsix.ops.setup import OPERATOR

    folder.mkdir(exist_ok=True)
    by_size = sorted(paths, key=lambda path: path.stat().st_size, reverse=True)
    run = _runs()
    source = by_size[run // RUNS_OF_A_FILE]
    other = next(one for one in by_size if one.name[:2] != source.name[:2])
    path = _arriving(source, other, folder, run=run)
    submission = flow.receive(path=path, file_name=path.name, by=OPERATOR, queue=False)
    flow.take_in(submission.pk, stages=flow.STAGES[:1])
    spent: dict[str, float] = {}
    with timed(spent, "ours"):
        flow.take_in(submission.pk, stages=flow.STAGES[1:2])
    new, everyone, linked = _linked(submission.pk)
    with timed(spent, "splink"):
        pairs = _bare(Model.load(), new)
    flow.take_in(submission.pk)
    return [
        Line(
            "Linking a submission of new students, all writes included",
            f"{len(new):,} new records against {everyone - len(new):,} in {spent['ours']:.1f} s, {linked:,} joined a child that was there",
            f"bare Splink predict_between, reading and preparing from PostgreSQL: {pairs:,} pairs in {spent['splink']:.1f} s",
            spent["ours"] / spent["splink"],
            "at most 3 times",
        )
    ]


def _runs() -> int:
    """How often the benchmark was run in this folder already."""
    from openmsix.intake.models import SubmissionPart

    return SubmissionPart.objects.filter(file_name__endswith=NAME.format(state="")).count()


def _arriving(source: Path, other: Path, folder: Path, *, run: int) -> Path:
    """A delta of students whose identifiers the State has not used yet, half of whom have the names of children of another State.

    `run`: how many such deltas came before; each has other students.
    """
    before = run % RUNS_OF_A_FILE
    mine, theirs = tables(source), tables(other)
    students = (
        mine["students"]
        .slice(before * STUDENTS, STUDENTS)
        .with_columns(
            state_student_id=pl.format(f"R{run}N{{}}", pl.int_range(pl.len())),
            action_code=pl.lit("I"),
        )
    )
    ids = students["student_record_id"].implode()
    rows = {
        record: frame.filter(pl.col("student_record_id").is_in(ids))
        for record, frame in mine.items()
        if record not in ("header", "students")
    }
    about = rows["demographics"]
    columns = [name for name in _DEMOGRAPHIC if name in about.columns]
    # Those who moved in an earlier run are in this State already, where a child has one record.
    moved = theirs["demographics"].select(columns).slice(run * KNOWN_ELSEWHERE, KNOWN_ELSEWHERE)
    # The names of the State's own children would make them the same child twice in one State: backwards they are nobody's.
    strangers = about.tail(about.height - moved.height).select(
        pl.col(name).str.reverse().str.to_titlecase()
        if name.endswith("name") or "last_name" in name
        else pl.col(name)
        for name in columns
    )
    rows["demographics"] = about.with_columns(pl.concat([moved, strangers]))
    header = mine["header"].with_columns(
        *(_later(column, 2 * A_DAY) for column in MOMENTS if column != "submission_date"),
        _later("submission_date", 2 * A_DAY + run * AN_HOUR),
        submission_kind=pl.lit("delta"),
        part_number=pl.lit("1"),
        total_parts=pl.lit("1"),
        total_students=pl.lit(str(students.height)),
        total_records=pl.lit(str(students.height + sum(frame.height for frame in rows.values()))),
    )
    return written(
        {"header": header, "students": students, **rows},
        folder / NAME.format(state=source.name[:2]),
    )


def _later(column: str, by: int) -> pl.Expr:
    return (pl.col(column).cast(pl.Int64) + by).cast(pl.String)


def _linked(submission: int) -> tuple[list[int], int, int]:
    """The records that the submission brought, how many there are in all, and how many of the new ones joined a child."""
    from openmsix import staging

    new = staging.rows("SELECT state_record_id FROM identity_link WHERE submission_id = %s", [submission])
    [(everyone,)] = staging.rows("SELECT count(*) FROM identity_matchrow")
    [(joined,)] = staging.rows(
        "SELECT count(*) FROM identity_link WHERE submission_id = %s AND reason = 'matched'", [submission]
    )
    return [record for (record,) in new], everyone, joined


def _bare(model: Any, new: list[int]) -> int:
    """Splink as anybody would use it: it reads all, blocks by the keys, and weighs the new against the others."""
    import duckdb
    from splink import DuckDBAPI, Linker

    from tests.benchmarks.linking import as_read, by_keys

    everyone = as_read()
    is_new = pl.col("record_id").is_in(new)
    with duckdb.connect() as connection:
        database = DuckDBAPI(connection)
        known, fresh = (
            database.register(everyone.filter(part).to_arrow(), dataset_display_name=name)
            for name, part in (("known", ~is_new), ("fresh", is_new))
        )
        linker = Linker([known, fresh], by_keys(model) | {"link_type": "link_only"}, log_level=None)
        for feature in TERMS:
            linker.table_management.compute_tf_table(feature)
        predicted = linker.inference.predict_between(known, fresh, threshold_match_weight=model.weighed_from)
        [(pairs,)] = predicted.as_duckdbpyrelation().aggregate("count(*)").fetchall()
        return int(pairs)


TERMS = ("given", "surname_set", "surname_1", "birth_city")
"""The features whose frequencies Splink counts first."""
