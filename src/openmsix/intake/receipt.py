"""The receipt: what became of each student, and what was found, in words. Pure."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from openmsix.dictionary.declare import Dictionary
from openmsix.dictionary.formats import Format

from .checks import BY_CODE
from .frames import NO_LONGER, ROW_OF_NOBODY
from .wording import Teller
from .words import Change, Severity, Verdict

FORMULA = r"^[\t\r]|^\s*[=+\-@]"
"""Text that a spreadsheet would run instead of showing it."""

CLOSED_ABSENT = "Students: closed because absent"
ROWS_OF_NOBODY = "Rows that belong to no student"
LOST_VALUES = "Values sent before that no longer stand"
NOT_READ = "not read"
"""Said of what the header should tell and nothing usable was read of."""

IN_ORDER = {Verdict.ACCEPTED: "In order", Verdict.FINDINGS: "In order, with findings"}
"""What the verdicts are called as long as nothing is stored."""

_CELLS = ("part", "record", "line", "record_id", "element", "value", "code", "severity", "wrong", "mend")
_OF_STUDENT = (
    "student_record_id",
    "state_student_id_type",
    "state_student_id",
    "action",
    "verdict",
    "change",
    "msix_id",
    "how",
)


@dataclass(frozen=True)
class Group:
    """All findings of one rule: how many, and about how many students."""

    code: str
    name: str
    severity: Severity
    sentence: str
    mend: str
    findings: int
    students: int


@dataclass(frozen=True)
class Receipt:
    """The answer to a submission.

    `facts`: what stands at its top, in order. `answers`: one row a student (`frames.ANSWERS`, and `change`, `msix_id`, `how` once stored).
    `findings`: see `frames.FINDINGS`. `skipped`: codes of checks that could not be made. `is_checked`: whether there is anything to count.
    `is_stored`: false if nothing is stored of what was submitted, so that nobody is accepted; a file checked offline would be.
    `formats`: what each part is written in.
    """

    facts: Mapping[str, str]
    dictionary: Dictionary
    answers: pl.DataFrame
    findings: pl.DataFrame
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    is_checked: bool = True
    is_stored: bool = True
    formats: Mapping[int, Format] = field(default_factory=dict)

    @property
    def file_rejected(self) -> bool:
        """Whether nothing of the file can be used."""
        return Severity.FILE_REJECTED.value in self.findings["severity"]

    @cached_property
    def sent(self) -> pl.DataFrame:
        """The answers about students that stand in the files."""
        return self.answers.drop_nulls("line")

    @cached_property
    def absent(self) -> pl.DataFrame:
        """The answers about students that were closed because a full submission left them out."""
        return self.answers.filter(pl.col("line").is_null())

    @property
    def students(self) -> int:
        """How many students were sent."""
        return self.sent.height

    def of_verdict(self, verdict: Verdict) -> int:
        """How many of the students sent have this verdict."""
        return int((self.sent["verdict"] == verdict.value).sum())

    def label_of(self, verdict: Verdict) -> str:
        """How a verdict is called."""
        return verdict.label if self.is_stored else IN_ORDER.get(verdict, verdict.label)

    @property
    def rejected(self) -> int:
        """How many students are rejected."""
        return self.of_verdict(Verdict.REJECTED)

    @property
    def rows_of_nobody(self) -> int:
        """How many rows belong to no student."""
        return int((self.findings["code"] == ROW_OF_NOBODY).sum())

    @property
    def lost_values(self) -> int:
        """How many values that stood before do no more, since what was sent in their place was left out."""
        return int(self.findings["detail"].str.contains(NO_LONGER).sum())

    @property
    def is_to_mend(self) -> bool:
        """Whether something is not taken in and is to be sent again: students, or rows of nobody."""
        return self.rejected > 0 or self.rows_of_nobody > 0

    @property
    def counts(self) -> dict[str, int]:
        """Students by verdict and findings by severity, by the words of their labels; none before the checks."""
        if not self.is_checked:
            return {}
        severities = dict(self.findings.group_by("severity").len().iter_rows())
        return {
            "Students": self.students,
            **{self.label_of(verdict): self.of_verdict(verdict) for verdict in Verdict},
            **self._changes(),
            **({ROWS_OF_NOBODY: self.rows_of_nobody} if self.rows_of_nobody else {}),
            **({LOST_VALUES: self.lost_values} if self.lost_values else {}),
            **{f"Findings: {each.label.lower()}": severities.get(each.value, 0) for each in Severity},
        }

    def _changes(self) -> dict[str, int]:
        """Students by what the submission changed about them; empty as long as nothing is stored."""
        if "change" not in self.answers.columns:
            return {}
        changes = dict(self.sent.group_by("change").len().iter_rows())
        told = {change.label: changes.get(change.value, 0) for change in Change if change is not Change.NONE}
        if not self.absent.height and not any(told.values()):
            return {}
        return {f"Students: {label.lower()}": count for label, count in told.items()} | {
            CLOSED_ABSENT: self.absent.height
        }

    @cached_property
    def teller(self) -> Teller:
        """Says the findings in words."""
        return Teller(self.dictionary, self.formats)

    @cached_property
    def told(self) -> pl.DataFrame:
        """The findings in words: `wrong` and `mend` beside the columns of FINDINGS, and `file` and `element_name`."""
        teller = self.teller
        said = [
            teller.tell(
                BY_CODE[row["code"]],
                **{key: row[key] for key in ("record", "element", "value", "line", "detail")},
            )
            for row in self.findings.iter_rows(named=True)
        ]
        return self.findings.with_columns(
            pl.Series("wrong", [wrong for wrong, _ in said], dtype=pl.String),
            pl.Series("mend", [mend for _, mend in said], dtype=pl.String),
            *self._places(teller),
        )

    def _places(self, teller: Teller) -> tuple[pl.Series, pl.Series]:
        named = self.findings.select("record", "element", "part")
        places = {place: teller.place(*place) for place in named.unique().iter_rows()}
        told = [places[place] for place in named.iter_rows()]
        return (
            pl.Series("file", [file for file, _ in told], dtype=pl.String),
            pl.Series("element_name", [element for _, element in told], dtype=pl.String),
        )

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The findings by rule, the gravest first, then those about most students."""
        rows = self.findings.group_by("code").agg(
            pl.len().alias("findings"), pl.col("seq").drop_nulls().n_unique().alias("students")
        )
        return in_order(_group(**row) for row in rows.iter_rows(named=True))

    def table(self) -> pl.DataFrame:
        """Findings about the file first, then each student, once for each finding about it and at least once."""
        answers = self.answers.select(
            "seq", pl.col("part", "line").name.prefix("student_"), *self._student_columns()
        )
        cells = self.told.select("seq", *_CELLS)
        file_wide = cells.filter(pl.col("seq").is_null())
        by_student = answers.join(cells.drop_nulls("seq"), on="seq", how="left", maintain_order="left_right")
        table = pl.concat([file_wide, by_student], how="diagonal")
        first = ["student_part", "student_line", *self._student_columns()]
        return table.select(*first, *(name for name in _CELLS))

    def _keys_of_absent(self) -> list[str]:
        return [
            name
            for name in ("state_student_id_type", "state_student_id", "msix_id")
            if name in self.answers.columns
        ]

    def _student_columns(self) -> list[str]:
        return [name for name in _OF_STUDENT if name in self.answers.columns]

    def absent_as_data(self) -> list[dict[str, Any]]:
        """Those who were closed because absent, for programs."""
        return self.absent.select(self._keys_of_absent()).to_dicts()

    def findings_as_data(self) -> list[dict[str, Any]]:
        """The findings in words, for programs."""
        found = self.told.to_dicts()
        for row in found:
            row["detail"] = row["detail"] and json.loads(row["detail"])
        return found

    def as_csv(self) -> str:
        """The receipt as a CSV file."""
        from .receipt_pieces import csv_pieces

        return "".join(csv_pieces([self]))

    def as_json(self) -> str:
        """The receipt as JSON."""
        from .receipt_pieces import json_pieces

        return "".join(json_pieces(lambda: iter([self])))

    def as_html(self) -> str:
        """The receipt as one page that needs nothing else."""
        from .receipt_page import page

        return page(self)

    def in_words(self) -> str:
        """The receipt as a few lines."""
        from .receipt_words import lines

        return "\n".join(lines(self))


