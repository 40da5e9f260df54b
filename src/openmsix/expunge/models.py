"""What is asked to be expunged, and what was. Once it is done nothing is left that names a child."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission


class Kind(models.TextChoices):
    """What is to be expunged."""

    STUDENT = "student", "a State's record of a student"
    CHILD = "child", "a whole child"
    SUBMISSION = "submission", "a State's last submission"
    ALONE = "alone", "the students of whom one submission alone tells"


class Status(models.TextChoices):
    """How a request stands."""

    REQUESTED = "requested", "Waits for a second person"
    APPROVED = "approved", "Being expunged"
    DONE = "done", "Expunged"
    DECLINED = "declined", "Declined"
    LAPSED = "lapsed", "Not possible any more"


WAITING = (Status.REQUESTED, Status.APPROVED)
"""Of a request that has not ended."""


class RequestWords(models.QuerySet["Expunging"]):
    """Words for requests."""

    def visible_to(self, hat: Hat) -> Self:
        """Those that concern the hat's State, or all for the nation; nothing for a hat that has no part in them."""
        if not hat.may(Permission.EXPUNGE):
            return self.none()
        return self.filter(states__contains=[hat.state_code]) if hat.state_code else self.all()

    def newest_first(self) -> Self:
        """The one asked for last stands first."""
        return self.order_by("-pk")

    def waiting(self) -> Self:
        """Those that nobody has decided."""
        return self.filter(status=Status.REQUESTED)

    def to_be_done(self) -> Self:
        """Those that were approved and are not done."""
        return self.filter(status=Status.APPROVED).order_by("pk")


class Expunging(models.Model):
    """A request that something is expunged, and its end.

    `subject`: what names it, see `subjects`; empty once it has ended.
    `states`: of the records. `effect`: numbers only, as counted when it was asked, and then when it was done.
    `decided_because`: why it was declined, or is not possible any more.
    """

    ref = models.TextField(unique=True)
    kind = models.TextField(choices=Kind)
    status = models.TextField(choices=Status, default=Status.REQUESTED)
    subject = models.JSONField(default=dict)
    states = models.JSONField(default=list)
    effect = models.JSONField(default=dict)
    reason = models.TextField(help_text="No personal data")
    requested_at = models.DateTimeField()
    requested_by_id = models.BigIntegerField(null=True)
    requested_by = models.TextField()
    requested_for = models.TextField(help_text="The State of the person who asked; empty for the nation")
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_by = models.TextField(default="")
    decided_because = models.TextField(default="", db_default="", help_text="No personal data")
    done_at = models.DateTimeField(null=True)

    objects = RequestWords.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(requested_by_id=None)
                | Q(decided_by_id=None)
                | ~Q(requested_by_id=models.F("decided_by_id"))
                | Q(status=Status.DECLINED),
                name="expunging_needs_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(status__in=WAITING) | Q(subject={}),
                name="ended_expunging_names_nobody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.status}"
