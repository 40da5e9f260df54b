"""Who is who, decided against the real database."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import connection

from openmsix.audit.models import Event
from openmsix.identity import actions, adoption, queries
from openmsix.identity.actions import NotUndone
from openmsix.identity.changes import changes_after, last_mark
from openmsix.identity.digits import is_complete
from openmsix.identity.models import CandidatePair, IdChange, KnownDifferent, Link, MatchRow, MsixId
from openmsix.identity.online import candidates
from openmsix.intake import journal
from openmsix.matching.blocking import BUCKET_CAP
from openmsix.matching.verdict import MOST_QUESTIONS
from openmsix.worklist.models import Task
from tests.integration.drawn import (
    BY,
    LUPE,
    PERHAPS_LUPE,
    Student,
    answers,
    child,
    store,
    submission,
    take_in,
)

pytestmark = pytest.mark.django_db

LUPE_ELSEWHERE = child(
    "Lupe", "Hernandez-Garcia", date(2014, 3, 12), mother="Rosa Garcia", middle_name="Sofia"
)
TWIN = {**LUPE, "first_name": "Marisol", "middle_name": "Elena", "multiple_birth_flag": "Yes"}
BEN = child("Benjamin", "Ruiz", date(2012, 7, 4), last_2="Lopez", mother="Ana Lopez", sex="Male")
LIKE_LUPE = {**LUPE, "birth_date": date(2014, 3, 21)}


@pytest.fixture(autouse=True)
def _own_journal(settings: Any, tmp_path: Path) -> None:
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "kept": kept}


def id_of(state: str, ssid: str) -> str:
    return Link.objects.live().get(state_code=state, state_record__state_student_id=ssid).msix_id


def test_two_states_one_child_one_link() -> None:
    take_in("TX", Student("T1", says=LUPE), Student("T2", says=BEN))
    sent, linked = take_in("CA", Student("C1", says=LUPE_ELSEWHERE))
    link = Link.objects.live().get(state_code="CA")
    assert link.msix_id == id_of("TX", "T1") != id_of("TX", "T2")
    assert answers(sent) == {"C1": (link.msix_id, "linked")}
    assert (link.reason, link.decided_by, link.submission) == ("matched", "worker", sent)
    assert (link.weight or 0) > 0
    assert link.model_version
    beside = Link.objects.live().get(state_record__state_student_id="T1").state_record_id
    assert link.evidence["beside"] == beside
    assert link.evidence["levels"]["birth_date"] == "same"
    assert queries.touched(sent) == [link.msix_id]
    assert (linked.matched, linked.new, linked.questions) == (1, 0, 0)


def test_twins_are_not_linked() -> None:
    take_in("TX", Student("T1", says={**LUPE, "multiple_birth_flag": "Yes"}), Student("T2", says=TWIN))
    take_in("CA", Student("C1", says=TWIN))
    assert id_of("TX", "T1") != id_of("TX", "T2")
    assert id_of("CA", "C1") == id_of("TX", "T2")


def test_a_new_child_gets_an_id_with_a_check_digit() -> None:
    sent, linked = take_in("TX", Student("T1", says=LUPE))
    [(msix_id, how)] = answers(sent).values()
    assert (how, linked.new) == ("new", 1)
    assert len(msix_id or "") == 12
    assert is_complete(msix_id or "")
    assert MsixId.objects.get(pk=msix_id).origin == "minted"


def test_the_same_child_twice_in_one_state_is_a_near_match() -> None:
    take_in("TX", Student("T1", says=LUPE))
    sent, linked = take_in("TX", Student("T2", says=LUPE))
    assert id_of("TX", "T1") != id_of("TX", "T2")
    assert answers(sent)["T2"] == (id_of("TX", "T2"), "near_match")
    pair = CandidatePair.objects.get()
    assert "one_live_record_per_state" in pair.evidence["reasons"]
    task = Task.objects.get(subject_type="candidate_pair", subject_id=str(pair.pk))
    assert (task.type, task.level, task.place.code, linked.questions) == ("near_match", "state", "TX", 1)
    assert "Hern" not in task.title


def test_a_doubtful_child_of_another_state_is_a_near_match() -> None:
    take_in("TX", Student("T1", says=LUPE))
    sent, _ = take_in("CA", Student("C1", says=PERHAPS_LUPE))
    assert answers(sent)["C1"][1] == "near_match"
    pair = CandidatePair.objects.get()
    assert (pair.source, pair.evidence["reasons"]) == ("model", ["middle_names_clash"])
    assert pair.evidence["levels"]["middle_name"] == "different"


def test_linking_again_changes_nothing() -> None:
    take_in("TX", Student("T1", says=LUPE), Student("T2", says=BEN))
    sent, _ = take_in("CA", Student("C1", says=LUPE_ELSEWHERE), Student("C2", says=LUPE))
    before = _everything()
    again = actions.link(submission=sent, by=BY)
    assert _everything() == before
    assert (again.matched, again.new, again.sent, again.questions) == (0, 0, 0, 0)


def _everything() -> list[Any]:
    tables = (Link, MsixId, CandidatePair, IdChange, MatchRow, Task)
    return [list(model._default_manager.order_by("pk").values()) for model in tables]


def test_a_linked_record_keeps_its_link_when_its_content_changes() -> None:
    take_in("TX", Student("T1", says=LUPE))
    msix_id = id_of("TX", "T1")
    sent, _ = take_in("TX", Student("T1", "U", BEN))
    assert answers(sent) == {"T1": (msix_id, "kept")}
    assert queries.touched(sent) == [msix_id]
    assert MatchRow.objects.values_list("birth_date", flat=True).get() == BEN["birth_date"]


def test_a_student_that_returns_after_deletion_keeps_its_id() -> None:
    take_in("TX", Student("T1", says=LUPE))
    msix_id = id_of("TX", "T1")
    sent, _ = take_in("TX", Student("T1", "D"))
    assert queries.touched(sent) == [msix_id]
    assert not MatchRow.objects.get().live
    sent, _ = take_in("TX", Student("T1", says=LUPE))
    assert answers(sent) == {"T1": (msix_id, "kept")}
    assert MatchRow.objects.get().live


def test_a_new_identifier_after_deletion_is_the_same_child() -> None:
    take_in("TX", Student("T1", says=LUPE))
    take_in("TX", Student("T1", "D"))
    sent, _ = take_in("TX", Student("T9", says=LUPE))
    assert answers(sent) == {"T9": (id_of("TX", "T1"), "linked")}


def test_a_withdrawn_record_still_tells_children_apart_but_is_not_live_in_its_state() -> None:
    """The clash of middle names is with the record that Texas withdrew; nothing stands between the one sent now and California's."""
    take_in("TX", Student("T1", says=LUPE))
    take_in("CA", Student("C1", says={**LUPE, "middle_name": None}))
    assert id_of("CA", "C1") == id_of("TX", "T1")
    take_in("TX", Student("T1", "D"))
    sent, _ = take_in("TX", Student("T9", says=PERHAPS_LUPE))
    assert answers(sent) == {"T9": (id_of("TX", "T9"), "near_match")}
    assert id_of("TX", "T9") != id_of("TX", "T1")
    assert CandidatePair.objects.get().evidence["reasons"] == ["unlike_another_record"]


