"""The ranker: which child answers best, and why."""

from datetime import date

import pytest

from openmsix.students.question import read
from openmsix.students.rank import Rank, Row, Typed, Why, likely_dates, near_dates, rank
from openmsix.students.vocabulary import How, Words

TODAY = date(2026, 11, 23)
BORN = date(2014, 3, 12)
OWN = Words(
    sorted(
        [
            "guadalupe",
            "hernandez",
            "garcia",
            "maria",
            "mariaelena",
            "elena",
            "velasquez",
            "ana",
            "cruz",
            "delacruz",
        ]
    )
)
PARENTS = Words(["rosa"])
CHILD = Row("TX", ["123456"], BORN, ["guadalupe"], ["hernandez", "garcia"], ["rosa", "hernandez"])


def ranked(text: str, *rows: Row) -> Rank | None:
    question = read(text, today=TODAY, states=frozenset({"TX", "OH"}))
    typed = [
        Typed(name, OWN.meanings(name, fuzzy=True), PARENTS.meanings(name, fuzzy=True))
        for name in question.names
    ]
    return rank(question, typed, rows or (CHILD,))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Guadalupe Hernández", {Why.NAME}),
        ("Lupe Hernandez", {Why.NICKNAME, Why.NAME}),
        ("Guadalupe Ernandes", {Why.NAME, Why.SOUND}),
        ("Guad Hern", {Why.BEGINNING}),
        ("Guadalupe Hetnandez", {Why.NAME, Why.LETTER}),
        ("Garcia Hernandez", {Why.NAME, Why.SURNAMES_SWAPPED}),
        ("Guadalupe Rosa", {Why.NAME, Why.PARENT}),
        ("Guadalupe 12 Mar 2014", {Why.NAME, Why.BORN}),
        ("Guadalupe 2014-12-03", {Why.NAME, Why.DAY_AND_MONTH}),
        ("Guadalupe 13 Mar 2014", {Why.NAME, Why.DIGIT}),
        ("Guadalupe 12 Mar 2011", {Why.NAME, Why.DIGIT}),
        ("Guadalupe 28 Mar 2014", {Why.NAME, Why.MONTH}),
        ("Guadalupe 12 Mar 2008", {Why.NAME, Why.OTHER_YEAR}),
        ("Guadalupe 12 Mar 1998", {Why.NAME, Why.OTHER_YEAR}),
        ("Guadalupe 2014", {Why.NAME, Why.YEAR}),
        ("Guadalupe March 2014", {Why.NAME, Why.MONTH}),
        ("TX 123456", {Why.STATE_ID}),
        ("123456", {Why.STATE_ID}),
    ],
)
def test_a_child_is_found_and_the_reason_said(text: str, why: set[Why]) -> None:
    found = ranked(text)
    assert found is not None
    assert {reason.why for reason in found.reasons} == why


@pytest.mark.parametrize(
    "text", ["OH 123456", "Ana Hernandez", "Ana", "Ana Maria Hernandez", "1 Jan 2009", "Ana 12 Mar 2014"]
)
def test_who_does_not_answer_is_not_found(text: str) -> None:
    assert ranked(text) is None


def test_with_the_birth_date_one_name_is_enough() -> None:
    assert ranked("Ana Hernandez 12 Mar 2014") is not None


def test_of_three_names_one_may_be_wrong() -> None:
    assert ranked("Guadalupe Ana Hernandez") is not None


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Guadalupe Hernandez", "Lupe Hernandez"),
        ("Lupe Hernandez", "Guad Hernandez"),
        ("Guad Hernandez", "Guadalupe Hetnandez"),
        ("Guadalupe Hernandez Garcia", "Guadalupe Hernandez"),
        ("Guadalupe Hernandez", "Guadalupe Rosa"),
        ("Guadalupe 12 Mar 2014", "Guadalupe 2014-12-03"),
        ("Guadalupe 2014-12-03", "Guadalupe 13 Mar 2014"),
        ("Guadalupe 13 Mar 2014", "Guadalupe 28 Mar 2014"),
        ("TX 123456", "Guadalupe Hernandez Garcia 12 Mar 2014"),
    ],
)
def test_the_closer_answer_stands_first(better: str, worse: str) -> None:
    best, second = ranked(better), ranked(worse)
    assert best is not None
    assert second is not None
    assert best.score > second.score


def test_words_of_two_state_records_answer_together() -> None:
    texas = Row("TX", [], BORN, ["ana"], ["cruz"], [])
    ohio = Row("OH", [], BORN, ["guadalupe"], ["garcia"], [])
    assert ranked("Ana Garcia", texas, ohio) is not None


def test_surnames_are_not_swapped_if_one_state_has_them_so() -> None:
    ohio = Row("OH", [], BORN, ["guadalupe"], ["garcia", "hernandez"], [])
    found = ranked("Garcia Hernandez", CHILD, ohio)
    assert found is not None
    assert Why.SURNAMES_SWAPPED not in {reason.why for reason in found.reasons}


def test_a_word_written_together_means_its_parts() -> None:
    words = Words(["elena", "maria"])
    assert words.meanings("mariaelena", fuzzy=False) == {"maria": How.JOINED, "elena": How.JOINED}


def test_likely_dates_hold_the_typed_and_the_swapped() -> None:
    assert likely_dates(read("2014-03-12", today=TODAY, states=frozenset())) == [BORN, date(2014, 12, 3)]
    assert likely_dates(read("25 Dec 2014", today=TODAY, states=frozenset())) == [date(2014, 12, 25)]


def test_near_dates_hold_the_slips() -> None:
    days = near_dates(read("3/12/2014", today=TODAY, states=frozenset()))
    assert {date(2014, 3, 13), date(2014, 3, 21), date(2013, 3, 12), date(2014, 8, 12)} <= set(days)
    assert not {BORN, date(2014, 12, 3)} & set(days)
    assert date(2014, 7, 28) not in days
