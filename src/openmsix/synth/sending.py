"""From what children lived through to what the States send: identifiers, demographics, and the States' habits."""

from datetime import date

import numpy as np
import polars as pl

from . import mistakes
from .chance import Chance, Generator, Numbers, between, happens, pick
from .mistakes import Noise

PRIME = 99_999_989  # identifiers run through all numbers below it before one comes twice
STRIDE = 48_271_003
# How State student identifiers look, State by State in turn: what stands before, how many digits, what stands behind.
LOOKS = (("", 10, ""), ("", 9, ""), ("", 8, "M"), ("1", 9, ""), ("", 12, ""))
MEP_IDENTIFIER_EVERY = (
    3  # every third State sends identifiers of its migrant program (type 02), the others State ones
)
SHARE_WITH_ALTERNATE = 0.35
ALTERNATE_TYPES = {"01": 0.55, "02": 0.35, "03": 0.1}
SEXES = {"M": "Male", "F": "Female"}
NONBINARY_EVERY = 400

DEMOGRAPHICS = (
    "first_name", "middle_name", "last_name_1", "last_name_2", "suffix", "sex", "birth_date", "multiple_birth_flag", "birth_city",
    "birth_state", "birth_country", "birth_date_verification", "male_parent_first_name", "male_parent_last_name",
    "female_parent_first_name", "female_parent_last_name", "parent_1_email", "parent_2_email", "parent_1_phone", "parent_2_phone",
)  # fmt: skip
Tables = dict[str, pl.DataFrame]


def as_sent(
    chance: Chance,
    rolls: pl.DataFrame,
    children: pl.DataFrame,
    lived: Tables,
    states: list[str],
    strength: float,
    today: date,
) -> tuple[pl.DataFrame, Tables]:
    """Students and child records of all States, with the noise of this strength."""
    rolls, copies = _with_copies(chance, rolls, states, strength)
    noise = Noise(chance, states, strength, rolls)
    noise.mark("reissued_id", rolls.filter("reissued")["roll"])
    noise.mark("twice_in_one_state", copies["copy"])
    tables = {
        name: pl.concat([rows, rows.join(copies, on="roll").with_columns(roll="copy").drop("copy")]).sort(
            "roll", maintain_order=True
        )
        for name, rows in lived.items()
    }
    tables["enrollments"] = _continued(tables["enrollments"], tables["qualifying_moves"])
    tables["demographics"] = mistakes.demographics(noise, _demographics(rolls, children, tables))
    tables["demographics"] = tables["demographics"].select("roll", *DEMOGRAPHICS)
    tables["qualifying_moves"] = mistakes.moves(noise, tables["qualifying_moves"])
    tables["enrollments"] = mistakes.enrollments(noise, tables["enrollments"], pl.lit(today))
    tables["course_history"] = mistakes.courses(noise, tables["course_history"])
    students = identified(rolls, states).with_columns(noise=noise.words())
    tables["alternate_ids"] = _alternates(chance.of("alternate ids"), students)
    students = students.sort(pl.col("position"), "state_student_id")
    return students.select(
        "roll", "child", "state", "state_student_id", "state_student_id_type", "action_code", "noise"
    ), tables


