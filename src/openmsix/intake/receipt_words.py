"""The receipt as lines for a terminal. Pure."""

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from .frames import NO_LONGER
from .receipt import LOST_VALUES, ROWS_OF_NOBODY, Group, Receipt
from .wording import MOST_OF_FILE, MOST_OF_RULE
from .words import counted

VALUE_ON_LINE = 60
"""So many characters of a value stand on a line."""

_WHAT_TO_DO = {
    ROWS_OF_NOBODY: ". They are not used: mend them and send their students again.",
    LOST_VALUES: ". What was sent in their place was left out: mend it and send the students again.",
}

MOST_ABSENT = 50
"""Students shown that were closed because they were left out."""


def lines(receipt: Receipt) -> Iterator[str]:
    """What stands at the top, the counts, who was closed for being absent, and the findings by rule."""
    yield from (f"{name}: {value}" for name, value in receipt.facts.items())
    for name, count in receipt.counts.items():
        if count or name == "Students":
            yield f"{name}: {count:,}{_WHAT_TO_DO.get(name, '')}"
    yield from _absent(receipt)
    for group in receipt.groups:
        yield f"{group.code} {group.severity.label}, {counted(group.findings, 'time', 'times')}: {group.sentence}"
        yield from _examples(receipt, group)
    yield from receipt.notes


def _absent(receipt: Receipt) -> Iterator[str]:
    if receipt.absent.is_empty():
        return
    yield "Closed because the file, which says that it has all students, does not have them:"
    for row in receipt.absent.head(MOST_ABSENT).iter_rows(named=True):
        yield f"  {row['state_student_id']} (type {row['state_student_id_type']}), MSIX ID {row.get('msix_id') or 'none'}"
    yield from _more(receipt.absent.height - MOST_ABSENT)


def _more(count: int) -> Iterator[str]:
    if count > 0:
        yield f"  and {count:,} more"


def _short(value: str) -> str:
    """The value on one line and not much of it; the CSV has more."""
    line = value.replace("\n", " ⏎ ")
    return line if len(line) <= VALUE_ON_LINE else f"{line[: VALUE_ON_LINE - 1]}…"


def _examples(receipt: Receipt, group: Group) -> Iterator[str]:
    """The first findings of a rule: where, which value, what is wrong and how to mend it."""
    found = receipt.findings.filter(pl.col("code") == group.code)
    of_file = found.filter(pl.col("seq").is_null()).head(MOST_OF_FILE)
    of_students = found.drop_nulls("seq").sort(_is_lost(), descending=True, maintain_order=True)
    shown = pl.concat([of_file, of_students.head(MOST_OF_RULE)])
    for row in replace(receipt, findings=shown).told.iter_rows(named=True):
        place = [
            row["file"],
            receipt.teller.position(row["line"], row["part"], row["record_id"]) if row["line"] else "",
            row["element_name"] or "",
            f'"{_short(row["value"])}"' if row["value"] else "",
        ]
        where = ", ".join(text for text in place if text)
        yield f"  {where + ': ' if where else ''}{row['wrong']} {row['mend']}"
    yield from _more(found.height - shown.height)


def _is_lost() -> pl.Expr:
    return pl.col("detail").str.contains(NO_LONGER).fill_null(False)
