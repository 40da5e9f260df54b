"""Records on which the linkage model is tried: the nation's children with kin made alike, sent with mistakes of their own kind.

    said = records(children=75_000, seed=901)

The mistakes are written apart from those of `mistakes` (on which the model may be trained) and from every table of the model. Some offices
are careless: there all mistakes are several times as frequent, so that two or three of them meet in one record.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from . import kin, mistakes, nation, sending, shape, slips, tail
from .chance import Chance, Floats, happens

TODAY = date(2026, 9, 1)
CARELESS, CARE = 0.1, 2.5  # the share of careless offices, and how many times as often they err
TWICE_IN_ONE_STATE = 0.0004
TWICE_IN_TRAINING = 0.01  # States give a child a new identifier; the model must learn that one State's two records may be one child


@dataclass(frozen=True)
class Mistake:
    """One kind of mistake: the share of records it touches at an ordinary office, and the group in which it is told."""

    key: str
    group: str
    share: float
    words: str


MISTAKES = (
    Mistake("everyday_form", "nicknames", 0.02, "an everyday or English form of the given name"),
    Mistake("given_by_ear", "spelled by ear", 0.015, "the given name as an English ear hears it"),
    Mistake("surname_by_ear", "spelled by ear", 0.02, "a surname as an English ear hears it"),
    Mistake("given_keyed", "keyboard and scanner", 0.01, "a wrong key in the given name"),
    Mistake("surname_keyed", "keyboard and scanner", 0.012, "a wrong key in a surname"),
    Mistake("given_scanned", "keyboard and scanner", 0.008, "the given name misread by a scanner"),
    Mistake("surname_scanned", "keyboard and scanner", 0.01, "a surname misread by a scanner"),
    Mistake("given_slip", "keyboard and scanner", 0.008, "a letter of the given name lost, doubled or moved"),
    Mistake("surname_slip", "keyboard and scanner", 0.01, "a letter of a surname lost, doubled or moved"),
    Mistake("no_middle", "middle name left out", 0.15, "no middle name"),
    Mistake("initial", "middle name left out", 0.08, "the middle name as an initial"),
    Mistake("joined_given", "names joined or swapped", 0.02, "given and middle name in one field"),
    Mistake("glued_given", "names joined or swapped", 0.004, "given and middle name as one word"),
    Mistake("called_by_middle", "names joined or swapped", 0.006, "the middle name stands first, the first name in the middle"),
    Mistake("first_name_dropped", "names joined or swapped", 0.002, "only the middle name is given, as the first name"),
    Mistake("surnames_swapped", "names joined or swapped", 0.012, "the surnames in the other order"),
    Mistake("surnames_glued", "names joined or swapped", 0.006, "both surnames as one word"),
    Mistake("surnames_one_field", "names joined or swapped", 0.07, "both surnames in the first field"),
    Mistake("maternal_in_the_middle", "names joined or swapped", 0.02, "the paternal surname as the middle name, the maternal one as the surname"),
    Mistake("hyphen", "hyphens", 0.06, "both surnames with a hyphen in the first field"),
    Mistake("paternal_only", "single surnames", 0.08, "only the paternal surname"),
    Mistake("maternal_only", "single surnames", 0.012, "only the maternal surname"),
    Mistake("particle", "particles", 0.3, "the particle of a surname left out or written on to it (of surnames that have one)"),
    Mistake("stepfather", "other family names", 0.004, "another man's surname in front of the mother's"),
    Mistake("cut_short", "cut short", 0.01, "a surname cut at nine letters"),
    Mistake("default_day", "default birth dates", 0.008, "1 January, 1 July or 31 December"),
    Mistake("day_for_month", "birth dates", 0.008, "day and month of birth swapped"),
    Mistake("digit", "birth dates", 0.01, "one digit of the birth date wrong"),
    Mistake("other_part", "birth dates", 0.003, "another month or year of birth"),
    Mistake("other_date", "birth dates", 0.0005, "quite another birth date"),
    Mistake("other_sex", "sex", 0.004, "the other sex"),
    Mistake("no_sex", "sex", 0.01, "no sex"),
    Mistake("no_place", "birthplace", 0.2, "no birthplace"),
    Mistake("place_less", "birthplace", 0.1, "no city of birth"),
    Mistake("other_town", "birthplace", 0.04, "the town of the hospital"),
    Mistake("no_father", "parents", 0.05, "the father left out"),
    Mistake("no_mother", "parents", 0.02, "the mother left out"),
    Mistake("parents_turned", "parents", 0.012, "the parents in each other's place"),
    Mistake("other_man", "parents", 0.012, "another man as the father"),
    Mistake("mother_by_ear", "parents", 0.02, "a letter wrong in the mother's name"),
    Mistake("twins_unsaid", "twins", 0.3, "the multiple birth not marked"),
    Mistake("twin_said", "twins", 0.004, "marked as of a multiple birth, and is not"),
    Mistake("no_accents", "accents lost", 0.5, "no accents"),
    Mistake("capitals", "accents lost", 0.2, "all capitals"),
)  # fmt: skip
BY_KEY = {mistake.key: mistake for mistake in MISTAKES}

PARENTS = (
    "male_parent_first_name",
    "male_parent_last_name",
    "female_parent_first_name",
    "female_parent_last_name",
)
SAID = (
    "first_name", "middle_name", "last_name_1", "last_name_2", "sex", "birth_date", "multiple_birth_flag", "birth_city", "birth_state",
    "birth_country", *PARENTS,
)  # fmt: skip
NONE = pl.lit(None, pl.String)
PARTICLES = "^((?i:de la|de los|de las|de|del|la|los|san) )"


def records(children: int, seed: int, *, states: int = 46, careless: float = CARE) -> pl.DataFrame:
    """Labelled records, about 1.35 a child: `record_id`, `person_id`, `family_id`, `state_code`, `state_student_id`, what was said (`SAID`),
    and `groups`, a list: what is special about the child and what went wrong, in the words in which figures are told.
    """
    chance = Chance(seed)
    chosen, born, rolls = nation.children_on_rolls(chance, children, states, TODAY, _kin)
    rolls = _twice(chance, rolls, TWICE_IN_ONE_STATE)
    errors = _Errors(chance, rolls.height, careless)
    said = sending.true_demographics(rolls, born).select("roll", *SAID)
    for step in (_given, _surnames, _spelling, _birth, _rest):
        said = step(errors, said)
    grouped = said.with_columns(groups=_groups(born[rolls["child"].to_numpy()], errors))
    return _labelled(grouped, rolls, born, chosen, seed)


def _kin(chance: Chance, born: pl.DataFrame) -> pl.DataFrame:
    return kin.make_alike(chance, tail.lengthen(chance, born))


WORST, CALIBRATED = 2.0, 1.5
"""How strongly the nation's habits show in records to learn weights from (as if every State were as careless as the worst), and to choose thresholds on."""