def in_order(groups: Iterable[Group]) -> tuple[Group, ...]:
    """The gravest first, then those about most students."""
    gravity = list(Severity)
    return tuple(
        sorted(
            groups,
            key=lambda group: (gravity.index(group.severity), -group.students, -group.findings, group.code),
        )
    )


def _group(code: str, findings: int, students: int) -> Group:
    check = BY_CODE[code]
    return Group(
        code=code,
        name=check.name,
        severity=check.severity,
        sentence=check.sentence,
        mend=check.mend_in_general,
        findings=findings,
        students=students,
    )


def harmless_cell(value: object) -> object:
    """One cell by the same rule as `harmless`."""
    return f"'{value}" if isinstance(value, str) and re.search(FORMULA, value) else value


def harmless(table: pl.DataFrame) -> pl.DataFrame:
    """Cells that a spreadsheet would run as a formula get an apostrophe before them."""
    texts = [name for name, kind in table.schema.items() if kind == pl.String]
    return table.with_columns(
        pl.when(pl.col(name).str.contains(FORMULA)).then("'" + pl.col(name)).otherwise(name).alias(name)
        for name in texts
    )


def heading_facts(
    *, unread: Collection[str], kind: str, begin: date | None, end: date | None, version: str
) -> dict[str, str]:
    """What the header says of the submission; `unread`: its elements of which no usable value was read."""
    window = {"beginning_effective_date", "ending_effective_date"}
    return {
        "Kind": NOT_READ if "submission_kind" in unread else kind,
        "Tells of": NOT_READ if window & set(unread) else f"{begin:%Y-%m-%d} to {end:%Y-%m-%d}",
        "Dictionary version": NOT_READ if "dictionary_version" in unread else version,
    }


def build(
    *,
    facts: Mapping[str, Any],
    dictionary: Dictionary,
    answers: pl.DataFrame,
    findings: pl.DataFrame,
    skipped: tuple[str, ...] = (),
    is_checked: bool = True,
    is_stored: bool = True,
    formats: Mapping[int, Format] | None = None,
) -> Receipt:
    """A receipt; what could not be checked is said in a note."""
    notes = []
    if skipped:
        names = "; ".join(f"{code} {BY_CODE[code].sentence.rstrip('.')}" for code in skipped)
        notes.append(f"Not checked here, because only the exchange knows: {names}.")
    told = {name: str(value) for name, value in facts.items() if value not in (None, "")}
    return Receipt(
        told, dictionary, answers, findings, skipped, tuple(notes), is_checked, is_stored, formats or {}
    )
