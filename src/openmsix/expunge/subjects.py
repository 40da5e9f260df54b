"""What can be asked to be expunged, named as a request keeps it (`models.Expunging.subject`)."""

from dataclasses import dataclass

from openmsix.intake.models import Answer, Submission
from openmsix.records.models import StateRecord

from .models import Kind
from .refusing import NotPossible, Why
from .taking_back import later_than


@dataclass(frozen=True)
class Subject:
    """`names`: `state_code`, `state_student_id_type` and `state_student_id` of a student, `msix_id` of a child, or `submission`, the reference of one."""

    kind: Kind
    names: dict[str, str]


def of_student(state_code: str, student: str, type_: str = "") -> Subject:
    """A State's student, by its State Student Identifier; the type only where the State has sent the identifier under several.

    Raises:
        NotPossible: the type is needed and was not named.
    """
    student = student.strip()
    names = {"state_code": state_code, "state_student_id_type": type_.strip(), "state_student_id": student}
    if not names["state_student_id_type"]:
        names["state_student_id_type"] = _type_of(state_code, student)
    return Subject(Kind.STUDENT, names)


def _type_of(state_code: str, student: str) -> str:
    """The type under which the State sent this identifier; empty if it never did."""
    sent = Answer.objects.filter(submission__state_code=state_code, state_student_id=student)
    stored = StateRecord.objects.filter(state_code=state_code, state_student_id=student)
    found = [
        *sent.values_list("state_student_id_type", flat=True),
        *stored.values_list("state_student_id_type", flat=True),
    ]
    types = sorted({type_ for type_ in found if type_})
    if len(types) > 1:
        raise NotPossible(Why.SEVERAL_TYPES, state=state_code, types=", ".join(types))
    return next(iter(types), "")


def of_child(msix_id: str) -> Subject:
    """A whole child, with the records of all States, by its MSIX ID as people write it."""
    return Subject(Kind.CHILD, {"msix_id": "".join(msix_id.split())})


def of_submission(ref: str, *, alone: bool = False) -> Subject:
    """A State's last submission by its reference; `alone`: only the students of whom no other submission tells, whichever it is."""
    kind = Kind.ALONE if alone else Kind.SUBMISSION
    return Subject(kind, {"submission": ref.strip().upper()})


def of_this_submission(submission: Submission) -> Subject:
    """What can be asked of a submission: all of it, or, if later ones stand on it, its own students."""
    return of_submission(submission.ref, alone=later_than(submission) is not None)
