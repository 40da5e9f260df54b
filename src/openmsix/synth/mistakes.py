"""What goes wrong between the family and the file: the habits of `habits`, applied to the rows that States send.

Each function takes rows and gives rows; what it changed it marks on the roll, so that the truth can say it.
The errors are made here by rules of their own: nothing of the linkage model is used to make them.
"""

from collections.abc import Callable

import numpy as np
import polars as pl

from . import lists
from .chance import Chance, Flags, Generator, happens
from .habits import HABITS, rate_of

NAMES = ("first_name", "middle_name", "last_name_1", "last_name_2")
PARENT_NAMES = (
    "male_parent_first_name",
    "male_parent_last_name",
    "female_parent_first_name",
    "female_parent_last_name",
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
LONGEST_NAME = 50
SOUNDS = (
    ("z", "s"),
    ("Z", "S"),
    ("v", "b"),
    ("V", "B"),
    ("ll", "y"),
    ("x", "j"),
    ("J", "G"),
    ("h", ""),
    ("qu", "k"),
    ("b", "v"),
    ("c", "s"),
)
BAD_EMAILS = ("none", "no email", "na@na", "familia@@example.com")


class Noise:
    """The habits of the States at one strength, and the marks of what they did to each roll."""

    def __init__(self, chance: Chance, states: list[str], strength: float, rolls: pl.DataFrame) -> None:
        self.chance, self.states, self.strength = chance, states, strength
        self.state_of = rolls["state"].to_numpy().astype(np.int64)
        self.marks: dict[str, Flags] = {}

    def draws(self, habit: str, rows: pl.DataFrame) -> Flags:
        """Which of these rows (with a column `roll`) the habit would touch."""
        rate = rate_of(habit, self.states, self.strength)[self.state_of[rows["roll"].to_numpy()]]
        return happens(self.chance.of(f"habit {habit}"), rate, rows.height)

    def mark(self, habit: str, rolls: pl.Series) -> None:
        """Say that the habit changed these rolls."""
        self.marks.setdefault(habit, np.zeros(len(self.state_of), dtype=bool))[rolls.to_numpy()] = True

    def apply(self, habit: str, rows: pl.DataFrame, where: pl.Expr, **values: pl.Expr) -> pl.DataFrame:
        """The rows with new values where the habit touches them and `where` holds; changed rolls are marked."""
        fits = rows.with_columns(fits=where.fill_null(False))["fits"]
        touched = pl.Series(self.draws(habit, rows)) & fits
        if not touched.any():
            return rows
        before = rows.select(values.keys())
        rows = rows.with_columns(
            pl.when(pl.lit(touched)).then(value).otherwise(name).alias(name) for name, value in values.items()
        )
        changed = pl.Series([False]).new_from_index(0, rows.height)
        for name in values:
            changed = changed | before[name].ne_missing(rows[name])
        self.mark(habit, rows["roll"].filter(changed))
        return rows

    def apply_each(
        self, habit: str, rows: pl.DataFrame, column: str, change: Callable[[Generator, str], str]
    ) -> pl.DataFrame:
        """Like `apply` for one text column whose new value is made one by one (for rare habits)."""
        touched = np.flatnonzero(self.draws(habit, rows) & rows[column].is_not_null().to_numpy())
        if not len(touched):
            return rows
        rng = self.chance.of(f"changes {habit}")
        before = rows[column].gather(touched)
        after = pl.Series([change(rng, text) for text in before], dtype=pl.String)
        self.mark(habit, rows["roll"].gather(touched).filter(before != after))
        return rows.with_columns(rows[column].scatter(touched, after))

    def words(self) -> pl.Series:
        """For each roll the habits that changed it, separated by semicolons."""
        keys = [habit.key for habit in HABITS if habit.key in self.marks]
        if not keys:
            return pl.Series([""], dtype=pl.String).new_from_index(0, len(self.state_of))
        frame = pl.DataFrame({key: self.marks[key] for key in keys})
        return frame.select(
            pl.concat_str([pl.when(key).then(pl.lit(key)) for key in keys], separator=";", ignore_nulls=True)
        ).to_series()


def demographics(noise: Noise, rows: pl.DataFrame) -> pl.DataFrame:
    """Demographics as the States send them."""
    for step in (_given_names, _surnames, _birth, _parents, _letters):
        rows = step(noise, rows)
    return rows


def _given_names(noise: Noise, rows: pl.DataFrame) -> pl.DataFrame:
    given, middle = pl.col("first_name"), pl.col("middle_name")
    shorts = lists.short_names().group_by("name", maintain_order=True).agg("short")
    forms = dict(shorts.iter_rows())

    def short(rng: Generator, text: str) -> str:
        known = forms.get(text)
        return known[int(rng.integers(len(known)))] if known else text

    rows = noise.apply_each("short_name", rows, "first_name", short)
    rows = noise.apply(
        "goes_by_middle_name", rows, middle.is_not_null(), first_name=middle, middle_name=given
    )
    rows = noise.apply(
        "joined_given_names",
        rows,
        middle.is_not_null(),
        first_name=given + " " + middle,
        middle_name=pl.lit(None, pl.String),
    )
    rows = noise.apply("no_middle_name", rows, middle.is_not_null(), middle_name=pl.lit(None, pl.String))
    rows = noise.apply("middle_initial", rows, middle.is_not_null(), middle_name=middle.str.slice(0, 1))
    return noise.apply_each("mistyped_given_name", rows, "first_name", _slip)


def _surnames(noise: Noise, rows: pl.DataFrame) -> pl.DataFrame:
    one, two = pl.col("last_name_1"), pl.col("last_name_2")
    none = pl.lit(None, pl.String)
    short = (one.str.len_chars() + two.str.len_chars()) < LONGEST_NAME
    rows = noise.apply(
        "mothers_name_as_middle",
        rows,
        two.is_not_null() & pl.col("middle_name").is_null(),
        middle_name=two,
        last_name_2=none,
    )
    rows = noise.apply("swapped_surnames", rows, two.is_not_null(), last_name_1=two, last_name_2=one)
    rows = noise.apply("only_mothers_surname", rows, two.is_not_null(), last_name_1=two, last_name_2=none)
    rows = noise.apply("one_surname", rows, two.is_not_null(), last_name_2=none)
    rows = noise.apply(
        "joined_surnames", rows, two.is_not_null() & short, last_name_1=one + " " + two, last_name_2=none
    )
    rows = noise.apply(
        "hyphenated_surnames", rows, two.is_not_null() & short, last_name_1=one + "-" + two, last_name_2=none
    )
    sounded = one
    for written, heard in reversed(SOUNDS):
        sounded = (
            pl.when(one.str.contains(written, literal=True))
            .then(one.str.replace(written, heard, literal=True))
            .otherwise(sounded)
        )
    rows = noise.apply("sounds_alike", rows, sounded.str.len_chars() > 1, last_name_1=sounded)
    return noise.apply_each("mistyped_surname", rows, "last_name_1", _slip)


def _birth(noise: Noise, rows: pl.DataFrame) -> pl.DataFrame:
    born = pl.col("birth_date")
    year, month, day = born.dt.year(), born.dt.month(), born.dt.day()
    arrived = pl.col("first_arrival")
    right = born == pl.col("true_birth_date")  # one mistake is enough
    default, swapped = pl.date(year, 1, 1), pl.date(year, day.clip(1, 12), month)
    rows = rows.with_columns(true_birth_date=born)
    rows = noise.apply("default_birth_date", rows, pl.lit(True), birth_date=default)
    rows = noise.apply(
        "day_month_swapped", rows, right & (day <= 12) & (swapped <= arrived), birth_date=swapped
    )
    slip = pl.date(
        year - (pl.col("roll") % 3 == 0).cast(pl.Int32), month, (day + pl.col("roll") % 3 * 4 - 1) % 28 + 1
    )
    rows = noise.apply("birth_date_slip", rows, right & (slip <= arrived), birth_date=slip)
    other_year = pl.date(
        year - pl.when(pl.col("roll") % 4 == 0).then(10).otherwise(1), month, day.clip(1, 28)
    )
    rows = noise.apply("birth_year_slip", rows, right & (year > 2000), birth_date=other_year)
    none = pl.lit(None, pl.String)
    beside = pl.col("birth_city").shift(1)
    rows = noise.apply(
        "hospital_town", rows, beside.is_not_null() & pl.col("birth_city").is_not_null(), birth_city=beside
    )
    rows = noise.apply(
        "no_birthplace", rows, pl.lit(True), birth_city=none, birth_state=none, birth_country=none
    )
    rows = noise.apply(
        "twin_not_flagged", rows, pl.col("multiple_birth_flag") == "Yes", multiple_birth_flag=pl.lit("No")
    )
    other = pl.when(pl.col("sex") == "Male").then(pl.lit("Female")).otherwise(pl.lit("Male"))
    return noise.apply("wrong_sex", rows, pl.lit(True), sex=other)


def _parents(noise: Noise, rows: pl.DataFrame) -> pl.DataFrame:
    for column in ("male_parent_first_name", "female_parent_first_name"):
        rows = noise.apply_each("mistyped_parent", rows, column, _slip)
    his_first, his_last, her_first, her_last = (pl.col(name) for name in PARENT_NAMES)
    another = his_first.shift(7)
    rows = noise.apply(
        "other_man", rows, his_first.is_not_null() & another.is_not_null(), male_parent_first_name=another
    )
    none = pl.lit(None, pl.String)
    names = dict(zip(PARENT_NAMES, (her_first, her_last, his_first, his_last), strict=True))
    rows = noise.apply("parents_swapped", rows, his_first.is_not_null() | her_first.is_not_null(), **names)
    rows = noise.apply(
        "no_father", rows, his_first.is_not_null(), male_parent_first_name=none, male_parent_last_name=none
    )
    rows = noise.apply(
        "no_mother",
        rows,
        her_first.is_not_null(),
        female_parent_first_name=none,
        female_parent_last_name=none,
    )
    rows = noise.apply("no_phone", rows, pl.lit(True), parent_1_phone=none, parent_2_phone=none)
    bad = pl.lit(pl.Series(BAD_EMAILS)).gather(pl.col("roll") % len(BAD_EMAILS))
    return noise.apply("bad_email", rows, pl.col("parent_1_email").is_not_null(), parent_1_email=bad)


def _letters(noise: Noise, rows: pl.DataFrame) -> pl.DataFrame:
    columns = (*NAMES, *PARENT_NAMES)
    plain = {name: pl.col(name).str.normalize("NFD").str.replace_all(r"\p{Mn}", "") for name in columns}
    rows = noise.apply("accents_lost", rows, pl.lit(True), **plain)
    return noise.apply(
        "capitals", rows, pl.lit(True), **{name: pl.col(name).str.to_uppercase() for name in columns}
    )


def _slip(rng: Generator, text: str) -> str:
    """One letter left out, doubled, changed or exchanged with the next; never the first one alone."""
    if len(text) < 3:
        return text
    at = int(rng.integers(1, len(text) - 1))
    kind = int(rng.integers(4))
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1 and len(text) < LONGEST_NAME:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + LETTERS[int(rng.integers(len(LETTERS)))] + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def moves(noise: Noise, rows: pl.DataFrame) -> pl.DataFrame:
    """Qualifying moves as the States send them."""
    eed = pl.col("eligibility_expiration_date")
    rows = noise.apply(
        "last_eligible_day", rows, pl.lit(True), eligibility_expiration_date=eed - pl.duration(days=1)
    )
    rolls = rows.select("roll").unique(maintain_order=True)
    lost = rolls.filter(pl.Series(noise.draws("no_qualifying_move", rolls)))
    if lost.height:
        noise.mark("no_qualifying_move", lost["roll"])
    return rows.join(lost, on="roll", how="anti", maintain_order="left")


def enrollments(noise: Noise, rows: pl.DataFrame, today: pl.Expr) -> pl.DataFrame:
    """Enrollments as the States send them: `new_school` and `no_facility` become columns for those who write the places."""
    left = pl.col("withdrawal_date")
    ended_early = left.is_not_null() & (left < pl.col("closes"))
    late = left + pl.duration(days=3 + pl.col("roll") % 23)
    rows = rows.with_columns(new_school=pl.lit(False), facility=pl.lit(True))
    rows = noise.apply(
        "late_withdrawal_date",
        rows,
        ended_early & (late < today) & pl.col("graduation_hse_date").is_null(),
        withdrawal_date=late,
    )
    rows = noise.apply(
        "no_withdrawal_date",
        rows,
        ended_early & pl.col("graduation_hse_date").is_null(),
        withdrawal_date=pl.lit(None, pl.Date),
    )
    rows = noise.apply("new_school", rows, pl.col("school").is_not_null(), new_school=pl.lit(True))
    rows = noise.apply("no_facility", rows, pl.lit(True), facility=pl.lit(False))
    local = pl.lit("OS", dtype=rows.schema["grade_level"])
    return noise.apply("local_grade_code", rows, pl.col("grade_level") == "00", grade_level=local)


def courses(noise: Noise, rows: pl.DataFrame) -> pl.DataFrame:
    """Courses as the States send them."""
    rows = noise.apply(
        "course_without_codes", rows.with_columns(coded=pl.lit(True)), pl.lit(True), coded=pl.lit(False)
    )
    return noise.apply(
        "no_clock_hours", rows, pl.col("clock_hours").is_not_null(), clock_hours=pl.lit(None, pl.Int32)
    )
