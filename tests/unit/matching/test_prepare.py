from datetime import date
from hashlib import blake2b
from importlib.resources import files
from typing import Any

import polars as pl
import pytest

from openmsix.matching.blocking import KEYS
from openmsix.matching.prepare import (
    COLUMNS,
    DEFAULT_BIRTHDAYS,
    FEATURES,
    NO_BIRTH_DATES,
    POLARS_TYPES,
    PREPARED_BY,
    prepare,
)
from openmsix.synth.trial import records


def prepared(**said: Any) -> dict[str, Any]:
    return prepare(pl.DataFrame({"record_id": [1], **{name: [value] for name, value in said.items()}})).row(
        0, named=True
    )


def test_the_columns_are_those_declared_with_their_types() -> None:
    frame = prepare(records(200, 1))
    assert tuple(frame.columns) == COLUMNS
    assert {f.name: frame.schema[f.name] for f in FEATURES} == {
        f.name: POLARS_TYPES[f.sql_type] for f in FEATURES
    }


def test_a_record_with_nothing_but_its_number_is_prepared() -> None:
    assert {value for name, value in prepared().items() if name != "record_id"} == {None}


def test_rows_keep_their_order_and_do_not_depend_on_each_other() -> None:
    sent = records(800, 2)
    together = prepare(sent)
    apart = pl.concat([prepare(part) for part in sent.iter_slices(100)])
    assert together.equals(apart)
    assert together["record_id"].equals(sent["record_id"])


@pytest.mark.parametrize(
    ("said", "surname_1", "surname_2"),
    [
        ({"last_name_1": "Cruz", "last_name_2": "López"}, "cruz", "lopez"),
        ({"last_name_1": "CRUZ-LOPEZ"}, "cruz", "lopez"),
        ({"last_name_1": "Cruz López"}, "cruz", "lopez"),
        ({"last_name_2": "López"}, "lopez", None),
        ({"last_name_1": "Cruz Pérez", "last_name_2": "López"}, "cruz", "lopez"),
        ({"last_name_1": "de la Cruz"}, "delacruz", None),
        ({"last_name_1": "Cruz", "last_name_2": "NLN"}, "cruz", None),
    ],
)
def test_two_surnames_are_found_in_one_field_or_two(
    said: dict[str, str], surname_1: str, surname_2: str | None
) -> None:
    found = prepared(**said)
    assert (found["surname_1"], found["surname_2"]) == (surname_1, surname_2)


def test_swapped_surnames_are_one_set() -> None:
    one, other = (
        prepared(last_name_1="Cruz", last_name_2="López"),
        prepared(last_name_1="López", last_name_2="Cruz"),
    )
    assert one["surname_set"] == other["surname_set"] == "cruz lopez"


@pytest.mark.parametrize(
    ("said", "given", "middle", "second"),
    [
        ({"first_name": "María Lupe"}, "maria", "guadalupe", "lupe"),
        ({"first_name": "María", "middle_name": "Lupe"}, "maria", "guadalupe", "lupe"),
        ({"first_name": "José", "middle_name": "L."}, "jose", None, "l"),
        ({"middle_name": "José Luis"}, "jose", "luis", "luis"),
        ({"first_name": "J"}, None, None, None),
    ],
)
def test_given_names_are_read_wherever_they_stand(
    said: dict[str, str], given: str | None, middle: str | None, second: str | None
) -> None:
    found = prepared(**said)
    assert (found["given"], found["middle"], found["given_2"]) == (given, middle, second)


@pytest.mark.parametrize(
    ("born", "default"), [(date(2014, 1, 1), True), (date(2014, 7, 1), True), (date(2014, 7, 2), False)]
)
def test_birth_dates_entered_for_an_unknown_day_are_marked(born: date, default: bool) -> None:
    assert prepared(birth_date=born)["birth_date_default"] is default


@pytest.mark.parametrize(
    ("said", "sex"), [("Female", "f"), ("M", "m"), ("Nonbinary", None), ("Other", None), ("", None)]
)
def test_only_female_and_male_are_compared(said: str, sex: str | None) -> None:
    assert prepared(sex=said)["sex"] == sex


def test_the_multiple_birth_flag_may_be_a_word_or_a_truth_value() -> None:
    assert [prepared(multiple_birth_flag=said)["multiple_birth"] for said in ("Yes", True, "No", False, None)] == [
        True, True, False, False, None,
    ]  # fmt: skip


def test_other_rules_of_preparation_have_another_name() -> None:
    tables = "".join(
        (files("openmsix.matching") / name).read_text(encoding="utf-8")
        for name in ("nicknames.csv", "short_names.csv", "full_names.csv")
    )
    rules = repr((PREPARED_BY, FEATURES, KEYS, DEFAULT_BIRTHDAYS, NO_BIRTH_DATES)) + tables
    assert blake2b(rules.encode(), digest_size=4).hexdigest() == "acc541c0", (
        "rename PREPARED_BY, so that installations prepare their records anew, and write the new digest here"
    )


@pytest.mark.parametrize(
    "name",
    [
        "No Name", "no given name", "NOT KNOWN", "Sin Nombre", "FNU", "TBD", "XXX", "Zzz", "Unknown", "First Name Unknown", "Test", "De la",
        "Baby Girl", "BB Boy", "Infant of Rosa", "Hija de María", "Bebé", "Recién Nacido", "RN", "Twin 1", "Twin B", "Gemela dos", "Male", "Son",
    ],
)  # fmt: skip
def test_words_that_stand_for_no_given_name_are_none(name: str) -> None:
    found = prepared(first_name=name)
    assert (found["given"], found["given_key"]) == (None, None)


@pytest.mark.parametrize("name", ["No Last Name", "Sin Apellido", "LNU", "XX", "Unknown", "None"])
def test_words_that_stand_for_no_surname_are_none(name: str) -> None:
    assert prepared(last_name_1=name)["surname_1"] is None


@pytest.mark.parametrize(
    "name",
    [
        "Noé",
        "Nina Paloma",
        "Sinforosa",
        "Testa",
        "Dolores",
        "Sonia",
        "Rene",
        "Baby Ana",
        "Do",
        "Van",
        "Xxochitl",
    ],
)
def test_names_that_only_look_like_none_are_names(name: str) -> None:
    assert prepared(first_name=name)["given"] is not None
