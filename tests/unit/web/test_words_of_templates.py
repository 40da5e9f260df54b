"""Dates in words, ages, ids in fours, counts: what the templates say."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from openmsix.deadlines import clock
from openmsix.web.submissions.rules import Shown
from openmsix.web.templatetags import children, submissions
from openmsix.web.templatetags import openmsix as words

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("born", "said"),
    [
        (date(2014, 11, 23), "age 12"),
        (date(2014, 11, 24), "age 11"),
        (date(2012, 2, 29), "age 14"),
        (None, ""),
    ],
)
def test_age_is_counted_in_full_years(born: date | None, said: str) -> None:
    with clock.fixed(TODAY):
        assert words.age(born) == said


def test_a_date_is_said_in_words_in_the_language_of_the_page() -> None:
    assert ">12 Mar 2014<" in words.in_words(date(2014, 3, 12))
    with translation.override("es"):
        assert ">12 mar 2014<" in words.in_words(date(2014, 3, 12)).lower()


def test_a_moment_says_its_time_zone() -> None:
    assert "12 Mar 2014, 14:05 UTC" in words.in_words(datetime(2014, 3, 12, 14, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("value", "said"), [("123456789012", "1234 5678 9012"), ("12345", "1234 5"), ("", ""), (None, "")]
)
def test_ids_stand_in_groups_of_four(value: str | None, said: str) -> None:
    assert words.in_fours(value).replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(1, 3, 33), (0, 0, 0), (5, 0, 0), (7, 5, 100), (None, 5, 0)]
)
def test_a_share_lies_between_nothing_and_all(part: int | None, whole: int, percent: int) -> None:
    assert words.share_of(part, whole) == percent


def test_a_tag_escapes_what_it_shows() -> None:
    assert "<b>" not in words.tag("<b>")


@pytest.mark.parametrize(
    ("number", "said"),
    [("5595556538", "(559) 555-6538"), ("559-555-6538", "559-555-6538"), ("+52 55 5093", "+52 55 5093")],
)
def test_a_telephone_number_is_said_as_people_write_it(number: str, said: str) -> None:
    assert children.telephone(number) == said


FOUND = Shown(
    code="E401", name="", gravity=0, wrong="It is <wrong>.", mend="", severity_words="", severity_kind="",
    file="", element="", part=0, position="", value=None,
)  # fmt: skip


def test_a_finding_is_told_with_its_place_and_what_was_sent_is_never_markup() -> None:
    assert submissions.told(FOUND) == '<span lang="en">It is &lt;wrong&gt;.</span>'
    told = submissions.told(
        replace(
            FOUND,
            file="students.csv",
            part=2,
            position="line 3",
            element="Suffix",
            value='<b onload="x">' + "y" * 60,
        )
    )
    assert "<b" not in told.replace("<br>", "")
    assert "<strong>students.csv</strong>" in told
    assert all(
        words in told
        for words in (
            ">part 2<",
            ">line 3<",
            ">Suffix<",
            "&lt;b onload=&quot;x&quot;&gt;yyy",
            "y…</code><br>",
        )
    )
