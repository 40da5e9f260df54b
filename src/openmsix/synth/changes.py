"""A month later: what the States send next of the same nation, as a delta and as a new full submission."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from openmsix.deadlines.eligibility import expiration_of

from . import sending
from .chance import Chance, Generator, Numbers, between, happens, pick
from .land import SCHOOLS_PER_DISTRICT
from .nation import Nation

DAYS_LATER = 30
# What happens to a changed student: left school, moved within the State, a fact corrected, deleted, moved to another State.
LEFT, MOVED, CORRECTED, DELETED, GONE = range(5)
SHARES = (0.40, 0.27, 0.20, 0.03, 0.10)
# What a new enrollment does not take over from the one before.
BEGUN_ANEW = (
    "graduation_hse_indicator",
    "graduation_hse_date",
    "enrollment_comment",
    "withdrawal_date",
    "continuation_of_services_reason",
)


@dataclass(frozen=True)
class Changes:
    """`delta`: the students that changed. `after`: everything, as it is then."""

    delta: Nation
    after: Nation


def again(nation: Nation, today: date) -> Nation:
    """The same content sent once more as full submissions on a later day."""
    return replace(
        nation, today=today, kind="full", students=nation.students.with_columns(action_code=pl.lit("U"))
    )


def make_changes(nation: Nation, share: float, seed: int) -> Changes:
    """Change a share (0 to 1) of the nation's students within the 30 days after its day.

    Some left school, some moved within the State or to another one (where they are new students), some facts were
    corrected, a few students were deleted. Same arguments, same changes.
    """
    chance = Chance(seed)
    today = nation.today + timedelta(days=DAYS_LATER)
    touched = _touched(chance.of("changed students"), nation, share)
    roll = {kind: touched.filter(pl.col("what") == kind).select("roll") for kind in range(len(SHARES))}
    tables = dict(nation.tables)
    tables = _moved_within(chance.of("moves within"), nation, tables, roll[MOVED])
    tables = _left(chance.of("leaving"), nation, tables, pl.concat([roll[LEFT], roll[GONE]]))
    tables["demographics"] = _corrected(chance.of("corrections"), tables["demographics"], roll[CORRECTED])
    arrived, tables = _arrived(chance.of("arrivals"), nation, tables, touched.filter(pl.col("what") == GONE))
    students = nation.students.with_columns(action_code=pl.lit("U"))
    stay = students.join(roll[DELETED], on="roll", how="anti", maintain_order="left")
    after = replace(
        nation,
        today=today,
        students=_ordered(pl.concat([stay, arrived]), nation),
        tables=_without(tables, roll[DELETED]),
    )
    changed = students.join(touched.select("roll"), on="roll", how="semi", maintain_order="left")
    deleted = (
        pl.when(pl.col("roll").is_in(roll[DELETED]["roll"].implode()))
        .then(pl.lit("D"))
        .otherwise("action_code")
    )
    changed = _ordered(pl.concat([changed.with_columns(action_code=deleted), arrived]), nation)
    content = _without(_only(tables, changed.select("roll")), roll[DELETED])
    delta = replace(nation, today=today, kind="delta", since=nation.today, students=changed, tables=content)
    return Changes(delta, after)


def _touched(rng: Generator, nation: Nation, share: float) -> pl.DataFrame:
    """Rolls to change and what happens to each. Only who is at school can leave it or move."""
    drawn = nation.students.filter(pl.Series(happens(rng, share, nation.students.height)))
    what = pl.Series(pick(rng, SHARES, drawn.height))
    open_rolls = (
        nation.tables["enrollments"].filter(pl.col("withdrawal_date").is_null())["roll"].unique().implode()
    )
    # The highest number stays, so that none is given twice.
    deleted = (pl.col("what") == DELETED) & (pl.col("roll") < nation.students["roll"].max())
    here = (pl.col("roll").is_in(open_rolls) & (pl.col("what") != DELETED)) | deleted
    return drawn.with_columns(what=what).select(
        "roll", "child", "state", what=pl.when(here).then("what").otherwise(pl.lit(CORRECTED))
    ).sort("roll")  # fmt: skip


def _without(tables: sending.Tables, rolls: pl.DataFrame) -> sending.Tables:
    return {
        name: rows.join(rolls, on="roll", how="anti", maintain_order="left") for name, rows in tables.items()
    }


def _only(tables: sending.Tables, rolls: pl.DataFrame) -> sending.Tables:
    return {
        name: rows.join(rolls, on="roll", how="semi", maintain_order="left") for name, rows in tables.items()
    }


def _ordered(students: pl.DataFrame, nation: Nation) -> pl.DataFrame:
    position = pl.col("state").replace_strict(
        list(nation.states), list(range(len(nation.states))), return_dtype=pl.Int32
    )
    return students.sort(position, "state_student_id")


def _days(rng: Generator, nation: Nation, rolls: pl.DataFrame) -> pl.DataFrame:
    """A day within the month for each roll."""
    later = pl.Series(between(rng, 1, DAYS_LATER - 3, rolls.height))
    return rolls.with_columns(day=pl.lit(nation.today) + pl.duration(days=pl.lit(later)))


def _closed(enrollments: pl.DataFrame, leaving: pl.DataFrame, before: int = 0) -> pl.DataFrame:
    """The enrollments with the open ones of these rolls (roll, day) closed on the day."""
    rows = enrollments.join(leaving.select("roll", "day"), on="roll", how="left", maintain_order="left")
    closes = pl.col("withdrawal_date").is_null() & pl.col("day").is_not_null()
    day = pl.col("day") - pl.duration(days=before)
    return rows.with_columns(withdrawal_date=pl.when(closes).then(day).otherwise("withdrawal_date")).drop(
        "day"
    )


def _left(rng: Generator, nation: Nation, tables: sending.Tables, rolls: pl.DataFrame) -> sending.Tables:
    leaving = _days(rng, nation, rolls.sort("roll"))
    return tables | {"enrollments": _closed(tables["enrollments"], leaving)}


def _begun(last: pl.DataFrame, columns: list[str], schema: pl.Schema) -> pl.DataFrame:
    """New enrollments on `day` in the district `to`, in other respects like the last ones."""
    level = pl.col("school") % SCHOOLS_PER_DISTRICT
    return last.with_columns(
        enrollment_date="day", residency_date="day", residency_verification_date="day", district=pl.col("to").cast(pl.UInt16),
        school=pl.col("to").cast(pl.Int32) * SCHOOLS_PER_DISTRICT + level, new_school=pl.lit(False), facility=pl.lit(True),
        **{name: pl.lit(None, dtype=schema[name]) for name in BEGUN_ANEW},
    ).select(columns).cast(dict(schema))  # type: ignore[arg-type]  # fmt: skip


def _into(nation: Nation, rng: Generator, state: pl.Series) -> Numbers:
    """A district of each of these States."""
    districts = nation.land.districts
    first = dict(districts.group_by("state").agg(pl.col("district").min()).iter_rows())
    count = dict(districts.group_by("state").len().iter_rows())
    low = np.array([first[code] for code in state], dtype=np.int64)
    return between(rng, low, low + np.array([count[code] for code in state], dtype=np.int64) - 1)


def _last(nation: Nation, enrollments: pl.DataFrame, moving: pl.DataFrame) -> pl.DataFrame:
    """The last enrollment of each moving roll, with `day`, `to` and the child's birth date."""
    last = (
        enrollments.sort("roll", "enrollment_date", maintain_order=True)
        .group_by("roll", maintain_order=True)
        .last()
    )
    born = nation.children.select("child", "birth_date")
    return last.join(moving.select("roll", "day", "to"), on="roll", how="inner", maintain_order="left").join(
        born, on="child", how="left", maintain_order="left"
    )


