"""What the children of the made-up nation live through: moves, schools, courses, assessments."""

from datetime import timedelta

import polars as pl
import pytest

from openmsix.deadlines.eligibility import expiration_date
from openmsix.synth import lists, nation, shape
from openmsix.synth.nation import Nation

RECORDS = ("qualifying_moves", "enrollments", "course_history", "assessments")


def every(nation_: Nation, record: str) -> pl.DataFrame:
    """A record type of all States, with the child's birth date and the State beside."""
    parts = []
    for state in nation_.sending():
        frames = nation_.frames(state)
        born = frames["demographics"].select("student_record_id", "birth_date")
        parts.append(
            frames[record]
            .join(born, on="student_record_id", how="left", suffix="_born")
            .with_columns(state=pl.lit(state))
        )
    return pl.concat(parts)


def test_every_student_has_a_qualifying_move_and_an_enrollment(clean: Nation) -> None:
    for state in clean.sending():
        frames = clean.frames(state)
        students = set(frames["students"]["student_record_id"])
        assert set(frames["qualifying_moves"]["student_record_id"]) == students
        assert set(frames["enrollments"]["student_record_id"]) == students
        assert (
            frames["demographics"]["student_record_id"].to_list()
            == frames["students"]["student_record_id"].to_list()
        )


def test_every_child_is_on_a_roll(clean: Nation) -> None:
    assert clean.truth()["child_id"].n_unique() == 3_000


def test_eligibility_ends_after_36_months_or_at_22(clean: Nation) -> None:
    moves = every(clean, "qualifying_moves")
    columns = ["qualifying_arrival_date", "birth_date", "eligibility_expiration_date"]
    assert all(ends == expiration_date(came, born) for came, born, ends in moves.select(columns).iter_rows())


def test_nearly_all_children_are_eligible_today(clean: Nation) -> None:
    ends = pl.concat(
        [
            clean.students.filter(pl.col("state") == state)
            .select("child", "roll")
            .join(clean.tables["qualifying_moves"], on="roll")
            .select("child", "eligibility_expiration_date")
            for state in clean.sending()
        ]
    )
    eligible = ends.group_by("child").agg(
        (pl.col("eligibility_expiration_date").max() > clean.today).alias("eligible")
    )
    assert 0.9 < eligible["eligible"].mean() < 1.0  # type: ignore[operator]


def test_a_third_of_the_children_cross_a_state_line(lifelike: Nation) -> None:
    states = lifelike.truth().group_by("child_id").agg(pl.col("state").n_unique())
    assert 0.25 < (states["state"] > 1).mean() < 0.45  # type: ignore[operator]


def test_a_move_comes_from_a_state_or_a_country_never_both(clean: Nation) -> None:
    moves = every(clean, "qualifying_moves")
    assert moves.select((pl.col("from_state").is_null() ^ pl.col("from_country").is_null()).all()).item()
    assert moves["to_state"].null_count() == 0


def test_enrollments_of_a_roll_follow_one_another(clean: Nation) -> None:
    rows = every(clean, "enrollments")
    order = ["state", "student_record_id"]
    assert rows["enrollment_date"].to_list() == rows.sort(*order, "enrollment_date", maintain_order=True).sort(
        pl.col("state").replace_strict({state: i for i, state in enumerate(clean.sending())}), "student_record_id", maintain_order=True
    )["enrollment_date"].to_list()  # fmt: skip
    later = pl.col("enrollment_date").shift(-1).over(order)
    ended = rows.filter(pl.col("withdrawal_date").is_not_null())
    assert ended.select((pl.col("enrollment_date") < pl.col("withdrawal_date")).all()).item()
    assert rows.filter(pl.col("withdrawal_date").is_null(), later.is_not_null()).height == 0
    assert rows.filter(pl.col("withdrawal_date") > later).height == 0


def test_dates_of_an_enrollment_are_in_order(clean: Nation) -> None:
    rows = every(clean, "enrollments")
    assert rows.filter(pl.col("birth_date") > pl.col("enrollment_date")).height == 0
    assert rows.filter(pl.col("residency_date") > pl.col("enrollment_date")).height == 0
    assert rows["enrollment_date"].max() <= clean.today  # type: ignore[operator]


