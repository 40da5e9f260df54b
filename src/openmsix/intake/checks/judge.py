"""Making the checks over the sheets and keeping what they find. Pure."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

import polars as pl

from openmsix.dictionary import dictionary
from openmsix.dictionary.identifiers import STUDENTS_PER_PART
from openmsix.intake import frames
from openmsix.intake.words import Severity

from . import nesting
from .declare import Check, Fault
from .sheets import Sheets
from .values import CONTROL, NO_VALUE, VALUES, control_character

Found = tuple[Check, Fault]
Asked = tuple[pl.DataFrame, Sequence[Found]]
"""Rows, and what is asked of them."""

MOST_FOUND = 2_000_000
FOR_EACH_STUDENT = 25
"""So many findings are told of a submission: whichever of the two is more. Each takes some 200 bytes several times over."""


@cache
def _value_rules(version: str, record: str, key: str) -> tuple[Found, ...]:
    """What is asked of each value of an element of a dictionary version."""
    book = dictionary(version)
    asked = [(check, check.value(book.element(record, key), book)) for check in VALUES if check.value]
    return tuple((check, Fault(record, where, key)) for check, where in asked if where is not None)


def _firing(asked: Iterable[Asked]) -> list[Found]:
    """Those that find anything at all: one pass over each frame for all that look at it."""
    looking = [(rows, faults) for rows, faults in asked if faults and not rows.is_empty()]
    passes = [
        rows.lazy().select(fault.where.any().alias(str(number)) for number, (_, fault) in enumerate(faults))
        for rows, faults in looking
    ]
    return [
        found
        for (_, faults), fires in zip(looking, pl.collect_all(passes), strict=True)
        for found, fires_here in zip(faults, fires.row(0), strict=True)
        if fires_here
    ]


def _at(rows: pl.DataFrame, fault: Fault) -> pl.Series:
    return rows.with_columns(fault.where.fill_null(False).alias("_at"))["_at"]


def _detail(rows: pl.DataFrame, fault: Fault, at: pl.Series) -> pl.Series:
    """What the message needs, as JSON. Expressions may look at all rows, so the rows at fault are taken last."""
    if not fault.detail:
        return pl.Series([None], dtype=pl.String).new_from_index(0, int(at.sum()))
    told = pl.struct(expression.alias(name) for name, expression in fault.detail.items())
    return rows.with_columns(told.alias("_told"))["_told"].filter(at).struct.json_encode()


class Judge:
    """Makes checks one after another. A value that was dropped counts as not sent for the checks that follow."""

    def __init__(self, sheets: Sheets) -> None:
        self.sheets = sheets
        self.found = list(sheets.found)
        self.skipped: list[str] = []
        parts = max(1, len(sheets.parsed.formats))
        students = min(sheets.text["students"].height, parts * STUDENTS_PER_PART)
        self.most = max(MOST_FOUND, FOR_EACH_STUDENT * students)
        self.left = self.most - sum(part.height for part in self.found)
        if self.is_full():
            self._give_up()

    def is_full(self) -> bool:
        """Whether so much was found that no more is looked for; the file is rejected then."""
        return self.left < 0

    def values(self) -> None:
        """Make the checks of single values; of one value the first that finds fault speaks."""
        told: dict[tuple[str, str], pl.Series] = {}
        for check, fault in self._value_faults():
            rows, of = self.sheets.text[fault.record], (fault.record, fault.element)
            at = _at(rows, fault)
            if of in told:
                at &= ~told[of]
            told[of] = at | told.get(of, at)
            self._note(check, fault, rows, at)

    def _value_faults(self) -> list[Found]:
        """The checks that find fault with any value. Each looks at distinct values only, of which there are few."""
        passes, sent = [], []
        for record, rows in self.sheets.text.items():
            keys = self.sheets.dictionary.records[record].columns
            there = [key for key in keys if rows[key].null_count() < rows.height]
            passes.append(rows.lazy().select(pl.col(key).drop_nulls().unique().implode() for key in there))
            sent.append((record, there))
        return _firing(
            (distinct[key].item().alias(key).to_frame(), self._rules_of(record, key))
            for (record, there), distinct in zip(sent, pl.collect_all(passes), strict=True)
            for key in there
        )

    def _rules_of(self, record: str, key: str) -> list[Found]:
        text, typed = self.sheets.text[record][key], self.sheets.typed[record][key]
        needless: set[Check] = set()
        if record not in self.sheets.parsed.control:
            needless.add(control_character)
        if text.null_count() == typed.null_count():
            needless.update(NO_VALUE)
        rules = _value_rules(self.sheets.dictionary.version, record, key)
        return [found for found in rules if found[0] not in needless]

    def rules(self, checks: Iterable[Check]) -> None:
        """Make the checks that look at the sheets: those that drop values one after another, the others together."""
        together: list[Check] = []
        for check in checks:
            if check.severity is Severity.VALUE_DROPPED:
                self._make([check])
            else:
                together.append(check)
        self._make(together)

    def _make(self, checks: Iterable[Check]) -> None:
        faults = [(check, fault) for check in checks for fault in self._faults(check)]
        if not faults:
            return
        by_record: dict[str, list[Found]] = defaultdict(list)
        for found in faults:
            if found[1].rows is None:
                by_record[found[1].record].append(found)
        # Faults of one check are judged on the same rows, also where the first of them drops a value.
        views = {record: self.sheets.view(record) for record in by_record}
        asked: list[Asked] = [(views[record], those) for record, those in by_record.items()]
        asked += [(found[1].rows, [found]) for found in faults if found[1].rows is not None]
        firing = {id(fault) for _, fault in _firing(asked)}
        for check, fault in faults:
            if id(fault) in firing:
                rows = views[fault.record] if fault.rows is None else fault.rows
                self._note(check, fault, rows, _at(rows, fault))

    def _faults(self, check: Check) -> Iterable[Fault]:
        if not self.sheets.context.knows(check.needs):
            self.skipped.append(check.code)
            return ()
        return check.find(self.sheets) if check.find else ()

    def _give_up(self) -> None:
        """Say that there is too much to tell."""
        check, told = nesting.TOO_MANY_FINDINGS, json.dumps({"most": f"{self.most:,}"})
        row = {"part": 1, "record": "", "element": "", "detail": told}
        self.found.append(frames.findings([{**row, "code": check.code, "severity": check.severity.value}]))

    def _note(self, check: Check, fault: Fault, rows: pl.DataFrame, at: pl.Series) -> None:
        if self.is_full() or not at.any():
            return
        room = self.left
        self.left -= int(at.sum())
        if self.is_full():
            at &= at.cum_sum() <= room
        sent = self.sheets.text[fault.record].filter(at)
        null = pl.lit(None, dtype=pl.String)
        shown = pl.col(fault.element).str.slice(0, frames.VALUE_SHOWN) if fault.element else null
        self.found.append(
            sent.select(
                "seq",
                "part",
                pl.lit(fault.record).alias("record"),
                "line",
                (pl.col("record_id") if "record_id" in sent.columns else null).alias("record_id"),
                pl.lit(fault.element).alias("element"),
                pl.lit(check.code).alias("code"),
                pl.lit(check.severity.value).alias("severity"),
                shown.str.replace_all(CONTROL, "␀").alias("value"),
                _detail(rows, fault, at).alias("detail"),
            )
        )
        if self.is_full():
            self._give_up()
        if check.severity is Severity.VALUE_DROPPED:
            self.sheets.drop(fault.record, fault.element, at)