@pytest.mark.parametrize("times", [60, 500])
def test_the_same_child_sent_many_times_in_one_state_is_many_children_and_a_few_questions_each(
    times: int, caplog: pytest.LogCaptureFixture
) -> None:
    take_in("CA", Student("C1", says=LUPE))
    take_in("TX", *(Student(f"T{number}", says=LUPE) for number in range(times)))
    assert (
        MsixId.objects.count() == times + 1
    )  # none of them is surely the Californian one: the others are as good
    asked = CandidatePair.objects.count()
    assert asked <= MOST_QUESTIONS * times
    # A key that five hundred share says too little about a child to compare them all; that is written into the log.
    assert (asked > times / 2) == (times < BUCKET_CAP)
    assert ("linking.asked_without_key" in caplog.text) == (times > BUCKET_CAP)
    assert Task.objects.count() == asked


def test_two_series_of_identifiers_that_meet_join_one_child_and_no_twins() -> None:
    take_in("CA", Student("ab1", says=LUPE), Student("AB1", says=LUPE))
    assert id_of("CA", "ab1") == id_of("CA", "AB1")
    twin = {**LUPE, "first_name": "Fernando", "sex": "Male", "multiple_birth_flag": "Yes"}
    take_in("TX", Student("ab1", says={**LUPE, "multiple_birth_flag": "Yes"}), Student("AB1", says=twin))
    assert id_of("TX", "ab1") != id_of("TX", "AB1")
    stranger = {**BEN, "first_name": "Guadalupe"}
    take_in("WA", Student("ab1", says=LUPE), Student("AB1", says=stranger))
    assert id_of("WA", "ab1") != id_of("WA", "AB1")


