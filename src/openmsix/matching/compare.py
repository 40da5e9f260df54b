"""The comparisons: how two records of children may agree, best level first. Read by both engines and by the docs.

A comparison answers with the first of its levels that holds. Numbers of levels are Splink's: the last level is 0,
the first the highest, -1 when a value is missing. The weight of each level is in the model, not here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from openmsix.matching.alike import alike, loosely_alike, two_names
from openmsix.matching.conditions import (
    Among,
    Condition,
    Crossed,
    CrossedNear,
    Either,
    FewEdits,
    Missing,
    Near,
    OneMissing,
    PartOf,
    Same,
    SameInitial,
    SwappedPair,
)
from openmsix.matching.date_conditions import DayAndMonthSwapped, OneEdit, SamePart
from openmsix.matching.levels import Comparison, Level


def _both_missing(feature: str) -> Condition:
    return Missing(feature) & ~OneMissing(feature)


_PATERNAL_ALIKE = alike("surname_1", "surname_key_1")
_MATERNAL_ALIKE = alike("surname_2", "surname_key_2")

_SPELLED_ALMOST = Near("given", 0.9)
_SPELLED_ALIKE = Near("given", 0.8) | FewEdits("given", 1)
_MIDDLE_ALIKE = alike("middle", "middle_key")
_SWAPPED_GIVEN = SwappedPair(("given", "middle"), ("middle", "given"))

GIVEN = Comparison(
    "given_name",
    "given name",
    Missing("given"),
    (
        Level("same", "the given names are one name", Same("given"), "given", "Lupe / Guadalupe"),
        Level(
            "crossed_or_joined",
            "the given name of one is the middle name of the other, or both are written as one word",
            (Crossed("given", "middle") & (Missing("middle") | _SWAPPED_GIVEN)) | Same("forenames"),
            example="Maria Elena / Mariaelena",
        ),
        Level("short_form", "the given name of one may be short for that of the other", Among("given", "short_for"), example="Beto / Roberto"),
        Level("two_names", "the given names are alike, and stand for two names", two_names("given", _SPELLED_ALIKE), example="Valeria / Valentina, Marinaa / Maria"),
        Level("sounds_alike", "the given names sound alike", Same("given_key"), example="Yadira / Lladira"),
        Level("slip", "one given name is one letter from the other, or from a short form of it", Among("given", "given_slip_of"), example="Yadria / Yadira, Lupitaa / Guadalupe"),
        Level("loosely_alike", "the given names are alike, but neither is the other misspelled", loosely_alike("given", _SPELLED_ALIKE | _SPELLED_ALMOST), example="David / Davidson"),
        Level("close", "the given names are spelled almost alike", _SPELLED_ALMOST, example="Yeretzi / Yereltzi"),
        Level("somewhat_close", "the given names are spelled somewhat alike", _SPELLED_ALIKE, example="Ana / Anahi"),
        Level("different", "the given names differ", None, example="Juan / Pedro"),
    ),
    why="Nicknames count as the name they stand for. An initial says nothing. Jorge Luis and Omar Jorge are brothers rather than one child.",
)  # fmt: skip

MIDDLE = Comparison(
    "middle_name",
    "middle name",
    _both_missing("given_2"),
    (
        Level("same", "the middle names are one name", Same("middle"), example="Luis / Luis"),
        Level(
            "crossed",
            "the middle name of one is the given name of the other",
            Crossed("given", "middle") & (Missing("middle") | _SWAPPED_GIVEN),
            example="Jose Luis / Luis Jose",
        ),
        Level(
            "two_names",
            "the middle names are alike, and stand for two names",
            two_names("middle", _MIDDLE_ALIKE),
            example="Ana Valeria / Ana Valentina",
        ),
        Level("alike", "the middle names are alike", _MIDDLE_ALIKE, example="Yanet / Llanet"),
        Level(
            "surname_as_middle",
            "the middle name of one is a surname of the other",
            Crossed("middle", "surname_1") | Crossed("middle", "surname_2"),
            example="Ana Lopez, Cruz / Ana Sofia, Cruz Lopez",
        ),
        Level(
            "same_initial",
            "the middle initials agree",
            Missing("middle") & SameInitial("given_2"),
            example="Jose L. / Jose Luis",
        ),
        Level("one_missing", "only one has a middle name", OneMissing("given_2"), example="Jose / Jose Luis"),
        Level("different", "the middle names differ", None, example="Jose Luis / Jose Manuel"),
    ),
    why="Brothers often share the first given name and differ in the second.",
)

SURNAMES = Comparison(
    "surnames",
    "surnames",
    Missing("surname_1"),
    (
        Level(
            "same",
            "both surnames agree",
            Same("surname_1") & Same("surname_2"),
            "surname_set",
            "Cruz Lopez / Cruz-Lopez",
        ),
        Level(
            "same_alone",
            "the only surnames agree",
            Same("surname_1") & Same("surname_set"),
            "surname_set",
            "Cruz / Cruz",
        ),
        Level(
            "swapped_or_joined",
            "the surnames agree in the other order or written as one word",
            Same("surname_set") | Same("surname_joined"),
            example="Cruz Lopez / Lopez Cruz",
        ),
        Level(
            "both_alike",
            "both surnames are alike",
            (_PATERNAL_ALIKE & _MATERNAL_ALIKE) | FewEdits("surname_joined", 2, letters=9),
            example="Velasquez Cruz / Belazques Crus",
        ),
        Level(
            "paternal_same",
            "the first surname agrees and one record has no second",
            Same("surname_1") & OneMissing("surname_2"),
            "surname_1",
            "Cruz Lopez / Cruz",
        ),
        Level(
            "maternal_alone",
            "the only surname of one is the second surname of the other",
            Crossed("surname_1", "surname_2") & OneMissing("surname_2"),
            example="Cruz Lopez / Lopez",
        ),
        Level(
            "paternal_alike",
            "the first surname is alike and a second surname is missing",
            _PATERNAL_ALIKE & Missing("surname_2"),
            example="Velasquez Cruz / Belazques",
        ),
        Level(
            "one_of_joined",
            "the only surname of one is alike to the second surname of the other, or part of its joined surnames",
            Missing("surname_2")
            & (CrossedNear("surname_1", "surname_2", 0.88) | PartOf("surname_1", "surname_joined", 4)),
            example="Zavalamorales / Morales",
        ),
        Level(
            "one_same",
            "one surname agrees and the other differs",
            Same("surname_1") | Same("surname_2"),
            example="Cruz Lopez / Cruz Perez",
        ),
        Level(
            "one_crossed",
            "the first surname of one is the second surname of the other",
            Crossed("surname_1", "surname_2"),
            example="Cruz Lopez / Lopez Perez",
        ),
        Level("different", "the surnames differ", None, example="Cruz Lopez / Gomez Perez"),
    ),
    why="Two surnames are one subject: they are swapped, hyphenated, joined or cut to one as a pair.",
)

_SAME_YEAR, _SAME_MONTH, _SAME_DAY = (SamePart("birth_date", part) for part in ("year", "month", "day"))
_ONE_DEFAULT = Either("birth_date_default")
_BOTH_DEFAULT = Same("birth_date_default") & _ONE_DEFAULT

BIRTH_DATE = Comparison(
    "birth_date",
    "birth date",
    Missing("birth_date"),
    (
        Level(
            "same",
            "the birth dates agree",
            Same("birth_date") & ~_ONE_DEFAULT,
            example="12 Mar 2014 / 12 Mar 2014",
        ),
        Level(
            "same_default",
            "the birth dates agree, on a day that is entered when the day is not known",
            Same("birth_date"),
            example="1 Jan 2014 / 1 Jan 2014",
        ),
        Level(
            "day_and_month_swapped",
            "the birth dates agree with day and month swapped",
            _SAME_YEAR & DayAndMonthSwapped("birth_date"),
            example="5 Mar 2014 / 3 May 2014",
        ),
        Level(
            "one_digit",
            "the birth dates differ by one digit",
            _SAME_YEAR & OneEdit("birth_date") & ~_BOTH_DEFAULT,
            example="12 Mar 2014 / 13 Mar 2014",
        ),
        Level(
            "year_digit",
            "the birth years differ by one digit",
            OneEdit("birth_date") & ~_BOTH_DEFAULT,
            example="12 Mar 2014 / 12 Mar 2013",
        ),
        Level(
            "year_and_default",
            "the birth years agree and one date is entered for an unknown day",
            _SAME_YEAR & _ONE_DEFAULT & ~_BOTH_DEFAULT,
            example="12 Mar 2014 / 1 Jan 2014",
        ),
        Level(
            "day_differs",
            "only year and month of birth agree",
            _SAME_YEAR & _SAME_MONTH & ~_BOTH_DEFAULT,
            example="12 Mar 2014 / 29 Mar 2014",
        ),
        Level(
            "two_parts",
            "only the day of birth and either its month or its year agree",
            ((_SAME_YEAR & _SAME_DAY) | (_SAME_MONTH & _SAME_DAY)) & ~_BOTH_DEFAULT,
            example="12 Mar 2014 / 12 Nov 2014",
        ),
        Level("year_only", "only the birth years agree", _SAME_YEAR, example="12 Mar 2014 / 30 Sep 2014"),
        Level("different", "the birth dates differ", None, example="12 Mar 2014 / 30 Sep 2012"),
    ),
    why="1 January, 1 July and 31 December often stand for an unknown day; two such days say no more than the year.",
)

SEX = Comparison(
    "sex",
    "sex",
    Missing("sex"),
    (
        Level("same", "the sex agrees", Same("sex"), example="Female / Female"),
        Level("different", "the sex differs", None, example="Female / Male"),
    ),
    why="Values other than Female and Male say nothing either way.",
)

BIRTHPLACE = Comparison(
    "birthplace",
    "birthplace",
    Missing("birth_city") & Missing("birth_state") & Missing("birth_country"),
    (
        Level(
            "city",
            "the city of birth agrees",
            Same("birth_city"),
            "birth_city",
            "Oaxaca de Juarez / Oaxaca de Juárez",
        ),
        Level(
            "city_alike", "the cities of birth are alike", Near("birth_city", 0.88), example="Yakima / Yakma"
        ),
        Level("state", "only the State of birth agrees", Same("birth_state"), example="Fresno, CA / Selma, CA"),
        Level("country", "only the country of birth agrees", Same("birth_country"), example="Mexico / Mexico"),
        Level("different", "the birthplaces differ", None, example="Fresno, CA / Yakima, WA"),
    ),
    why="Optional in the current dictionary: often missing, and then without weight.",
)  # fmt: skip


def _parent(name: str, other: str) -> Comparison:
    first, last = f"{name}_first", f"{name}_last"
    return Comparison(
        name,
        name,
        Missing(first) & Missing(last),
        (
            Level("same", f"the {name} agrees", Same(first) & Same(last), example="Rosa Cruz / Rosa Cruz"),
            Level(
                "alike",
                f"the {name}'s name is alike",
                (Same(first) | Near(first, 0.84) | FewEdits(first, 1, letters=4))
                & (Missing(last) | Near(last, 0.88)),
                example="Rosa Cruz / Rosa",
            ),
            Level(
                "swapped",
                f"the {name} of one is the {other} of the other",
                SwappedPair((first, last), (f"{other}_first", f"{other}_last")),
                example="Rosa Cruz as mother / Rosa Cruz as father",
            ),
            Level("first_name", f"only the {name}'s given name agrees", Same(first), example="Rosa Cruz / Rosa Gomez"),
            Level("last_name", f"only the {name}'s surname agrees", Same(last), example="Rosa Cruz / Ana Cruz"),
            Level("different", f"the {name} differs", None, example="Rosa Cruz / Ana Gomez"),
        ),
        why="Family evidence: it says nothing between siblings, so no veto can be outweighed by it.",
    )  # fmt: skip


MOTHER, FATHER = _parent("mother", "father"), _parent("father", "mother")

STATE_ID = Comparison(
    "state_student_id",
    "State Student Identifier",
    Same("state_code") & Missing("state_student_id"),
    (
        Level(
            "same",
            "the State gives both one Student Identifier",
            Same("state_code") & Same("state_student_id"),
        ),
        Level("different", "one State gives them different Student Identifiers", Same("state_code")),
        Level("between_states", "they come from different States", None),
    ),
    why="Between States it says next to nothing. In one State the same identifier decides.",
)

MULTIPLE_BIRTH = Comparison(
    "multiple_birth",
    "multiple birth",
    _both_missing("multiple_birth"),
    (
        Level(
            "both",
            "both are said to be of a multiple birth",
            Same("multiple_birth") & Either("multiple_birth"),
        ),
        Level("one", "one of them is said to be of a multiple birth", Either("multiple_birth")),
        Level("neither", "neither is said to be of a multiple birth", None),
    ),
    weighed=False,
    why="Twins share nearly everything but the given name: the flag raises the bar for it and adds no weight.",
)

COMPARISONS: tuple[Comparison, ...] = (
    GIVEN, MIDDLE, SURNAMES, BIRTH_DATE, SEX, BIRTHPLACE, MOTHER, FATHER, STATE_ID, MULTIPLE_BIRTH,
)  # fmt: skip
"""Every comparison, in the order in which an explanation names them."""

BY_NAME: Mapping[str, Comparison] = MappingProxyType(
    {comparison.name: comparison for comparison in COMPARISONS}
)
