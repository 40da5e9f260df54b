"""How the pages say what the intake says in codes."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from openmsix.dictionary.formats import Format
from openmsix.intake.states import Status

Words = Mapping[str, Promise]

STATUS_WORDS: Words = MappingProxyType(
    {
        Status.RECEIVING: _("Waiting for parts"),
        Status.RECEIVED: _("Received"),
        Status.CHECKING: _("Being checked"),
        Status.WAITING: _("Waiting for confirmation"),
        Status.STORING: _("Being stored"),
        Status.LINKING: _("Being linked"),
        Status.PUBLISHING: _("Being published"),
        Status.PUBLISHED: _("Published"),
        Status.REJECTED: _("Rejected"),
        Status.FAILED: _("Stopped by a fault of ours"),
    }
)
STATUS_KINDS: Mapping[str, str] = MappingProxyType(
    {
        Status.RECEIVING: "attention",
        Status.WAITING: "attention",
        Status.PUBLISHED: "good",
        Status.REJECTED: "bad",
        Status.FAILED: "bad",
        **dict.fromkeys(
            (Status.RECEIVED, Status.CHECKING, Status.STORING, Status.LINKING, Status.PUBLISHING), "moving"
        ),
    }
)
STEPS: tuple[tuple[Status, Promise], ...] = (
    (Status.RECEIVED, _("Received")),
    (Status.CHECKING, _("Check")),
    (Status.STORING, _("Store")),
    (Status.LINKING, _("Link")),
    (Status.PUBLISHING, _("Publish")),
)
KIND_WORDS: Words = MappingProxyType({"full": _("All students"), "delta": _("Changed students")})
VERDICT_WORDS: Words = MappingProxyType(
    {
        "accepted": _("Accepted"),
        "findings": _("Accepted with findings"),
        "rejected": _("Rejected"),
    }
)
IN_ORDER_WORDS: Words = MappingProxyType(
    {
        "accepted": _("In order"),
        "findings": _("In order, with findings"),
        "rejected": _("Rejected"),
    }
)
"""The verdicts as long as nothing is stored."""
VERDICT_KINDS: Mapping[str, str] = MappingProxyType(
    {"accepted": "good", "findings": "attention", "rejected": "bad"}
)
ABSENT = "absent"
"""The change of students that were closed because a full submission left them out."""

CHANGE_WORDS: Words = MappingProxyType(
    {
        "new": _("New"),
        "changed": _("Changed"),
        "unchanged": _("Not changed"),
        "closed": _("Closed"),
        ABSENT: _("Closed: left out of the file"),
        "reopened": _("Opened again"),
        "older": _("Older than what is known: not used"),
        "none": _("Nothing"),
    }
)
CLOSES_WORDS: Words = MappingProxyType(
    {
        "absent": _("Left out of the file"),
        "deleted": _("To be deleted"),
        "emptied": _("Sent without records that were there"),
    }
)
HOW_WORDS: Words = MappingProxyType(
    {
        "kept": _("had it before"),
        "linked": _("linked to a known child"),
        "new": _("new"),
        "near_match": _("new, near match pending"),
        "sent": _("taken from the file"),
        "none": _("none"),
    }
)
SEVERITY_WORDS: Words = MappingProxyType(
    {
        "file_rejected": _("File rejected"),
        "student_rejected": _("Student rejected"),
        "value_dropped": _("Value left out"),
        "warning": _("Warning"),
    }
)
SEVERITY_KINDS: Mapping[str, str] = MappingProxyType(
    {"file_rejected": "bad", "student_rejected": "bad", "value_dropped": "attention", "warning": ""}
)
POSITION_WORDS: Words = MappingProxyType(
    {
        Format.CSV: _("line %(number)s"),
        Format.XML: _("line %(number)s"),
        Format.PARQUET: _("row %(number)s"),
        Format.JSON: _("student %(number)s"),
    }
)
"""What the line of a finding is, by the format of its part."""


RECORD_WORDS = _("student %(number)s, record %(record)s")


def position(line: int | None, form: Format, record_id: str | None = None) -> str:
    """Where in its file something stands; empty if that is not known. In JSON, where many records may stand on one line, with the record's number."""
    if not line:
        return ""
    if record_id and form is Format.JSON:
        return str(RECORD_WORDS) % {"number": line, "record": record_id.lstrip("0")}
    return str(POSITION_WORDS[form]) % {"number": line}


SEVERITY_ORDER: tuple[str, ...] = tuple(SEVERITY_KINDS)
