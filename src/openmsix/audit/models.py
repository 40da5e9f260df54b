"""What was done, and who was shown what about which child. Rows are added and never changed.

There are no foreign keys outward: the audit never holds back live data, and live data never takes audit rows
with it. That rows are only added is kept by grants (`append_only`, read by `config.grants`); that nobody with
higher rights changed them later shows in the seals.
"""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Func

from openmsix.deadlines import clock


class TransactionId(models.Field):  # type: ignore[type-arg]  # not generic when it runs
    """The number of the transaction that wrote the row (`xid8`: 64 bits, never used again in one server)."""

    def db_type(self, connection: Any) -> str:
        """PostgreSQL's type."""
        return "xid8"

    def from_db_value(self, value: str | None, *_: Any) -> int | None:
        """The driver hands an xid8 over as text."""
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> str | None:
        """The server reads an xid8 from text; there is no cast from a number."""
        return None if value is None else str(int(value))


class CurrentTransaction(Func):
    """The number of the running transaction."""

    function = "pg_current_xact_id"
    template = "%(function)s()"
    output_field = TransactionId()


class Written(models.Model):
    """What every row of the audit says: when, in which transaction, and whose hand it was."""

    append_only: ClassVar[bool] = True

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=clock.now)
    txid = TransactionId(db_default=CurrentTransaction(), editable=False)
    actor_id = models.BigIntegerField(null=True)
    actor = models.TextField()
    hat = models.TextField()

    class Meta:
        abstract = True


class Event(Written):
    """Something was done."""

    action = models.TextField(help_text="room:subject:verb, for example intake:submission:confirmed")
    subject_type = models.TextField()
    subject_id = models.TextField()
    detail = models.JSONField(default=dict, help_text="No personal data of children")

    class Meta:
        indexes: ClassVar = [
            models.Index("txid", "id", name="event_order"),
            models.Index("subject_type", "subject_id", name="event_subject"),
            models.Index("actor_id", "at", name="event_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"


class Disclosures(models.QuerySet["Disclosure"]):
    """Words for reading who was shown what."""

    def about(self, msix_ids: list[str]) -> "Disclosures":
        """Those about one child, by every MSIX ID it has or had."""
        return self.filter(msix_id__in=msix_ids)

    def latest_first(self) -> "Disclosures":
        """The newest first."""
        return self.order_by("-at", "-id")


class Disclosure(Written):
    """Somebody was shown something about a child."""

    purpose = models.TextField()
    msix_id = models.CharField(max_length=12)
    what = models.TextField(help_text="For example record, print, sources")

    objects = Disclosures.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index("txid", "id", name="disclosure_order"),
            models.Index("msix_id", F("at").desc(), name="disclosure_child"),
            models.Index("actor_id", F("at").desc(), name="disclosure_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.purpose}"


class Seal(models.Model):
    """A mark over the rows whose transactions had ended at `snapshot`, and not yet at the seal before.

    `digest` is the SHA-256 of those rows, of this seal's own facts and of the digest before, so that
    changing, removing or adding a row under a seal breaks it. `snapshot` is a `pg_snapshot` as text, for
    example "733:740:735": every transaction below 740 had ended then, except 735.
    """

    append_only: ClassVar[bool] = True

    number = models.BigIntegerField(primary_key=True, help_text="1, 2, 3, ... without gaps")
    sealed_at = models.DateTimeField()
    snapshot = models.TextField()
    rows = models.BigIntegerField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(number__gte=1), name="seals_count_from_one"),
            models.CheckConstraint(condition=models.Q(rows__gte=1), name="seal_covers_something"),
        ]

    def __str__(self) -> str:
        return f"seal {self.number}"
