"""Who belongs together in the made-up nation."""

import polars as pl
import pytest

from openmsix.synth import families, lists, shape
from openmsix.synth.chance import Chance
from openmsix.synth.nation import Nation


@pytest.mark.parametrize("count", [1, 2, 3, 5, 40, 1_000])
def test_there_are_as_many_children_as_asked_for(count: int) -> None:
    made = families.make_families(Chance(1), count, ["CA", "TX"])
    assert made["size"].sum() == count


def test_families_have_two_to_five_children_and_youth_alone_are_one(clean: Nation) -> None:
    sizes = clean.children.group_by("family").agg(pl.len().alias("size"), pl.col("alone").first())
    assert set(sizes.filter("alone")["size"]) == {1}
    assert set(sizes.filter(~pl.col("alone"))["size"]) == {2, 3, 4, 5}


def test_twins_share_birth_date_and_mother_and_surname_but_not_the_given_name(clean: Nation) -> None:
    pairs = clean.children.filter("twin").group_by("family", "birth_date").agg(
        pl.len().alias("children"),
        pl.col("first_name").n_unique().alias("given"),
        pl.col("female_parent_first_name", "last_name_1", "couple").n_unique(),
    )  # fmt: skip
    of_one_surname = pairs.filter(pl.col("last_name_1") == 1)
    assert pairs.height > 10
    assert set(pairs["children"]) == {2}
    assert set(pairs["given"]) == {2}
    assert set(pairs["couple"]) == set(pairs["female_parent_first_name"]) == {1}
    assert of_one_surname.height >= 0.9 * pairs.height  # Karen children have surnames of their own


def test_siblings_of_one_couple_are_born_at_least_nine_months_apart_unless_twins(clean: Nation) -> None:
    apart = (
        clean.children.filter(~pl.col("twin"))
        .sort("family", "couple", "birth_date")
        .select(pl.col("birth_date").diff().over("family", "couple").dt.total_days())
    )
    assert apart.to_series().min() >= 270  # type: ignore[operator]


def test_no_two_children_of_a_family_have_the_same_given_name(clean: Nation) -> None:
    juniors = clean.children.filter(pl.col("suffix").is_null())
    assert not juniors.select(pl.struct("family", "first_name").is_duplicated().any()).item()


def test_half_siblings_share_the_mother_and_cousins_the_fathers_surname(clean: Nation) -> None:
    made = families.make_families(Chance(11), 3_000, list(clean.states)).select(
        "family", "household", "people"
    )
    both = clean.children.join(made.select("family", "household"), on="family")
    two = pl.col("couple").n_unique().over("family") == 2
    own = [position for position, people in enumerate(shape.PEOPLES) if people.own_surname]
    half = both.filter(two, pl.col("household") == 1, pl.col("female_parent_first_name").is_not_null())
    cousins = both.filter(two, pl.col("household") == 2, ~pl.col("people").is_in(own))
    assert half.height > 100
    assert cousins.height > 100
    assert (
        half.group_by("family")
        .agg(pl.col("female_parent_first_name").n_unique())["female_parent_first_name"]
        .max()
        == 1
    )
    assert cousins.group_by("family").agg(pl.col("last_name_1").n_unique())["last_name_1"].max() == 1


def test_youth_alone_have_no_parents_on_the_record(clean: Nation) -> None:
    alone = clean.children.filter("alone")
    assert alone.height == round(3_000 * shape.SHARE_ALONE)
    assert alone.select(pl.col("^.*parent.*$").is_null().all()).row(0) == (True,) * 8


def test_the_shares_of_the_population_are_near_those_of_its_shape(clean: Nation) -> None:
    age = (pl.lit(clean.today) - pl.col("birth_date")).dt.total_days() / 365.25
    children = clean.children.select(
        young=(age < 5).mean(), out=((age >= 16) & pl.col("out_of_school")).mean(), twins=pl.col("twin").mean(),
        learners=pl.col("learner").mean(), eldest=age.max(),
    ).row(0, named=True)  # fmt: skip
    assert 0.08 < children["young"] < 0.2
    assert 0.07 < children["out"] < 0.13
    assert 0.015 < children["twins"] < 0.035
    assert 0.35 < children["learners"] < 0.55
    assert children["eldest"] < 22


@pytest.mark.parametrize("people", [people.key for people in shape.PEOPLES])
def test_every_people_has_names_of_its_own(people: str) -> None:
    found = next(these for these in shape.PEOPLES if these.key == people)
    assert lists.given_names(found.given, "M").height >= 15
    assert lists.given_names(found.given, "F").height >= 15
    assert lists.surnames(found.surnames).height >= 20
