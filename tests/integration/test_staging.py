"""Columns in and out of the database: whatever a value is made of, it comes back as it went in."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openmsix import staging

ODD = ("", " ", "\\.", "\\N", "NULL", "\\", '"', '""', "'", ",", "\n", "\r", "\r\n", "\\.\n", "\n\\.\n", "a\tb", "\x1f", "\u2028", "Nuñez", "𝄞", "t", "1e3")  # fmt: skip
texts = st.one_of(
    st.none(),
    st.sampled_from(ODD),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
)


def _there_and_back(frame: pl.DataFrame, kinds: dict[str, str]) -> pl.DataFrame:
    numbered = frame.with_row_index("place")
    with transaction.atomic():
        staging.stage("odd", {"place": "bigint", **kinds}, numbered)
        names = ", ".join(f'"{name}"' for name in kinds)
        return staging.read(f"SELECT {names} FROM odd ORDER BY place", frame.schema)


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(texts, texts), max_size=12))
def test_texts_come_back_as_they_went_in(rows: list[tuple[str | None, str | None]]) -> None:
    frame = pl.DataFrame(rows, schema={"one": pl.String, "two": pl.String}, orient="row")
    assert _there_and_back(frame, {"one": "text", "two": "text"}).equals(frame)


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(texts, max_size=12))
def test_a_text_alone_on_its_line_comes_back_as_it_went_in(values: list[str | None]) -> None:
    """One column only: a null is an empty line then, and the text `\\.` looks like the end of the copy."""
    frame = pl.DataFrame({"one": values}, schema={"one": pl.String})
    with transaction.atomic():
        staging.stage("alone", {"one": "text"}, frame)
        stored = staging.read("SELECT one FROM alone ORDER BY ctid", {"one": pl.String})
        counted = staging.rows("SELECT count(*), count(one), count(*) FILTER (WHERE one = '') FROM alone")
    assert stored.equals(frame)
    assert counted == [(len(values), len(values) - values.count(None), values.count(""))]


@pytest.mark.django_db
def test_many_rows_of_odd_texts_come_back_in_their_order() -> None:
    """More rows than go over at once, so that line ends within texts meet every seam."""
    frame = pl.DataFrame({"one": [*ODD, None] * 6_000, "two": [None, *reversed(ODD)] * 6_000})
    assert frame.height > 2 * staging.ROWS_AT_ONCE
    assert _there_and_back(frame, {"one": "text", "two": "text"}).equals(frame)


@pytest.mark.django_db
def test_numbers_days_and_truth_keep_their_kinds() -> None:
    frame = pl.DataFrame(
        {
            "whole": [1, None, -(2**40)],
            "small": pl.Series([1, None, -7], dtype=pl.Int16),
            "part": [0.1, None, 1e-300],
            "day": [date(2014, 3, 12), None, date(1, 1, 1)],
            "yes": [True, None, False],
        }
    )
    kinds = {"whole": "bigint", "small": "smallint", "part": "double precision", "day": "date", "yes": "boolean"}  # fmt: skip
    assert _there_and_back(frame, kinds).equals(frame)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.dates(date(1, 1, 1), date(9999, 1, 1)),
    after=st.lists(st.one_of(st.none(), st.integers(0, 40)), max_size=60),
)
def test_days_come_back_whether_many_rows_share_them_or_few(first: date, after: list[int | None]) -> None:
    days = [None if number is None else first + timedelta(days=number) for number in after]
    frame = pl.DataFrame({"one": days}, schema={"one": pl.Date})
    assert _there_and_back(frame, {"one": "date"}).equals(frame)


@pytest.mark.django_db
def test_bytes_and_moments_arrive_whole() -> None:
    at = datetime(2026, 11, 23, 8, 9, 10, 123456, tzinfo=UTC)
    hashes = [bytes(range(256)), b"", None]
    frame = pl.DataFrame({"hash": hashes, "at": [at, None, at]})
    with transaction.atomic():
        staging.stage("whole", {"hash": "bytea", "at": "timestamptz"}, frame)
        arrived = staging.rows("SELECT hash, at FROM whole ORDER BY ctid")
    stored = [(None if value is None else bytes(value), moment) for value, moment in arrived]
    assert stored == list(zip(hashes, [at, None, at], strict=True))


@pytest.mark.django_db
def test_columns_that_the_frame_has_not_are_null_and_unnamed_ones_stay_behind() -> None:
    frame = pl.DataFrame({"more": [1], "b": ["x"]})
    with transaction.atomic():
        staging.stage("part", {"a": "text", "b": "text"}, frame)
        assert staging.rows("SELECT * FROM part") == [(None, "x")]


@pytest.mark.django_db
def test_a_staging_table_may_be_staged_twice_in_one_transaction() -> None:
    with transaction.atomic():
        for value in ("first", "second"):
            staging.stage("again", {"one": "text"}, pl.DataFrame({"one": [value]}))
        assert staging.rows("SELECT one FROM again") == [("second",)]


def test_a_staging_table_ends_with_its_transaction(committed_db: None) -> None:
    with transaction.atomic():
        staging.stage("ended", {"one": "text"}, pl.DataFrame({"one": ["x"]}))
    assert staging.rows("SELECT to_regclass('pg_temp.ended')") == [(None,)]


@pytest.mark.django_db
def test_a_staging_table_like_a_table_of_record_takes_its_columns() -> None:
    frame = pl.DataFrame({"version_id": [7], "ordinal": [1]})
    with transaction.atomic():
        staging.stage_like("like_record", "records_alternateid", frame)
        assert staging.rows("SELECT version_id, ordinal, alternate_student_id FROM like_record") == [
            (7, 1, None)
        ]
        assert staging.run("UPDATE like_record SET alternate_student_id = %s", ["y"]) == 1


@pytest.mark.django_db
def test_an_empty_answer_keeps_the_columns_that_were_asked_for() -> None:
    schema = {"one": pl.String, "two": pl.Int64, "three": pl.Boolean}
    answer = staging.read("SELECT 'a', 1, true WHERE false", schema)
    assert dict(answer.schema) == schema
    assert answer.is_empty()


def _estimated(table: str) -> int:
    [(rows,)] = staging.rows("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table])
    return int(rows)


def _name_words(first: int, last: int) -> int:
    return staging.run(
        "INSERT INTO students_searchword (kind, word) SELECT 'n', 'word' || i FROM generate_series(%s, %s) i",
        [first, last],
    )


@pytest.mark.django_db
def test_the_planner_learns_of_tables_that_grew_and_leaves_the_others_alone() -> None:
    staging.refresh_statistics({"students_searchword": _name_words(1, 1000)})
    assert _estimated("students_searchword") == 1000

    staging.refresh_statistics({"students_searchword": _name_words(1001, 1200)})
    assert _estimated("students_searchword") == 1000

    staging.refresh_statistics({"students_searchword": _name_words(1201, 2000)})
    assert _estimated("students_searchword") == 2000


@pytest.mark.django_db
def test_statistics_are_of_the_columns_by_which_rows_are_found() -> None:
    written = staging.run(
        "INSERT INTO records_enrollment (version_id, ordinal, grade_level) SELECT i, 1, '05' FROM generate_series(1, 100) i"
    )
    staging.refresh_statistics({"records_enrollment": written})
    looked_at = staging.rows(
        "SELECT attname FROM pg_stats WHERE tablename = 'records_enrollment' ORDER BY attname"
    )
    assert looked_at == [("ordinal",), ("version_id",)]


@pytest.mark.django_db
def test_a_planned_query_keeps_one_plan_for_all_its_parameters_and_is_planned_anew_after_a_rollback() -> None:
    def doubled(number: int) -> list[int]:
        query = "SELECT 2 * %(number)s::bigint AS twice_planned"
        found = staging.read_planned(query, {"twice": pl.Int64}, {"number": str(number)})
        return found["twice"].to_list()

    def plans() -> int:
        query = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%twice_planned%'"
        return int(staging.rows(query)[0][0])

    assert [doubled(number) for number in (1, 2**15, 2**40)] == [[2], [2**16], [2**41]]
    assert plans() == 1
    with transaction.atomic():
        assert doubled(3) == [6]
        transaction.set_rollback(True)
    assert doubled(4) == [8]
