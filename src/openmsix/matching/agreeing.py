"""Groups in which everybody agrees: each pair is sure, and nobody else comes near. They are found as columns, for most children are such a group.

In such a group the rules of `openmsix.matching.clusters` leave nothing to decide: whichever pair comes first, all become one child.
What is left grows there pair by pair.
"""

import polars as pl

_RECORDS = ("record_id_l", "record_id_r")


def agreeing(pairs: pl.DataFrame, *, new: pl.DataFrame, membership: pl.DataFrame) -> pl.DataFrame:
    """The records of groups in which each is surely the same as each other one, with one existing child at most and no State twice.

    Args:
        pairs: `record_id_l`, `record_id_r` and `sure` of all pairs that may be one child, in any order and direction.
        new: `record_id` and `state_code` of the records to be placed.
        membership: `record_id`, `msix_id`, `state_code` and `live` of the linked records of each child that stands in a pair.

    Returns:
        `record_id`, `msix_id` (null for a new record) and `group`, a number, of each record of such a group.
    """
    records = _with_parties(new, membership)
    between = _between(pairs, records)
    around = pl.concat([between, between.select(one="two", two="one", full="full")])
    # Where all know each other, the least of those that each one knows is the same for all.
    groups = around.group_by("one").agg(
        pl.min_horizontal("one", pl.col("two").min()).first().alias("group"),
        pl.len().alias("known"),
        pl.col("full").all(),
    )
    group_of = groups.select(two="one", group_of_two="group")
    open_ended = (
        around.join(groups.select("one", "group"), on="one")
        .join(group_of, on="two")
        .filter(pl.col("group") != pl.col("group_of_two"))
    )
    complete = (
        groups.group_by("group")
        .agg((pl.col("full") & (pl.col("known") == pl.len() - 1)).all().alias("complete"))
        .filter("complete")
        .join(open_ended.select("group").unique(), on="group", how="anti")
    )
    members = records.join(groups.select("group", party="one"), on="party").join(
        complete, on="group", how="semi"
    )
    state = pl.col("state_code").filter("live").drop_nulls()
    lawful = members.group_by("group").agg(
        ((state.n_unique() == state.len()) & (pl.col("msix_id").drop_nulls().n_unique() <= 1)).alias("lawful")
    )
    return members.join(lawful.filter("lawful"), on="group", how="semi").select(
        "record_id", "msix_id", "group"
    )


def _with_parties(new: pl.DataFrame, membership: pl.DataFrame) -> pl.DataFrame:
    """All records with `party`, a number for the child of a linked record or for a new record itself, and `size`, the records that the party has."""
    linked = membership.select("record_id", "msix_id", "state_code", "live")
    alone = new.select("record_id", pl.lit(None, dtype=pl.String).alias("msix_id"), "state_code", live=True)
    child = pl.col("msix_id").is_not_null()
    own = pl.col("record_id").rank("dense").cast(pl.Int64)
    return (
        pl.concat([linked, alone])
        .with_columns(
            party=pl.when(child).then(-pl.col("msix_id").rank("dense").cast(pl.Int64)).otherwise(own)
        )
        .with_columns(size=pl.len().over("party"))
    )


def _between(pairs: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Each two parties that stand in a pair, `one` and `two`, and whether they agree in `full`: all their records, surely."""
    once = pairs.select(
        pl.min_horizontal(_RECORDS).alias("lesser"), pl.max_horizontal(_RECORDS).alias("greater"), "sure"
    ).unique(["lesser", "greater"])
    lesser = records.select(lesser="record_id", party="party", size="size")
    greater = records.select(greater="record_id", other="party", other_size="size")
    return (
        once.join(lesser, on="lesser")
        .join(greater, on="greater")
        .group_by(
            pl.min_horizontal("party", "other").alias("one"), pl.max_horizontal("party", "other").alias("two")
        )
        .agg(full=pl.col("sure").all() & (pl.len() == (pl.col("size") * pl.col("other_size")).first()))
    )
