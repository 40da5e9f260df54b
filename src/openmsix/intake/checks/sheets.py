"""The files laid out for checking: students numbered, their rows tied to them, text beside typed values. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

import polars as pl

from openmsix.dictionary.declare import Dictionary
from openmsix.intake import frames
from openmsix.intake.convert import converted
from openmsix.intake.frames import Parsed
from openmsix.intake.words import Severity

from . import keys
from .context import Context

KEY = ("part", "student_record_id")
STUDENT_KEY = ("state_student_id_type", "state_student_id")
FACTS_OF = ("students", "demographics", "qualifying_moves")
"""The record types that tell the facts of a student, see `Sheets.facts`."""


class Sheets:
    """All rows that can be checked, by record type.

    `text`: as sent, with `part`, `line` and `seq`, the number of the student over all parts (null in the header). `typed`: the same rows in
    the same order as values; what was no value, or was dropped since, is null. Rows of no student, broken rows and rows of students that
    are deleted stand in neither: `found` has what there is to say of them.
    """

    def __init__(self, parsed: Parsed, dictionary: Dictionary, context: Context) -> None:
        self.parsed = parsed
        self.dictionary = dictionary
        self.context = context
        self.children = [key for key in dictionary.records if key not in ("header", "students")]
        self.text: dict[str, pl.DataFrame] = {}
        self.unreadable = self._unreadable()
        self.found: list[pl.DataFrame] = []
        self._views: dict[str, pl.DataFrame] = {}
        self._number()
        self.typed = {record: self._values(record) for record in dictionary.records}

    def _unreadable(self) -> frozenset[str]:
        """The record types of which something could not be read at all: what is missing there is said once, not for each student."""
        grave = self.parsed.problems.filter(pl.col("severity") == Severity.FILE_REJECTED.value)
        return frozenset(grave["record"])

    def _number(self) -> None:
        records = self.parsed.records
        self.text["header"] = records["header"].with_columns(pl.lit(None, dtype=pl.Int32).alias("seq"))
        students = records["students"].sort("part", "line", maintain_order=True)
        numbers = pl.int_range(1, students.height + 1, dtype=pl.Int32, eager=True).alias("seq")
        self.text["students"] = students.with_columns(numbers)
        owners = self.text["students"].select(*KEY, "seq", pl.col("action_code").alias("_action"))
        owners = owners.drop_nulls("student_record_id").unique(KEY, keep="first", maintain_order=True)
        placed = [self.parsed.problems]
        for record in self.children:
            rows = records[record]
            # Only the keys go through the join: the other columns are shared with what was read, not copied.
            owner = rows.select(KEY).join(owners, on=KEY, how="left", maintain_order="left")
            placed.append(self._set_aside(record, rows.with_columns(owner["seq"], owner["_action"])))
        self.found.append(self._with_owner(pl.concat(placed)))

    def _set_aside(self, record: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Keep the rows that can be checked; findings for the others."""
        lines = [(part, line) for of, part, line in self.parsed.broken if of == record]
        stray, unused = pl.col("seq").is_null(), pl.col("_action") == "D"
        found = []
        if lines:
            at = pl.DataFrame(lines, schema={"part": pl.Int16, "line": pl.Int32}, orient="row")
            broken = rows.join(at, on=("part", "line"), how="semi")
            found.append(keys.noted(keys.STRAY_BROKEN_ROW, record, broken.filter(stray)))
            rows = rows.join(at, on=("part", "line"), how="anti", maintain_order="left")
        if rows["seq"].null_count():
            if "students" not in self.unreadable:
                strays = rows.filter(stray)
                found.append(keys.noted(keys.ROW_OF_NO_STUDENT, record, strays, "student_record_id"))
            rows = rows.filter(~stray)
        if (deleted := rows.filter(unused)).height:
            found.append(keys.noted(keys.ROW_OF_DELETED, record, deleted))
            rows = rows.filter(~unused.fill_null(False))
        self.text[record] = rows.drop("_action")
        return pl.concat(found) if found else frames.findings()

    def _with_owner(self, found: pl.DataFrame) -> pl.DataFrame:
        """Give the reader's findings about rows the number of the student."""
        ragged = pl.col("code") == keys.RAGGED_ROW.code
        if found.filter(ragged).is_empty():
            return found
        at = [
            rows.select(pl.lit(record).alias("record"), "part", "line", pl.col("_seq"))
            for record, rows in self._owners_by_line().items()
        ]
        tied = found.join(pl.concat(at), on=("record", "part", "line"), how="left", maintain_order="left")
        owner = pl.when(ragged).then("_seq").otherwise("seq").alias("seq")
        return tied.with_columns(owner).drop("_seq")

    def _owners_by_line(self) -> Mapping[str, pl.DataFrame]:
        """For each record type with broken rows, whose row stands on which line."""
        students = self.text["students"]
        owners = students.select(*KEY, pl.col("seq").alias("_seq")).unique(
            KEY, keep="first", maintain_order=True
        )
        found = {"students": students.select("part", "line", pl.col("seq").alias("_seq"))}
        for record in {record for record, _, _ in self.parsed.broken} & set(self.children):
            found[record] = self.parsed.records[record].join(owners, on=KEY).select("part", "line", "_seq")
        return found

    def _values(self, record: str) -> pl.DataFrame:
        elements = self.dictionary.records[record].elements
        return self.text[record].select("seq", "part", "line", *map(converted, elements))

    def drop(self, record: str, element: str, at: pl.Series) -> None:
        """Make the element null in the rows at which `at` is true."""
        kept = pl.when(~at).then(pl.col(element)).alias(element)
        self.typed[record] = self.typed[record].with_columns(kept)
        if record in FACTS_OF:
            self.__dict__.pop("facts", None)
            self._views.clear()
        else:
            self._views.pop(record, None)

    @cached_property
    def facts(self) -> pl.DataFrame:
        """One row for each student, in order of `seq`: what its rows come to.

        `leaving`: whether it is deleted; `born`; `demographics` and `moves`: how many usable ones; `eligible_until`: the latest end of
        eligibility.
        """
        born = (
            self.typed["demographics"]
            .group_by("seq")
            .agg(pl.col("birth_date").drop_nulls().first().alias("born"), pl.len().alias("demographics"))
        )
        moves = (
            self.typed["qualifying_moves"]
            .group_by("seq")
            .agg(
                pl.col("qualifying_arrival_date").count().alias("moves"),
                pl.col("eligibility_expiration_date").max().alias("eligible_until"),
            )
        )
        leaving = (pl.col("action_code") == "D").fill_null(False).alias("leaving")
        students = self.typed["students"].select("seq", leaving)
        joined = students.join(born, on="seq", how="left").join(moves, on="seq", how="left")
        return joined.with_columns(pl.col("demographics", "moves").fill_null(0)).sort("seq")

    def view(self, record: str) -> pl.DataFrame:
        """The typed rows of a record type, each with the facts of its student."""
        if record not in self._views:
            self._views[record] = self._with_facts(record)
        return self._views[record]

    def _with_facts(self, record: str) -> pl.DataFrame:
        rows = self.typed[record]
        if record == "header":
            return rows
        facts = self.facts.drop("seq")
        return pl.concat([rows, facts if record == "students" else facts[rows["seq"] - 1]], how="horizontal")

    def give_away(self, record: str) -> pl.DataFrame:
        """The typed rows of a record type, which stand here no longer."""
        del self.text[record]
        self._views.clear()
        self.parsed = replace(self.parsed, records={})
        return self.typed.pop(record)

    @cached_property
    def standing(self) -> pl.Series:
        """Of each student in order of `seq`: `unknown`, `live` or `closed` before this submission."""
        known = self.context.known_students
        if known is None:
            raise LookupError("which students are known was not told")
        states = known.select(
            *STUDENT_KEY, pl.when("live").then(pl.lit("live")).otherwise(pl.lit("closed")).alias("standing")
        ).unique(STUDENT_KEY)
        joined = self.typed["students"].join(states, on=STUDENT_KEY, how="left", maintain_order="left")
        return joined["standing"].fill_null("unknown")

    @cached_property
    def known_with_zeros(self) -> pl.Series:
        """`known`: of each unknown student in order of `seq`, the live one of the State that it may be but for zeros, and that is not sent too."""
        students = self.typed["students"].select("seq", *STUDENT_KEY)
        students = students.with_columns(self.standing.alias("standing"))
        known = self.context.known_students
        if known is None:
            raise LookupError("which students are known was not told")
        ssid = pl.col("state_student_id")
        core = pl.when(ssid.str.contains("^[0-9]+$")).then(ssid.str.strip_chars_start("0")).alias("core")
        alike = (
            known.filter("live")
            .join(students, on=STUDENT_KEY, how="anti")
            .group_by("state_student_id_type", core)
            .agg(ssid.min().alias("known"))
        )
        asked = students.with_columns(pl.when(pl.col("standing") == "unknown").then(core).alias("core"))
        key = ("state_student_id_type", "core")
        return asked.join(alike, on=key, how="left", maintain_order="left")["known"]

    @cached_property
    def ids(self) -> pl.DataFrame:
        """What is known of the MSIX IDs that were sent, see `Context.known_msix_ids`."""
        ask = self.context.known_msix_ids
        if ask is None:
            raise LookupError("which MSIX IDs are known was not told")
        return ask(self.typed["students"]["msix_id"].drop_nulls().unique())
