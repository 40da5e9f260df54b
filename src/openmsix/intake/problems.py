"""Findings as the reader notes them down, one at a time. Pure."""

import json
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from . import frames
from .checks.declare import Check


@dataclass
class Problems:
    """What was found while reading one part."""

    part: int
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self,
        check: Check,
        record: str = "",
        *,
        line: int | None = None,
        element: str = "",
        value: str | None = None,
        **detail: object,
    ) -> None:
        """Note one finding."""
        self.rows.append(
            {
                "part": self.part,
                "record": record,
                "line": line,
                "element": element,
                "code": check.code,
                "severity": check.severity.value,
                "value": value and value.replace("\x00", "␀")[: frames.VALUE_SHOWN],
                "detail": json.dumps(detail) if detail else None,
            }
        )

    def found(self, check: Check) -> bool:
        """Whether the check has found anything so far."""
        return any(row["code"] == check.code for row in self.rows)

    def frame(self) -> pl.DataFrame:
        """All of them."""
        return frames.findings(self.rows)
