"""Preparation: what a State said about a child, turned into the features that both engines compare.

Work is done once for each distinct name and joined back: a million children have some tens of thousands
of names.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

import polars as pl

from openmsix.matching.distinct import keyed
from openmsix.matching.names import (
    full_names,
    given_tokens,
    may_stand_for,
    nickname,
    phonetic,
    slips_of,
    tokens,
    tokens_with_heads,
)


@dataclass(frozen=True)
class Feature:
    """One prepared column.

    Attributes:
        name: the column in the prepared frame, in tables and in the linkage model.
        sql_type: its type in PostgreSQL's words: text, date or boolean.
        words: its meaning.
    """

    name: str
    sql_type: str
    words: str


_SLIPS = "between spaces, the full names, themselves or their nicknames one letter away, of which"

FEATURES: tuple[Feature, ...] = (
    Feature("given_1", "text", "first given name, folded"),
    Feature("given_2", "text", "second given name or middle name, folded; may be an initial"),
    Feature("given", "text", "first given name with nicknames resolved"),
    Feature(
        "given_full",
        "boolean",
        "the first given name, nicknames resolved, is a full name that the tables of names know; else empty",
    ),
    Feature(
        "given_slip_of",
        "text",
        f"{_SLIPS} the first given name may be a slip of the pen, if it is none itself",
    ),
    Feature("short_for", "text", "the names for which the first given name may be short, between spaces"),
    Feature("middle", "text", "second given name with nicknames resolved; empty for an initial"),
    Feature(
        "middle_full",
        "boolean",
        "the second given name, nicknames resolved, is a full name that the tables of names know; else empty",
    ),
    Feature(
        "middle_slip_of",
        "text",
        f"{_SLIPS} the second given name may be a slip of the pen, if it is none itself",
    ),
    Feature("given_key", "text", "how the first given name sounds"),
    Feature("middle_key", "text", "how the second given name sounds"),
    Feature("forenames", "text", "all given names written as one word"),
    Feature("surname_1", "text", "first (paternal) surname, folded, particles joined"),
    Feature("surname_2", "text", "second (maternal) surname, folded, particles joined"),
    Feature("surname_set", "text", "the surnames in alphabetical order"),
    Feature("surname_key_1", "text", "how the first surname sounds without its particles"),
    Feature("surname_key_2", "text", "how the second surname sounds without its particles"),
    Feature("surname_joined", "text", "the surnames written as one word"),
    Feature("sex", "text", "f or m; empty for any other value"),
    Feature("birth_date", "date", "date of birth"),
    Feature("birth_date_default", "boolean", "the birth date is one entered when the day is not known"),
    Feature("multiple_birth", "boolean", "said to be one of twins, triplets ..."),
    Feature("birth_city", "text", "city of birth, folded to one word"),
    Feature("birth_state", "text", "State of birth, folded to one word"),
    Feature("birth_country", "text", "country of birth, folded to one word"),
    Feature("mother_first", "text", "mother's first given name with nicknames resolved"),
    Feature("mother_last", "text", "mother's first surname"),
    Feature("father_first", "text", "father's first given name with nicknames resolved"),
    Feature("father_last", "text", "father's first surname"),
)
"""The features, in column order, after `record_id`, `state_code` and `state_student_id`."""

PREPARED_BY = "2026-11g"
"""The name of the rules by which records are prepared and keyed. Change it with any change of features, block keys, names or their tables: installations
then prepare their records anew when they are brought up to date."""

COLUMNS = ("record_id", "state_code", "state_student_id", *(feature.name for feature in FEATURES))
"""Every column of a prepared frame, in order."""

DEFAULT_BIRTHDAYS = ((1, 1), (7, 1), (12, 31))
"""Month and day that offices enter when only the year of birth is known."""

NO_BIRTH_DATES = (
    date(1, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1970, 1, 1), date(9999, 12, 31),
)  # fmt: skip
"""Dates that programs write where there is none: the first and last days of their calendars. They say nothing about a child."""

INPUTS = (
    "state_code", "state_student_id", "first_name", "middle_name", "last_name_1", "last_name_2", "sex",
    "multiple_birth_flag", "birth_city", "birth_state", "birth_country", "male_parent_first_name",
    "male_parent_last_name", "female_parent_first_name", "female_parent_last_name",
)  # fmt: skip
"""The elements, besides the birth date, from which the features are made."""

POLARS_TYPES = {"text": pl.String, "date": pl.Date, "boolean": pl.Boolean}

Keys = tuple[str | None, ...]


def _flags() -> tuple[pl.Expr, ...]:
    born = pl.col("birth_date").dt
    said_sex = pl.col("sex").str.strip_chars().str.to_lowercase()
    said_multiple = pl.col("multiple_birth_flag").str.strip_chars().str.to_lowercase()
    return (
        pl.when(said_sex.is_in(["f", "m", "female", "male"])).then(said_sex.str.head(1)).alias("sex"),
        pl.any_horizontal(
            (born.month() == month) & (born.day() == day) for month, day in DEFAULT_BIRTHDAYS
        ).alias("birth_date_default"),
        pl.when(said_multiple.is_in(["yes", "y", "true", "1"]))
        .then(True)
        .when(said_multiple.is_in(["no", "n", "false", "0"]))
        .then(False)
        .alias("multiple_birth"),
    )


def _picked(prefix: str) -> tuple[pl.Expr, pl.Expr]:
    """The first and the second surname, or their keys, of the words `a` and `b` of the one element and `c` and `d` of the other."""
    a, b, c, d = (pl.col(prefix + letter) for letter in "abcd")
    return pl.coalesce(a, c), pl.when(a.is_null()).then(d).otherwise(pl.coalesce(c, b))


def _together() -> tuple[pl.Expr, pl.Expr]:
    low, high = pl.min_horizontal("surname_1", "surname_2"), pl.max_horizontal("surname_1", "surname_2")
    alone = pl.when(pl.col("surname_2").is_null()).then("surname_1")
    return (
        alone.otherwise(pl.concat_str(low, pl.lit(" "), high)).alias("surname_set"),
        alone.otherwise(pl.concat_str("surname_1", "surname_2")).alias("surname_joined"),
    )


# Made once: for one record it takes longer to write an expression down than to reckon it.
_AS_SENT: tuple[str | pl.Expr, ...] = (
    "record_id",
    pl.col("state_code", "state_student_id").str.strip_chars().str.to_uppercase().replace("", None),
    "birth_date",
    *_flags(),
)
_TWO_GIVEN = (
    pl.coalesce("a", "c").alias("given_1"),
    pl.when(pl.col("a").is_null()).then("d").otherwise(pl.coalesce("b", "c")).alias("given_2"),
)
_FORENAMES = pl.concat_str("given_1", "given_2", ignore_nulls=True).replace("", None).alias("forenames")
_SURNAMES = tuple(
    picked.alias(name)
    for prefix, names in (("", ("surname_1", "surname_2")), ("key_", ("surname_key_1", "surname_key_2")))
    for picked, name in zip(_picked(prefix), names, strict=True)
)
_TOGETHER = _together()


def prepare(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn records as sent into features, one row for each row of `frame`, in the same order.

    Args:
        frame: `record_id` (integer) and any of the demographic elements of the dictionary, by their keys;
            `birth_date` is a date, `multiple_birth_flag` text or boolean. A missing column counts as empty.

    Returns:
        The columns of `COLUMNS`.
    """
    sent = frame.select(_inputs(tuple(frame.columns)))
    features = pl.concat(
        [
            sent.select(_AS_SENT),
            _given_names(sent),
            _surnames(sent),
            *(
                _keyed(sent[name], _one_word, (name,))
                for name in ("birth_city", "birth_state", "birth_country")
            ),
            _parent(sent, "female", "mother"),
            _parent(sent, "male", "father"),
        ],
        how="horizontal",
    )
    return features.select(COLUMNS)


