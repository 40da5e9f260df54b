"""What goes in and comes out, as the OpenAPI document declares it. Elements of a student come from the dictionary."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import AfterValidator, ConfigDict, create_model

from openmsix.audit.purposes import Purpose
from openmsix.dictionary import dictionary
from openmsix.intake.states import Status
from openmsix.matching.prepare import INPUTS
from openmsix.places.states import states


def _storable(text: str) -> str:
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("must hold neither the sign NUL nor half of a surrogate pair")
    return text


STORABLE = AfterValidator(_storable)
"""Stands behind what the document declares of a text: what is put before it would not be declared."""

PURPOSES = "; ".join(f"`{each}`: {each.words}" for each in Purpose)
WHY = Field(description=f"For what the record is read; it is written down with the disclosure. {PURPOSES}.")
MSIX_ID = r"^[0-9]{12}$"
MsixId = Annotated[
    str, Field(pattern=MSIX_ID, description="The 12 digits of an MSIX ID.", examples=["123456789012"])
]
Ref = Annotated[
    str,
    Field(
        description="The opaque address of a child's record. It says nothing about the child and stays the same for an MSIX ID."
    ),
]
State = Annotated[str, Field(pattern="^[A-Z]{2}$", description="A State by its two letters.")]


class Asked(Schema):
    """What callers send holds nothing that is not declared."""

    model_config = ConfigDict(extra="forbid")


class ProblemOut(Schema):
    """A refusal or fault (RFC 9457)."""

    type: str = Field(description="The kind of problem, an address within this site.")
    title: str
    status: int
    detail: str = Field(description="What is wrong this time, or what to do.")
    request_id: str = Field(description="Names this call to the operator; also in the header X-Request-ID.")
    errors: list["ErrorOut"] | None = Field(None, description="Of `invalid`: each wrong value.")


class ErrorOut(Schema):
    """One wrong value. The value itself is not repeated."""

    in_: str = Field(alias="in", description="Where it stands: body, query, path or header.")
    name: str
    wrong: str


class IndexOut(Schema):
    """Where things are."""

    documentation: str
    openapi: str
    token: str


class TokenOut(Schema):
    """A token (RFC 6749)."""

    access_token: str
    token_type: str
    expires_in: int = Field(description="Seconds.")
    scope: str


class TokenRefused(Schema):
    """Why no token was given (RFC 6749)."""

    error: str
    error_description: str | None = None


class LinksOut(Schema):
    """Addresses of a submission."""

    self: str
    receipt_json: str
    receipt_csv: str


class SubmissionOut(Schema):
    """What a State sent, and how far it is."""

    ref: str = Field(description="The name of the submission, such as TX-20261123-AB2C.")
    state: str
    kind: Literal["full", "delta"]
    dictionary_version: str
    status: Status = Field(
        description="Where it stands: `published` and `rejected` are the ends; `waiting` waits for a person of the State, `receiving` for its other parts, `failed` for the operator."
    )
    status_words: str
    submission_date: datetime
    effective_begin: datetime
    effective_end: datetime
    parts_total: int
    parts_missing: list[int] = Field(description="The numbers of the parts that have not come.")
    received_at: datetime
    received_before: datetime | None = Field(
        None, description="When the same file was received already, so that nothing changed."
    )
    checked_at: datetime | None
    finished_at: datetime | None
    students: int | None = Field(description="How many students were sent; null before the checks.")
    accepted: int | None
    with_findings: int | None = Field(description="Of the accepted ones.")
    rejected: int | None
    would_close: int = Field(description="How many live students it would close or empty, of `live_before`.")
    live_before: int
    problem: str = Field(description="In plain words, why it stopped; empty if it did not.")
    links: LinksOut


class SubmissionPage(Schema):
    """Submissions, the newest first."""

    submissions: list[SubmissionOut]
    next: str | None = Field(description="The address of the next page; null on the last one.")


class StudentAnswer(Schema):
    """What became of one student that was sent."""

    model_config = ConfigDict(extra="allow")
    seq: int = Field(description="Joins the student with its findings.")
    student_record_id: str | None = None
    state_student_id_type: str | None = None
    state_student_id: str | None = None
    action: str | None = None
    verdict: str = Field(description="accepted, findings (accepted with findings) or rejected.")
    change: str | None = None
    msix_id: str | None = None
    how: str | None = Field(None, description="How the MSIX ID came.")


class FindingOut(Schema):
    """One finding: stable code, place, what is wrong, how to mend it."""

    model_config = ConfigDict(extra="allow")
    seq: int | None = Field(description="The student; null if it is about the file.")
    part: int | None = None
    record: str | None = None
    line: int | None = None
    record_id: str | None = None
    element: str | None = None
    value: str | None = None
    code: str
    severity: str
    wrong: str
    mend: str


class ReceiptOut(Schema):
    """The receipt, in the same shape as the page's and that of `openmsix validate`."""

    facts: dict[str, str]
    notes: list[str]
    skipped: list[str]
    students: list[StudentAnswer]
    closed_because_absent: list[dict[str, Any]]
    findings: list[FindingOut]
    counts: dict[str, int]
    rules: list[dict[str, Any]]


class SentOut(Schema):
    """The answer to a file or batch."""

    submission: SubmissionOut
    receipt: ReceiptOut | None = Field(
        description="The answer to each student; null as long as the work goes on or waits."
    )


