"""What is typed into the search box is taken apart into names, dates and identifiers."""

from datetime import date

import pytest

from openmsix.identity.digits import check_digit
from openmsix.students.question import Question, Reading, Trouble, read

TODAY = date(2026, 11, 23)
STATES = frozenset({"TX", "OH", "LA", "DE", "AL"})
MARCH = date(2014, 3, 12)
DECEMBER = date(2014, 12, 3)


def asked(text: str) -> Question:
    return read(text, today=TODAY, states=STATES)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("12 Mar 2014", [MARCH]),
        ("12 March 2014", [MARCH]),
        ("March 12, 2014", [MARCH]),
        ("mar. 12 2014", [MARCH]),
        ("12 de marzo de 2014", [MARCH]),
        ("3 dic 2014", [DECEMBER]),
        ("2014-03-12", [MARCH, DECEMBER]),
        ("2014/3/12", [MARCH, DECEMBER]),
        ("3/12/2014", [MARCH, DECEMBER]),
        ("03.12.2014", [MARCH, DECEMBER]),
        ("12/03/2014", [DECEMBER, MARCH]),
        ("3/12/14", [MARCH, DECEMBER]),
        ("25/12/2014", [date(2014, 12, 25)]),
        ("12-25-2014", [date(2014, 12, 25)]),
        ("20140312", [MARCH, DECEMBER]),
        ("03122014", [MARCH, DECEMBER]),
        ("1/2/99", [date(1999, 1, 2), date(1999, 2, 1)]),
    ],
)
def test_a_birth_date_is_read_in_every_spelling(text: str, days: list[date]) -> None:
    found = asked(f"Lupe {text} Hernández").born
    assert list(found) == days
    assert found[days[0]] is Reading.AS_TYPED
    assert asked(f"Lupe {text} Hernández").names == ("lupe", "hernandez")


def test_a_year_or_a_month_alone_is_read() -> None:
    assert asked("Ana 2014").years == (2014,)
    assert asked("Ana marzo 2014").months == ((2014, 3),)


@pytest.mark.parametrize("text", ["31/31/2014", "1/1/1930", "1/1/2031"])
def test_what_no_child_can_be_born_on_is_no_birth_date(text: str) -> None:
    assert not asked(text).born


@pytest.mark.parametrize(
    ("text", "trouble", "months", "years"),
    [
        ("2014-02-31", Trouble.NO_SUCH_DAY, ((2014, 2),), ()),
        ("2/30/2014", Trouble.NO_SUCH_DAY, ((2014, 2),), ()),
        ("13/45/2014", Trouble.NO_SUCH_DAY, (), (2014,)),
        ("31 Feb 2014", Trouble.NO_SUCH_DAY, ((2014, 2),), ()),
        ("30 de febrero de 2014", Trouble.NO_SUCH_DAY, ((2014, 2),), ()),
        ("12/24/2026", Trouble.FUTURE, (), (2026,)),
        ("1/1/2031", Trouble.FUTURE, (), ()),
        ("Dec 2026", Trouble.FUTURE, (), (2026,)),
        ("2031", Trouble.FUTURE, (), ()),
        ("1/1/1930", Trouble.TOO_OLD, (), ()),
    ],
)
def test_a_birth_date_that_cannot_be_is_said_and_what_can_be_used_of_it_is(
    text: str, trouble: Trouble, months: tuple[tuple[int, int], ...], years: tuple[int, ...]
) -> None:
    question = asked(f"Lupe {text} Hernández")
    assert [each.trouble for each in question.troubles] == [trouble]
    assert (question.months, question.years, question.born) == (months, years, {})
    assert question.names == ("lupe", "hernandez")


@pytest.mark.parametrize(
    "text",
    ["12 Mar 2014 13 Mar 2014", "2014-03-12 2015", "March 2014 April 2014", "2014 2015", "March 2014 2015"],
)
def test_birth_dates_that_contradict_each_other_are_said(text: str) -> None:
    assert [each.trouble for each in asked(text).troubles] == [Trouble.TWO_DATES]


