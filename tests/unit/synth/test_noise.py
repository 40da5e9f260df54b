"""What the States' habits do to what they send, habit by habit; and that nothing happens at noise 0."""

import polars as pl
import pytest

from openmsix.synth import habits, nation
from openmsix.synth.nation import Nation


def marked(habit: str) -> pl.Expr:
    """Whether the row carries the mark."""
    return pl.col("noise").str.split(";").list.contains(habit)


# habit, what must hold of the rows it marked (noisy beside clean, whose columns end in _clean)
FACTS: list[tuple[str, pl.Expr]] = [
    ("one_surname", pl.col("last_name_2").is_null() & pl.col("last_name_2_clean").is_not_null()),
    (
        "accents_lost",
        ~pl.concat_str(pl.col("^(first|last)_name(_1)?$"), ignore_nulls=True).str.contains("[áéíóúñÁÉÍÓÚÑ]"),
    ),
    ("capitals", pl.col("last_name_1") == pl.col("last_name_1").str.to_uppercase()),
    ("no_middle_name", pl.col("middle_name").is_null() | marked("mothers_name_as_middle")),
    ("default_birth_date", pl.col("birth_date") == pl.col("birth_date_clean").dt.truncate("1y")),
    ("day_month_swapped", pl.col("birth_date") != pl.col("birth_date_clean")),
    ("birth_date_slip", pl.col("birth_date") != pl.col("birth_date_clean")),
    ("no_birthplace", pl.col("birth_city").is_null() & pl.col("birth_country").is_null()),
    (
        "twin_not_flagged",
        (pl.col("multiple_birth_flag_clean") == "Yes") & (pl.col("multiple_birth_flag") == "No"),
    ),
    ("wrong_sex", pl.col("sex") != pl.col("sex_clean")),
    ("no_phone", pl.col("parent_1_phone").is_null()),
    ("bad_email", ~pl.col("parent_1_email").str.contains(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")),
    ("no_father", pl.col("male_parent_first_name").is_null() | pl.col("female_parent_first_name").is_null()),
]


@pytest.fixture(scope="module")
def beside(clean: Nation, lifelike: Nation) -> pl.DataFrame:
    """Demographics as sent, beside the true ones of the child, with the marks."""
    names = [name for name in clean.tables["demographics"].columns if name != "roll"]
    true = (
        clean.students.select("roll", "child")
        .join(clean.tables["demographics"], on="roll")
        .unique("child")
        .drop("roll")
    )
    sent = lifelike.students.select("roll", "child", "noise").join(lifelike.tables["demographics"], on="roll")
    return sent.join(true.rename({name: f"{name}_clean" for name in names}), on="child")


@pytest.mark.parametrize(("habit", "fact"), FACTS, ids=[habit for habit, _ in FACTS])
def test_a_mark_says_what_was_done(beside: pl.DataFrame, habit: str, fact: pl.Expr) -> None:
    touched = beside.filter(marked(habit))
    assert touched.height > 0
    assert touched.select(fact.all()).item()


def test_what_carries_no_mark_of_names_or_birth_is_true(beside: pl.DataFrame) -> None:
    silent = {
        "no_facility", "last_eligible_day", "late_withdrawal_date", "no_withdrawal_date", "course_without_codes", "no_clock_hours",
        "reissued_id", "twice_in_one_state", "new_school", "local_grade_code", "no_qualifying_move", "",
    }  # fmt: skip
    untouched = beside.filter(
        pl.col("noise").str.split(";").list.eval(pl.element().is_in(list(silent))).list.all()
    )
    names = [name.removesuffix("_clean") for name in untouched.columns if name.endswith("_clean")]
    assert untouched.height > 100
    assert all(untouched[name].equals(untouched[f"{name}_clean"].alias(name)) for name in names)


def test_at_noise_0_nothing_is_marked_and_each_child_is_alike_everywhere(clean: Nation) -> None:
    sent = clean.students.join(clean.tables["demographics"], on="roll").drop(
        "roll", "state", "state_student_id", "state_student_id_type"
    )
    assert set(clean.truth()["noise"]) == {""}
    assert sent.unique().height == 3_000
    assert not clean.truth().select(pl.struct("child_id", "state").is_duplicated().any()).item()


@pytest.mark.parametrize("habit", [habit.key for habit in habits.HABITS])
def test_every_habit_shows_in_a_large_noisy_nation(habit: str, noisy: Nation) -> None:
    assert noisy.truth().filter(marked(habit)).height > 0


@pytest.fixture(scope="module")
def noisy(clean: Nation) -> Nation:
    """Three times as noisy as life, so that rare habits show, in States that have the local ones."""
    return nation.make(children=6_000, states=20, seed=4, noise=3.0, today=clean.today)


def test_more_noise_touches_more_records(clean: Nation, lifelike: Nation, noisy: Nation) -> None:
    truths = [made.truth() for made in (clean, lifelike, noisy)]
    shares = [truth.filter(pl.col("noise") != "").height / truth.height for truth in truths]
    assert shares == sorted(shares)
    assert shares[0] == 0.0


def test_a_child_twice_in_a_state_or_with_a_new_id_is_marked(lifelike: Nation) -> None:
    truth = lifelike.truth()
    more = truth.filter(pl.struct("child_id", "state").is_duplicated())
    said = more.group_by("child_id", "state").agg(
        (marked("reissued_id") | marked("twice_in_one_state")).any().alias("said")
    )
    assert said.height > 20
    assert said["said"].all()


def test_identifiers_are_unique_in_a_state(noisy: Nation) -> None:
    assert not noisy.truth().select(pl.struct("state", "state_student_id").is_duplicated().any()).item()


def test_rates_grow_with_noise_and_never_beyond_all() -> None:
    assert habits.rate_of("capitals", ["TX", "CA"], 0.5).tolist() == [0.5, 0.015]
    assert habits.rate_of("capitals", ["TX"], 3.0).tolist() == [1.0]
    assert habits.rate_of("capitals", ["TX", "CA"], 0.0).tolist() == [0.0, 0.0]
