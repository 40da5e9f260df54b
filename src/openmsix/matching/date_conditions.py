"""What may be asked of the dates of two prepared records; see `conditions`."""

from dataclasses import dataclass

from openmsix.matching.conditions import Condition


@dataclass(frozen=True)
class SamePart(Condition):
    """The same `year`, `month` or `day` of a date feature."""

    feature: str
    part: str

    def sql(self) -> str:
        return f"{self.part}({self.feature}_l) = {self.part}({self.feature}_r)"

    def python(self) -> str:
        one, two = f"{self.feature}_l", f"{self.feature}_r"
        return f"({one} is not None and {two} is not None and {one}.{self.part} == {two}.{self.part})"


@dataclass(frozen=True)
class DayAndMonthSwapped(Condition):
    """The day of one date feature is the month of the other, and the month its day."""

    feature: str

    def sql(self) -> str:
        one, two = f"{self.feature}_l", f"{self.feature}_r"
        return f"(month({one}) = day({two}) AND day({one}) = month({two}))"

    def python(self) -> str:
        one, two = f"{self.feature}_l", f"{self.feature}_r"
        swapped = f"{one}.month == {two}.day and {one}.day == {two}.month"
        return f"({one} is not None and {two} is not None and {swapped})"


@dataclass(frozen=True)
class OneEdit(Condition):
    """Two dates differ by one digit or by two neighbouring digits in the other order, as written YYYY-MM-DD."""

    feature: str

    def sql(self) -> str:
        one, two = (f"CAST({self.feature}_{side} AS VARCHAR)" for side in "lr")
        return f"damerau_levenshtein({one}, {two}) <= 1"

    def quick_sql(self) -> str:
        year, month, day = (SamePart(self.feature, part).sql() for part in ("year", "month", "day"))
        two_parts = f"(({year} AND {month}) OR ({year} AND {day}) OR ({month} AND {day}))"
        return f"({two_parts} AND {self.sql()})"

    def python(self) -> str:
        one, two = f"{self.feature}_l", f"{self.feature}_r"
        edits = f"edits({one}.isoformat(), {two}.isoformat(), score_cutoff=1)"
        return f"({one} is not None and {two} is not None and {edits} <= 1)"