@pytest.mark.parametrize("name", ["Baby Girl", "TEST", "Unknown", "NFN"])
def test_a_placeholder_in_place_of_a_given_name_links_nobody(name: str) -> None:
    take_in("TX", Student("T1", says={**LUPE, "first_name": name, "middle_name": None}))
    take_in("CA", Student("C1", says={**LUPE, "first_name": name, "middle_name": None}))
    assert Link.objects.live().values("msix_id").distinct().count() == 2
    assert "given_name_missing" in CandidatePair.objects.get().evidence["reasons"]


def test_a_sent_id_is_followed_if_the_child_is_compatible() -> None:
    take_in("TX", Student("T1", says=LUPE))
    msix_id = id_of("TX", "T1")
    moved = {**LUPE, "last_name_1": "Ortiz", "last_name_2": None, "female_parent_last_name": None}
    sent, linked = take_in("CA", Student("C1", says=moved, msix_id=msix_id))
    assert answers(sent) == {"C1": (msix_id, "sent")}
    assert linked.sent == 1
    assert Link.objects.live().get(state_code="CA").evidence["levels"]["surnames"] == "different"


def test_the_sent_id_of_another_child_is_refused_with_evidence() -> None:
    take_in("TX", Student("T1", says=LUPE))
    msix_id = id_of("TX", "T1")
    sent, _ = take_in("CA", Student("C1", says=BEN, msix_id=msix_id))
    link = Link.objects.live().get(state_code="CA")
    assert link.msix_id != msix_id
    assert answers(sent) == {"C1": (link.msix_id, "near_match")}
    pair = CandidatePair.objects.get()
    assert pair.source == "sent"
    assert {"given_names_differ", "birth_dates_apart"} <= set(pair.evidence["reasons"])
    assert link.evidence["refused"]["msix_id"] == msix_id
    assert "given_names_differ" in link.evidence["refused"]["reasons"]


def test_a_sent_id_does_not_give_a_child_two_live_records_in_one_state() -> None:
    take_in("TX", Student("T1", says=LUPE))
    msix_id = id_of("TX", "T1")
    sent, _ = take_in("TX", Student("T2", says=LUPE, msix_id=msix_id))
    assert answers(sent)["T2"][0] != msix_id
    assert CandidatePair.objects.get().source == "sent"


def test_a_sent_id_does_not_join_those_known_to_be_different() -> None:
    take_in("TX", Student("T1", says=LUPE))
    take_in("CA", Student("C1", says=BEN))
    records = list(Link.objects.order_by("state_record_id").values_list("state_record_id", flat=True))
    take_in("CA", Student("C1", "D"))
    KnownDifferent.objects.create(
        left_id=records[0], right_id=records[1], decided_at="2026-01-01T00:00Z", decided_by="x", reason="y"
    )
    Link.objects.filter(state_record_id=records[1]).delete()
    sent, _ = take_in("CA", Student("C1", says=LUPE, msix_id=id_of("TX", "T1")))
    assert answers(sent)["C1"][0] != id_of("TX", "T1")


def test_an_unknown_sent_id_is_taken_as_it_comes() -> None:
    sent, linked = take_in("TX", Student("T1", says=LUPE, msix_id="000000000001"))
    assert answers(sent) == {"T1": ("000000000001", "sent")}
    assert MsixId.objects.get().origin == "sent"
    again, _ = take_in("CA", Student("C1", says=LUPE_ELSEWHERE, msix_id="000000000001"))
    assert answers(again) == {"C1": ("000000000001", "sent")}
    assert linked.sent == 1


