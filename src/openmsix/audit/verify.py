"""Is the audit whole? Every seal is reckoned again from the rows it covers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Min

from openmsix.deadlines import clock

from .chain import BEFORE_ALL, NO_DIGEST, TABLES, Snapshot, digest, rows_not_seen_by
from .models import Seal


@dataclass(frozen=True)
class Report:
    """What was found.

    `breaks` are seals that do not agree with the rows they cover or with the seal before; `gaps` are seals
    that are not there. `head` names the last seal ("12:9f3c..."): kept outside the database and given to the
    next `report`, it shows when the last seals were taken away.
    """

    seals: int
    rows: int
    breaks: tuple[str, ...]
    gaps: tuple[str, ...]
    unsealed_rows: int
    unsealed_age: timedelta
    head: str

    @property
    def whole(self) -> bool:
        """Whether nothing was changed or taken away under the seals."""
        return not self.breaks and not self.gaps

    def as_text(self) -> str:
        """The same as lines for a terminal."""
        found = [*self.breaks, *self.gaps] or ["Every seal agrees with the rows it covers; none is missing."]
        waiting = (
            f"{self.unsealed_rows:,} rows are not sealed yet, the oldest for "
            f"{self.unsealed_age.total_seconds():.0f} seconds."
            if self.unsealed_rows
            else "All rows are sealed."
        )
        return "\n".join(
            [
                f"{self.rows:,} rows under {self.seals:,} seals. Last seal: {self.head or 'none'}",
                *found,
                waiting,
            ]
        )


def report(known_head: str = "") -> Report:
    """Reckon every seal again. `known_head` is the `head` of an earlier report, kept outside the database."""
    with transaction.atomic():
        seals = list(Seal.objects.order_by("number"))
        unsealed_rows, oldest = _unsealed(seals[-1].snapshot if seals else BEFORE_ALL)
        return Report(
            seals=len(seals),
            rows=sum(seal.rows for seal in seals),
            breaks=tuple(_breaks(seals)),
            gaps=tuple(_gaps(seals, known_head)),
            unsealed_rows=unsealed_rows,
            unsealed_age=_age(oldest, clock.now()),
            head=f"{seals[-1].number}:{seals[-1].digest}" if seals else "",
        )


def unsealed_age(now: datetime) -> timedelta:
    """How long the oldest committed row has waited for its seal; nothing if all are sealed."""
    last = Seal.objects.order_by("number").last()
    return _age(_unsealed(last.snapshot if last else BEFORE_ALL)[1], now)


def _age(oldest: datetime | None, now: datetime) -> timedelta:
    return max(now - oldest, timedelta(0)) if oldest else timedelta(0)


def _unsealed(snapshot: str) -> tuple[int, datetime | None]:
    found = [
        rows_not_seen_by(table, Snapshot(snapshot)).order_by().aggregate(rows=Count("id"), oldest=Min("at"))
        for table in TABLES
    ]
    return sum(one["rows"] for one in found), min(
        (one["oldest"] for one in found if one["oldest"]), default=None
    )


def _breaks(seals: list[Seal]) -> Iterator[str]:
    chained, earlier = NO_DIGEST, Snapshot(BEFORE_ALL)
    for seal in seals:
        later = Snapshot(seal.snapshot)
        made, rows = digest(number=seal.number, previous=seal.previous, earlier=earlier, later=later)
        if seal.previous != chained:
            yield f"Seal {seal.number} does not follow the seal before it."
        if rows != seal.rows:
            yield f"Seal {seal.number} covers {seal.rows} rows; {rows} are found."
        elif made != seal.digest:
            when = f"{seal.sealed_at:%Y-%m-%d %H:%M:%S} UTC"
            yield f"Seal {seal.number} ({when}): a row under it, or the seal itself, was changed."
        chained, earlier = seal.digest, later


def _gaps(seals: list[Seal], known_head: str) -> Iterator[str]:
    present = {seal.number: seal.digest for seal in seals}
    known_number, _, known_digest = known_head.partition(":")
    missing = [number for number in range(1, max(present, default=0) + 1) if number not in present]
    for number in missing:
        yield f"Seal {number} is missing."
    if known_head and present.get(int(known_number)) != known_digest:
        yield f"Seal {known_number}, once reported as the last, is not there as it was."
    if seals and Snapshot(seals[-1].snapshot).ends_before > _next_transaction():
        yield (
            "The last seal is ahead of this server's transactions: the database was moved here from another "
            "server, and rows written since may go unsealed."
        )


def _next_transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_snapshot_xmax(pg_current_snapshot())::text")
        return int(cursor.fetchone()[0])
