"""Deriving what we show from what the States said and who is who; nothing here is the only copy."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Collection, Iterable
from typing import Any

import polars as pl
from django.conf import settings
from django.db import connection, transaction

from openmsix import locks, staging
from openmsix.deadlines import clock
from openmsix.deadlines.eligibility import expiration_date
from openmsix.students import statements
from openmsix.students.models import Child, Derivation, SearchRow
from openmsix.students.words import name_words, school_words


def ref_of(msix_id: str) -> str:
    """The opaque address of a child's pages: 24 letters and digits that only this installation can derive."""
    key = settings.SECRET_KEY.encode()
    digest = hmac.new(key, f"address of child {msix_id}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:15]).decode().lower()


AT_ONCE = 1_000
"""So many children are derived in one turn, in about half a second."""


def publish(*, msix_ids: Iterable[str], report: Callable[[int, int], None] | None = None) -> None:
    """Derive children anew, some thousand in a turn, so that the few of another submission need not wait for the many of this one.

    `report`: told how many are done, and of how many. For the rest see `rebuild`. Not to be called within a transaction.
    """
    ordered = sorted(set(msix_ids))
    for first in range(0, len(ordered), AT_ONCE):
        rebuild(msix_ids=ordered[first : first + AT_ONCE])
        if report:
            report(min(first + AT_ONCE, len(ordered)), len(ordered))


@transaction.atomic
def address_anew() -> int:
    """Give every child's pages the address that the secret key of now derives; of how many it changed."""
    _take_turn()
    ids = staging.read("select msix_id from students_child", {"msix_id": pl.String})
    refs = ids.with_columns(ref=pl.Series(map(ref_of, ids["msix_id"]), dtype=pl.String))
    staging.stage("new_addresses", {"msix_id": "text", "ref": "text"}, refs)
    return staging.run(
        "update students_child c set ref = n.ref from new_addresses n where n.msix_id = c.msix_id and n.ref <> c.ref"
    )


@transaction.atomic
def rebuild(*, msix_ids: Iterable[str] | None = None, speaking: str = statements.SPEAKING) -> int:
    """Derive children and their search rows anew from the live links and the live versions.

    `msix_ids`: the children whose links or records changed, both sides of a changed link; None means all. `speaking`: the statement that tells what is said of them.
    Derives the same rows however often it runs.

    Returns:
        How many of them have a live state record.
    """
    _take_turn()
    _note_first_derivation()
    with connection.cursor() as cursor:
        _forget_temporary_tables(cursor)
        _touch(cursor, msix_ids)
        _listen(cursor, speaking)
        _spell(cursor)
        _expire(cursor)
        cursor.execute(
            "analyze person (state_record_id, msix_id); analyze spelling (kind, raw);"
            " analyze latest_enrollment (msix_id); analyze latest_move (msix_id)"
        )
        cursor.execute(statements.FORGET_SEARCH_ROWS_OF_CHILDREN)
        cursor.execute(statements.FORGET_SEARCH_ROWS_OF_RECORDS)
        cursor.execute(statements.SEARCH_ROWS)
        written = {"students_searchrow": cursor.rowcount}
        cursor.execute(statements.DERIVED)
        _refer(cursor)
        now = {"now": clock.now()}
        cursor.execute(statements.CHILDREN, now)
        written["students_child"] = cursor.rowcount
        cursor.execute(statements.SILENT_CHILDREN, now)
        cursor.execute(statements.NEW_WORDS)
        if cursor.rowcount:
            cursor.execute(statements.NEXT_VOCABULARY)
        transaction.on_commit(lambda: staging.refresh_statistics(written))
        cursor.execute("select count(*) from derived")
        return int(cursor.fetchone()[0])


@transaction.atomic
def rebuild_from_nothing() -> None:
    """Derive all children where none has been derived yet, also those of whom no State speaks any more: their pages say what was known of them last."""
    silent = [msix_id for (msix_id,) in staging.rows(statements.SILENT)]
    rebuild(msix_ids=silent, speaking=statements.LAST_SAID)
    rebuild(msix_ids=silent)
    rebuild()


DERIVATION = 1
"""The way in which children and search rows are derived. Raise it when existing ones must be derived anew."""


def _take_turn() -> None:
    """Wait until nobody else derives children: two States may speak of one child at once, and what is read last must be written last."""
    locks.take(locks.DERIVING)


def _note_first_derivation() -> None:
    """Where no child was ever derived, none was derived in another way."""
    if not Child.objects.exists() and not Derivation.objects.exists():
        Derivation.objects.bulk_create([Derivation(pk=1, number=DERIVATION)], ignore_conflicts=True)


def is_up_to_date() -> bool:
    """Whether all children were derived in today's way; so it is where there are none."""
    return Derivation.objects.filter(number=DERIVATION).exists() or not Child.objects.exists()


@transaction.atomic
def bring_up_to_date() -> int:
    """Derive all children anew if they were last derived in another way; how many, 0 if there was no need."""
    _take_turn()
    if is_up_to_date():
        return 0
    derived = rebuild()
    Derivation.objects.update_or_create(pk=1, defaults={"number": DERIVATION})
    return derived


TEMPORARY = (
    "touched", "speaking", "person", "latest_enrollment", "latest_grade", "latest_move", "spelling", "expiry",
    "derived", "reference",
)  # fmt: skip


def _forget_temporary_tables(cursor: Any) -> None:
    # A second rebuild in one transaction meets the tables of the first.
    cursor.execute("; ".join(f"drop table if exists pg_temp.{name}" for name in TEMPORARY))
    cursor.execute("set local work_mem = '128MB'")


def _touch(cursor: Any, msix_ids: Iterable[str] | None) -> None:
    cursor.execute("create temporary table touched (msix_id varchar(12) primary key) on commit drop")
    if msix_ids is None:
        cursor.execute(
            "insert into touched select msix_id from identity_link where closed_at is null"
            " union select msix_id from students_child"
        )
    else:
        _copy(cursor, "touched (msix_id)", ((msix_id,) for msix_id in sorted(set(msix_ids))))
    cursor.execute("analyze touched")


def _listen(cursor: Any, speaking: str) -> None:
    """What the state records of the touched children say: those that are live, now."""
    cursor.execute(speaking)
    cursor.execute("create index on speaking (version_id); analyze speaking")
    for statement in (
        statements.PERSON,
        statements.LATEST_ENROLLMENT,
        statements.LATEST_GRADE,
        statements.LATEST_MOVE,
    ):
        cursor.execute(statement)


def _copy(cursor: Any, target: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.wrap_database_errors, cursor.copy(f"copy {target} from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def _spell(cursor: Any) -> None:
    """The words of every spelling, worked out once each: a million children share few names."""
    cursor.execute("create temporary table spelling (kind text, raw text, words text[]) on commit drop")
    cursor.execute(statements.RAW_SPELLINGS)
    words_of = {"n": name_words, "s": school_words}
    _copy(cursor, "spelling", [(kind, raw, words_of[kind](raw)) for kind, raw in cursor.fetchall()])


def _expire(cursor: Any) -> None:
    """When eligibility ends where no State said so."""
    cursor.execute("create temporary table expiry (arrived date, born date, ends date) on commit drop")
    cursor.execute(
        "select distinct move.qualifying_arrival_date, person.birth_date from latest_move move"
        " join (select distinct on (msix_id) msix_id, birth_date from person"
        " order by msix_id, said_at desc, state_record_id desc) as person on person.msix_id = move.msix_id"
        " where move.eligibility_expiration_date is null and move.qualifying_arrival_date is not null"
    )
    _copy(
        cursor,
        "expiry",
        [(arrived, born, expiration_date(arrived, born)) for arrived, born in cursor.fetchall()],
    )


def _refer(cursor: Any) -> None:
    """The addresses of the children's pages."""
    cursor.execute(
        "create temporary table reference (msix_id varchar(12) primary key, ref text) on commit drop"
    )
    cursor.execute("select msix_id from derived")
    _copy(cursor, "reference", [(msix_id, ref_of(msix_id)) for (msix_id,) in cursor.fetchall()])


@transaction.atomic
def erase(*, msix_ids: Collection[str], words: Iterable[str]) -> None:
    """Take away what is shown of children; those that are left are to be derived anew (`rebuild`).

    `words`: each with its kind, of the children's names as they ever were. Those that no child has any more are forgotten.
    """
    _take_turn()
    children = Child.objects.filter(msix_id__in=msix_ids)
    had = set(words).union(*children.values_list("words", flat=True))
    SearchRow.objects.filter(child__in=children).delete()
    children.delete()
    forgotten = staging.run(
        """
        DELETE FROM students_searchword w USING unnest(%(words)s::text[]) AS had (word)
        WHERE w.kind = substr(had.word, 1, 1) AND w.word = substr(had.word, 3)
          AND NOT EXISTS (SELECT FROM students_child c WHERE c.words @> ARRAY[had.word])
        """,
        {"words": sorted(had)},
    )
    if forgotten:
        staging.run(statements.NEXT_VOCABULARY)