def test_one_unknown_sent_id_founds_one_child() -> None:
    sent, _ = take_in(
        "TX",
        Student("T1", says=LUPE, msix_id="000000000001"),
        Student("T2", says=BEN, msix_id="000000000001"),
    )
    assert answers(sent)["T1"] == ("000000000001", "sent")
    assert answers(sent)["T2"][0] != "000000000001"
    assert CandidatePair.objects.get().source == "sent"


def test_a_sent_id_that_is_retired_leads_to_the_living_one() -> None:
    take_in("TX", Student("T1", says=LUPE))
    MsixId.objects.create(
        msix_id="000000000009", minted_at="2026-01-01T00:00Z", origin="adopted", retired_at="2026-02-01T00:00Z",
        retired_into_id=id_of("TX", "T1"),
    )  # fmt: skip
    sent, _ = take_in("CA", Student("C1", says=LUPE_ELSEWHERE, msix_id="000000000009"))
    assert answers(sent) == {"C1": (id_of("TX", "T1"), "sent")}
    assert queries.living("000000000009") == id_of("TX", "T1")
    assert queries.living("999999999999") is None


def test_a_state_learns_every_change_of_its_ids_once() -> None:
    take_in("TX", Student("T1", says=LUPE))
    first = list(changes_after("TX"))
    mark = last_mark("TX")
    assert [(one.state_student_id, one.before, one.after, one.reason) for one in first] == [
        ("T1", None, id_of("TX", "T1"), "new")
    ]
    take_in("CA", Student("C1", says=LUPE))
    take_in("TX", Student("T1", "U", BEN))
    assert list(changes_after("TX", mark)) == []
    actions.undo(link=Link.objects.live().get(state_code="TX"), by=BY, reason="wrong child")
    [change] = changes_after("TX", mark)
    later = last_mark("TX")
    assert (change.before, change.after, change.reason) == (first[0].after, id_of("TX", "T1"), "undone")
    assert later > mark


def test_undoing_a_link_gives_the_record_an_id_of_its_own() -> None:
    take_in("TX", Student("T1", says=LUPE))
    take_in("CA", Student("C1", says=LUPE_ELSEWHERE))
    wrong, msix_id = Link.objects.live().get(state_code="CA"), id_of("TX", "T1")
    undone = actions.undo(link=wrong, by=BY, reason="cousins")
    assert undone.msix_id not in {msix_id, ""}
    assert (undone.undoes, undone.evidence) == (wrong, {"reason": "cousins"})
    assert id_of("TX", "T1") == msix_id
    event = Event.objects.get(action="identity:link:undone")
    assert (event.subject_id, event.detail["reason"]) == (str(wrong.pk), "cousins")


def test_undoing_the_undoing_restores_the_first_state() -> None:
    take_in("TX", Student("T1", says=LUPE))
    take_in("CA", Student("C1", says=LUPE_ELSEWHERE))
    msix_id = id_of("TX", "T1")
    own = actions.undo(link=Link.objects.live().get(state_code="CA"), by=BY, reason="cousins")
    again = actions.undo(link=own, by=BY, reason="no, one child")
    assert {id_of("TX", "T1"), id_of("CA", "C1")} == {msix_id}
    assert queries.living(own.msix_id) == msix_id
    assert actions.undo(link=again, by=BY, reason="cousins after all").msix_id == own.msix_id
    assert queries.living(own.msix_id) == own.msix_id


def test_what_cannot_be_undone_says_so() -> None:
    take_in("TX", Student("T1", says=LUPE))
    link = Link.objects.get()
    with pytest.raises(NotUndone, match="only one"):
        actions.undo(link=link, by=BY, reason="x")
    Link.objects.update(closed_at="2026-01-01T00:00Z")
    with pytest.raises(NotUndone, match="does not hold"):
        actions.undo(link=link, by=BY, reason="x")


