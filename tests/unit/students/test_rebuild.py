"""Children and search rows are derived, and always the same."""

from datetime import date
from typing import Any

import pytest

from openmsix.identity.models import Link
from openmsix.students.actions import bring_up_to_date, is_up_to_date, rebuild, ref_of
from openmsix.students.models import Child, Derivation, SearchRow, SearchWord, Vocabulary
from tests.children import enrolled, link, named, say, silence

pytestmark = pytest.mark.django_db
A, B = "100000000001", "200000000002"
BORN = date(2014, 3, 12)


def everything() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    children = [dict(row) for row in Child.objects.order_by("pk").values()]
    return children, [dict(row) for row in SearchRow.objects.order_by("pk").values()]


def nation() -> None:
    say(
        A,
        "TX",
        "1-a",
        named("María", "López/Peña", BORN, female_parent_first_name="Rosa", female_parent_last_name="Peña"),
        said_at=date(2026, 9, 1),
        enrollments=[
            enrolled(
                date(2025, 9, 1),
                school_or_project_name="Lincoln Elementary",
                withdrawal_date=date(2026, 5, 1),
            )
        ],
        qualifying_moves=[{"qualifying_arrival_date": date(2025, 8, 1)}],
        alternate_ids=[{"alternate_student_id": "ALT 9", "alternate_student_id_type": "01"}],
    )
    say(
        A,
        "OH",
        "77",
        named("Maria", "Lopez Pena", date(2014, 12, 3)),
        enrollments=[
            enrolled(
                date(2026, 8, 20),
                school_or_project_name="Grant School",
                school_district_id="3900001",
                grade_level="07",
            ),
            {"enrollment_date": date(2026, 8, 20), "enrollment_type": "06"},
        ],
        qualifying_moves=[
            {"qualifying_arrival_date": date(2026, 8, 1), "eligibility_expiration_date": date(2029, 8, 1)}
        ],
    )
    say(B, "TX", "2", named("Ana", "de la Cruz", BORN))


def test_a_child_is_what_was_said_last() -> None:
    nation()
    child = Child.objects.get(pk=A)
    assert (child.first_name, child.last_name_1, child.birth_date) == (
        "Maria",
        "Lopez Pena",
        date(2014, 12, 3),
    )
    assert child.states == ["OH", "TX"]
    assert (child.current_state, child.current_district_id, child.current_school, child.grade) == (
        "OH",
        "3900001",
        "Grant School",
        "07",
    )
    assert (child.qualifying_arrival_date, child.eligibility_end) == (date(2026, 8, 1), date(2029, 8, 1))
    assert (child.records, child.live) == (2, True)


def test_eligibility_without_a_stated_end_follows_the_rule() -> None:
    say(
        A,
        "TX",
        "1",
        named("Ana", "Cruz", BORN),
        qualifying_moves=[{"qualifying_arrival_date": date(2025, 8, 1)}],
    )
    assert Child.objects.get(pk=A).eligibility_end == date(2028, 8, 1)


def test_each_state_record_is_found_by_its_own_words() -> None:
    nation()
    texas = SearchRow.objects.get(state_code="TX", child=A)
    assert texas.ids == ["1A", "ALT9"]
    assert (texas.given, texas.surnames, texas.parents) == (["maria"], ["lopez", "pena"], ["rosa", "pena"])
    assert texas.schools == ["lincoln"]
    assert {"n:lopez", "p:rosa", "s:lincoln", "s:grant"} <= set(Child.objects.get(pk=A).words)
    assert {"n:delacruz", "n:cruz"} <= set(Child.objects.get(pk=B).words)
    assert SearchWord.objects.filter(kind="n", word="delacruz").exists()


def test_rebuilding_again_writes_the_same_rows() -> None:
    nation()
    before = everything()
    stamp = Vocabulary.objects.get().version
    rebuild()
    assert everything() == before
    rebuild(msix_ids=[A])
    rebuild(msix_ids=[B, A, A])
    assert everything() == before
    assert Vocabulary.objects.get().version == stamp


def test_rebuilding_all_from_nothing_gives_equal_rows() -> None:
    nation()
    before = everything()
    SearchRow.objects.all().delete()
    Child.objects.all().delete()
    assert rebuild() == 2
    children, rows = everything()
    assert rows == before[1]
    assert [{**child, "updated_at": None} for child in children] == [
        {**child, "updated_at": None} for child in before[0]
    ]


def test_a_child_of_whom_nobody_speaks_is_not_live() -> None:
    nation()
    silence(Link.objects.live().get(msix_id=B).state_record)
    rebuild(msix_ids=[B])
    child = Child.objects.get(pk=B)
    assert (child.live, child.records, child.words, child.states) == (False, 0, [], [])
    assert not SearchRow.objects.filter(child=B).exists()


def test_a_child_that_comes_back_has_the_same_address() -> None:
    nation()
    ref = Child.objects.get(pk=B).ref
    silence(Link.objects.live().get(msix_id=B).state_record)
    rebuild(msix_ids=[B])
    say(B, "TX", "2", named("Ana", "de la Cruz", BORN))
    child = Child.objects.get(pk=B)
    assert (child.ref, child.live) == (ref, True)
    assert ref == ref_of(B)
    assert B not in ref


def test_a_record_that_changes_hands_changes_both_children() -> None:
    nation()
    link(Link.objects.live().get(msix_id=A, state_code="OH").state_record, B)
    rebuild(msix_ids=[A, B])
    assert Child.objects.get(pk=A).states == ["TX"]
    assert Child.objects.get(pk=B).states == ["OH", "TX"]
    assert set(SearchRow.objects.filter(child=B).values_list("state_code", flat=True)) == {"OH", "TX"}


def test_nobody_is_touched_by_nothing() -> None:
    nation()
    before = everything()
    assert rebuild(msix_ids=[]) == 0
    assert everything() == before


def test_children_that_an_earlier_openmsix_derived_are_derived_anew_once() -> None:
    nation()
    expected = everything()
    assert is_up_to_date(), "the first ones are derived in today's way"
    Derivation.objects.all().delete()  # as it was before the way was noted
    assert not is_up_to_date()
    assert bring_up_to_date() == 2
    assert everything() == expected
    Child.objects.update(mother="")
    assert bring_up_to_date() == 0
    assert not Child.objects.exclude(mother="").exists()
    Derivation.objects.update(number=0)
    assert bring_up_to_date() == 2
    assert Child.objects.get(pk=A).mother == "Rosa Peña"