@pytest.mark.parametrize(
    "text",
    [
        "3/12/2014 12 Mar 2014",
        "2014-03-12 2014",
        "12 Mar 2014 March 2014",
        "3/12/2014",
        "Ana 2014",
        "12-345-678",
        "TX 2031",
    ],
)
def test_birth_dates_that_agree_and_numbers_that_are_none_are_no_trouble(text: str) -> None:
    assert not [each for each in asked(text).troubles if each.trouble is Trouble.TWO_DATES]


def test_an_identifier_with_dashes_stays_one_though_it_looks_like_a_date() -> None:
    assert ("", "20140231") in asked("2014-02-31").state_ids


@pytest.mark.parametrize("text", ["tx12345", "TX-12345", "TX 12345", "TX#12345"])
def test_a_state_written_together_with_its_identifier_is_read(text: str) -> None:
    assert ("TX", "12345") in asked(text).state_ids


@pytest.mark.parametrize(
    "text",
    [
        "123456789012",
        "1234 5678 9012",
        "1234-5678-9012",
        "Ana 1234 5678 9012",
        "1234.5678.9012",
        "1234 – 5678 – 9012",
    ],
)
def test_an_msix_id_is_read_with_and_without_gaps(text: str) -> None:
    assert asked(text).msix_ids == ("123456789012",)
    assert not asked(text).state_ids


@pytest.mark.parametrize("text", ["OH 000052848351", "oh-000052848351", "OH 0000 5284 8351"])
def test_twelve_digits_after_a_state_are_its_identifier_first(text: str) -> None:
    assert asked(text).state_ids == (("OH", "000052848351"),)
    assert asked(text).msix_ids == ("000052848351",)
    assert not asked(text).names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TX 123456", ("TX", "123456")),
        ("tx-123456", ("TX", "123456")),
        ("TX: a12-b34", ("TX", "A12B34")),
        ("A12B34", ("", "A12B34")),
        ("ZZ 123456", ("", "123456")),
    ],
)
def test_a_state_identifier_is_read_with_and_without_its_state(text: str, expected: tuple[str, str]) -> None:
    assert asked(text).state_ids[0] == expected


def test_letters_before_a_number_may_be_a_state_or_belong_to_the_identifier() -> None:
    assert asked("TX-4471902").state_ids == (("TX", "4471902"), ("", "TX4471902"))


def test_eight_digits_may_be_a_date_and_an_identifier() -> None:
    question = asked("TX 20140312")
    assert ("TX", "20140312") in question.state_ids
    assert MARCH in question.born


def test_particles_that_look_like_states_stay_names() -> None:
    assert asked("de la Cruz Al").names == ("delacruz", "al")


def test_names_are_folded_and_each_stands_once() -> None:
    assert asked("  GARCÍA garcia-Núñez ").names == ("garcia", "nunez")


@pytest.mark.parametrize("text", ["", "   ", "---", "!?"])
def test_nothing_asks_nothing(text: str) -> None:
    assert asked(text).is_empty


def test_a_huge_text_is_cut() -> None:
    assert len(asked("ana " * 100_000 + "zzz").names) == 1


def test_the_kinds_of_words_tell_nothing_of_the_words() -> None:
    assert asked("Ana 2014 TX 123 123456789012").kinds == ["name", "birth date", "MSIX ID", "State ID"]


def test_three_years_are_no_msix_id_unless_they_are_one() -> None:
    years = asked("Lopez 2014 2015 2016")
    assert (years.msix_ids, years.years) == ((), (2014, 2015, 2016))
    digits = "20142015201"
    last = check_digit(digits)
    made = asked(f"2014 2015 201{last}")
    assert made.msix_ids == (f"{digits}{last}",)