def test_adopted_ids_are_avoided_and_kept_by_their_students() -> None:
    frame = pl.DataFrame(
        {
            "msix_id": ["000000000011", "000000000012", "12", "000000000013"],
            "reporting_state": ["TX", None, None, "TX"],
            "state_student_id_type": ["01", None, None, None],
            "state_student_id": ["T1", None, None, "T2"],
        }
    )
    adopted = adoption.adopt(frame=frame, by=BY)
    assert (adopted.ids, adopted.links, adopted.not_sent, len(adopted.problems)) == (2, 0, 1, 2)
    assert adopted.problems[0] == "Line 4: the MSIX ID is not 12 digits."
    again = adoption.adopt(frame=frame, by=BY)
    assert (again.ids, again.links) == (0, 0)
    sent, linked = take_in("TX", Student("T1", says=LUPE))
    assert answers(sent) == {"T1": ("000000000011", "kept")}
    assert linked.new == 0
    other = frame.head(1).with_columns(msix_id=pl.lit("000000000099"))
    assert adoption.adopt(frame=other, by=BY).problems == (
        "Line 2: the student has another MSIX ID already.",
    )


def test_a_file_of_ids_is_adopted(tmp_path: Path) -> None:
    MsixId.objects.create(
        msix_id="000000000009", minted_at="2026-01-01T00:00Z", origin="minted", retired_at="2026-02-01T00:00Z"
    )
    path = tmp_path / "ids.csv"
    path.write_text(
        "msix_id,reporting_state,state_student_id_type,state_student_id\n"
        "000000000001, TX ,01,0042\n000000000002,TX,01,0042\n000000000009,TX,01,0043\n000000000003,,,\n"
    )
    adopted = adoption.adopt_file(path=path, by=BY)
    assert (
        adopted.in_words()
        == "2 MSIX IDs taken over, 0 records linked; 1 student not sent yet: the MSIX ID waits for it; 2 lines left out"
    )
    assert adopted.problems == (
        "Line 3: the student has another MSIX ID already.",
        "Line 4: the MSIX ID is retired.",
    )
    assert id_of("TX", "0042") == "000000000001"
    path.write_text("id\n1\n")
    with pytest.raises(adoption.NotAdopted, match="names no column msix_id"):
        adoption.adopt_file(path=path, by=BY)


def test_students_that_were_sent_are_counted_apart_from_those_that_were_not() -> None:
    frame = pl.DataFrame(
        {
            "msix_id": ["000000000001", "000000000002", "000000000003"],
            "reporting_state": ["TX"] * 3,
            "state_student_id_type": ["01"] * 3,
            "state_student_id": ["T1", "T2", "T3"],
        }
    )
    take_in("TX", Student("T1", says=LUPE))
    Link.objects.all().delete()  # as of a record that came before MSIX IDs were kept here
    adopted = adoption.adopt(frame=frame, by=BY)
    assert (adopted.links, adopted.not_sent) == (1, 2)
    assert (
        adopted.in_words()
        == "3 MSIX IDs taken over, 1 record linked; 2 students not sent yet: their MSIX IDs wait for them"
    )


def test_the_journal_tells_every_link() -> None:
    sent, _ = take_in("TX", Student("T1", says=LUPE))
    act, link = journal.read()
    assert (act["what"], act["submission"]) == ("linking", sent.ref)
    assert (link["what"], link["state_student_id"]) == ("linked", "T1")
    assert (link["msix_id"], link["origin"], link["reason"]) == (id_of("TX", "T1"), "minted", "new")


def test_known_ids_name_the_states_own_student() -> None:
    take_in("TX", Student("T1", says=LUPE))
    take_in("CA", Student("C1", says=LUPE_ELSEWHERE), Student("C2", says=BEN))
    shared, ben = id_of("TX", "T1"), id_of("CA", "C2")
    asked = pl.Series([shared, ben, "000000000000"])
    known = queries.known_ids("TX")(asked)
    assert sorted(known.select("msix_id", "state_student_id").rows()) == sorted([(shared, "T1"), (ben, None)])


def test_one_child_is_found_while_somebody_waits() -> None:
    take_in("TX", Student("T1", says=LUPE), Student("T2", says=LIKE_LUPE), Student("T3", says=BEN))
    found = candidates(
        {
            "first_name": "Lupe",
            "last_name_1": "Garcia",
            "last_name_2": "Hernandez",
            "birth_date": date(2014, 3, 12),
        }
    )
    assert found[0].msix_id == id_of("TX", "T1")
    assert found[0].score.weight > found[1].score.weight
    assert id_of("TX", "T3") not in {one.msix_id for one in found}


def test_store_and_link_need_no_more_than_the_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
    store(submission(), [Student("T1", says=LUPE)])
