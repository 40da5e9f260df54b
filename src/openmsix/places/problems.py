"""What was wrong with a file of places, said so that it can be mended. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What became of the file, the row or the value."""

    FILE = "file left out"
    ROW = "row left out"
    VALUE = "value left out"
    NOTE = "note"


@dataclass(frozen=True)
class Problem:
    """One fault. `line` counts from 1, the header row; 0 means the file as a whole."""

    file: str
    line: int
    column: str
    value: str
    severity: Severity
    message: str
    mend: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        what = f"{self.column} “{self.value}”" if self.column and self.value else self.column
        return (
            ": ".join(
                part
                for part in (
                    where,
                    what,
                    f"{self.message} {self.mend}",
                )
                if part
            )
            + f" ({self.severity})"
        )
