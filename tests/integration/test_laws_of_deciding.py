"""A person's decision is never overturned by a file, only questioned by a task: whatever States send afterwards, who was decided to be who stays so."""

from dataclasses import dataclass
from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openmsix import decisions
from openmsix.accounts.hats import Hat
from openmsix.identity import doubting
from openmsix.identity.models import CandidatePair, Link
from openmsix.intake.models import Submission
from tests.integration.drawn import BY, LUPE, PERHAPS_LUPE, Student, child, take_in

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]

BEN = child("Benjamín", "Quiej", date(2009, 8, 30), last_2="Tzoc", mother="Eulalia Tzoc", sex="Male")
SAID = (
    LUPE,
    PERHAPS_LUPE,
    {**LUPE, "middle_name": None, "birth_date": date(2014, 3, 13)},
    {**LUPE, "first_name": "Lupita", "last_name_2": None},
    BEN,
)
TEXAN, CALIFORNIAN = ("TX", "1"), ("CA", "1")
FIRST, SECOND = Hat.system("first"), Hat.system("second")


@dataclass(frozen=True)
class File:
    """What a State says of one student: which of `SAID`, or None to delete it; and whose MSIX ID it sends along, if anybody's."""

    state: str
    ssid: str
    says: int | None
    with_id_of: tuple[str, str] | None


FILES = st.builds(
    File,
    st.sampled_from(["TX", "CA", "WA"]),
    st.sampled_from(["1", "2"]),
    st.sampled_from([None, *range(len(SAID))]),
    st.sampled_from([None, TEXAN, CALIFORNIAN]),
)


def msix_id(state: str, ssid: str) -> str | None:
    return (
        Link.objects.live()
        .filter(state_code=state, state_record__state_student_id=ssid)
        .values_list("msix_id", flat=True)
        .first()
    )


def sent(one: File) -> Submission:
    student = (
        Student(one.ssid, "D")
        if one.says is None
        else Student(
            one.ssid, says=SAID[one.says], msix_id=msix_id(*one.with_id_of) if one.with_id_of else None
        )
    )
    submission, _ = take_in(one.state, student)
    doubting.doubt(submission=submission, by=BY)
    return submission


def decided(answer: str) -> None:
    """Texas and California have a near match, and people answer it."""
    take_in("TX", Student("1", says=LUPE))
    take_in("CA", Student("1", says=PERHAPS_LUPE))
    pair = CandidatePair.objects.latest("pk")
    if answer == "different":
        decisions.different(pair=pair, by=FIRST, reason="cousins")
        return
    proposal = decisions.same(pair=pair, by=FIRST, reason="one mother")
    decisions.validate(proposal=proposal, by=SECOND)
    if answer == "undone":
        undoing = decisions.undo(done=proposal, by=FIRST, reason="two births")
        decisions.validate(proposal=undoing, by=SECOND)


@given(st.sampled_from(["same", "different", "undone"]), st.lists(FILES, max_size=4))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_states_send_afterwards_what_people_decided_holds(answer: str, files: list[File]) -> None:
    with transaction.atomic():
        decided(answer)
        before = {who: msix_id(*who) for who in (TEXAN, CALIFORNIAN)}
        for one in files:
            sent(one)
            now = {who: msix_id(*who) for who in (TEXAN, CALIFORNIAN)}
            assert now == before
            assert (now[TEXAN] == now[CALIFORNIAN]) == (answer == "same")
        transaction.set_rollback(True)
