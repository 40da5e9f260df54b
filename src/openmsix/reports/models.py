"""Figures that need a look at everything, reckoned at times and kept; and what they found. All of it is derived and may be reckoned anew at any time."""

from typing import ClassVar, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission

NATION = ""
"""Instead of a State's code: all of them, each thing counted once."""


class Reckoning(models.Model):
    """One row: as of when everything was reckoned, and in how many seconds."""

    as_of = models.DateTimeField()
    seconds = models.FloatField()

    def __str__(self) -> str:
        return f"as of {self.as_of:%Y-%m-%d %H:%M}"


class Figure(models.Model):
    """One number. `kind`: of what; `first` and `second`: where in its table."""

    kind = models.TextField()
    state_code = models.CharField(max_length=2, blank=True)
    first = models.TextField(blank=True)
    second = models.TextField(blank=True)
    value = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["state_code", "kind", "first", "second"], name="figure_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first} {self.second}".rstrip()


Row = TypeVar("Row", bound=models.Model)


class OfStates(models.QuerySet[Row]):
    """Words for lists of what concerns States."""

    def visible_to(self, hat: Hat) -> Self:
        """What concerns the hat's State; nothing for the nation, which sees numbers."""
        if not hat.may(Permission.SEE_QUALITY) or not hat.state_code:
            return self.none()
        return self.filter(states__contains=[hat.state_code])


class SuspectedMerge(models.Model):
    """A child whose live records may be of two: `reasons` says why, in the words of `Suspicion`."""

    msix_id = models.CharField(primary_key=True, max_length=12)
    states = ArrayField(models.CharField(max_length=2))
    reasons = ArrayField(models.TextField())
    records = models.IntegerField()

    objects = OfStates.as_manager()

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["states"], name="suspected_merges_of_states")]

    def __str__(self) -> str:
        return ", ".join(self.reasons)


class Suspicion(models.TextChoices):
    """Why a child may be two."""

    BIRTH_YEARS = "birth_years", "two birth years"
    SEXES = "sexes", "two sexes"
    RECORDS = "records", "more live records than States"


class SuspectedDuplicate(models.Model):
    """Two records with an open question, so alike that they would be one child if nothing stood against it. `by_rule`: only a rule keeps them apart, and no difference between them."""

    pair_id = models.BigIntegerField(primary_key=True)
    states = ArrayField(models.CharField(max_length=2))
    weight = models.FloatField()
    by_rule = models.BooleanField()

    objects = OfStates.as_manager()

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["states"], name="suspected_duplicates_of_states")]

    def __str__(self) -> str:
        return f"candidate pair {self.pair_id}"


class DecidedPair(models.Model):
    """Two records about which people were asked and have decided. `outcome`: one child, two, or one and two again; see `rates.Agreement`."""

    pair_id = models.BigIntegerField(primary_key=True)
    states = ArrayField(models.CharField(max_length=2))
    band = models.TextField()
    outcome = models.TextField()

    objects = OfStates.as_manager()

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["states"], name="decided_pairs_of_states")]

    def __str__(self) -> str:
        return f"candidate pair {self.pair_id}"
