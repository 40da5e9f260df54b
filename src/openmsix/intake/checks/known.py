"""Checks against what is known already: students of the State, MSIX IDs, places."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from openmsix.dictionary.declare import Mark
from openmsix.intake.actions_table import OUTCOMES
from openmsix.intake.words import Severity

from . import sources
from .declare import Fault, found_by_linking, rule
from .sheets import STUDENT_KEY

if TYPE_CHECKING:
    from .sheets import Sheets

DROPPED, WARNING = Severity.VALUE_DROPPED, Severity.WARNING

PLACES = ("school_id", "school_district_id", "district_of_residence", "designated_graduation_school")


def _acts(sheets: "Sheets", finding: str) -> Iterable[Fault]:
    """Students whose action and standing lead to this finding; of one that only wants its zeros, that is all there is to say."""
    students = sheets.view("students").with_columns(sheets.standing.alias("standing"))
    wants_zeros = sheets.known_with_zeros.is_not_null()
    for (action, standing), outcome in OUTCOMES.items():
        if outcome.finding == finding:
            at = (pl.col("action_code") == action) & (pl.col("standing") == standing) & ~wants_zeros
            yield Fault("students", at, "action_code", rows=students)


@rule(
    "E601",
    WARNING,
    sentence="In a file of changes, action I is for students that the State has not sent before.",
    wrong="The State has sent this student before, so action I means the same as U.",
    mend="Send U for students that were sent before.",
    source=sources.LAYOUT,
    mark=Mark.INFERRED,
    needs="known_students",
)
def insert_of_live_student(sheets: "Sheets") -> Iterable[Fault]:
    """I for a student that is there. A full submission says what holds, not what changed: there I is right for everyone."""
    full = sheets.view("header")["submission_kind"].eq("full").any()
    yield from () if full else _acts(sheets, "insert_of_live_student")


@rule(
    "E602",
    WARNING,
    sentence="Action U is for students that the State has sent before.",
    wrong="The State has not sent this student before, so action U means the same as I.",
    mend="Send I for new students; look whether the State Student Identifier changed.",
    source=sources.LAYOUT,
    mark=Mark.INFERRED,
    needs="known_students",
)
def update_of_unknown_student(sheets: "Sheets") -> Iterable[Fault]:
    """U for a student that never was there."""
    yield from _acts(sheets, "update_of_unknown_student")


@rule(
    "E603",
    WARNING,
    sentence="A student that was deleted comes back with action I.",
    wrong="The State had deleted this student, so action U means the same as I.",
    mend="Send I for a student that comes back; look whether it was deleted by mistake.",
    source=sources.LAYOUT,
    mark=Mark.INFERRED,
    needs="known_students",
)
def update_of_closed_student(sheets: "Sheets") -> Iterable[Fault]:
    """U for a student that was deleted."""
    yield from _acts(sheets, "update_of_closed_student")


@rule(
    "E604",
    WARNING,
    sentence="Action D is for students that the State has sent before.",
    wrong="The student is not known, so there was nothing to delete.",
    mend="Look whether the State Student Identifier changed.",
    source=sources.LAYOUT,
    mark=Mark.INFERRED,
    needs="known_students",
)
def delete_of_unknown_student(sheets: "Sheets") -> Iterable[Fault]:
    """D for a student that never was there."""
    yield from _acts(sheets, "delete_of_unknown_student")


@rule(
    "E605",
    WARNING,
    sentence="A student is deleted once.",
    wrong="The student had been deleted before.",
    mend="Nothing needs to be done.",
    source=sources.LAYOUT,
    mark=Mark.INFERRED,
    needs="known_students",
)
def delete_of_closed_student(sheets: "Sheets") -> Iterable[Fault]:
    """D for a student that is deleted."""
    yield from _acts(sheets, "delete_of_closed_student")


@rule(
    "E606",
    WARNING,
    sentence="Every student in a full submission tells which student it is about.",
    wrong="Students that do not tell which student they are: {rows}, the first on line {first}. Any student "
    "that is missing may be meant, so nobody is closed for being absent.",
    mend="Mend the State Student Identifiers there and send all students again.",
)
def absence_not_told(sheets: "Sheets") -> Iterable[Fault]:
    """Who is left out of a full submission cannot be told while a row in it may be about anybody."""
    broken = [(part, line) for record, part, line in sheets.parsed.broken if record == "students"]
    at = pl.DataFrame(broken, schema={"part": pl.Int16, "line": pl.Int32}, orient="row")
    students = sheets.typed["students"].select("part", "line", "state_student_id")
    nameless = students.join(at, on=("part", "line"), how="semi").vstack(
        students.join(at, on=("part", "line"), how="anti").filter(pl.col("state_student_id").is_null())
    )
    if nameless.height:
        told = {"rows": pl.lit(nameless.height), "first": pl.lit(nameless["line"].min())}
        yield Fault("header", pl.col("submission_kind") == "full", "submission_kind", detail=told)


@rule(
    "E607",
    Severity.STUDENT_REJECTED,
    sentence="A student keeps the zeros before its State Student Identifier.",
    wrong="The State has not sent the student {value} before, but it has {known}: the same but for zeros before it.",
    mend="Send the identifier with its zeros; spreadsheets take them away unless the column is text. If they are two students, send both in one file.",
    needs="known_students",
)
def identifier_without_zeros(sheets: "Sheets") -> Iterable[Fault]:
    """An unknown student whose identifier is a live one's but for zeros before it.

    Rejected and not only told of: taken in, it would be a second record and a second MSIX ID of one child, which people must find and
    merge; rejected, nothing is lost, since what was known stays and the State is told what to send. A State that truly has both is heard:
    a student whose very identifier is known is never doubted, and neither is one in whose file the other stands too.
    """
    known = sheets.known_with_zeros
    students = sheets.view("students").with_columns(known)
    yield Fault(
        "students",
        pl.col("known").is_not_null(),
        "state_student_id",
        detail={"known": pl.col("known")},
        rows=students,
    )


@rule(
    "E611",
    WARNING,
    sentence="An MSIX ID that is sent exists.",
    wrong="The MSIX ID {value} is not known.",
    mend="Send the MSIX ID that the exchange gave the child, or leave it empty.",
    source=sources.INVALID_VALUES,
    mark=Mark.THIRD_PARTY,
    needs="known_msix_ids",
)
def msix_id_unknown(sheets: "Sheets") -> Iterable[Fault]:
    """An MSIX ID that nobody has."""
    known = sheets.ids["msix_id"].unique().to_list()
    yield Fault("students", ~pl.col("msix_id").is_in(known), "msix_id")


@rule(
    "E612",
    DROPPED,
    sentence="An MSIX ID that is sent is not another child's.",
    wrong="The MSIX ID {value} belongs to another student of the State.",
    mend="Send the MSIX ID that the exchange gave this child, or leave it empty.",
    source=sources.INVALID_VALUES,
    mark=Mark.THIRD_PARTY,
    needs="known_msix_ids",
)
def msix_id_of_another(sheets: "Sheets") -> Iterable[Fault]:
    """An MSIX ID that another student of the State has now."""
    students = sheets.view("students")
    holders = _staying_holders(sheets, students)
    held = students["msix_id"].is_in(holders["msix_id"].implode())
    own = students.join(
        holders.with_columns(own=True), on=("msix_id", *STUDENT_KEY), how="left", maintain_order="left"
    )
    at = (held & ~own["own"].fill_null(False)).alias("at")
    yield Fault("students", pl.col("at"), "msix_id", rows=students.with_columns(at))


def _staying_holders(sheets: "Sheets", students: pl.DataFrame) -> pl.DataFrame:
    """The State's students that have one of the MSIX IDs sent and will still be there after this submission."""
    holders = sheets.ids.drop_nulls(STUDENT_KEY).select("msix_id", *STUDENT_KEY).unique()
    if "full" in sheets.typed["header"]["submission_kind"]:
        holders = holders.join(students, on=STUDENT_KEY, how="semi")
    return holders.join(students.filter("leaving"), on=STUDENT_KEY, how="anti")


