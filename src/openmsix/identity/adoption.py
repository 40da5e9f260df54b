"""Taking over MSIX IDs that children have already: minting avoids them, and the States' records keep them."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from django.db import transaction

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.audit import actions as audit
from openmsix.dictionary.formats import LOOKED_AT, no_text
from openmsix.identity import entries, minting, placing, writing
from openmsix.identity.actions import take_turn
from openmsix.identity.queries import existing, living_ids
from openmsix.identity.words import Origin, Reason
from openmsix.records.actions import make_known
from openmsix.records.models import STATE_RECORD_KEYS

WANTED = "Nothing was taken over. Save it as CSV UTF-8, with commas between cells, a first row of column names, and a column msix_id."

COLUMNS = ("msix_id", "reporting_state", *STATE_RECORD_KEYS[1:])


class NotAdopted(ValueError):
    """The file cannot be read; the text says why and what to do, in plain words."""


@dataclass(frozen=True)
class Adopted:
    """What was taken over.

    `ids`: those that were not known before. `links`: students linked now whom their State sent. `not_sent`: students whose MSIX ID waits
    until their State sends them. `problems`: a sentence for each line left out.
    """

    ids: int
    links: int
    not_sent: int
    problems: tuple[str, ...]

    def in_words(self) -> str:
        """The counts as one line."""
        told = [f"{_counted(self.ids, 'MSIX ID')} taken over, {_counted(self.links, 'record')} linked"]
        if self.not_sent == 1:
            told.append("1 student not sent yet: the MSIX ID waits for it")
        elif self.not_sent:
            told.append(f"{self.not_sent} students not sent yet: their MSIX IDs wait for them")
        if self.problems:
            told.append(f"{_counted(len(self.problems), 'line')} left out")
        return "; ".join(told)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def adopt_file(*, path: Path, by: Hat) -> Adopted:
    """Take over what a CSV file says, see `adopt`. Its columns: those of `COLUMNS`, the last three as one or not at all.

    Raises:
        NotAdopted: the file as a whole cannot be read so.
    """
    return adopt(frame=_read(path), by=by)


def _read(path: Path) -> pl.DataFrame:
    data = path.read_bytes()
    if kind := no_text(data[:LOOKED_AT]):
        raise NotAdopted(f"{path.name} is {kind}, not a CSV file. {WANTED}")
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise NotAdopted(f"{path.name} is not written in UTF-8 (line {line}). {WANTED}") from fault
    except csv.Error as fault:
        raise NotAdopted(f"{path.name} cannot be read as CSV. {WANTED}") from fault
    names = [name.strip().lower().replace(" ", "_") for name in rows[0]]
    if "msix_id" not in names:
        raise NotAdopted(f"The first row of {path.name} names no column msix_id. {WANTED}")
    if len(set(names)) < len(names):
        raise NotAdopted(f"The first row of {path.name} names a column twice. {WANTED}")
    for number, row in enumerate(rows[1:], 2):
        if len(row) > len(names):
            raise NotAdopted(f"Line {number} of {path.name} has more cells than the first row. {WANTED}")
    filled = ([*row, *[""] * (len(names) - len(row))] for row in rows[1:])
    return pl.DataFrame(list(filled), schema=dict.fromkeys(names, pl.String), orient="row")


@transaction.atomic
def adopt(*, frame: pl.DataFrame, by: Hat) -> Adopted:
    """Take over MSIX IDs and, where a State's student is named with one, link that student's record to it.

    The record need not have been submitted yet. Any 12 digits are valid as they come. Repeating changes
    nothing. A line is left out if it is not well formed, if its MSIX ID is retired, or if its student has or is
    given another one.

    Args:
        frame: `msix_id` and, if records are to be linked, `reporting_state`, `state_student_id_type`,
            `state_student_id`.
        by: who takes them over.
    """
    take_turn()
    since = entries.reached()
    lines = _lines(frame)
    named, faults = _judged(lines)
    kept = minting.keep(
        lines.join(faults, on="line", how="anti", maintain_order="left")["msix_id"], Origin.ADOPTED
    )
    fresh = named.filter(pl.col("has").is_null()).unique("state_record_id", keep="first", maintain_order=True)
    links = fresh.with_columns(
        reason=pl.lit(Reason.ADOPTED.value), weight=pl.lit(None, pl.Float64), evidence=pl.lit("{}")
    ).select(list(placing.LINKS))
    writing.write_links(links, by=by)
    sent = links.filter(pl.col("state_record_id").is_in(_sent().implode())).height
    problems = tuple(f"Line {line}: {fault}." for line, fault in faults.sort("line").iter_rows())
    audit.record(
        by=by,
        action="identity:ids:adopted",
        subject_type="msix_ids",
        subject_id="",
        detail={"ids": len(kept), "links": links.height, "left_out": len(problems)},
    )
    entries.keep_adoption(since, msix_ids=kept, by=by)
    return Adopted(len(kept), sent, links.height - sent, problems)


def _lines(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns of `COLUMNS` without blanks around values, and the line of each row in its file."""
    given = (
        pl.col(name).str.strip_chars().replace("", None)
        if name in frame.columns
        else pl.lit(None, pl.String).alias(name)
        for name in COLUMNS
    )
    return frame.select(given).with_row_index("line", 2)