def training(children: int, seed: int, *, states: int = 46, noise: float = WORST) -> pl.DataFrame:
    """Labelled records to train the model on, in the columns of `records` without `groups`: the same kin, but the nation's own mistakes
    (`habits`).
    """
    chance = Chance(seed)
    chosen, born, rolls = nation.children_on_rolls(chance, children, states, TODAY, _kin)
    rolls = _twice(chance, rolls, TWICE_IN_TRAINING)
    said = sending.true_demographics(rolls, born).with_columns(first_arrival=pl.lit(TODAY))
    said = mistakes.demographics(mistakes.Noise(chance, chosen, noise, rolls), said).select("roll", *SAID)
    return _labelled(said, rolls, born, chosen, seed)


def _labelled(
    said: pl.DataFrame, rolls: pl.DataFrame, born: pl.DataFrame, states: list[str], seed: int
) -> pl.DataFrame:
    child = born[rolls["child"].to_numpy()]
    students = sending.identified(rolls, states)
    labelled = said.with_columns(
        record_id=pl.col("roll").cast(pl.Int64),
        person_id=rolls["child"].cast(pl.Int64),
        family_id=child["family"].cast(pl.Int64),
        state_code=students["state"],
        state_student_id=students["state_student_id"],
    )
    return labelled.drop("roll").sample(fraction=1.0, shuffle=True, seed=seed)