@rule(
    "E613",
    DROPPED,
    sentence="An MSIX ID is sent with one student only.",
    wrong="Another student of this submission is sent with the MSIX ID {value} too.",
    mend="If both are one child, send one student; if not, leave the MSIX ID of the wrong one empty.",
    source=sources.FEDERAL_LIST,
    mark=Mark.VERIFIED,
)
def msix_id_twice(sheets: "Sheets") -> Iterable[Fault]:
    """Two students under one MSIX ID: which one is meant cannot be told."""
    staying = pl.col("msix_id").is_not_null() & ~pl.col("leaving")
    yield Fault("students", staying & (pl.len().over("msix_id", "leaving") > 1), "msix_id")


PLACEHOLDERS = ("000000000000", "999999999999")
"""What systems send where they have no MSIX ID."""


@rule(
    "E610",
    DROPPED,
    sentence="An MSIX ID that is sent is not one that stands for none.",
    wrong="The MSIX ID {value} stands for none: the student is taken as if no MSIX ID had been sent.",
    mend="Leave the MSIX ID empty where the child has none yet.",
)
def msix_id_for_none(sheets: "Sheets") -> Iterable[Fault]:
    """An MSIX ID of zeros or nines, which would become the child's."""
    yield Fault("students", pl.col("msix_id").is_in(PLACEHOLDERS), "msix_id")


