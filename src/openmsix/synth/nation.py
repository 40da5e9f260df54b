"""The made-up nation: families, what they lived through, and what each State says of it.

    nation = make(children=20_000, states=8, seed=7, noise=1.0, today=today())
    nation.frames("TX")            # what a reader of Texas' file must get
    write.write(nation, folder)    # the State files, the places, and the truth beside them

Same arguments, same nation. Everything is made as columns; a row of a table carries the number of its roll (see `rolls`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import polars as pl

from . import (
    assessments,
    courses,
    families,
    land,
    lists,
    moves,
    names,
    origins,
    rolls,
    schooling,
    sending,
    shape,
    sheets,
)
from .chance import Chance, Numbers

Progress = Callable[[str, int, int], None]  # step, done, total
MOST_STUDENTS_IN_A_PART = 40_000
STEP = "Making up families and their moves"
STAGES = 6


@dataclass(frozen=True)
class Nation:
    """What the States send on one day.

    `students`: one row a roll (roll, child, state, state_student_id, state_student_id_type, action_code), in the order of
    the files. `tables`: rows of the child records by record type. `kind`: full or delta. `since`: the day on which the
    window of effective dates begins. `in_a_part`: most students in one file, if fewer than the layout allows.
    """

    states: tuple[str, ...]
    seed: int
    noise: float
    today: date
    kind: Literal["full", "delta"]
    since: date
    land: land.Land
    children: pl.DataFrame
    students: pl.DataFrame
    tables: dict[str, pl.DataFrame] = field(repr=False)
    in_a_part: int | None = None

    @property
    def most_in_a_part(self) -> int:
        """Most students in one file."""
        return self.in_a_part or MOST_STUDENTS_IN_A_PART

    def parts(self, state: str) -> int:
        """Into how many files the State's submission is divided."""
        students = self.students.filter(pl.col("state") == state).height
        return max(1, -(-students // self.most_in_a_part))

    def sending(self) -> list[str]:
        """The States that have something to send."""
        present = set(self.students["state"].unique())
        return [state for state in self.states if state in present]

    def frames(self, state: str, part: int = 1) -> dict[str, pl.DataFrame]:
        """Each record type's rows of one part, typed as the dictionary stores them: what a reader of the file must get."""
        return sheets.of_part(self, state, part)

    def truth(self) -> pl.DataFrame:
        """Who is who: one row a roll, with child, family, twin, people, and the noise that was applied."""
        return sheets.truth(self)


def make(
    *,
    children: int,
    states: int | list[str],
    seed: int,
    noise: float,
    today: date,
    progress: Progress | None = None,
) -> Nation:
    """Make up a nation.

    Args:
        children: how many, 1 or more.
        states: postal codes, or how many of the largest States.
        seed: the same seed gives the same nation.
        noise: how strongly the habits of the States show: 0 clean, 1 lifelike.
        today: the day on which the States send.
        progress: told the step, and how many of how many parts of it are done.

    Raises:
        ValueError: no children, unknown States, or noise below 0.
    """
    chosen = _chosen(states)
    if children < 1 or noise < 0:
        raise ValueError("A nation has at least one child, and noise of 0 or more.")
    tell = progress or (lambda _step, _done, _total: None)
    chance = Chance(seed)
    tell(STEP, 0, STAGES)
    born, ground, on_rolls = _living(chance, children, chosen, noise, today)
    tell(STEP, 3, STAGES)
    enrolled = schooling.make_enrollments(chance, on_rolls.presence, born, chosen, today)
    tell(STEP, 4, STAGES)
    lived = {
        "qualifying_moves": on_rolls.moves,
        "enrollments": enrolled,
        "course_history": courses.make_courses(chance, enrolled, born, chosen, today),
        "assessments": assessments.make_assessments(chance, enrolled, born, today),
    }
    tell(STEP, 5, STAGES)
    students, tables = sending.as_sent(chance, on_rolls.rolls, born, lived, chosen, noise, today)
    tell(STEP, STAGES, STAGES)
    since = date(today.year - shape.YEARS_SEEN, 1, 1)
    return Nation(tuple(chosen), seed, noise, today, "full", since, ground, born, students, tables)


def children_on_rolls(
    chance: Chance,
    children: int,
    states: int,
    today: date,
    change: Callable[[Chance, pl.DataFrame], pl.DataFrame],
) -> tuple[list[str], pl.DataFrame, pl.DataFrame]:
    """The States, the children (after `change`), and which State has whom on its roll once: a nation without school, for trials of the linkage."""
    chosen = _chosen(states)
    born, _, on_rolls = _living(chance, children, chosen, 0.0, today)
    return chosen, change(chance, born), on_rolls.rolls


def _living(
    chance: Chance, children: int, chosen: list[str], noise: float, today: date
) -> tuple[pl.DataFrame, land.Land, rolls.Rolls]:
    """The children, the places, and who is on which State's roll."""
    households = families.make_families(chance, children, chosen)
    born = _born(chance, households, chosen, today)
    ground = land.make(chance, _children_by_state(households, chosen))
    stays = moves.make_stays(chance, households, _youngest(born), ground, chosen, today)
    outside = origins.places_outside(chance.of("outside"), households)
    return born, ground, rolls.make_rolls(chance, born, stays, outside, ground, chosen, noise)


def _chosen(states: int | list[str]) -> list[str]:
    known = lists.states()["state"].to_list()
    if isinstance(states, int):
        if not 1 <= states <= len(known):
            raise ValueError(f"From 1 to {len(known)} States can take part.")
        return known[:states]
    unknown = [state for state in states if state not in known]
    if unknown or not states or len(set(states)) < len(states):
        raise ValueError(f"States are named once each, by postal code; these take part: {' '.join(known)}.")
    return list(states)


def _born(chance: Chance, households: pl.DataFrame, chosen: list[str], today: date) -> pl.DataFrame:
    """The children of the households, with their names, birthplaces and ways to be reached."""
    born = families.make_children(chance, households, today)
    return origins.add_origins(chance, households, names.add_names(chance, households, born), chosen)


def _youngest(born: pl.DataFrame) -> Numbers:
    """The birth date of each family's youngest child, as days since 1970."""
    youngest = born.group_by("family", maintain_order=True).agg(pl.col("birth_date").max())["birth_date"]
    return youngest.to_physical().to_numpy().astype(np.int64)


def _children_by_state(households: pl.DataFrame, states: list[str]) -> dict[str, int]:
    """Children by home State, at least one each: how many places a State needs."""
    counts = dict(households.group_by("home").agg(pl.col("size").sum()).iter_rows())
    return {state: max(1, int(counts.get(position, 1))) for position, state in enumerate(states)}
