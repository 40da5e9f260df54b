"""The totals of a header, lowered by what was left out: they are then as right or as wrong as they were. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

TOTALS = {"total_students": ("students",), "total_records": ()}
"""Totals of the header, and of which record types; of all if none is named."""


@dataclass(frozen=True)
class Totals:
    """`lost`: record type -> how many of its rows were left out."""

    lost: Mapping[str, int]

    def lowered(self, key: str | None, text: str) -> str | None:
        """What the header says now in this element; None where it stays: it is no total, or no number."""
        value = text.strip()
        if key not in TOTALS or not (value.isascii() and value.isdigit()):
            return None
        lost = sum(self.lost[record] for record in TOTALS[key] or self.lost)
        return str(max(int(value) - lost, 0))