def _twice(chance: Chance, rolls: pl.DataFrame, share: float) -> pl.DataFrame:
    again = rolls.filter(pl.Series(happens(chance.of("twice"), share, rolls.height)))
    return pl.concat([rolls, again]).with_columns(roll=pl.int_range(pl.len(), dtype=pl.UInt32))


class _Errors:
    """Which records each mistake touches, and what came of it."""

    def __init__(self, chance: Chance, count: int, careless: float) -> None:
        self.chance, self.count = chance, count
        self.care: Floats = np.where(happens(chance.of("careless"), CARELESS, count), careless, 1.0)
        self.marks: dict[str, pl.Series] = {}

    def touched(self, key: str) -> pl.Series:
        share = np.minimum(BY_KEY[key].share * self.care, 0.9)
        return pl.Series(happens(self.chance.of(f"trial {key}"), share, self.count))

    def apply(self, said: pl.DataFrame, key: str, where: pl.Expr, **values: pl.Expr) -> pl.DataFrame:
        touched = self.touched(key) & said.select(where.fill_null(False).alias("fits")).to_series()
        return self._marked(
            key,
            said,
            said.with_columns(
                pl.when(touched).then(value).otherwise(name).alias(name) for name, value in values.items()
            ),
            tuple(values),
        )

    def slip(self, said: pl.DataFrame, key: str, column: str, slip: slips.Slip) -> pl.DataFrame:
        """The slip in one word of the column, row by row: slips are rare."""
        rows = np.flatnonzero((self.touched(key) & said[column].is_not_null()).to_numpy())
        rng = self.chance.of(f"trial slip {key} {column}")
        changed = pl.Series(
            [_in_a_word(rng, text, slip) for text in said[column].gather(rows)], dtype=pl.String
        )
        return self._marked(key, said, said.with_columns(said[column].scatter(rows, changed)), (column,))

    def _marked(
        self, key: str, before: pl.DataFrame, after: pl.DataFrame, columns: tuple[str, ...]
    ) -> pl.DataFrame:
        changed = self.marks.get(key, pl.Series([False]).new_from_index(0, self.count))
        for column in columns:
            changed = changed | before[column].ne_missing(after[column])
        self.marks[key] = changed
        return after


def _in_a_word(rng: np.random.Generator, text: str, slip: slips.Slip) -> str:
    words = text.split(" ")
    at = int(rng.integers(len(words)))
    words[at] = slip(rng, words[at])
    return " ".join(words).strip() or text


def _given(errors: _Errors, said: pl.DataFrame) -> pl.DataFrame:
    first, middle = pl.col("first_name"), pl.col("middle_name")
    has_middle = middle.is_not_null()
    said = errors.slip(said, "everyday_form", "first_name", slips.everyday)
    for key, slip in (
        ("given_by_ear", slips.by_ear), ("given_keyed", slips.by_keyboard), ("given_scanned", slips.by_scanner), ("given_slip", slips.by_hand),
    ):  # fmt: skip
        said = errors.slip(said, key, "first_name", slip)
    said = errors.apply(said, "first_name_dropped", has_middle, first_name=middle, middle_name=NONE)
    said = errors.apply(said, "called_by_middle", has_middle, first_name=middle, middle_name=first)
    said = errors.apply(said, "no_middle", has_middle, middle_name=NONE)
    said = errors.apply(
        said, "glued_given", has_middle, first_name=first + middle.str.to_lowercase(), middle_name=NONE
    )
    said = errors.apply(said, "joined_given", has_middle, first_name=first + " " + middle, middle_name=NONE)
    return errors.apply(said, "initial", has_middle, middle_name=middle.str.slice(0, 1))