MSIX_ID_OF_OTHER_CHILD = found_by_linking(
    "E614",
    "msix_id_of_other_child",
    WARNING,
    sentence="An MSIX ID that is sent is that of the student, not of another child in any State.",
    wrong="The MSIX ID {value} belongs to another child: its records differ from what was sent. The student was kept and not linked to that child.",
    mend="Send the MSIX ID that this receipt gives the student, or leave it empty. Unless your State has answered it, Tasks asks it about both records.",
    source=sources.INVALID_VALUES,
    mark=Mark.THIRD_PARTY,
)
MSIX_ID_IN_QUESTION = found_by_linking(
    "E615",
    "msix_id_in_question",
    WARNING,
    sentence="An MSIX ID that is sent is that of a child whose records surely agree with the student's.",
    wrong="The MSIX ID {value} belongs to a child that may be this one, but is not surely so. The student was kept and not linked to that child.",
    mend="A near match waits for your State under Tasks. If it is another child, send the MSIX ID that this receipt gives the student.",
    source=sources.OURS,
    mark=Mark.OURS,
)

STUDENT_ID_OF_OTHER_CHILD = found_by_linking(
    "E616",
    "student_id_of_other_child",
    WARNING,
    sentence="A State Student Identifier stays with the student to whom it was given.",
    wrong="Under {value} the State sent a child of another name and another birth date before. The student keeps the MSIX ID and the records that were linked to that child.",
    mend="If it was mended, nothing needs to be done. If the identifier was given anew to another child, delete the student (action D), ask for the MSIX IDs to be split under Tasks, and send the child under an identifier of its own.",
    source=sources.OURS,
    mark=Mark.OURS,
)


@rule(
    "E621",
    WARNING,
    sentence="A school or district is one that the exchange knows.",
    wrong="{element} {value} is not known.",
    mend="Look whether the id is right. New schools are often missing from the national lists.",
    source=sources.INVALID_VALUES,
    mark=Mark.THIRD_PARTY,
    needs="known_places",
)
def place_unknown(sheets: "Sheets") -> Iterable[Fault]:
    """An id that no directory has yet."""
    ask = sheets.context.known_places
    if ask is None:
        raise LookupError("which places are known was not told")
    rows = sheets.typed["enrollments"]
    known = ask(pl.concat([rows[key].drop_nulls().unique() for key in PLACES]).unique())
    for key in PLACES:
        yield Fault("enrollments", ~pl.col(key).is_in(known.implode()), key)


KNOWN = (
    insert_of_live_student,
    update_of_unknown_student,
    update_of_closed_student,
    delete_of_unknown_student,
    delete_of_closed_student,
    absence_not_told,
    identifier_without_zeros,
    msix_id_for_none,
    msix_id_unknown,
    msix_id_of_another,
    msix_id_twice,
    MSIX_ID_OF_OTHER_CHILD,
    MSIX_ID_IN_QUESTION,
    STUDENT_ID_OF_OTHER_CHILD,
    place_unknown,
)
