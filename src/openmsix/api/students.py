"""Asking about students. All of it is posted: what is known of a child never stands in an address."""

from datetime import date
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from ninja import Router

from openmsix.accounts.permissions import Permission
from openmsix.accounts.scopes import Scope
from openmsix.api.access import ApiRequest, Holds
from openmsix.api.shapes import (
    MatchIn,
    MatchOut,
    MovedOut,
    RecordIn,
    RecordOfRefIn,
    RecordOut,
    SearchIn,
    SearchOut,
)
from openmsix.identity.dry_run import Likeness
from openmsix.interop.record_json import as_json
from openmsix.matching.verdict import REASONS
from openmsix.students import dry_run, queries
from openmsix.students.candidates import Filters
from openmsix.students.models import Child
from openmsix.students.record import ConsolidatedRecord
from openmsix.students.search import Hit
from openmsix.students.search import search as find

router = Router(tags=["Students"])
SEARCH, READ = Holds(Scope.STUDENTS_SEARCH), Holds(Scope.STUDENTS_READ)
SHOWN = (
    "msix_id",
    "ref",
    "first_name",
    "middle_name",
    "last_name_1",
    "last_name_2",
    "suffix",
    "birth_date",
    "sex",
)
WHERE = ("states", "current_state", "current_school", "grade")


@router.post(
    "/search",
    auth=SEARCH,
    response=SearchOut,
    url_name="search",
    operation_id="search",
    summary="Find children",
)
def search(request: ApiRequest, asked: SearchIn) -> dict[str, Any]:
    """Find children by what is known of them, ranked as on the search page. That somebody searched is written down, not for whom."""
    filters = Filters(asked.state or "", asked.age, asked.sex or "", asked.parent or "", asked.school or "")
    found = find(asked.text, filters, by=request.hat)
    return {"children": list(map(_hit, found.hits)), "more": found.more}


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        **{name: getattr(hit.child, name) for name in (*SHOWN, *WHERE)},
        "reasons": [
            {"code": one.why.name.lower(), "words": one.why.value, "typed": one.typed, "found": one.found}
            for one in hit.reasons
        ],
        "relatives": [
            {
                "msix_id": other.child.msix_id,
                "ref": other.child.ref,
                "first_name": other.name,
                "birth_date": other.birth_date,
                "is_twin": other.is_twin,
                "may_be_same": other.may_be_same,
                "is_asked": other.is_asked,
            }
            for other in hit.relatives
        ],
    }


@router.post(
    "/match",
    auth=SEARCH,
    response=MatchOut,
    url_name="match",
    operation_id="match",
    summary="Compare a student",
)
def match(request: ApiRequest, asked: MatchIn) -> dict[str, Any]:
    """What linking would say of a student that was not sent yet. Writes nothing but who was shown which child, and why.

    With `state_student_id` it is compared as that student of your State.
    """
    person: dict[str, Any] = asked.student.model_dump(exclude_none=True)  # type: ignore[attr-defined]
    if born := person.get("birth_date"):
        person["birth_date"] = date.fromisoformat(born)
    outcome = dry_run.match(person, by=request.hat, purpose=asked.purpose)
    return {
        "verdict": outcome.verdict,
        "children": [_likeness(child, likeness) for child, likeness in outcome.children],
        "unshown": outcome.unshown,
    }


def _likeness(child: Child, likeness: Likeness) -> dict[str, Any]:
    return {
        "msix_id": child.msix_id,
        "ref": child.ref,
        "verdict": likeness.verdict,
        "weight": round(likeness.weight, 2),
        "words": likeness.sentence,
        "reasons": [{"code": reason, "words": REASONS.get(reason, reason)} for reason in likeness.reasons],
    }


RECORD = {200: RecordOut, 308: MovedOut}


@router.post(
    "/record",
    auth=READ,
    response=RECORD,
    url_name="record",
    operation_id="record",
    summary="Read a record by MSIX ID",
)
def record(request: ApiRequest, asked: RecordIn) -> HttpResponse:
    """The consolidated record of the child with this MSIX ID; the disclosure is written down.

    A retired MSIX ID is answered with 308: send the same body to the `Location`, the record of the living one.
    """
    request.hat.check(Permission.PRINT_RECORD)
    try:
        opened = queries.open_record_of(
            msix_id=asked.msix_id, by=request.hat, purpose=asked.purpose, what="JSON"
        )
    except queries.Moved as moved:
        return _moved(moved)
    return _record(opened)


@router.post(
    "/{slug:ref}/record",
    auth=READ,
    response=RECORD,
    url_name="record_of_ref",
    operation_id="record_of_ref",
    summary="Read a record by its address",
)
def record_of_ref(request: ApiRequest, ref: str, asked: RecordOfRefIn) -> HttpResponse:
    """The same for the opaque `ref` that searching and comparing give."""
    request.hat.check(Permission.PRINT_RECORD)
    try:
        opened = queries.open_record(ref=ref, by=request.hat, purpose=asked.purpose, what="JSON")
    except queries.Moved as moved:
        return _moved(moved)
    return _record(opened)


def _record(opened: ConsolidatedRecord) -> HttpResponse:
    return HttpResponse(as_json(opened), content_type="application/json")


def _moved(moved: queries.Moved) -> HttpResponse:
    where = reverse("api:record_of_ref", args=[moved.ref])
    return JsonResponse({"ref": moved.ref}, status=308, headers={"Location": where})
