"""Storing what the States say, against the real database."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from django.db import connection
from django.db.models import Model

from openmsix.audit.models import Event
from openmsix.intake.models import Submission
from openmsix.records import actions, queries
from openmsix.records.models import ROWS, CourseHistory, Demographics, RecordVersion, StateRecord
from tests.integration.drawn import BY, Student, checked, child, store, submission

pytestmark = pytest.mark.django_db

ANA = child("Ana", "Cruz", date(2014, 3, 12))
ANITA = child("Anita", "Cruz", date(2014, 3, 12))
BEN = child("Ben", "Ruiz", date(2012, 7, 4))
ALGEBRA = {"course_history": [{"course_title": "Algebra 1", "begin_academic_year": 2025}]}


def first_names(state: str = "TX") -> dict[str, str]:
    """What holds now: the first name by State Student Identifier."""
    live = RecordVersion.objects.live().of_states(state).select_related("state_record")
    said = dict(Demographics.objects.values_list("version_id", "first_name"))
    return {version.state_record.state_student_id or "": said[version.pk] or "" for version in live}


def rows_in_records() -> dict[str, int]:
    tables: list[type[Model]] = [StateRecord, RecordVersion, *ROWS.values()]
    return {table.__name__: table._default_manager.count() for table in tables}


# What the State said before (name, or D after it), what it says now, and what that changes.
ACTIONS = [
    ("I of an unknown student", [], ("I", ANA), "new", "Ana"),
    ("U of an unknown student", [], ("U", ANA), "new", "Ana"),
    ("D of an unknown student", [], ("D", {}), "none", None),
    ("I again, the same", [("I", ANA)], ("I", ANA), "unchanged", "Ana"),
    ("U with the same", [("I", ANA)], ("U", ANA), "unchanged", "Ana"),
    ("U with other content", [("I", ANA)], ("U", ANITA), "changed", "Anita"),
    ("I with other content", [("I", ANA)], ("I", ANITA), "changed", "Anita"),
    ("D of a live student", [("I", ANA)], ("D", {}), "closed", None),
    ("D of a closed student", [("I", ANA), ("D", {})], ("D", {}), "none", None),
    ("a return after D", [("I", ANA), ("D", {})], ("I", ANA), "reopened", "Ana"),
    ("a return with other content", [("I", ANA), ("D", {})], ("U", ANITA), "reopened", "Anita"),
]


@pytest.mark.parametrize(
    ("before", "now", "change", "name"), [row[1:] for row in ACTIONS], ids=[row[0] for row in ACTIONS]
)
def test_each_action_in_each_state(
    before: list[tuple[str, Any]], now: tuple[str, Any], change: str, name: str | None
) -> None:
    for action, says in before:
        store(submission(), [Student("A", action, says)])
    stored = store(submission(), [Student("A", *now)])
    assert stored.changes["change"].to_list() == [change]
    assert first_names() == ({"A": name} if name else {})
    assert StateRecord.objects.count() == 1


def test_the_same_content_again_writes_nothing() -> None:
    students = [Student("A", says=ANA, rows=ALGEBRA), Student("B", says=BEN)]
    store(submission(), students)
    before = rows_in_records()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_stat_get_xact_tuples_updated(oid)) FROM pg_class WHERE relname LIKE 'records\\_%'"
        )
        updated = cursor.fetchone()
        stored = store(submission(kind="full"), students)
        cursor.execute(
            "SELECT sum(pg_stat_get_xact_tuples_updated(oid)) FROM pg_class WHERE relname LIKE 'records\\_%'"
        )
        assert cursor.fetchone() == updated
    assert stored.unchanged == 2
    assert rows_in_records() == before


@pytest.mark.parametrize("versions", [{"version": "2022"}, {"checks_version": "2"}])
def test_the_same_words_under_other_rules_are_other_content(versions: dict[str, str]) -> None:
    store(submission(), [Student("A", says=ANA)])
    sent = submission()
    Submission.objects.filter(pk=sent.pk).update(dictionary_version=versions.get("version", "2023"))
    sent.refresh_from_db()
    assert store(sent, [Student("A", says=ANA)], **versions).changed == 1


def test_a_student_is_replaced_as_a_whole() -> None:
    store(submission(), [Student("A", says=ANA, rows=ALGEBRA)])
    store(submission(), [Student("A", "U", ANITA)])
    live = RecordVersion.objects.live().get()
    assert not CourseHistory.objects.filter(version_id=live.pk).exists()
    closed = RecordVersion.objects.get(closed_at__isnull=False)
    assert CourseHistory.objects.get(version_id=closed.pk).course_title == "Algebra 1"
    assert closed.closed_by_submission == live.submission


def test_values_come_back_as_they_were_checked() -> None:
    rows = {
        "course_history": [
            {
                "course_title": 'Algebra "1",\nfor all',
                "begin_academic_year": 2025,
                "clock_hours": None,
                "final_grade": "N\\A",
            },
            {"course_title": "=1+1", "credits_granted": Decimal("0.50")},
        ],
        "enrollments": [{"enrollment_date": date(2025, 8, 20), "school_or_project_name": "José Martí ñ"}],
    }
    store(submission(), [Student("A", says=ANA, rows=rows)])
    first, second = CourseHistory.objects.order_by("ordinal")
    assert (first.course_title, first.begin_academic_year, first.final_grade) == (
        'Algebra "1",\nfor all',
        2025,
        "N\\A",
    )
    assert (second.course_title, str(second.credits_granted), second.final_grade) == ("=1+1", "0.50", None)


def test_a_full_submission_closes_the_students_it_leaves_out() -> None:
    store(submission(), [Student("A", says=ANA), Student("B", says=BEN)])
    store(submission("CA"), [Student("B", says=BEN)])
    stored = store(submission(kind="full"), [Student("A", says=ANA)])
    assert (stored.closed, stored.unchanged) == (1, 1)
    assert first_names() == {"A": "Ana"}
    assert first_names("CA") == {"B": "Ben"}


def test_a_rejected_student_of_a_full_submission_is_present() -> None:
    store(submission(), [Student("A", says=ANA), Student("B", says=BEN)])
    stored = store(submission(kind="full"), [Student("A", says=ANITA), Student("B", rejected=True)])
    assert (stored.changed, stored.closed) == (1, 0)
    assert first_names() == {"A": "Anita", "B": "Ben"}


def test_a_student_rejected_for_want_of_zeros_is_present_too() -> None:
    """Else a spreadsheet that took the zeros would close the very students whom the rejection keeps."""
    store(submission(), [Student("0002", says=ANA), Student("B", says=BEN)])
    sent = submission(kind="full")
    now = [Student("2", rejected=True), Student("C", says=BEN)]
    assert actions.closing(submission=sent, checked=checked(now)).students["state_student_id"].to_list() == [
        "B"
    ]
    assert store(sent, now).closed == 1
    assert first_names() == {"0002": "Ana", "C": "Ben"}


# Windows end on a day; the submissions arrive in this order. What holds in the end is what was said for the latest day.
ORDERS = [
    ("later content stays", [(20, "delta", ("I", ANITA)), (10, "delta", ("I", ANA))], "older", {"A": "Anita"}),
    ("content affirmed later stays", [(10, "delta", ("I", ANA)), (30, "delta", ("I", ANA)), (20, "delta", ("U", ANITA))],
     "older", {"A": "Ana"}),
    ("a later deletion stays", [(10, "delta", ("I", ANA)), (30, "delta", ("D", {})), (20, "delta", ("U", ANITA))], "older", {}),
    ("an older deletion comes too late", [(20, "delta", ("I", ANA)), (10, "delta", ("D", {}))], "older", {"A": "Ana"}),
    ("left out later", [(30, "full", None), (20, "delta", ("I", ANA))], "older", {}),
    ("nobody left later", [(30, "full", []), (20, "delta", ("I", ANA))], "older", {}),
    ("all rejected later", [(30, "full", [Student("Z", rejected=True)]), (20, "delta", ("I", ANA))], "older", {}),
    ("the same words are never a question", [(20, "delta", ("I", ANA)), (10, "delta", ("I", ANA))], "unchanged", {"A": "Ana"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "change", "names"), [row[1:] for row in ORDERS], ids=[row[0] for row in ORDERS]
)
def test_an_older_window_never_overwrites(sent: list[Any], change: str, names: dict[str, str]) -> None:
    for day, kind, said in sent:
        students = (
            said if isinstance(said, list) else [Student("A", *said)] if said else [Student("Z", says=BEN)]
        )
        stored = store(submission(day=day, kind=kind), students)
    assert stored.changes["change"].to_list() == [change]
    assert {key: name for key, name in first_names().items() if key == "A"} == names


def test_an_older_full_submission_closes_nobody_who_came_later() -> None:
    store(submission(day=20), [Student("A", says=ANA)])
    stored = store(submission(day=10, kind="full"), [Student("B", says=BEN)])
    assert stored.closed == 0
    assert first_names() == {"A": "Ana", "B": "Ben"}


def test_the_tripwire_counts_what_would_close_or_empty() -> None:
    students = [
        Student("A", says=ANA, rows=ALGEBRA),
        Student("B", says=BEN),
        Student("C", says=BEN),
        Student("D", says=BEN),
    ]
    store(submission(), students)
    now = [Student("A", "U", ANITA), Student("B", "D"), Student("C", "U", ANA)]
    delta = actions.closing(submission=submission(), checked=checked(now))
    assert (delta.would_close, delta.live) == (2, 4)  # A loses its courses, B is deleted
    full = actions.closing(submission=submission(kind="full"), checked=checked(now))
    assert (full.would_close, full.live) == (3, 4)  # and D is absent
    older = actions.closing(submission=submission(day=-5, kind="full"), checked=checked(now))
    assert older.would_close == 0


def test_every_student_ever_spoken_of_is_known() -> None:
    store(submission(), [Student("A", says=ANA), Student("B", says=BEN)])
    store(submission(), [Student("B", "D")])
    known = queries.known_students("TX").sort("state_student_id")
    assert known.select("state_student_id_type", "state_student_id", "live").rows() == [
        ("01", "A", True),
        ("01", "B", False),
    ]
    assert queries.known_students("CA").is_empty()


def test_a_student_named_outside_of_submissions_is_new_when_it_comes() -> None:
    named = pl.DataFrame({"state_code": ["TX"], "state_student_id_type": ["01"], "state_student_id": ["A"]})
    known = actions.make_known(students=named)
    assert actions.make_known(students=named).equals(known)
    assert queries.known_students("TX").is_empty()
    stored = store(submission(), [Student("A", says=ANA)])
    assert stored.changes.select("state_record_id", "change").rows() == [(known["state_record_id"][0], "new")]


def test_storing_is_written_down() -> None:
    sent = submission()
    store(sent, [Student("A", says=ANA)])
    event = Event.objects.get(action="records:submission:stored")
    assert (event.subject_id, event.actor, event.detail["new"]) == (sent.ref, BY.actor, 1)
