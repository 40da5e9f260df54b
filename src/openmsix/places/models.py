"""Places as one tree, and the people to call there.

The nation holds States; a State holds regions, districts, projects and facilities; a region holds districts; a district
holds schools. `path` spells the way down ("/US/TX/4800123/"), so that "lies within" is one prefix and needs no walk.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.constraints import BaseConstraint
from django.db.models.functions import Length


class Kind(models.TextChoices):
    """What a place is."""

    NATION = "nation", "Nation"
    STATE = "state", "State"
    REGION = "region", "Region"
    DISTRICT = "district", "District"
    SCHOOL = "school", "School"
    PROJECT = "project", "Migrant education project"
    FACILITY = "facility", "Facility"


class Level(models.TextChoices):
    """At which level a contact answers."""

    DISTRICT = "district", "District"
    REGION = "region", "Region"
    STATE = "state", "State"
    NATION = "nation", "Nation"


class Source(models.TextChoices):
    """Who said that a place exists."""

    OURS = "openmsix", "Built in"
    CCD = "ccd", "NCES Common Core of Data"
    STATE = "state", "The State's own list"
    SUBMISSION = "submission", "Named in a submission, not yet in a directory"


class PlaceWords(models.QuerySet["Place"]):
    """What one asks of places."""

    def nation(self) -> "Place":
        """The one place that holds all others."""
        return self.get(kind=Kind.NATION)

    def state(self, code: str) -> "Place":
        """A State or territory by postal code; `Place.DoesNotExist` if there is none."""
        return self.get(kind=Kind.STATE, code=code)

    def states(self) -> "PlaceWords":
        """All States and territories."""
        return self.filter(kind=Kind.STATE)

    def within(self, place: "Place") -> "PlaceWords":
        """The place itself and everything that lies in it."""
        return self.filter(path__startswith=place.path)

    def holding(self, place: "Place") -> "PlaceWords":
        """The place itself and every place it lies in, the innermost first."""
        codes = place.path.strip("/").split("/")
        paths = ["/" + "/".join(codes[:depth]) + "/" for depth in range(len(codes), 0, -1)]
        return self.filter(path__in=paths).order_by(Length("path").desc())

    def open(self) -> "PlaceWords":
        """Places that no directory calls closed."""
        return self.filter(closed_on__isnull=True)

    def provisional(self) -> "PlaceWords":
        """Places that only a submission has named so far."""
        return self.filter(provisional=True)


class Place(models.Model):
    """A State, district, school or other place.

    `code` by kind: nation "US"; State the postal code; district the 7-digit NCES LEA id; school the 12-digit NCES school id;
    region, project and facility the State's own code behind postal code and kind ("TX-R-20").
    """

    kind = models.TextField(choices=Kind)
    code = models.TextField()
    name = models.TextField()
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    state_code = models.CharField(max_length=2, default="", blank=True)
    path = models.TextField()
    provisional = models.BooleanField(default=False)
    source = models.TextField(choices=Source)
    address = models.TextField(default="", blank=True)
    city = models.TextField(default="", blank=True)
    zip = models.TextField(default="", blank=True)
    phone = models.TextField(default="", blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    grades_low = models.TextField(default="", blank=True)
    grades_high = models.TextField(default="", blank=True)
    closed_on = models.DateField(null=True)
    updated_at = models.DateTimeField()

    objects = PlaceWords.as_manager()

    class Meta:
        constraints: ClassVar[list[BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "code"], name="place_kind_code"),
            models.CheckConstraint(
                condition=Q(kind=Kind.NATION, parent__isnull=True)
                | (~Q(kind=Kind.NATION) & Q(parent__isnull=False)),
                name="place_only_the_nation_has_no_parent",
            ),
            models.CheckConstraint(
                condition=Q(path__startswith="/", path__endswith="/"), name="place_path_shape"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The pattern index answers "within" whatever the collation of the database.
            models.Index(fields=["path"], name="place_path", opclasses=["text_pattern_ops"]),
            models.Index(fields=["state_code", "kind"], name="place_state_kind"),
        ]

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<Place {self.kind} {self.code}>"


class Contact(models.Model):
    """A person or desk to call about the children of a place."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="contacts")
    level = models.TextField(choices=Level)
    name = models.TextField()
    title = models.TextField(default="", blank=True)
    phone = models.TextField(default="", blank=True)
    email = models.TextField(default="", blank=True)
    note = models.TextField(default="", blank=True)

    class Meta:
        constraints: ClassVar[list[BaseConstraint]] = [
            models.UniqueConstraint(fields=["place", "name"], name="contact_place_name")
        ]

    def __str__(self) -> str:
        return self.name
