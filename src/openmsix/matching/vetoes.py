"""What forbids an automatic match, whatever the weight, or below a certain one: declared once, read by both engines and by the docs."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Veto:
    """A pattern of levels that forbids an automatic match.

    Attributes:
        name: stored with decisions.
        words: the reason, as a clause.
        levels: comparison to the names of levels (`missing` among them); the veto stands when every comparison
            reached one of its named levels.
        against: speaks for two children; false when it only leaves too much open.
        outweighed_at: the weight, in bits, from which on it does not stand; None where no weight outweighs it.
    """

    name: str
    words: str
    levels: Mapping[str, tuple[str, ...]]
    against: bool = True
    outweighed_at: float | None = None


VETOES: tuple[Veto, ...] = (
    Veto("given_names_differ", "the given names differ", {"given_name": ("different",)}),
    Veto("two_given_names", "the given names are alike, but stand for two names", {"given_name": ("two_names",)}),
    Veto("given_names_loosely_alike", "the given names are alike, but neither is the other misspelled",
         {"given_name": ("loosely_alike",)}, against=False),
    Veto("middle_names_clash", "the middle names clash", {"middle_name": ("different",)}),
    Veto("two_middle_names", "the middle names are alike, but stand for two names", {"middle_name": ("two_names",)}),
    Veto("birth_dates_apart", "the birth dates agree on the year only or less",
         {"birth_date": ("year_only", "different")}),
    Veto("sex_and_given_name_differ", "the sex differs and the given names are only alike",
         {"sex": ("different",), "given_name": ("crossed_or_joined", "short_form", "sounds_alike", "slip", "loosely_alike", "close", "somewhat_close")}),
    Veto("sex_and_middle_name_differ", "the sex differs and the middle names are only alike",
         {"sex": ("different",), "middle_name": ("alike",)}, against=False),
    Veto("short_form_and_no_sex", "one given name is a short form, and a sex is missing",
         {"sex": ("missing",), "given_name": ("short_form",)}, against=False, outweighed_at=5.0),
    Veto("twins_given_names", "both are of a multiple birth and the given names are not plainly one",
         {"multiple_birth": ("both",), "given_name": ("crossed_or_joined", "slip", "close", "somewhat_close")}, against=False),
    Veto("twin_given_names", "one is of a multiple birth and the given names are not plainly one",
         {"multiple_birth": ("one",), "given_name": ("crossed_or_joined", "somewhat_close")}, against=False),
    Veto("twin_given_names_close", "one is of a multiple birth and the given names are only almost alike",
         {"multiple_birth": ("one",), "given_name": ("slip", "close")}, against=False, outweighed_at=8.0),
    Veto("twins_given_names_heard_alike", "both are of a multiple birth, and the given names only sound alike or have one short form",
         {"multiple_birth": ("both",), "given_name": ("short_form", "sounds_alike")}, against=False),
    Veto("twins_middle_names", "both are of a multiple birth and only one has a middle name",
         {"multiple_birth": ("both",), "middle_name": ("one_missing",)}, against=False),
    Veto("twins_middle_names_alike", "both are of a multiple birth and the middle names are only alike",
         {"multiple_birth": ("both",), "middle_name": ("alike",)}, against=False),
    Veto("given_name_and_birth_date_only_alike", "neither the given names nor the birth dates fully agree",
         {"given_name": ("crossed_or_joined", "somewhat_close"), "birth_date": ("one_digit", "year_digit", "day_differs", "two_parts")}, against=False, outweighed_at=9.0),
    Veto("given_name_and_year_only_alike", "neither the given names nor the year of birth fully agree",
         {"given_name": ("crossed_or_joined", "slip", "close", "somewhat_close"), "birth_date": ("year_digit", "two_parts")}, against=False),
    Veto("birth_dates_agree_in_part", "the month or the year of birth differs",
         {"birth_date": ("year_digit", "two_parts")}, against=False, outweighed_at=5.0),
    Veto("birth_date_in_part_and_one_middle_name", "the month or the year of birth differs, and only one has a middle name",
         {"birth_date": ("year_digit", "two_parts"), "middle_name": ("one_missing",)}, against=False),
    Veto("parents_differ", "the mother differs, and nothing of the father agrees",
         {"mother": ("different",), "father": ("different", "missing")}, against=False),
    Veto("father_differs_and_no_mother", "the father differs, and a mother is missing",
         {"father": ("different",), "mother": ("missing",)}, against=False),
    Veto("too_little", "nothing else is known, and no name is rare",
         {"middle_name": ("missing", "one_missing"), "mother": ("missing",), "father": ("missing",), "birthplace": ("missing",),
          "surnames": ("same_alone", "paternal_same", "maternal_alone", "paternal_alike", "one_of_joined")},
         against=False, outweighed_at=4.0),
    Veto("family_differs", "surnames and mother differ, and nothing of the father agrees",
         {"surnames": ("different",), "mother": ("different",), "father": ("different", "missing")}),
    Veto("surnames_and_father_differ", "surnames and father differ, and a mother is missing",
         {"surnames": ("different",), "father": ("different",), "mother": ("missing",)}),
    Veto("given_name_missing", "a given name is missing", {"given_name": ("missing",)}, against=False),
    Veto("surname_missing", "a surname is missing", {"surnames": ("missing",)}, against=False),
    Veto("birth_date_missing", "a birth date is missing", {"birth_date": ("missing",)}, against=False),
)  # fmt: skip
"""The vetoes. Siblings and twins agree on surnames, parents, place and sometimes birth date: weight alone links them."""
