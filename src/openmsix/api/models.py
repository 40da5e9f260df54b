"""What the door itself must remember between calls."""

from typing import ClassVar

from django.db import models

from openmsix.accounts.models import ApiClient


class FirstAnswer(models.Model):
    """The first answer to a call that carried an idempotency key. `status` is null while that call is still at hand.

    `digest`: SHA-256 of what was sent, so that the key is not taken for another body. `body`: what was said of the submission, nothing of a child.
    """

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    claimed_at = models.DateTimeField()
    status = models.SmallIntegerField(null=True)
    location = models.TextField(default="")
    body = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client", "key"], name="an_idempotency_key_is_used_once")
        ]

    def __str__(self) -> str:
        return f"first answer {self.pk}"


class Calls(models.Model):
    """How many calls somebody made in a minute, the last in which there were any. `who`: a client's id, or an address in hashed form."""

    who = models.CharField(primary_key=True, max_length=100)
    minute = models.BigIntegerField()
    calls = models.IntegerField()

    def __str__(self) -> str:
        return f"calls in minute {self.minute}"