def _spelling(errors: _Errors, said: pl.DataFrame) -> pl.DataFrame:
    for key, slip in (
        ("surname_by_ear", slips.by_ear), ("surname_keyed", slips.by_keyboard), ("surname_scanned", slips.by_scanner), ("surname_slip", slips.by_hand),
    ):  # fmt: skip
        said = errors.slip(said, key, "last_name_1", slip)
    return said


def _surnames(errors: _Errors, said: pl.DataFrame) -> pl.DataFrame:
    one, two = pl.col("last_name_1"), pl.col("last_name_2")
    both = two.is_not_null()
    said = errors.apply(
        said, "stepfather", both, last_name_1=one.sample(fraction=1.0, shuffle=True, seed=errors.chance.seed)
    )
    led = one.str.contains(PARTICLES)
    bare = one.str.replace(PARTICLES, "")
    alone = pl.col("roll") % 2 == 0
    said = errors.apply(
        said, "particle", led, last_name_1=pl.when(alone).then(bare).otherwise(one.str.replace_all(" ", ""))
    )
    said = errors.apply(
        said,
        "maternal_in_the_middle",
        both & pl.col("middle_name").is_null(),
        middle_name=one,
        last_name_1=two,
        last_name_2=NONE,
    )
    said = errors.apply(said, "surnames_swapped", both, last_name_1=two, last_name_2=one)
    said = errors.apply(said, "maternal_only", both, last_name_1=two, last_name_2=NONE)
    said = errors.apply(said, "paternal_only", both, last_name_2=NONE)
    said = errors.apply(
        said, "surnames_glued", both, last_name_1=one + two.str.to_lowercase(), last_name_2=NONE
    )
    said = errors.apply(said, "hyphen", both, last_name_1=one + "-" + two, last_name_2=NONE)
    said = errors.apply(said, "surnames_one_field", both, last_name_1=one + " " + two, last_name_2=NONE)
    return errors.apply(
        said, "cut_short", one.str.len_chars() > 9, last_name_1=one.str.slice(0, 9).str.strip_chars_end()
    )


def _birth(errors: _Errors, said: pl.DataFrame) -> pl.DataFrame:
    born, roll = pl.col("birth_date"), pl.col("roll")
    year, month, day = born.dt.year(), born.dt.month(), born.dt.day()
    default = (
        pl.when(roll % 10 < 7)
        .then(pl.date(year, 1, 1))
        .when(roll % 10 < 9)
        .then(pl.date(year, 7, 1))
        .otherwise(pl.date(year, 12, 31))
    )
    other_digit = pl.date(year, month, (day - day % 10 + (day + 1 + roll % 8) % 10).clip(1, 28))
    other_part = pl.when(roll % 2 == 0).then(pl.date(year - 1, month, day.clip(1, 28))).otherwise(pl.date(year, (month + roll % 11) % 12 + 1, day.clip(1, 28)))  # fmt: skip
    said = errors.apply(said, "default_day", pl.lit(True), birth_date=default)
    said = errors.apply(said, "day_for_month", day <= 12, birth_date=pl.date(year, day.clip(1, 12), month))
    said = errors.apply(said, "digit", pl.lit(True), birth_date=other_digit)
    said = errors.apply(said, "other_part", pl.lit(True), birth_date=other_part)
    return errors.apply(
        said,
        "other_date",
        pl.lit(True),
        birth_date=born - (roll % 1500 + 40).cast(pl.Int64) * timedelta(days=1),
    )


