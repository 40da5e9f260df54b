"""The proof that nothing is lost: what two databases hold, as sets, and where they differ.

Things are named as the States name them, never by a number of a database, and told by a hash. Surrogate keys and times of the clock are left out.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl
from django.db import connection, transaction

from openmsix import staging
from openmsix.intake.models import JournalHead

from .things import LAW, RECEIPTS

Report = Callable[[str, int, int], None]

_SCHEMA = {"state": pl.String, "key": pl.String, "hash": pl.Int64}


@dataclass(frozen=True)
class Holding:
    """What a database holds: `law` by part, and `receipts`; `heads`: the last act of each scope of the journal that it holds."""

    law: Mapping[str, pl.DataFrame]
    receipts: Mapping[str, pl.DataFrame]
    heads: Mapping[str, str]


@dataclass(frozen=True)
class Difference:
    """Things of one part and State that only one of two databases holds: `missing` in the second, `more` in it. For a terminal only: their names."""

    part: str
    state: str
    missing: tuple[str, ...]
    more: tuple[str, ...]

    def in_words(self) -> str:
        """Without names."""
        return f"{self.part} of {self.state or 'the nation'}: {len(self.missing):,} only in the live database, {len(self.more):,} only in the rebuilt one"


def holding(report: Report, step: str) -> Holding:
    """What the database holds, all of it at one moment, whatever others write meanwhile."""
    with _one_moment():
        heads = dict(JournalHead.objects.exclude(act="").values_list("scope", "act"))
        found: dict[str, pl.DataFrame] = {}
        asked = LAW | RECEIPTS
        for number, (part, query) in enumerate(asked.items()):
            report(step, number, len(asked))
            found[part] = staging.read(query, _SCHEMA)
        report(step, len(asked), len(asked))
    return Holding({part: found[part] for part in LAW}, {part: found[part] for part in RECEIPTS}, heads)


@contextmanager
def _one_moment() -> Iterator[None]:
    """A transaction that sees what was there when it began; where one is open already, that one."""
    if connection.in_atomic_block:
        yield
        return
    staging.run("SET default_transaction_isolation = 'repeatable read'")
    try:
        with transaction.atomic():
            yield
    finally:
        staging.run("RESET default_transaction_isolation")


def differences(live: Mapping[str, pl.DataFrame], rebuilt: Mapping[str, pl.DataFrame]) -> list[Difference]:
    """Where two holdings differ, part by part and State by State; empty if they are equal."""
    found: list[Difference] = []
    for part, ours in live.items():
        missing, more = (
            one.join(other, on=list(_SCHEMA), how="anti", nulls_equal=True)
            for one, other in ((ours, rebuilt[part]), (rebuilt[part], ours))
        )
        states = sorted({*missing["state"].fill_null(""), *more["state"].fill_null("")})
        found += [Difference(part, state, _names(missing, state), _names(more, state)) for state in states]
    return found


def _names(rows: pl.DataFrame, state: str) -> tuple[str, ...]:
    return tuple(rows.filter(pl.col("state").fill_null("") == state)["key"].sort())
