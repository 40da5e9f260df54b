"""How States differ in what they send: for each habit and State the share of records it touches, at noise 1.

A habit without a row for a State has its share `usual` there. Noise scales all shares: at 0 there is none of it, at 0.5
half, and no share grows beyond 1. Recalled and rough, made up for each State: nothing here says what a State really does.
"""

from dataclasses import dataclass, field

import numpy as np

from .chance import Floats


@dataclass(frozen=True)
class Habit:
    """A way in which what is sent differs from the truth."""

    key: str
    words: str
    usual: float
    in_state: dict[str, float] = field(default_factory=dict)


HABITS = (
    # Surnames
    Habit("one_surname", "only the first surname", 0.05, {"MI": 0.45, "NE": 0.4, "PA": 0.3, "GA": 0.25, "OH": 0.5, "IN": 0.5, "MN": 0.3}),
    Habit("joined_surnames", "both surnames in the first field, with a space", 0.04, {"FL": 0.3, "NC": 0.5, "IL": 0.4}),
    Habit("hyphenated_surnames", "both surnames in the first field, with a hyphen", 0.04, {"WA": 0.25, "NY": 0.4, "WI": 0.4}),
    Habit("swapped_surnames", "the surnames in the other order", 0.012),
    Habit("mothers_name_as_middle", "the mother's surname as the middle name", 0.01, {"KS": 0.25, "KY": 0.2, "TX": 0.03}),
    Habit("only_mothers_surname", "the mother's surname alone", 0.008),
    # Letters
    Habit("accents_lost", "no accents", 0.35, {"CA": 0.15, "TX": 1.0, "OR": 0.6, "AK": 0.8, "GA": 1.0, "FL": 0.5, "MI": 0.9}),
    Habit("capitals", "all capitals", 0.03, {"TX": 1.0, "NC": 1.0, "PA": 1.0, "AL": 1.0}),
    Habit("mistyped_given_name", "one letter wrong in the given name", 0.02),
    Habit("mistyped_surname", "one letter wrong in the surname", 0.02),
    Habit("sounds_alike", "the surname written as it sounds", 0.02),
    # Given names
    Habit("short_name", "an everyday form of the given name", 0.02, {"WA": 0.04, "KY": 0.05}),
    Habit("no_middle_name", "no middle name", 0.15, {"FL": 0.4, "MI": 0.35}),
    Habit("middle_initial", "the middle name as an initial", 0.08, {"GA": 0.5, "OR": 0.2}),
    Habit("joined_given_names", "given and middle name in the first field", 0.03, {"TX": 0.08, "AZ": 0.15}),
    Habit("goes_by_middle_name", "the middle name as the given name", 0.01),
    # Birth
    Habit("default_birth_date", "1 January of the birth year", 0.006, {"FL": 0.015, "AK": 0.012}),
    Habit("day_month_swapped", "day and month of birth swapped", 0.008),
    Habit("birth_date_slip", "one part of the birth date wrong", 0.01),
    Habit("no_birthplace", "no birthplace", 0.25, {"MI": 0.8, "OR": 0.5, "WA": 0.1}),
    Habit("hospital_town", "the town of the hospital as the town of birth", 0.03),
    Habit("birth_year_slip", "the year of birth wrong by one or ten", 0.002),
    Habit("twin_not_flagged", "the multiple birth not marked", 0.25),
    Habit("wrong_sex", "the other sex", 0.004),
    # Parents
    Habit("parents_swapped", "the parents in each other's fields", 0.015, {"GA": 0.03}),
    Habit("no_father", "the father left out", 0.06),
    Habit("no_mother", "the mother left out", 0.02),
    Habit("mistyped_parent", "one letter wrong in a parent's given name", 0.03),
    Habit("other_man", "another man as the father", 0.01),
    Habit("bad_email", "an e-mail address that is none", 0.02),
    Habit("no_phone", "no telephone", 0.2),
    # Identifiers
    Habit("reissued_id", "a new identifier on return", 0.05, {"FL": 0.12, "MI": 0.15}),
    Habit("twice_in_one_state", "the same child twice in one State", 0.004, {"GA": 0.01, "AK": 0.002}),
    # Enrollments and courses
    Habit("no_withdrawal_date", "the withdrawal date missing", 0.08, {"FL": 0.15, "AK": 0.04}),
    Habit("late_withdrawal_date", "a withdrawal date days after the child left", 0.12),
    Habit("new_school", "a school number that no directory has yet", 0.004),
    Habit("no_facility", "no address of the school", 0.1, {"AK": 0.5, "OR": 0.4}),
    Habit("course_without_codes", "courses without type and subject", 0.08, {"MI": 0.3, "GA": 0.2}),
    Habit("no_clock_hours", "courses broken off without clock hours", 0.15, {"FL": 0.3, "OR": 0.25}),
    Habit("local_grade_code", "a grade code of the State's own, for youth out of school", 0.02, {"MI": 0.3}),
    Habit("last_eligible_day", "the last eligible day as the expiration date", 0.0, {"TX": 1.0, "WA": 1.0}),
    Habit("no_qualifying_move", "no qualifying move at all: a student that must be rejected", 0.002),
)  # fmt: skip
BY_KEY = {habit.key: habit for habit in HABITS}


def rate_of(habit: str, states: list[str], noise: float) -> Floats:
    """The share of records a habit touches in each of these States."""
    known = BY_KEY[habit]
    return np.minimum(1.0, noise * np.array([known.in_state.get(state, known.usual) for state in states]))