def _move(nation: Nation, last: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    towns = nation.land.districts
    origin, goal = towns[last["district"].to_numpy()], towns[last["to"].to_numpy()]
    return last.select(
        "roll", qualifying_arrival_date="day", from_city=pl.lit(origin["town"]), from_state=pl.lit(origin["state"]),
        from_country=pl.lit(None, pl.String), to_city=pl.lit(goal["town"]), to_state=pl.lit(goal["state"]),
        eligibility_expiration_date=expiration_of(pl.col("day"), pl.col("birth_date")),
    ).select(schema.names()).cast(dict(schema))  # type: ignore[arg-type]  # fmt: skip


def _with(rows: pl.DataFrame, more: pl.DataFrame, day: str) -> pl.DataFrame:
    return pl.concat([rows, more]).sort("roll", day, maintain_order=True)


def _moved_within(
    rng: Generator, nation: Nation, tables: sending.Tables, rolls: pl.DataFrame
) -> sending.Tables:
    enrollments, moves = tables["enrollments"], tables["qualifying_moves"]
    moving = _days(rng, nation, rolls).join(
        nation.students.select("roll", "state"), on="roll", maintain_order="left"
    )
    moving = moving.with_columns(to=pl.Series(_into(nation, rng, moving["state"])))
    last = _last(nation, enrollments, moving)
    begun = _begun(last, enrollments.columns, enrollments.schema)
    return tables | {
        "enrollments": _with(_closed(enrollments, moving, before=1), begun, "enrollment_date"),
        "qualifying_moves": _with(moves, _move(nation, last, moves.schema), "qualifying_arrival_date"),
    }


def _corrected(rng: Generator, demographics: pl.DataFrame, rolls: pl.DataFrame) -> pl.DataFrame:
    """A new telephone number."""
    number = pl.Series(between(rng, 0, 9999, rolls.height)).cast(pl.String).str.zfill(4)
    new = rolls.with_columns(number="209555" + number)
    rows = demographics.join(new, on="roll", how="left", maintain_order="left")
    return rows.with_columns(parent_1_phone=pl.coalesce("number", "parent_1_phone")).drop("number")


def _arrived(
    rng: Generator, nation: Nation, tables: sending.Tables, gone: pl.DataFrame
) -> tuple[pl.DataFrame, sending.Tables]:
    """New students of other States: children who left theirs, for a State that has not known them."""
    states = list(nation.states)
    if len(states) < 2 or not gone.height:
        return nation.students.clear(), tables
    home = gone["state"].replace_strict(states, list(range(len(states))), return_dtype=pl.Int64).to_numpy()
    goal = (home + between(rng, 1, len(states) - 1, len(home))) % len(states)
    known = nation.students.select("child", "state")
    gone = (
        gone.select(
            "child", left="roll", state=pl.Series(states).gather(goal), goal=pl.Series(goal).cast(pl.Int16)
        )
        .join(known, on=["child", "state"], how="anti", maintain_order="left")
        .unique("child", keep="first", maintain_order=True)
    )
    top = int(nation.students["roll"].max()) + 1  # type: ignore[arg-type]
    rolls = gone.select("child", "left", roll=(pl.int_range(pl.len()) + top).cast(pl.UInt32), state="goal")
    students = sending.identified(rolls, states).with_columns(noise=pl.lit(""))
    day = pl.Series([nation.today + timedelta(days=DAYS_LATER - 1)]).new_from_index(0, rolls.height)
    moving = pl.DataFrame({"roll": rolls["left"], "day": day, "to": _into(nation, rng, students["state"])})
    enrollments, moves = tables["enrollments"], tables["qualifying_moves"]
    names = rolls.select("left", new="roll", goal="state")
    last = _last(nation, enrollments, moving).join(
        names, left_on="roll", right_on="left", how="left", maintain_order="left"
    )
    last = last.with_columns(roll="new", state=pl.col("goal").cast(enrollments.schema["state"]))
    begun = _begun(last, enrollments.columns, enrollments.schema)
    more = {
        "enrollments": _with(enrollments, begun, "enrollment_date"),
        "qualifying_moves": _with(moves, _move(nation, last, moves.schema), "qualifying_arrival_date"),
        "demographics": pl.concat(
            [tables["demographics"], sending.true_demographics(rolls, nation.children)]
        ),
    }
    return students.select(nation.students.columns), tables | more
