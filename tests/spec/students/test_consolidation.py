"""Holds consolidation to the tables of docs/spec/consolidation.md."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from openmsix.students.consolidate import NEEDS, consolidate
from openmsix.students.record import ConsolidatedRecord, Course
from openmsix.students.values import Fact, SourceRecord

PAGE = Path(__file__).resolve().parents[3] / "docs" / "spec" / "consolidation.md"
TODAY = date(2026, 11, 23)


def table(heading: str, number: int = 0) -> list[dict[str, str]]:
    """The rows of the first or a further table under a heading, by column."""
    section = PAGE.read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    nth = [part for part in section.split("\n\n") if part.lstrip().startswith("|")][number]
    lines = [line.strip().strip("|") for line in nth.splitlines() if line.startswith("|")]
    header, _, *rows = ([cell.strip() for cell in line.split("|")] for line in lines)
    return [dict(zip(header, row, strict=True)) for row in rows]


def said(statements: str) -> Iterator[tuple[str, date, str]]:
    for statement in statements.split(";"):
        who, _, value = statement.strip().partition(":")
        state, day = who.split()
        yield state, date.fromisoformat(day), value.strip()


def source(number: int, state: str, day: date, **rows: Any) -> SourceRecord:
    """A state record; rows by record type."""
    return SourceRecord(
        number, state, f"S{number}", "01", day, {kind: tuple(given) for kind, given in rows.items()}
    )


def record(sources: list[SourceRecord]) -> ConsolidatedRecord:
    return consolidate(sources, msix_id="000000000000", ref="r", today=TODAY)


def typed(key: str, value: str) -> Any:
    if not value:
        return None
    return date.fromisoformat(value) if key == "birth_date" else value


def check(fact: Fact, row: dict[str, str]) -> None:
    standing = [str(value.value) for value in fact.distinct]
    assert standing[:1] == ([row["stands first"]] if row["stands first"] else [])
    assert standing[1:] == ([row["also stands"]] if row["also stands"] else [])


@pytest.mark.parametrize(
    "row", table("One fact from several States"), ids=lambda row: row["what the States said"]
)
def test_the_value_said_last_stands_first_and_others_stay(row: dict[str, str]) -> None:
    key = row["element"]
    one = record(
        [
            source(number, state, day, demographics=[{key: typed(key, value)}])
            for number, (state, day, value) in enumerate(said(row["what the States said"]))
        ]
    )
    check({**one.identity, **one.family}[key], row)
    assert [fact.key for fact in one.arrival.questions] == ([key] if row["question"] == "yes" else [])


@pytest.mark.parametrize(
    "row",
    table("One fact from several States", 1),
    ids=lambda row: row["what the States said (first / last)"],
)
def test_parents_are_compared_by_their_full_names(row: dict[str, str]) -> None:
    parent, statements, *_, question = row.values()
    sex = {"mother": "female", "father": "male"}[parent]
    sources = []
    for number, (state, day, name) in enumerate(said(statements)):
        first, _, last = (part.strip() or None for part in name.partition("/"))
        rows = [{f"{sex}_parent_first_name": first, f"{sex}_parent_last_name": last}]
        sources.append(source(number, state, day, demographics=rows))
    one = record(sources)
    check(next(fact for fact in one.arrival.parents if fact.key == parent), row)
    assert [fact.key for fact in one.arrival.questions] == ([parent] if question == "yes" else [])


@pytest.mark.parametrize(
    "row", table("Names that States divide differently"), ids=lambda row: next(iter(row.values()))
)
def test_names_are_compared_as_they_read_together(row: dict[str, str]) -> None:
    keys = ("first_name", "middle_name", "last_name_1", "last_name_2")
    statements, question = row.values()
    one = record(
        [
            source(
                number,
                state,
                day,
                demographics=[
                    {key: part.strip() or None for key, part in zip(keys, names.split("/"), strict=True)}
                ],
            )
            for number, (state, day, names) in enumerate(said(statements))
        ]
    )
    assert [fact.key for fact in one.arrival.questions] == question.split()


@pytest.mark.parametrize("row", table("Needs"), ids=lambda row: row["need"])
def test_a_need_is_what_the_newest_enrollment_says(row: dict[str, str]) -> None:
    sources = []
    for number, (state, day, statement) in enumerate(said(row["what the enrollments said"])):
        enrolled, _, value = statement.partition(" ")
        stay = {"enrollment_date": date.fromisoformat(enrolled), row["need"]: value or None}
        older = (
            {"enrollment_date": date(2020, 1, 1), row["need"]: "older"}
            if value
            else {"enrollment_date": date(2020, 1, 1)}
        )
        sources.append(source(number, state, day, enrollments=[older, stay]))
    one = record(sources)
    fact = one.arrival.needs[NEEDS.index(row["need"])]
    check(fact, row)
    assert [fact.key for fact in one.arrival.questions] == ([row["need"]] if row["question"] == "yes" else [])


@pytest.mark.parametrize("row", table("Health history"), ids=lambda row: row["what the enrollments said"])
def test_only_what_state_records_say_now_can_differ(row: dict[str, str]) -> None:
    stays: dict[tuple[str, date], list[dict[str, Any]]] = {}
    for state, day, statement in said(row["what the enrollments said"]):
        enrolled, value = statement.split()
        stay = {"enrollment_date": date.fromisoformat(enrolled), row["element"]: value}
        stays.setdefault((state, day), []).append(stay)
    one = record(
        [
            source(number, state, day, enrollments=rows)
            for number, ((state, day), rows) in enumerate(stays.items())
        ]
    )
    fact = one.health[row["element"]]
    assert ", ".join(f"{value.enrolled} {value.value}" for value in fact.values) == row["history"]
    assert fact.differs == (row["States differ"] == "yes")


@pytest.mark.parametrize("row", table("What each State says for itself"), ids=lambda row: row["element"])
def test_what_each_state_says_for_itself_is_no_disagreement(row: dict[str, str]) -> None:
    sources = []
    for number, (state, day, statement) in enumerate(said(row["what the enrollments said"])):
        enrolled, value = statement.split()
        stay = {"enrollment_date": date.fromisoformat(enrolled), row["element"]: value}
        sources.append(source(number, state, day, enrollments=[stay]))
    fact = record(sources).schooling[row["element"]]
    assert ", ".join(value.value for value in fact.values) == row["values"]
    assert fact.differs == (row["States differ"] == "yes")


@pytest.mark.parametrize(
    "row", table("On what the States agree"), ids=lambda row: f"{row['facts']} {row['what the States said']}"
)
def test_agreement_is_said_topic_by_topic(row: dict[str, str]) -> None:
    key, statements, *expected = row.values()
    sources = []
    for number, statement in enumerate(statements.split(";")):
        state, _, value = (part.strip() for part in statement.partition(":"))
        kind = "enrollments" if key in NEEDS else "demographics"
        rows = [{"enrollment_date": TODAY, key: value or None}]
        sources.append(source(number, state, TODAY, **{kind: rows}))
    found = record(sources).arrival.agreement
    assert [found.agreed, found.differing, found.own, found.alone] == [
        tuple(each.split()) for each in expected
    ]


@pytest.mark.parametrize("row", table("The end of an enrollment"), ids=lambda row: row["enrollments"])
def test_an_enrollment_ended_when_the_next_began(row: dict[str, str]) -> None:
    sources = []
    for number, stay in enumerate(row["enrollments"].split(";")):
        state, begins, ends, kind = stay.split()
        dates = {
            "enrollment_date": date.fromisoformat(begins),
            "withdrawal_date": None if ends == "-" else date.fromisoformat(ends),
            "enrollment_type": kind,
            "school_id": str(number),
        }
        sources.append(source(number, state, TODAY, enrollments=[dates]))
    first = next(stay for stay in record(sources).enrollments if stay["school_id"] == "0")
    told = {
        "open": "" if first.is_open else "not",
        "ended": str(first.ended),
        "followed": str(first.followed_on),
    }
    how, _, day = row["the first one"].partition(" ")
    assert told[how] == day
    assert first.is_open == (how == "open")


@pytest.mark.parametrize("row", table("Eligibility"), ids=lambda row: next(iter(row.values())))
def test_eligibility_follows_the_latest_arrival(row: dict[str, str]) -> None:
    arrivals, born, graduated, ends, days, computed, doubtful = row.values()
    moves = []
    for arrival in arrivals.split(";"):
        arrived, _, expires = (part.strip() for part in arrival.partition("/"))
        moves.append(
            {
                "qualifying_arrival_date": date.fromisoformat(arrived),
                "eligibility_expiration_date": date.fromisoformat(expires) if expires else None,
            }
        )
    one = record(
        [
            source(
                1,
                "TX",
                TODAY,
                qualifying_moves=moves,
                demographics=[{"birth_date": date.fromisoformat(born)}],
                enrollments=[
                    {
                        "enrollment_date": date(2025, 9, 1),
                        "graduation_hse_date": date.fromisoformat(graduated) if graduated else None,
                    }
                ],
            )
        ]
    )
    found = one.arrival.eligibility
    assert found is not None
    assert (str(found.ends), str(found.days_left), found.computed) == (ends, days, computed == "yes")
    assert found.is_doubtful == (doubtful == "yes")


CASES: dict[str, list[dict[str, str]]] = defaultdict(list)
for line in table("Credits"):
    CASES[line["case"]].append(line)


def course(row: dict[str, str]) -> dict[str, Any]:
    begins, ends = row["years"].split("-")
    given = {key: value if value != "-" else None for key, value in row.items()}
    return {
        "course_title": row["title"],
        "subject_area": "Any",
        "begin_academic_year": int(begins),
        "end_academic_year": int(ends),
        "course_section": given["part"],
        "term_type": given["term"],
        "credits_granted": Decimal(given["credits"]) if given["credits"] else None,
        "final_grade": given["grade"],
        "clock_hours": int(given["hours"]) if given["hours"] else None,
        "grade_to_date": given["to date"],
    }


def yes(value: bool) -> str:
    return "yes" if value else "no"


def shown(course: Course) -> tuple[str, ...]:
    return (
        str(course.credits),
        course["end_academic_year"],
        course.standing.value,
        yes(course.counted),
        yes(course.repeated),
    )


@pytest.mark.parametrize("case", CASES)
def test_each_credit_counts_once(case: str) -> None:
    rows = CASES[case]
    stays = {
        "WA": {"enrollment_date": date(2026, 9, 1)},
        "TX": {"enrollment_date": date(2025, 9, 1), "withdrawal_date": date(2026, 3, 1)},
        "MI": {"enrollment_date": date(2026, 3, 2), "withdrawal_date": date(2026, 6, 10)},
        "OH": {"enrollment_date": date(2025, 3, 1)},
    }
    sources = [
        source(
            number,
            state,
            TODAY,
            enrollments=[stay],
            course_history=[course(row) for row in rows if row["State"] == state],
        )
        for number, (state, stay) in enumerate(stays.items())
    ]
    courses = record(sources).courses
    expected = [row for row in rows if row["standing"]]
    assert sorted(map(shown, courses)) == sorted(
        (
            str(course(row)["credits_granted"] or Decimal(0)),
            course(row)["end_academic_year"],
            row["standing"],
            row["counts"],
            row["repeated"],
        )
        for row in expected
    )
    counted = [Decimal(row["credits"]) for row in expected if row["counts"] == "yes"]
    assert courses.earned == sum(counted, Decimal(0))
    again = [Decimal(row["credits"]) for row in expected if row["repeated"] == "yes"]
    assert courses.repeated == sum(again, Decimal(0)) - max(again, default=Decimal(0))


def test_courses_broken_off_in_two_stays_are_two_each_with_its_own_state() -> None:
    rows = CASES["broken off in two States"]
    sources = [
        source(
            number,
            row["State"],
            TODAY,
            enrollments=[{"enrollment_date": date(2025, 9 + number, 1)}],
            course_history=[course(row)],
        )
        for number, row in enumerate(rows)
    ]
    states = [[said.state_code for said in each.said] for each in record(sources).courses.broken_off]
    assert sorted(states) == [["MI"], ["TX"]]


@pytest.mark.parametrize(
    "row", table("Credits of high school"), ids=lambda row: f"{row['grades']} {row['course type']}"
)
def test_credits_of_high_school_are_counted_apart(row: dict[str, str]) -> None:
    grades, course_type, counts, taken_in = row.values()
    stays: dict[str, list[dict[str, Any]]] = {"TX": [], "OH": []}
    for stay in grades.split(";"):
        state, begins, grade = stay.split()
        stays[state].append({"enrollment_date": date.fromisoformat(begins), "grade_level": grade})
    row_sent = {
        "course_title": "Algebra 1",
        "course_type": None if course_type == "-" else course_type,
        "begin_academic_year": 2024,
        "end_academic_year": 2025,
        "credits_granted": Decimal("0.50"),
    }
    courses = record(
        [
            source(1, "TX", TODAY, enrollments=stays["TX"], course_history=[row_sent]),
            source(2, "OH", TODAY, enrollments=stays["OH"]),
        ]
    ).courses
    [taken] = courses
    assert (taken.high_school, taken.taken_in_grade) == (
        counts == "yes",
        None if taken_in == "-" else taken_in,
    )
    half = Decimal("0.50")
    expected = (half, Decimal(0)) if counts == "yes" else (Decimal(0), half)
    assert (courses.earned, courses.earlier) == expected
    assert [(year.earned, year.earlier) for year in courses.years] == [expected]
    assert [(subject.earned, subject.earlier) for subject in courses.subjects] == [expected]


def written_course(statement: str) -> tuple[str, dict[str, Any]]:
    """The State and the row of a course written as `State title, years, part, term, type`."""
    what, years, *codes = (part.strip() for part in statement.split(","))
    state, title = what.split(" ", 1)
    begins, ends = (int(year) for year in years.split("-")) if years != "-" else (None, None)
    part, term, kind = (None if code == "-" else code for code in codes)
    row = {
        "course_title": None if title == "-" else title,
        "begin_academic_year": begins,
        "end_academic_year": ends,
        "course_section": part,
        "term_type": term,
        "course_type": kind,
    }
    return state, row


@pytest.mark.parametrize("row", table("Broken off, and earned since"), ids=lambda row: row["case"])
def test_a_broken_off_course_is_open_until_it_is_earned(row: dict[str, str]) -> None:
    _, broken_off, earned, expected = row.values()
    stays: dict[str, list[dict[str, Any]]] = {
        "TX": [{"enrollment_date": date(2025, 8, 20), "withdrawal_date": date(2026, 1, 20)}],
        "FL": [{"enrollment_date": date(2026, 1, 25)}],
        "CA": [{"enrollment_date": date(2024, 8, 20), "grade_level": "08"}],
        "OH": [{"enrollment_date": date(2024, 8, 20), "grade_level": "09"}],
        "MI": [],
    }
    courses: dict[str, list[dict[str, Any]]] = defaultdict(list)
    state, left = written_course(broken_off)
    courses[state].append(left | {"clock_hours": 40})
    for statement in earned.split(";") if earned != "-" else ():
        state, finished = written_course(statement.strip())
        courses[state].append(finished | {"credits_granted": Decimal("0.50"), "final_grade": "B"})
    one = record(
        [
            source(number, state, TODAY, enrollments=stays[state], course_history=courses[state])
            for number, state in enumerate(stays)
        ]
    )
    [broken] = one.courses.broken_off
    assert ", ".join(f"{since.state_code} {since.school_year}" for since in broken.earned_since) == expected
    is_open = not expected
    assert len(one.arrival.broken_off) == len(one.courses.open) == is_open
    assert one.arrival.earned_since == (not is_open)
    assert one.courses.subjects[0].earned_since == (not is_open)


@pytest.mark.parametrize("row", table("Where the child is now"), ids=lambda row: row["enrollments"])
def test_now_is_the_latest_enrollment_of_all_states(row: dict[str, str]) -> None:
    sources = []
    for number, (state, day, stay) in enumerate(said(row["enrollments"])):
        begins, ends, kind, grade = (None if part == "-" else part for part in stay.split())
        assert begins
        sent = {
            "enrollment_date": date.fromisoformat(begins),
            "withdrawal_date": date.fromisoformat(ends) if ends else None,
            "enrollment_type": kind,
            "grade_level": grade,
            "school_id": str(number),
        }
        sources.append(source(number, state, day, enrollments=[sent]))
    for ordered in (sources, sources[::-1]):
        now = record(ordered).arrival
        assert now.enrollment
        assert now.school
        assert now.grade
        found = (now.enrollment.where, now.school.where, now.grade.value)
        assert found == (row["State now"], row["last school of"], row["grade"])


def test_subjects_that_were_not_sent_stand_last() -> None:
    sent = course(CASES["finished"][0])
    rows = [sent | {"course_title": f"{name} 1", "subject_area": name} for name in (None, "Art", "Science")]
    totals = record([source(1, "TX", TODAY, course_history=rows)]).courses.subjects
    assert [total.subject for total in totals] == ["Art", "Science", ""]


@pytest.mark.parametrize(
    ("grade", "below"),
    [("08", True), ("KG", True), ("P4", True), ("09", False), ("UG", False), (None, False)],
)
def test_below_grade_9_there_are_no_credits_of_high_school_yet(grade: str | None, below: bool) -> None:
    stays = [{"enrollment_date": date(2026, 9, 1), "grade_level": grade}]
    assert record([source(1, "TX", TODAY, enrollments=stays)]).arrival.below_high_school == below


def test_the_order_of_the_records_changes_nothing() -> None:
    sources = [
        source(
            number,
            state,
            TODAY,
            demographics=[{"first_name": name, "birth_date": date(2010, 1, 1)}],
            enrollments=[
                {"enrollment_date": date(2026, 1, number), "grade_level": f"0{number}", "school_id": None}
            ],
            course_history=[course(row) for row in CASES["taken again"]],
        )
        for number, (state, name) in enumerate((("TX", "Ana"), ("OH", "Anna"), ("WA", "Ana María")), start=1)
    ]
    expected = record(sources)
    for _ in range(5):
        random.Random(1).shuffle(sources)
        assert record(sources) == expected


def test_sources_keep_every_element_as_sent() -> None:
    rows = {"demographics": [{"first_name": "Ana", "suffix": None}], "assessments": []}
    one = record([source(1, "TX", TODAY, **rows)])
    assert one.sources[0].of("demographics") == ({"first_name": "Ana", "suffix": None},)
