"""What the worker counts, kept in the database: it outlives the processes, and all workers on all machines add to it."""

from typing import ClassVar

from django.db import models


class Tally(models.Model):
    """How much of something there has been ever since. `measure`: the name of a metric; `labels`: its labels."""

    measure = models.TextField()
    labels = models.JSONField()
    value = models.FloatField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["measure", "labels"], name="one_tally_of_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.labels}"
