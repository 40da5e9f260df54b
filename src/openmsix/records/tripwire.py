"""The tripwire: a submission that would close or empty too many of a State's students at once waits for a
person.

A truncated export or a wrong kind of file looks exactly like a State that withdraws its students. The share
below which nobody is asked is ours, not a federal rule; it is dated so that a past decision can be explained
by the rule of its day.
"""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import polars as pl

from openmsix.deadlines import clock

CLOSINGS: dict[str, type[pl.DataType]] = {
    "state_record_id": pl.Int64,
    "state_student_id_type": pl.String,
    "state_student_id": pl.String,
    "how": pl.String,
}


@dataclass(frozen=True)
class Rule:
    """From `since` on: ask when more than `share` of the live students, and at least `least` of them, would
    be closed or emptied; and when more than `most` of them would, if there are more than `few`.
    """

    since: date
    share: Fraction
    least: int
    most: Fraction
    few: int


RULES = (Rule(since=date(2000, 1, 1), share=Fraction(1, 10), least=20, most=Fraction(1, 2), few=2),)
"""Every rule there was, the newest last."""


def rule_on(day: date) -> Rule:
    """The rule that held on a day."""
    return [rule for rule in RULES if rule.since <= day][-1]


@dataclass(frozen=True)
class Closing:
    """What a submission would do to a State's live students: how many of how many it would close or empty.

    `ownerless`: how many of them would lose all records of a kind of which the submission has rows that belong to
    nobody: theirs, perhaps. `students`: who they are (`CLOSINGS`), each with a value of `intake.words.Closes`.
    """

    would_close: int
    live: int
    ownerless: int = 0
    students: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CLOSINGS))

    def waits(self, day: date | None = None) -> bool:
        """Whether a person must confirm it first, by the rule of the day (default: today)."""
        rule = rule_on(day or clock.today())
        many = self.would_close >= rule.least and self.would_close > rule.share * self.live
        nearly_all = self.live > rule.few and self.would_close > rule.most * self.live
        return many or nearly_all or self.ownerless > 0
