"""Findings as the reader notes them down, one at a time. Pure."""

import json
from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from . import frames
from .checks import nesting
from .checks.declare import Check

MOST_NOTED = 100_000
"""So many findings of a reader are noted of one file."""


@dataclass
class Problems:
    """What was found while reading one part. `is_full`: so much was found that no more is noted, and the file is rejected."""

    part: int
    rows: list[dict[str, Any]] = field(default_factory=list)
    is_full: bool = False

    def add(
        self,
        check: Check,
        record: str = "",
        *,
        line: int | None = None,
        element: str = "",
        value: str | None = None,
        student: int | None = None,
        record_id: str | None = None,
        **detail: object,
    ) -> None:
        """Note one finding. `student`: the number of the student in its part, from 1, where the format tells it."""
        if self.is_full:
            return
        self.rows.append(
            {
                "seq": student,
                "part": self.part,
                "record": record,
                "line": line,
                "record_id": record_id,
                "element": element,
                "code": check.code,
                "severity": check.severity.value,
                "value": value and shown(value[: frames.VALUE_SHOWN]),
                "detail": _told(detail) if detail else None,
            }
        )
        if len(self.rows) == MOST_NOTED:
            self.add(nesting.TOO_MANY_FAULTS, record, most=f"{MOST_NOTED:,}")
            self.is_full = True

    def close_ranks(self, left_out: Collection[int]) -> None:
        """Number the students as if those of these numbers were not there."""
        gone = sorted(left_out)
        for row in self.rows if gone else ():
            if row["seq"] is not None:
                row["seq"] -= bisect_left(gone, row["seq"])

    def found(self, check: Check) -> bool:
        """Whether the check has found anything so far."""
        return any(row["code"] == check.code for row in self.rows)

    def frame(self) -> pl.DataFrame:
        """All of them."""
        return frames.findings(self.rows)


def _told(detail: Mapping[str, object]) -> str:
    """Detail as JSON that can be stored: texts are cut, and have no signs that no text can hold."""
    cut = {
        name: shown(told[: frames.DETAIL_SHOWN]) if isinstance(told, str) else told
        for name, told in detail.items()
    }
    return json.dumps(cut, ensure_ascii=False)


def shown(text: str) -> str:
    """The text with signs that no text can hold made visible."""
    return text.replace("\x00", "␀").encode("utf-8", "replace").decode()
