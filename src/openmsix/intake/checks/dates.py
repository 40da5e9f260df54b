"""Checks of dates: none in the future or before birth, each in its order, and the window of eligibility."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from openmsix.deadlines.eligibility import AGE_OUT, expiration_of
from openmsix.dictionary.declare import Mark, Type
from openmsix.intake.words import Severity

from . import sources
from .ages import age_on
from .declare import Fault, rule

if TYPE_CHECKING:
    from .sheets import Sheets

DROPPED, WARNING = Severity.VALUE_DROPPED, Severity.WARNING

PLANNED = timedelta(days=366)
"""So far ahead an enrollment may be told."""

PAST = (
    ("demographics", "birth_date"),
    ("qualifying_moves", "qualifying_arrival_date"),
    ("assessments", "administration_date"),
    ("enrollments", "residency_verification_date"),
)
"""Dates of what has happened."""

PLANNABLE = ("enrollment_date", "withdrawal_date", "residency_date", "graduation_hse_date")


def written(day: pl.Expr) -> pl.Expr:
    """A date as the file writes it."""
    return day.dt.to_string("%Y%m%d")


@rule(
    "E401",
    DROPPED,
    sentence="A birth, an arrival, a verification or an assessment has happened when it is reported.",
    wrong="{value} lies in the future.",
    mend="Correct the date.",
    source=sources.DEFINITIONS,
    mark=Mark.INFERRED,
)
def date_in_future(sheets: "Sheets") -> Iterable[Fault]:
    """Something that happened later than today."""
    for record, key in PAST:
        yield Fault(record, pl.col(key) > sheets.context.today, key)


@rule(
    "E402",
    DROPPED,
    sentence="Nothing happened to a child before it was born.",
    wrong="{value} is before the birth date, {born}.",
    mend="Correct the date, or the birth date.",
    source=sources.DEFINITIONS,
    mark=Mark.INFERRED,
)
def date_before_birth(sheets: "Sheets") -> Iterable[Fault]:
    """A date before the birth date. A month is as early as its last day."""
    born = pl.col("born")
    for record in sheets.children:
        for element in sheets.dictionary.records[record].elements:
            if element.key == "birth_date" or element.type not in (Type.DATE, Type.MONTH):
                continue
            first = born.dt.month_start() if element.type is Type.MONTH else born
            yield Fault(record, pl.col(element.key) < first, element.key, detail={"born": written(born)})


@rule(
    "E403",
    WARNING,
    sentence="An enrollment is told at most a year ahead.",
    wrong="{value} is more than a year ahead.",
    mend="Look whether the year is right.",
)
def date_far_ahead(sheets: "Sheets") -> Iterable[Fault]:
    """A date too far ahead to have been planned."""
    limit = sheets.context.today + PLANNED
    for key in PLANNABLE:
        yield Fault("enrollments", pl.col(key) > limit, key)


@rule(
    "E404",
    WARNING,
    sentence=f"A child is younger than {AGE_OUT} on the Qualifying Arrival Date.",
    wrong=f"The child was {AGE_OUT} or older on {{value}} (born {{born}}).",
    mend="Correct the Qualifying Arrival Date or the birth date.",
    source=sources.DEFINITIONS,
    mark=Mark.INFERRED,
)
def too_old_at_move(sheets: "Sheets") -> Iterable[Fault]:
    """A move at an age at which nobody is eligible."""
    old = age_on("qualifying_arrival_date") >= AGE_OUT
    yield Fault("qualifying_moves", old, "qualifying_arrival_date", detail={"born": written(pl.col("born"))})


@rule(
    "E405",
    WARNING,
    sentence="Eligibility ends at the latest 36 months after the Qualifying Arrival Date, or on the 22nd birthday if that is earlier.",
    wrong="{value} is later than {limit}, when eligibility ends.",
    mend="Correct the Eligibility Expiration Date or the Qualifying Arrival Date.",
    source=sources.CEDS_ELIGIBILITY,
    mark=Mark.VERIFIED,
)
def eligibility_too_long(sheets: "Sheets") -> Iterable[Fault]:
    """An end of eligibility beyond the window. Earlier is right: eligibility can end otherwise."""
    limit = expiration_of(pl.col("qualifying_arrival_date"), pl.col("born"))
    late = pl.col("eligibility_expiration_date") > limit
    yield Fault("qualifying_moves", late, "eligibility_expiration_date", detail={"limit": written(limit)})


@rule(
    "E406",
    WARNING,
    sentence="Eligibility does not end before the Qualifying Arrival Date.",
    wrong="{value} is before the Qualifying Arrival Date, {arrival}.",
    mend="Correct one of the two dates.",
    source=sources.DEFINITIONS,
    mark=Mark.INFERRED,
)
def eligibility_ends_before_arrival(sheets: "Sheets") -> Iterable[Fault]:
    """A window that ends before it begins."""
    arrival = pl.col("qualifying_arrival_date")
    early = pl.col("eligibility_expiration_date") < arrival
    yield Fault(
        "qualifying_moves", early, "eligibility_expiration_date", detail={"arrival": written(arrival)}
    )


@rule(
    "E407",
    WARNING,
    sentence="A withdrawal is not before its enrollment.",
    wrong="{value} is before the Enrollment Date, {enrolled}.",
    mend="Correct one of the two dates.",
    source=sources.DEFINITIONS,
    mark=Mark.INFERRED,
)
def withdrawn_before_enrolled(sheets: "Sheets") -> Iterable[Fault]:
    """A child that left before it came."""
    enrolled = pl.col("enrollment_date")
    early = pl.col("withdrawal_date") < enrolled
    yield Fault("enrollments", early, "withdrawal_date", detail={"enrolled": written(enrolled)})


@rule(
    "E408",
    WARNING,
    sentence="A child comes to live in a district before it is enrolled there, or on the same day.",
    wrong="{value} is after the Enrollment Date, {enrolled}.",
    mend="Look whether the two dates are mixed up.",
    source=sources.DEFINITIONS,
    mark=Mark.INFERRED,
)
def residency_after_enrollment(sheets: "Sheets") -> Iterable[Fault]:
    """A child enrolled before it lived there: unusual, not impossible."""
    enrolled = pl.col("enrollment_date")
    late = pl.col("residency_date") > enrolled
    yield Fault("enrollments", late, "residency_date", detail={"enrolled": written(enrolled)})


DATES = (
    date_in_future,
    date_before_birth,
    date_far_ahead,
    too_old_at_move,
    eligibility_too_long,
    eligibility_ends_before_arrival,
    withdrawn_before_enrolled,
    residency_after_enrollment,
)
