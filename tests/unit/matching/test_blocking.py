from datetime import date

import polars as pl
import pytest

from openmsix.matching.blocking import KEYS, block_keys, sharing
from openmsix.matching.prepare import prepare
from openmsix.synth.trial import records

CHILD = {
    "first_name": "Daniela", "last_name_1": "Cruz", "last_name_2": "López", "birth_date": date(2014, 3, 12),
    "sex": "Female", "female_parent_first_name": "Rosa", "female_parent_last_name": "López",
    "male_parent_first_name": "Juan", "male_parent_last_name": "Cruz",
}  # fmt: skip


def shared(**changed: object) -> set[str]:
    """The keys that the child shares with a record that says something else."""
    keys = block_keys(
        prepare(pl.DataFrame([{"record_id": 1, **CHILD}, {"record_id": 2, **CHILD, **changed}]))
    )
    one, other = keys.drop("record_id").to_dicts()
    return {name for name in one if one[name] is not None and one[name] == other[name]}


def test_keys_are_the_same_numbers_in_every_release() -> None:
    sent = {"record_id": [1], "first_name": ["Lupe"], "birth_date": [date(2014, 3, 12)]}
    assert block_keys(prepare(pl.DataFrame(sent)))["k_born_given"].to_list() == [3181130631363902036]


def test_keys_do_not_depend_on_the_other_records() -> None:
    prepared = prepare(records(500, 3))
    assert block_keys(prepared).equals(pl.concat([block_keys(part) for part in prepared.iter_slices(50)]))


def test_a_key_is_empty_where_a_part_is_missing() -> None:
    keys = block_keys(
        prepare(pl.DataFrame({"record_id": [1], "first_name": ["Daniela"], "last_name_1": ["Cruz"]}))
    )
    assert set(keys.drop("record_id").row(0)) == {None}


@pytest.mark.parametrize(
    "changed",
    [
        {"first_name": "Citlali"},
        {"last_name_1": "Gómez", "last_name_2": "Pérez"},
        {"last_name_1": "López", "last_name_2": "Cruz"},
        {"last_name_1": "López", "last_name_2": None},
        {"birth_date": date(2011, 9, 30)},
        {"birth_date": date(2014, 12, 3)},
        {"female_parent_first_name": None, "male_parent_first_name": None},
    ],
)
def test_one_error_leaves_a_key_in_common(changed: dict[str, object]) -> None:
    assert shared(**changed)


@pytest.mark.parametrize(
    ("key", "changed"),
    [
        ("k_born_mother", {"first_name": "Danyella", "last_name_1": "Crus", "last_name_2": None}),
        ("k_born_father", {"first_name": "Tanyela", "last_name_1": "Krus", "last_name_2": None}),
        ("k_born_given_initial", {"first_name": "Dnaielq", "last_name_1": "Xrus", "last_name_2": None}),
        ("k_born_surname_initial", {"first_name": "Naniela", "last_name_1": "Crux", "last_name_2": None}),
        ("k_given_month", {"last_name_1": "Curz", "last_name_2": None, "birth_date": date(2014, 3, 21)}),
        ("k_given_day", {"last_name_1": "Curz", "last_name_2": None, "birth_date": date(2013, 12, 3)}),
        ("k_low_ends_year", {"first_name": "Damiella", "last_name_2": None, "birth_date": date(2014, 1, 1)}),
        (
            "k_high_ends_year",
            {"first_name": "Dabniela", "last_name_1": "Curz", "birth_date": date(2014, 7, 1)},
        ),
        ("k_surnames_mother", {"first_name": "Citlali", "birth_date": date(2011, 9, 30)}),
        ("k_given_mother", {"last_name_1": "Gómez", "last_name_2": "Pérez", "birth_date": date(2011, 9, 30)}),
        ("k_parents_year", {"first_name": "Citlali", "last_name_1": "Gómez", "last_name_2": None}),
    ],
)
def test_two_errors_at_once_leave_a_key_in_common(key: str, changed: dict[str, object]) -> None:
    assert key in shared(**changed)


def test_keys_of_different_kinds_do_not_meet() -> None:
    keys = block_keys(prepare(records(2_000, 4)))
    by_kind = [set(keys[key.name].drop_nulls()) for key in KEYS]
    assert len(set().union(*by_kind)) == sum(map(len, by_kind))


def test_a_key_that_too_many_records_share_is_left_out_and_reported() -> None:
    keys = block_keys(prepare(pl.DataFrame([{"record_id": number, **CHILD} for number in range(5)])))
    filled = {name for name in keys.columns if keys[name].null_count() < 5} - {"record_id"}
    for name, shared, oversized in sharing(keys, cap=4):
        assert shared.is_empty()
        assert oversized["records"].to_list() == [5] * (name in filled)
    for name, shared, oversized in sharing(keys, cap=5):
        assert shared["record_id"].to_list() == list(range(5)) * (name in filled)
        assert oversized.is_empty()


def test_a_key_that_no_other_record_has_is_left_out_quietly() -> None:
    keys = block_keys(prepare(pl.DataFrame([{"record_id": 1, **CHILD}])))
    assert all(shared.is_empty() and oversized.is_empty() for _, shared, oversized in sharing(keys))
