"""Work done once for each distinct value of a column."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

_FEW = 256  # below this, finding the distinct values costs more than it saves


def keyed(
    values: pl.Series, keys_of: Callable[[str], tuple[Any, ...]], schema: Mapping[str, type[pl.DataType]]
) -> pl.DataFrame:
    """The keys of each text in `values`, in its order, as columns of `schema`; null for a null text."""
    nothing = (None,) * len(schema)
    if len(values) <= _FEW:
        rows = [nothing if value is None else keys_of(value) for value in values.to_list()]
        return pl.DataFrame(rows, schema=schema, orient="row")
    distinct = values.drop_nulls().unique()
    keys = pl.DataFrame([keys_of(value) for value in distinct.to_list()], schema=schema, orient="row")
    asked = values.alias("keyed value").to_frame()
    known = keys.with_columns(distinct.alias("keyed value"))
    return asked.join(known, on="keyed value", how="left", maintain_order="left").select(list(schema))