def _with_copies(
    chance: Chance, rolls: pl.DataFrame, states: list[str], strength: float
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rolls with second ones of the same child in the same State behind them; and which is the copy of which."""
    twice = Noise(chance, states, strength, rolls).draws("twice_in_one_state", rolls)
    copied = rolls.filter(pl.Series(twice))
    copies = copied.select(
        "roll", copy=pl.lit(rolls.height, dtype=pl.UInt32) + pl.int_range(pl.len(), dtype=pl.UInt32)
    )
    return pl.concat([rolls, copied.with_columns(roll=copies["copy"], reissued=pl.lit(False))]), copies


def identified(rolls: pl.DataFrame, states: list[str]) -> pl.DataFrame:
    """The rolls with the identifiers of the States, unlike for unlike rolls."""
    position = rolls["state"].to_numpy().astype(np.int64)
    number = _scattered(rolls["roll"].to_numpy().astype(np.int64), position)
    looks = pl.DataFrame({"number": number, "position": position})
    identifier = pl.lit(None, pl.String)
    for look, (head, digits, tail) in enumerate(LOOKS):
        written = pl.concat_str(
            pl.lit(head), pl.col("number").cast(pl.String).str.zfill(digits), pl.lit(tail)
        )
        identifier = pl.when(pl.col("position") % len(LOOKS) == look).then(written).otherwise(identifier)
    mep = position % MEP_IDENTIFIER_EVERY == MEP_IDENTIFIER_EVERY - 1
    return rolls.with_columns(
        position=pl.Series(position),
        state=pl.Series(states).gather(position),
        state_student_id=looks.select(identifier).to_series(),
        state_student_id_type=pl.Series(np.where(mep, "02", "01")),
        action_code=pl.lit("I"),
    )


def _scattered(roll: Numbers, position: Numbers) -> Numbers:
    """Numbers of eight digits that do not run on; one to one within a State, since the modulus is prime."""
    scattered: Numbers = (roll * STRIDE + (position + 1) * 7_368_787) % PRIME
    return scattered


def _demographics(rolls: pl.DataFrame, children: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """True demographics, with the first day a birth date may not follow."""
    days = [("qualifying_moves", "qualifying_arrival_date"), ("enrollments", "enrollment_date")]
    first = pl.concat([tables[table].select("roll", first_arrival=column) for table, column in days])
    first = first.group_by("roll").agg(pl.col("first_arrival").min())
    return true_demographics(rolls, children).join(first, on="roll", how="left", maintain_order="left")


def true_demographics(rolls: pl.DataFrame, children: pl.DataFrame) -> pl.DataFrame:
    """Demographics of the children on these rolls, before any State has written them down."""
    rows = children[rolls["child"].to_numpy()]
    nonbinary = pl.col("child") % NONBINARY_EVERY == NONBINARY_EVERY - 1
    return rows.select(
        pl.lit(rolls["roll"]),
        *(pl.col(name) for name in DEMOGRAPHICS if name in rows.columns and name != "sex"),
        sex=pl.when(nonbinary).then(pl.lit("Nonbinary")).otherwise(pl.col("sex").replace_strict(SEXES)),
        multiple_birth_flag=pl.when("twin").then(pl.lit("Yes")).otherwise(pl.lit("No")),
    ).select("roll", *DEMOGRAPHICS)


def _continued(enrollments: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """Enrollments with the reason for services after eligibility ended."""
    ends = moves.group_by("roll").agg(eligible_until=pl.col("eligibility_expiration_date").max())
    rows = enrollments.join(ends, on="roll", how="left", maintain_order="left")
    served = pl.col("mep_project_type").is_not_null() & (
        pl.col("enrollment_date") >= pl.col("eligible_until")
    )
    reason = pl.when(pl.col("grade_number") >= 9).then(pl.lit("03")).otherwise(pl.lit("02"))
    ended_inside = pl.col("mep_project_type").is_not_null() & (
        pl.col("withdrawal_date").is_not_null() & (pl.col("withdrawal_date") >= pl.col("eligible_until"))
    )
    return rows.with_columns(
        continuation_of_services_reason=pl.when(served).then(reason).when(ended_inside).then(pl.lit("01"))
    ).drop("eligible_until")


def _alternates(rng: Generator, students: pl.DataFrame) -> pl.DataFrame:
    count = students.height
    digits = pl.Series(between(rng, 10_000_000, 99_999_999, count)).cast(pl.String)
    kind = pl.Series(list(ALTERNATE_TYPES)).gather(pick(rng, list(ALTERNATE_TYPES.values()), count))
    has = pl.Series(happens(rng, SHARE_WITH_ALTERNATE, count))
    rows = students.select("roll", alternate_student_id="A" + digits, alternate_student_id_type=kind)
    return rows.filter(has)
