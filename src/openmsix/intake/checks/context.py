"""What the checks may know besides the files. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

KnownIds = Callable[[pl.Series], pl.DataFrame]
KnownPlaces = Callable[[pl.Series], pl.Series]


@dataclass(frozen=True)
class Context:
    """What is known when a submission is checked; None is not known, and the checks that need it are skipped and named.

    `submitting_state`: the State of the sender. `known_students`: every student the State ever spoke of: `state_student_id_type`,
    `state_student_id`, `live`. `known_msix_ids`: asked with the MSIX IDs that were sent, gives a frame of those that exist:
    `msix_id`, and the State's own live student that has it now as `state_student_id_type`, `state_student_id` (null if there is
    none; several rows if there are several). `known_places`: asked with ids of districts and schools, as text, gives those that a directory
    has, and may give others.
    """

    today: date
    submitting_state: str | None = None
    known_students: pl.DataFrame | None = None
    known_msix_ids: KnownIds | None = None
    known_places: KnownPlaces | None = None

    def knows(self, need: str) -> bool:
        """Whether what a check needs is known; "" needs nothing."""
        return not need or getattr(self, need) is not None