def _rest(errors: _Errors, said: pl.DataFrame) -> pl.DataFrame:
    other = pl.when(pl.col("sex") == "Male").then(pl.lit("Female")).otherwise(pl.lit("Male"))
    said = errors.apply(said, "other_sex", pl.lit(True), sex=other)
    said = errors.apply(said, "no_sex", pl.lit(True), sex=NONE)
    town = pl.col("birth_city").sample(fraction=1.0, shuffle=True, seed=errors.chance.seed + 1)
    said = errors.apply(said, "other_town", pl.col("birth_city").is_not_null(), birth_city=town)
    said = errors.apply(said, "place_less", pl.lit(True), birth_city=NONE)
    said = errors.apply(said, "no_place", pl.lit(True), birth_city=NONE, birth_state=NONE, birth_country=NONE)
    his, his_last, hers, hers_last = (pl.col(name) for name in PARENTS)
    another = his.sample(fraction=1.0, shuffle=True, seed=errors.chance.seed + 2)
    said = errors.apply(said, "other_man", his.is_not_null(), male_parent_first_name=another)
    said = errors.apply(
        said,
        "parents_turned",
        his.is_not_null() | hers.is_not_null(),
        **dict(zip(PARENTS, (hers, hers_last, his, his_last), strict=True)),
    )
    said = errors.apply(
        said, "no_father", his.is_not_null(), male_parent_first_name=NONE, male_parent_last_name=NONE
    )
    said = errors.apply(
        said, "no_mother", hers.is_not_null(), female_parent_first_name=NONE, female_parent_last_name=NONE
    )
    said = errors.slip(said, "mother_by_ear", "female_parent_first_name", slips.by_ear)
    flag = pl.col("multiple_birth_flag")
    said = errors.apply(said, "twin_said", flag == "No", multiple_birth_flag=pl.lit("Yes"))
    said = errors.apply(
        said,
        "twins_unsaid",
        (flag == "Yes") & ~pl.Series(errors.marks["twin_said"]),
        multiple_birth_flag=pl.lit("No"),
    )
    names = ("first_name", "middle_name", "last_name_1", "last_name_2", *PARENTS)
    said = errors.apply(
        said,
        "no_accents",
        pl.lit(True),
        **{name: pl.col(name).str.normalize("NFD").str.replace_all(r"\p{Mn}", "") for name in names},
    )
    return errors.apply(
        said, "capitals", pl.lit(True), **{name: pl.col(name).str.to_uppercase() for name in names}
    )


INDIGENOUS = ("mixtec", "zapotec", "mam", "kiche", "qanjobal")


def _groups(child: pl.DataFrame, errors: _Errors) -> pl.Series:
    people = pl.Series(shape.PEOPLE_KEYS).gather(child["people"].to_numpy())
    marks: dict[str, pl.Series] = {
        "all": pl.Series([True]).new_from_index(0, child.height),
        "double surnames": child["last_name_2"].is_not_null(),
        "indigenous names": people.is_in(INDIGENOUS),
        "twins": child["twin"],
        **{kind.words: child["kin"].str.contains(kind.key) for kind in kin.KINDS},
    }
    wrong = pl.Series([0]).new_from_index(0, child.height)
    for key, changed in errors.marks.items():
        group = BY_KEY[key].group
        marks[group] = marks.get(group, pl.Series([False]).new_from_index(0, child.height)) | changed
        if group in SERIOUS:
            wrong = wrong + changed.cast(pl.Int64)
    marks["two errors at once"] = wrong > 1
    listed = pl.DataFrame({name: mark.fill_null(False) for name, mark in marks.items()})
    return listed.select(
        pl.concat_list([pl.when(pl.col(name)).then(pl.lit(name)) for name in listed.columns])
        .list.drop_nulls()
        .alias("groups")
    ).to_series()


SERIOUS = frozenset(
    ("nicknames", "spelled by ear", "keyboard and scanner", "names joined or swapped", "single surnames", "other family names", "cut short",
     "default birth dates", "birth dates")
)  # fmt: skip
