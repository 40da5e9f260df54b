"""The students of a submission by what became of them: counted once, when each is told its MSIX ID, and kept with the receipt's numbers, since pages ask
again and again.
"""

from django.db.models import Count, F
from django.db.models.lookups import GreaterThan

from .models import Submission

Kinds = list[tuple[str, str, str, bool, int]]
"""Verdict, change, way to the MSIX ID, whether the student stands in a file, and how many such students there are."""

KEPT = "kinds"
"""Under this name among the numbers of a submission."""


def kinds(submission: Submission) -> Kinds:
    """All there are: see `Kinds`. Counted now as long as the students were not told their MSIX IDs."""
    kept: Kinds | None = submission.counts.get(KEPT)
    return count(submission) if kept is None else kept


def count(submission: Submission) -> Kinds:
    """The same, counted now in one pass, in an order that another counting has too."""
    grouped = submission.answers.order_by().values_list("verdict", "change", "how", GreaterThan(F("line"), 0))
    return sorted(grouped.annotate(n=Count("id")))
