"""Names of children and parents, people by people. Names are positions in one pool until the end."""

import numpy as np
import polars as pl

from . import lists, shape
from .chance import Chance, Flags, Floats, Generator, Numbers, happens, pick

MALE, FEMALE, SURNAME = 0, 1, 2
BOTH_SURNAMES_OF_PARENT = 0.25
SHARE_NAMED_AFTER_FATHER = 0.03


class Pool:
    """All names of all lists in one column; a draw gives positions in it."""

    def __init__(self) -> None:
        self._start: dict[tuple[str, int], int] = {}
        self._weights: dict[tuple[str, int], list[float]] = {}
        names: list[str] = []
        for people in shape.PEOPLES:
            for kind, wanted in (
                (MALE, lists.given_names(people.given, "M")),
                (FEMALE, lists.given_names(people.given, "F")),
                (SURNAME, lists.surnames(people.surnames)),
            ):
                self._start[people.key, kind] = len(names)
                self._weights[people.key, kind] = wanted["weight"].to_list()
                names += wanted["name"].to_list()
        self.names = pl.Series(names)

    def draw(self, rng: Generator, people: Numbers, kind: Numbers) -> Numbers:
        """A name of the kind (MALE, FEMALE, SURNAME) for each row, by its people."""
        drawn = np.zeros(len(people), dtype=np.int64)
        for position, key in enumerate(shape.PEOPLE_KEYS):
            for wanted in (MALE, FEMALE, SURNAME):
                rows = np.flatnonzero((people == position) & (kind == wanted))
                drawn[rows] = self._start[key, wanted] + pick(rng, self._weights[key, wanted], len(rows))
        return drawn

    def text(self, positions: Numbers, where: Flags | None = None) -> pl.Series:
        """The names at these positions; null where `where` is false."""
        chosen = pl.Series(positions)
        if where is not None:
            chosen = chosen.set(~pl.Series(where), None)
        return self.names.gather(chosen)


def add_names(chance: Chance, families: pl.DataFrame, children: pl.DataFrame) -> pl.DataFrame:
    """The children with their own names and those of their parents (null where no parent is on the record)."""
    pool = Pool()
    couple = children["family"].to_numpy().astype(np.int64) * 2 + children["couple"].to_numpy()
    people = children["people"].to_numpy().astype(np.int64)
    parents = _parents(chance, pool, families)
    kind = (children["sex"] == "F").to_numpy().astype(np.int64)
    rng = chance.of("given names")
    given, junior = _given(rng, pool, children, people, kind, parents["father"][couple])
    middle = pool.draw(rng, people, kind)
    patronymic = _by_people("patronymic")[people] > 0
    own = _by_people("own_surname")[people] > 0
    surname = np.where(
        own, pool.draw(rng, people, np.full(len(people), SURNAME)), parents["father 1"][couple]
    )
    has_middle = happens(rng, _by_people("middle")[people], len(people)) & (patronymic | (middle != given))
    has_father, has_mother = parents["has father"][couple] > 0, parents["has mother"][couple] > 0
    return children.with_columns(
        first_name=pool.text(given),
        middle_name=pool.text(np.where(patronymic, parents["father"][couple], middle), has_middle),
        last_name_1=pool.text(surname),
        last_name_2=pool.text(parents["mother 1"][couple], parents["two surnames"][couple] > 0),
        suffix=pl.Series(np.where(junior, "Jr.", "")).replace("", None),
        male_parent_first_name=pool.text(parents["father"][couple], has_father),
        male_parent_last_name=_surnames(pool, parents, couple, "father", has_father),
        female_parent_first_name=pool.text(parents["mother"][couple], has_mother),
        female_parent_last_name=_surnames(pool, parents, couple, "mother", has_mother),
    )


def _by_people(fact: str) -> Floats:
    return np.array([float(getattr(people, fact)) for people in shape.PEOPLES])


def _parents(chance: Chance, pool: Pool, families: pl.DataFrame) -> dict[str, Numbers]:
    """Facts of the couples, two a family: names as positions in the pool, the rest as 0 or 1.

    Half siblings share the mother; in a household of cousins the fathers are brothers.
    """
    rng = chance.of("parents")
    people = np.repeat(families["people"].to_numpy().astype(np.int64), 2)
    household = np.repeat(families["household"].to_numpy(), 2)
    alone = np.repeat(families["alone"].to_numpy(), 2)
    second = np.arange(len(people)) % 2 == 1
    kinds = {
        "father": MALE,
        "father 1": SURNAME,
        "father 2": SURNAME,
        "mother": FEMALE,
        "mother 1": SURNAME,
        "mother 2": SURNAME,
    }
    facts = {name: pool.draw(rng, people, np.full(len(people), kind)) for name, kind in kinds.items()}
    facts["two surnames"] = happens(rng, _by_people("two_surnames")[people], len(people)).astype(np.int64)
    facts["both"] = happens(rng, BOTH_SURNAMES_OF_PARENT, len(people)).astype(np.int64)
    facts["has father"] = (~alone & ~happens(rng, shape.SHARE_FATHER_UNKNOWN, len(people))).astype(np.int64)
    facts["has mother"] = (~alone & ~happens(rng, shape.SHARE_MOTHER_UNKNOWN, len(people))).astype(np.int64)
    shared = {
        1: ("mother", "mother 1", "mother 2", "has mother", "two surnames", "both"),
        2: ("father 1", "father 2", "two surnames"),
    }
    for kind, names in shared.items():
        rows = np.flatnonzero(second & (household == kind))
        for name in names:
            facts[name][rows] = facts[name][rows - 1]
    return facts


def _given(
    rng: Generator, pool: Pool, children: pl.DataFrame, people: Numbers, kind: Numbers, father: Numbers
) -> tuple[Numbers, Flags]:
    """Given names, and whether it is the father's. No two children of a family have the same."""
    family = children["family"].to_numpy().astype(np.int64)
    junior = (
        happens(rng, SHARE_NAMED_AFTER_FATHER, len(people)) & (kind == MALE) & ~children["alone"].to_numpy()
    )
    first = np.append(True, family[1:] != family[:-1])
    junior &= first & (_by_people("two_surnames")[people] > 0)
    given = np.where(junior, father, pool.draw(rng, people, kind))
    for _ in range(20):
        frame = pl.DataFrame({"family": family, "given": given})
        again = (
            ~frame.select(pl.struct("family", "given").is_first_distinct()).to_series().to_numpy() & ~junior
        )
        rows = np.flatnonzero(again)
        if not len(rows):
            break
        given[rows] = pool.draw(rng, people[rows], kind[rows])
    return given, junior


def _surnames(pool: Pool, parents: dict[str, Numbers], couple: Numbers, who: str, known: Flags) -> pl.Series:
    """A parent's surname, or both of them."""
    one = pool.text(parents[f"{who} 1"][couple], known)
    both = (parents["both"] & parents["two surnames"])[couple] > 0
    second = pool.text(parents[f"{who} 2"][couple], known & both)
    return (
        pl.select(pl.concat_str([pl.lit(one), pl.lit(second)], separator=" ", ignore_nulls=True))
        .to_series()
        .set(~pl.Series(known), None)
    )
