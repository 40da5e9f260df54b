"""What the checks of a submission were told that its files cannot tell, so that they can be made again to the same end. Pure.

What the directories of places hold changes nothing that is stored. The day, the known students of the State and the MSIX IDs do. The day is kept; of the students, how far
the State's acts had gone, since its other submissions may be stored while one is checked; and of the MSIX IDs those of which a check had something to say, since most that are sent exist and are the student's own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import polars as pl

ANOTHERS = "E612"
"""Code of the finding that a sent MSIX ID is another student's."""

UNKNOWN = {"msix_id": pl.String}
HELD = {"msix_id": pl.String, "state_student_id_type": pl.String, "state_student_id": pl.String}


@dataclass(frozen=True)
class Told:
    """`day`: what the checks took for today. `reached`: the last act of the State by which its students were known. `unknown`: MSIX IDs that were sent and that nobody had (`UNKNOWN`). `held`: of those that were sent with a student
    and were another's, the live students of the State that had them (`HELD`).
    """

    day: date
    reached: int = 0
    unknown: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNKNOWN))
    held: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=HELD))

    def known_ids(self, sent: pl.Series) -> pl.DataFrame:
        """The answer that was given then, as far as it tells: see `checks.context.Context.known_msix_ids`."""
        known = (
            sent.drop_nulls()
            .unique()
            .alias("msix_id")
            .to_frame()
            .join(self.unknown, on="msix_id", how="anti")
        )
        return known.join(self.held, on="msix_id", how="left").select(
            "state_student_id_type", "state_student_id", "msix_id"
        )


class Asking:
    """Asks which MSIX IDs are known, and keeps the answer."""

    def __init__(self, ask: Callable[[pl.Series], pl.DataFrame] | None) -> None:
        self._ask = ask
        self._sent = pl.Series("msix_id", [], dtype=pl.String)
        self._answer = pl.DataFrame(schema=HELD)

    @property
    def known_ids(self) -> Callable[[pl.Series], pl.DataFrame] | None:
        """What the checks ask; None if nobody can tell."""
        return self._asked if self._ask else None

    def _asked(self, sent: pl.Series) -> pl.DataFrame:
        self._sent = sent.drop_nulls().unique().alias("msix_id")
        self._answer = self._ask(sent) if self._ask else self._answer
        return self._answer

    def told(self, day: date, reached: int, findings: pl.DataFrame) -> Told:
        """What the checks were told of that mattered. `findings`: what they found."""
        unknown = self._sent.to_frame().join(self._answer, on="msix_id", how="anti").sort("msix_id")
        anothers = findings.filter(pl.col("code") == ANOTHERS)["value"].str.strip_chars()
        held = self._answer.filter(pl.col("msix_id").is_in(anothers.implode()))
        return Told(day, reached, unknown, held.select(list(HELD)).drop_nulls().sort(list(HELD)))
