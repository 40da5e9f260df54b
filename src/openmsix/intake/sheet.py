"""One record type of a part as it was read, whichever format it came in. Pure."""

from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class Sheet:
    """The rows of one record type.

    `rows`: `line`, and every element of the record type as text without blanks around it, null where there is nothing. What a line is depends on the
    format: in CSV and XML the line at which the row begins, in Parquet the number of the row, in JSON the number of the student.
    `broken`: lines whose cells do not stand under their columns. `missing`: elements for which there is no column. `control`: whether control characters
    may stand in it. `encoding`: the one it came in.
    """

    record: str
    rows: pl.DataFrame
    broken: frozenset[int] = field(default_factory=frozenset)
    missing: frozenset[str] = field(default_factory=frozenset)
    control: bool = True
    encoding: str = "utf-8"
