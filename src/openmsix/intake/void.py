"""What of the journal is void: what was said of children who were expunged since. The one place that tells it.

An expunging is an act of its own, a tombstone: `{"what": "expunged", "students": [[state_code, state_student_id_type, state_student_id], ...], "files": {stored_as: digest, ...}}`.
Of those students everything before it is void; what their State sends of them later counts again. `files` are the kept files that were rewritten without them,
each with the SHA-256 of what it holds now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from .line import Act
    from .models import Submission

TOMBSTONE = "expunged"
_KEYS = ("state_code", "state_student_id_type", "state_student_id")


@dataclass(frozen=True)
class Void:
    """`students`: `until` (the moment of the tombstone) and the key of each expunged student. `files`: kept files that were rewritten, and the digest of each now."""

    students: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(
            schema={"until": pl.Datetime("us", "UTC"), **dict.fromkeys(_KEYS, pl.String)}
        )
    )
    files: Mapping[str, str] = field(default_factory=dict)

    def without(self, act: "Act", rows: pl.DataFrame, prefix: str = "") -> pl.DataFrame:
        """The rows of an act that are not void; `prefix`: of the columns that name the student."""
        gone = self.students.filter(pl.col("until") >= act.heading.written)
        if gone.is_empty() or rows.is_empty():
            return rows
        return rows.join(gone, left_on=[prefix + key for key in _KEYS], right_on=_KEYS, how="anti")

    def touches(self, submission: "Submission") -> bool:
        """Whether a file of the submission was rewritten."""
        return any(part.stored_as in self.files for part in submission.parts.all()) if self.files else False


def void(acts: Iterable["Act"]) -> Void:
    """What the tombstones among the acts make void."""
    students, files = [], {}
    for act in acts:
        if act.what == TOMBSTONE:
            students += [(act.heading.written, *student) for student in act.entry["students"]]
            files.update(act.entry["files"])
    return Void(pl.DataFrame(students, schema=Void().students.schema, orient="row"), files)
