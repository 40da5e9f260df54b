"""What forbids an automatic match, whatever the weight: declared once, read by both engines and by the docs."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Veto:
    """A pattern of levels that forbids an automatic match, whatever the weight.

    Attributes:
        name: stored with decisions.
        words: the reason, as a clause.
        levels: comparison to the names of levels (`missing` among them); the veto stands when every comparison
            reached one of its named levels.
        against: speaks for two children; false when it only leaves too much open.
    """

    name: str
    words: str
    levels: Mapping[str, tuple[str, ...]]
    against: bool = True


VETOES: tuple[Veto, ...] = (
    Veto("given_names_differ", "the given names differ", {"given_name": ("different",)}),
    Veto("middle_names_clash", "the middle names clash", {"middle_name": ("different",)}),
    Veto("birth_dates_apart", "the birth dates agree on the year only or less",
         {"birth_date": ("year_only", "different")}),
    Veto("sex_and_given_name_differ", "the sex differs and the given names are only alike",
         {"sex": ("different",), "given_name": ("sounds_alike", "close", "somewhat_close")}),
    Veto("family_differs", "surnames and mother differ, and nothing of the father agrees",
         {"surnames": ("different",), "mother": ("different",), "father": ("different", "missing")}),
    Veto("surnames_and_father_differ", "surnames and father differ, and a mother is missing",
         {"surnames": ("different",), "father": ("different",), "mother": ("missing",)}),
    Veto("given_name_missing", "a given name is missing", {"given_name": ("missing",)}, against=False),
    Veto("surname_missing", "a surname is missing", {"surnames": ("missing",)}, against=False),
    Veto("birth_date_missing", "a birth date is missing", {"birth_date": ("missing",)}, against=False),
)  # fmt: skip
"""The vetoes. Siblings and twins agree on surnames, parents, place and sometimes birth date: weight alone links them."""