def test_grades_fit_ages(clean: Nation) -> None:
    rows = every(clean, "enrollments").filter(pl.col("grade_level").str.contains("^(0[1-9]|1[0-2])$"))
    age = (pl.col("enrollment_date") - pl.col("birth_date")).dt.total_days() / 365.25
    over = rows.select(age - pl.col("grade_level").cast(pl.Int32)).to_series()
    assert over.min() > 4.5  # type: ignore[operator]
    assert over.max() < 8.0  # type: ignore[operator]


def test_a_course_has_credits_or_clock_hours_never_both(clean: Nation) -> None:
    rows = every(clean, "course_history")
    finished, broken = pl.col("credits_granted").is_not_null(), pl.col("clock_hours").is_not_null()
    assert rows.select((finished ^ broken).all()).item()
    assert rows.select((finished == pl.col("final_grade").is_not_null()).all()).item()
    assert rows.select((broken == pl.col("grade_to_date").is_not_null()).all()).item()
    assert 0.1 < rows["clock_hours"].is_not_null().mean() < 0.6  # type: ignore[operator]


def test_some_courses_broken_off_are_taken_again_in_another_state(clean: Nation) -> None:
    rows = clean.tables["course_history"].join(
        clean.students.select("roll", "child", home="state"), on="roll"
    )
    broken = rows.filter(pl.col("clock_hours").is_not_null()).select("child", "course", "home")
    earned = rows.filter(pl.col("credits_granted") > 0).select("child", "course", again="home")
    assert broken.join(earned, on=["child", "course"]).filter(pl.col("home") != pl.col("again")).height > 5


@pytest.mark.parametrize("record", RECORDS)
def test_no_record_lies_in_the_future(clean: Nation, record: str) -> None:
    dates = (
        every(clean, record)
        .select(pl.col(pl.Date))
        .drop("birth_date", "eligibility_expiration_date", strict=False)
    )
    assert all(value is None or value <= clean.today for value in dates.max().row(0))


def test_the_same_seed_makes_the_same_nation_and_another_one_another(clean: Nation) -> None:
    again = nation.make(children=3_000, states=8, seed=11, noise=0.0, today=clean.today)
    other = nation.make(children=3_000, states=8, seed=12, noise=0.0, today=clean.today)
    for state in clean.sending():
        here, there = clean.frames(state), again.frames(state)
        assert all(here[record].equals(there[record]) for record in here)
    assert not clean.frames("CA")["demographics"].equals(other.frames("CA")["demographics"])


def test_a_nation_moves_with_its_day(clean: Nation) -> None:
    later = nation.make(
        children=500, states=["TX", "MI"], seed=3, noise=0.0, today=clean.today + timedelta(days=400)
    )
    assert later.tables["enrollments"]["enrollment_date"].max() > clean.today  # type: ignore[operator]


@pytest.mark.parametrize(
    ("children", "states", "noise"),
    [(0, 8, 1.0), (10, 0, 1.0), (10, 47, 1.0), (10, ["TX", "TX"], 1.0), (10, ["ZZ"], 1.0), (10, 8, -0.1)],
)
def test_impossible_wishes_are_refused(
    clean: Nation, children: int, states: int | list[str], noise: float
) -> None:
    with pytest.raises(ValueError, match=r"children|child|States|postal code"):
        nation.make(children=children, states=states, seed=1, noise=noise, today=clean.today)


@pytest.mark.parametrize("children", [1, 2, 7])
def test_the_smallest_nations_can_be_made(clean: Nation, children: int) -> None:
    small = nation.make(children=children, states=["TX", "VT"], seed=5, noise=1.0, today=clean.today)
    assert small.truth()["child_id"].n_unique() == children
    assert all(small.frames(state)["students"].height for state in small.sending())


def test_all_46_states_have_places_and_weights() -> None:
    assert len(lists.states()) == 46
    assert set(lists.towns()["state"]) == set(lists.states()["state"])
    assert set(shape.STREAMS) | set(shape.IN_STATE) <= set(lists.states()["state"])
