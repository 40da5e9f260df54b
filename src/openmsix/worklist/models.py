"""Tasks: what waits for a person, where, until when, and how it ended."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Value

from openmsix.accounts.hats import Hat
from openmsix.accounts.models import User
from openmsix.accounts.permissions import Permission
from openmsix.deadlines import clock
from openmsix.places.models import Place

# From the lowest level up: a task is decided at its level, and seen from above.
LEVELS = ("district", "region", "state", "nation")


class Status(models.TextChoices):
    """How a task stands."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class Tasks(models.QuerySet["Task"]):
    """Words for what waits."""

    def open(self) -> "Tasks":
        """Those nobody has decided yet."""
        return self.filter(status=Status.OPEN)

    def ended(self) -> "Tasks":
        """Those that were decided or withdrawn."""
        return self.exclude(status=Status.OPEN)

    def for_hat(self, hat: Hat) -> "Tasks":
        """Those within the hat's place, at its level or below; of its own level not those that were given to somebody else. Nothing for a hat that sees no tasks."""
        if not hat.may(Permission.SEE_TASKS) or hat.place_kind not in LEVELS:
            return self.none()
        below = LEVELS[: LEVELS.index(hat.place_kind)]
        within = self.filter(place__path__startswith=hat.place_path, level__in=[*below, hat.place_kind])
        if hat.actor_id is None:
            return within  # the system's, to whom nobody gives a task
        return within.filter(Q(level__in=below) | Q(assigned_to=None) | Q(assigned_to=hat.actor_id))

    def overdue(self) -> "Tasks":
        """Those whose days at their level have run out."""
        return self.filter(due_at__lt=clock.now())

    def about(self, subject_type: str, subject_id: str) -> "Tasks":
        """Those about one thing."""
        return self.filter(subject_type=subject_type, subject_id=subject_id)

    def most_urgent_first(self) -> "Tasks":
        """What is due first stands first; what has no end stands last, the oldest first."""
        return self.order_by(F("due_at").asc(nulls_last=True), "opened_at", "id")


class Task(models.Model):
    """One decision or deed that waits for a person.

    `place` is where the task lies, `level` the level of administrators who decide it, and `assigned_to` the one of them to whom it was given, if it was. There is one
    open task of a type about one subject in one State (`state_code`, empty for the nation; null only where the
    version before this one wrote it).

    `clock_name`: the clocks of `deadlines.rules` by which it is passed up (`levels.due_at`), empty for a task that stays where it is. `due_at`: the end of the days of its
    level. `last_due_at`: the end of the days of the last level, once it came there; passing it down again does not take that back. `passed`: each step from
    one place to another (`passing.step`), the first first.
    """

    type = models.TextField()
    subject_type = models.TextField()
    subject_id = models.TextField()
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    level = models.TextField()
    state_code = models.CharField(max_length=2, null=True)
    assigned_to = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    title = models.TextField(help_text="What is to be decided. No personal data")
    opened_at = models.DateTimeField(default=clock.now)
    clock_name = models.TextField(blank=True, db_default="")
    due_at = models.DateTimeField(null=True)
    last_due_at = models.DateTimeField(null=True)
    passed = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    status = models.TextField(choices=Status.choices, default=Status.OPEN)
    outcome = models.TextField(default="")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", help_text="Empty when the system closed it"
    )
    detail = models.JSONField(default=dict)

    objects = Tasks.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(level__in=LEVELS), name="task_level_is_known"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="task_status_is_known"),
            models.CheckConstraint(
                condition=Q(status=Status.OPEN, closed_at=None, closed_by=None, outcome="")
                | (~Q(status=Status.OPEN) & Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="closed_task_has_outcome_and_time",
            ),
            models.UniqueConstraint(
                "type",
                "subject_type",
                "subject_id",
                "state_code",
                condition=Q(status=Status.OPEN),
                name="one_open_task_about_a_subject_in_a_state",
            ),
        ]
        indexes: ClassVar = [
            models.Index("place", "level", condition=Q(status=Status.OPEN), name="open_tasks_by_place"),
            models.Index("subject_type", "subject_id", name="tasks_by_subject"),
            models.Index("due_at", condition=Q(status=Status.OPEN), name="open_tasks_by_due_time"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.status}"

    @property
    def is_overdue(self) -> bool:
        """Whether the days of its level have run out."""
        return self.due_at is not None and self.due_at < clock.now()


class Messages(models.QuerySet["Message"]):
    """Words for what people write to one another."""

    def about(self, subject_type: str, subject_id: str) -> "Messages":
        """The thread about one thing, the first first."""
        return self.filter(subject_type=subject_type, subject_id=subject_id).order_by("pk")


class Message(models.Model):
    """One message in the thread about a thing that people of several places decide.

    `text` is written by people and may name a child: it stands on the page of the thing alone, and goes with it when it is expunged.
    """

    subject_type = models.TextField()
    subject_id = models.TextField()
    written_at = models.DateTimeField(default=clock.now)
    author = models.TextField()
    author_id = models.BigIntegerField(null=True)
    state_code = models.CharField(max_length=2, blank=True, help_text="Of the author; empty for the nation")
    text = models.TextField()

    objects = Messages.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index("subject_type", "subject_id", name="messages_by_subject")]

    def __str__(self) -> str:
        return f"message {self.pk} about {self.subject_type}"