@cache
def _inputs(given: tuple[str, ...]) -> tuple[pl.Expr, ...]:
    """Every column that is needed, of a frame that has these; without dates that stand for none."""

    def column(name: str, kind: type[pl.DataType]) -> pl.Expr:
        return (pl.col(name) if name in given else pl.lit(None).alias(name)).cast(kind)

    day = column("birth_date", pl.Date)
    said = pl.when(~day.is_in(list(NO_BIRTH_DATES))).then(day).alias("birth_date")
    return pl.col("record_id").cast(pl.Int64), said, *(column(name, pl.String) for name in INPUTS)


def _keyed(values: pl.Series, keys_of: Callable[[str], Keys], parts: tuple[str, ...]) -> pl.DataFrame:
    return keyed(values, keys_of, dict.fromkeys(parts, pl.String))


def _given_names(sent: pl.DataFrame) -> pl.DataFrame:
    first = _keyed(sent["first_name"], _two_tokens, ("a", "b"))
    middle = _keyed(sent["middle_name"], _two_middle_tokens, ("c", "d"))
    names = pl.concat([first, middle], how="horizontal").select(_TWO_GIVEN)
    return pl.concat(
        [
            names,
            keyed(names["given_1"], _of_given_name, _OF_GIVEN_NAME),
            keyed(names["given_2"], _of_middle_name, _OF_MIDDLE_NAME),
            names.select(_FORENAMES),
        ],
        how="horizontal",
    )