class SearchIn(Asked):
    """What is known of a child, as in the search box of the pages."""

    text: Annotated[
        str,
        Field(
            max_length=200,
            description="Names, birth date, MSIX ID or State identifier, in any order and spelling.",
        ),
        STORABLE,
    ] = ""
    state: (
        Annotated[
            str,
            Field(
                pattern=f"^(?:{'|'.join(states())})$",
                description="Only children with a record of this State.",
            ),
        ]
        | None
    ) = None
    age: Annotated[int, Field(ge=0, le=21)] | None = None
    sex: Literal["Female", "Male", "Nonbinary"] | None = None
    parent: (
        Annotated[str, Field(max_length=200, pattern=r"\w", description="A parent's name."), STORABLE] | None
    ) = None
    school: (
        Annotated[str, Field(max_length=200, pattern=r"\w", description="A school's name."), STORABLE] | None
    ) = None


class ReasonOut(Schema):
    """Why a child was found: `code` never changes its meaning; the words or dates that it is about."""

    code: str
    words: str
    typed: str
    found: str


class RelativeOut(Schema):
    """Who could be mistaken for the child: a brother or sister, a twin, or one of whom people are asked whether it is the same child."""

    msix_id: str
    ref: Ref
    first_name: str
    birth_date: date | None
    is_twin: bool
    may_be_same: bool
    is_asked: bool


class HitOut(Schema):
    """A child that was found."""

    msix_id: str
    ref: Ref
    first_name: str
    middle_name: str
    last_name_1: str
    last_name_2: str
    suffix: str
    birth_date: date | None
    sex: str
    states: list[str] = Field(description="The States that speak of the child.")
    current_state: str
    current_school: str
    grade: str
    reasons: list[ReasonOut]
    relatives: list[RelativeOut]


class SearchOut(Schema):
    """What was found, best first: at most 50 children."""

    children: list[HitOut]
    more: bool = Field(description="Others are not shown: say more about the child.")


_INPUTS = (
    "state_student_id",
    "first_name",
    "middle_name",
    "last_name_1",
    "last_name_2",
    "birth_date",
    *INPUTS,
)


def _elements() -> dict[str, Any]:
    """The elements by which students are compared, as fields; all may be left out."""
    declared = {
        element.key: element
        for record in ("students", "demographics")
        for element in dictionary().records[record].elements
        if element.key in _INPUTS
    }
    fields: dict[str, Any] = {}
    for key in dict.fromkeys(name for name in _INPUTS if name in declared):
        element = declared[key]
        if key == "birth_date":
            described = Field(
                description=f"{element.definition} YYYYMMDD, or YYYY-MM-DD.",
                pattern=r"^[0-9]{4}(?:[0-9]{4}|-[0-9]{2}-[0-9]{2})$",
                examples=["20150312"],
            )
            fields[key] = (Annotated[str, described, AfterValidator(_a_day)] | None, None)
        else:
            described = Field(description=element.definition, max_length=element.width)
            fields[key] = (Annotated[str, described, STORABLE] | None, None)
    return fields


def _a_day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError("there is no such day") from None
    return text


Student = create_model(
    "Student",
    __base__=Asked,
    __doc__="A student in the elements of the dictionary. Leave out what is not known.",
    **_elements(),
)


class MatchIn(Asked):
    """A student to be compared with the children of all States."""

    purpose: Purpose = WHY
    student: Student  # type: ignore[valid-type]


class LikenessOut(Schema):
    """A child that the student is, or may be."""

    msix_id: str
    ref: Ref
    verdict: Literal["same", "possible"]
    weight: float = Field(
        description="How much speaks for one child, in bits: one bit more doubles the odds."
    )
    words: str = Field(description="The verdict with what speaks for and against, in a sentence.")
    reasons: list[dict[str, str]] = Field(
        description="Why a person would be asked: `code` and `words`. Empty where it is the same."
    )


class MatchOut(Schema):
    """What linking would say of the student. Nothing is stored of it."""

    verdict: Literal["same", "possible", "different"] = Field(
        description="same: linking would give it the MSIX ID of the first child. possible: people would be asked. different: it would get a new MSIX ID."
    )
    children: list[LikenessOut]
    unshown: int = Field(description="How many more there are of whom no State speaks any more.")


class RecordIn(Asked):
    """Which child's record, and for what."""

    msix_id: MsixId
    purpose: Purpose = WHY


class RecordOfRefIn(Asked):
    """For what the record is read. An MSIX ID that comes along, as after a redirection, is not looked at."""

    msix_id: MsixId | None = None
    purpose: Purpose = WHY


class RecordOut(Schema):
    """The consolidated record: every value with the State that said it and when."""

    model_config = ConfigDict(extra="allow")
    format: str
    msix_id: str
    made_on: date
    states: list[str]


class MovedOut(Schema):
    """The MSIX ID was retired; the living one's record is at the Location."""

    ref: Ref


class ChangeOut(Schema):
    """A student of the State got an MSIX ID (`before` is null), or another one."""

    number: int = Field(description="The mark of this change; marks rise.")
    at: datetime
    state_student_id_type: str
    state_student_id: str
    before: str | None
    after: str
    reason: str


class ChangesPage(Schema):
    """Changes of MSIX IDs after a mark, the oldest first."""

    changes: list[ChangeOut]
    mark: int = Field(description="Ask with this `since` next time.")
    next: str | None = Field(
        description="The address of the next page; null when there are no more changes now."
    )
