"""The chain of seals: which rows a seal covers, and its digest."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value

from .models import Disclosure, Event, Written

TABLES: tuple[type[Written], ...] = (Event, Disclosure)
BEFORE_ALL = "1:1:"  # the snapshot that sees no transaction ended
NO_DIGEST = "0" * 64


class Sees(Func):
    """Whether a snapshot sees a transaction ended."""

    function = "pg_visible_in_snapshot"
    template = "%(function)s(%(expressions)s::pg_snapshot)"
    output_field = BooleanField()


@dataclass(frozen=True)
class Snapshot:
    """Which transactions had ended at a moment: all below `ends_before` but those that were then running."""

    text: str

    @property
    def all_ended_before(self) -> int:
        """Every transaction below this number had ended."""
        return int(self.text.split(":")[0])

    @property
    def ends_before(self) -> int:
        """No transaction from this number on had ended."""
        return int(self.text.split(":")[1])


def rows_not_seen_by(table: type[Written], earlier: Snapshot) -> QuerySet[Any]:
    """The rows of a table that the snapshot does not see yet, in order."""
    unseen = Q(txid__gte=earlier.ends_before) | ~Q(Sees(F("txid"), Value(earlier.text)))
    return table._default_manager.filter(unseen, txid__gte=earlier.all_ended_before).order_by("txid", "id")


def rows_between(table: type[Written], earlier: Snapshot, later: Snapshot) -> QuerySet[Any]:
    """The rows of a table that the later snapshot sees and the earlier does not, in order."""
    return rows_not_seen_by(table, earlier).filter(
        Q(Sees(F("txid"), Value(later.text))), txid__lt=later.ends_before
    )


def digest(*, number: int, previous: str, earlier: Snapshot, later: Snapshot) -> tuple[str, int]:
    """The digest of one seal (SHA-256, 64 hexadecimal digits) and how many rows it covers."""
    sum_so_far = hashlib.sha256(_bytes([number, previous, earlier.text, later.text]))
    rows = 0
    for line in _lines(earlier, later):
        sum_so_far.update(line)
        rows += 1
    return sum_so_far.hexdigest(), rows


def _lines(earlier: Snapshot, later: Snapshot) -> Iterator[bytes]:
    for table in TABLES:
        names = [field.attname for field in table._meta.concrete_fields]
        for row in rows_between(table, earlier, later).values_list(*names).iterator(chunk_size=5000):
            yield _bytes([table._meta.model_name, dict(zip(names, row, strict=True))])


def _bytes(facts: list[Any]) -> bytes:
    """One spelling of the facts, the same on every machine."""
    return (json.dumps(facts, default=str, ensure_ascii=False, sort_keys=True) + "\n").encode()
