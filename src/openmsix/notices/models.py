"""What people are told of children who moved."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from openmsix.accounts.hats import Hat
from openmsix.accounts.models import User
from openmsix.accounts.permissions import Permission
from openmsix.deadlines import clock
from openmsix.identity.models import Link
from openmsix.intake.models import Submission
from openmsix.places.models import Kind, Place
from openmsix.records.models import StateRecord


class ChangeWords(models.QuerySet["ChangeOfResidence"]):
    """Words for changes of residence."""

    def visible_to(self, hat: Hat) -> Self:
        """Those from the hat's own place: of a district or school those of the district, of a region those of its districts, else of the State. Nothing for the nation."""
        if not hat.may(Permission.SEE_MOVES) or not hat.state_code:
            return self.none()
        of_state = self.filter(from_state=hat.state_code)
        if hat.place_kind in (Kind.DISTRICT, Kind.SCHOOL):
            return of_state.filter(from_district__in=hat.place_path.strip("/").split("/"))
        if hat.place_kind == Kind.REGION:
            within = Place.objects.filter(kind=Kind.DISTRICT, path__startswith=hat.place_path)
            return of_state.filter(from_district__in=within.values("code"))
        return of_state

    def of_one_child(self) -> Self:
        """Those whose two records are still of one child, with its `msix_id`. After a split or an undone merge there was no move."""
        return self.annotate(msix_id=_msix_id("record_id"), msix_id_before=_msix_id("before_id")).filter(
            msix_id=F("msix_id_before")
        )

    def of_two_children(self) -> Self:
        """Those whose two records are not of one child any more: no move, and nothing is due."""
        return self.exclude(pk__in=self.of_one_child().values("pk"))

    def of_child(self, msix_id: str) -> Self:
        """Those of one child, the latest arrival first."""
        records = Link.objects.live().filter(msix_id=msix_id).values("state_record")
        return self.filter(record__in=records, before__in=records).order_by("-arrived_on", "-pk")

    def answered(self) -> Self:
        """Those after which the former State has sent something new of the child."""
        return self.filter(answered_at__isnull=False)

    def unanswered(self) -> Self:
        """Those after which the former State has sent nothing new of the child yet."""
        return self.filter(answered_at=None)

    def running(self) -> Self:
        """Those whose four working days are not over."""
        return self.filter(due_on__gte=clock.today())

    def over(self) -> Self:
        """Those whose four working days are over."""
        return self.filter(due_on__lt=clock.today())

    def newest_first(self) -> Self:
        """The one noticed last stands first."""
        return self.order_by("-noticed_at", "-pk")


def _msix_id(record: str) -> Subquery:
    return Subquery(Link.objects.live().filter(state_record=OuterRef(record)).values("msix_id")[:1])


class ChangeOfResidence(models.Model):
    """A child came to another State, or to another district of one: noticed once, upon which the former State has four working days.

    `record`, `before`: the state records that say where it is now and where it was. `left_after`: the last day on which it was known there. `due_on`: when the four
    working days end. `answered_at`: when the former State first sent something new of the child after that. `submission`: the one after which it was noticed; none after a
    decision of people.
    """

    record = models.ForeignKey(StateRecord, models.PROTECT, related_name="+")
    before = models.ForeignKey(StateRecord, models.PROTECT, related_name="+")
    from_state = models.CharField(max_length=2)
    from_district = models.TextField(default="", blank=True)
    to_state = models.CharField(max_length=2)
    to_district = models.TextField(default="", blank=True)
    left_after = models.DateField()
    arrived_on = models.DateField()
    noticed_at = models.DateTimeField()
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, related_name="+")

    objects = ChangeWords.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record", "arrived_on"], name="one_change_of_residence_for_an_arrival"),
            models.CheckConstraint(
                condition=Q(arrived_on__gt=F("left_after")), name="a_child_arrives_after_it_was_elsewhere"
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["from_state", "-noticed_at", "-id"], name="changes_of_residence_newest"),
            models.Index(
                fields=["from_state", "from_district", "-noticed_at"], name="changes_of_residence_by_place"
            ),
            models.Index(
                fields=["from_state", "due_on"],
                condition=Q(answered_at=None),
                name="changes_of_residence_due",
            ),
        ]

    def __str__(self) -> str:
        return f"change of residence {self.pk} from {self.from_state}"

    @property
    def is_running(self) -> bool:
        """Whether the four working days are not over."""
        return self.due_on >= clock.today()


class Digest(models.Model):
    """When a person was last written to about changes of residence."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    sent_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"digest of {self.user_id}"