def _judged(lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The students to be linked (`state_record_id`, `msix_id`, `has`: the ID it has now), and `fault` by `line`."""
    malformed = lines.select("line", fault=_fault()).drop_nulls()
    sound = lines.join(malformed, on="line", how="anti", maintain_order="left")
    known = existing(sound["msix_id"])
    gone = known.filter(~known.is_in(living_ids(known)["msix_id"].implode()))
    retired = sound.filter(pl.col("msix_id").is_in(gone.implode())).select(
        "line", fault=pl.lit("the MSIX ID is retired")
    )
    usable = sound.join(retired, on="line", how="anti", maintain_order="left").drop_nulls("state_student_id")
    students = usable.rename({"reporting_state": "state_code"}).select("line", "msix_id", *STATE_RECORD_KEYS)
    named = make_known(students=students).join(
        _linked(), on="state_record_id", how="left", maintain_order="left"
    )
    due = pl.coalesce("has", pl.col("msix_id").first().over("state_record_id"))
    elsewhere = named.filter(pl.col("msix_id") != due)
    other = elsewhere.select("line", fault=pl.lit("the student has another MSIX ID already"))
    return named.join(other, on="line", how="anti", maintain_order="left"), pl.concat(
        [malformed, retired, other]
    )


def _fault() -> pl.Expr:
    """What is wrong with a line, in words; null if nothing is."""
    student = [pl.col(name) for name in COLUMNS[1:]]
    some, every = (
        pl.any_horizontal(each.is_not_null() for each in student),
        pl.all_horizontal(each.is_not_null() for each in student),
    )
    long = (pl.col("state_student_id").str.len_chars() > 15) | (
        pl.col("state_student_id_type").str.len_chars() > 2
    )
    return (
        pl.when(~pl.col("msix_id").str.contains("^[0-9]{12}$").fill_null(False)).then(pl.lit("the MSIX ID is not 12 digits"))
        .when(some & ~every).then(pl.lit("State, identifier and its type belong together, and one is missing"))
        .when(long | ~pl.col("reporting_state").str.contains("^[A-Z]{2}$")).then(pl.lit("the student is not named as the layout says"))
    )  # fmt: skip


def _sent() -> pl.Series:
    """The state records of students staged by `make_known` that their State ever sent."""
    return staging.read(
        f"""
        SELECT r.id FROM named_students JOIN records_staterecord r USING ({", ".join(STATE_RECORD_KEYS)})
        WHERE EXISTS (SELECT FROM records_recordversion v WHERE v.state_record_id = r.id)
        """,  # noqa: S608  (our own names)
        {"state_record_id": pl.Int64},
    )["state_record_id"]


def _linked() -> pl.DataFrame:
    """The MSIX ID that each student staged by `make_known` has now."""
    return staging.read(
        f"""
        SELECT l.state_record_id, l.msix_id FROM named_students n
        JOIN records_staterecord r USING ({", ".join(STATE_RECORD_KEYS)})
        JOIN identity_link l ON l.state_record_id = r.id AND l.closed_at IS NULL
        """,  # noqa: S608  (our own names)
        {"state_record_id": pl.Int64, "has": pl.String},
    )