def _surnames(sent: pl.DataFrame) -> pl.DataFrame:
    first = _keyed(sent["last_name_1"], _surname_keys, ("a", "b", "key_a", "key_b"))
    second = _keyed(sent["last_name_2"], _surname_keys, ("c", "d", "key_c", "key_d"))
    return pl.concat([first, second], how="horizontal").select(_SURNAMES).with_columns(_TOGETHER)


def _parent(sent: pl.DataFrame, sent_as: str, name: str) -> pl.DataFrame:
    first = _keyed(sent[f"{sent_as}_parent_first_name"], _first_given, (f"{name}_first",))
    last = _keyed(sent[f"{sent_as}_parent_last_name"], _first_surname, (f"{name}_last",))
    return pl.concat([first, last], how="horizontal")


def _padded(values: Iterable[str | None], width: int) -> Keys:
    some = tuple(values)[:width]
    return some + (None,) * (width - len(some))


def _two_tokens(name: str) -> Keys:
    return _padded(given_tokens(name), 2)


def _two_middle_tokens(name: str) -> Keys:
    return _padded(given_tokens(name, first=False), 2)


def _surname_keys(name: str) -> Keys:
    found = tokens_with_heads(name)
    return (*_padded((joined for joined, _ in found), 2), *_padded((phonetic(head) for _, head in found), 2))


def _first_given(name: str) -> Keys:
    return _padded((nickname(token) for token in tokens(name)), 1)


def _first_surname(name: str) -> Keys:
    return _padded(tokens(name), 1)


def _one_word(name: str) -> Keys:
    return ("".join(tokens(name)) or None,)


_OF_MIDDLE_NAME = {
    "middle": pl.String,
    "middle_key": pl.String,
    "middle_full": pl.Boolean,
    "middle_slip_of": pl.String,
}
_OF_GIVEN_NAME = {
    "given": pl.String,
    "given_key": pl.String,
    "given_full": pl.Boolean,
    "given_slip_of": pl.String,
    "short_for": pl.String,
}


def _of_middle_name(token: str) -> tuple[str | bool | None, ...]:
    name, key = _resolved(token)
    full = True if name in full_names() else None
    return name, key, full, _words(slips_of(token)) if name else None


def _of_given_name(token: str) -> tuple[str | bool | None, ...]:
    return *_of_middle_name(token), _words(may_stand_for(token))


def _words(found: Iterable[str]) -> str | None:
    """Words between spaces, as `conditions.Among` looks for them; None for no word."""
    return f" {' '.join(sorted(found))} " if found else None


def _resolved(token: str) -> Keys:
    """The full name and how it sounds; an initial has neither a full name nor more of a sound than itself."""
    full = nickname(token)
    return (full, phonetic(full)) if len(token) > 1 else (None, token)
